use super::{
    check::Mismatch,
    load::{Calls, Issuer},
    nodes::Nodes,
    sql,
    transfers::{self, Accounts},
};
use counterfoil_apps::invoice;
use counterfoil_client::Asked;
use counterfoil_seal::{Reader, ReadingKey};
use counterfoil_types::Kid;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::json;

/// What a benchmark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Issues Chinese VAT invoices of three lines each.
    Invoice,
    /// Moves money from one account to another.
    Transfer,
    /// Moves money in batches, all legs of one or none.
    TransferBatch,
    /// Inserts a row into a shared table by SQL.
    SqlInsert,
    /// Calls an action of the package `escrow`, which moves money.
    PackageCall,
}

/// A workload with its measures.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// What is done.
    pub workload: Workload,
    /// Accounts between which money moves.
    pub accounts: Accounts,
    /// Transfers of one batch.
    pub legs: usize,
}

/// What is there before the clock runs.
pub struct Ready {
    /// Who signs what.
    pub issuers: Vec<Issuer>,
    /// Rows of the task's table.
    pub rows: u64,
}

/// Who issues invoices: a member of every dev consortium, and the taxpayer that it becomes.
const SELLERS: [(&str, &str); 3] =
    [("shop-1", "91440300MA5BENC1X7"), ("shop-2", "91440300MA5BENC287"), ("supplier-1", "91440300MA5BENC362")];

impl Task {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self.workload {
            Workload::Invoice => "invoice",
            Workload::Transfer => "transfer",
            Workload::TransferBatch => "transfer-batch",
            Workload::SqlInsert => "sql-insert",
            Workload::PackageCall => "package-call",
        }
    }

    /// How many rows of [`table`](Self::table) one transaction writes.
    pub fn rows_each(&self) -> u64 {
        match self.workload {
            Workload::TransferBatch => self.legs as u64,
            _ => 1,
        }
    }

    /// Transactions that await their receipts, unless somebody says how many.
    pub fn in_flight(&self) -> usize {
        match self.workload {
            Workload::TransferBatch => (32_000 / self.legs).clamp(4, 2_048),
            _ => 2_048,
        }
    }

    /// The table that tells what was done.
    pub fn table(&self) -> &'static str {
        match self.workload {
            Workload::Invoice => "invoice",
            Workload::Transfer | Workload::TransferBatch => "asset_transfer",
            Workload::SqlInsert => "bench.entry",
            Workload::PackageCall => "escrow.milestone",
        }
    }

    /// How its rows are proved: those of a table that only grows by the block that wrote them.
    pub fn asked(&self) -> Asked {
        match self.workload {
            Workload::Transfer | Workload::TransferBatch => Asked::Written,
            _ => Asked::Current,
        }
    }

    /// Keys of some rows, where the answers name none.
    pub fn some_keys(&self) -> Option<&'static str> {
        match self.workload {
            Workload::SqlInsert => Some("SELECT id FROM bench.entry ORDER BY id LIMIT 20"),
            Workload::PackageCall => {
                Some("SELECT deal, number FROM escrow.milestone ORDER BY number DESC, deal LIMIT 20")
            }
            _ => None,
        }
    }

    /// Does what must be done before the clock runs: registers taxpayers, opens and funds accounts, or makes the table or package.
    pub fn prepare(&self, nodes: &Nodes<'_>) -> Result<Ready, Mismatch> {
        let Self { accounts, legs, .. } = *self;
        match self.workload {
            Workload::Invoice => Ok(Ready { issuers: sellers(nodes)?, rows: 0 }),
            Workload::SqlInsert => Ok(Ready { issuers: sql::inserts(nodes)?, rows: 0 }),
            Workload::PackageCall => Ok(Ready { issuers: sql::escrow(nodes)?, rows: 0 }),
            Workload::Transfer => {
                Ok(Ready { rows: accounts.prepare(nodes)?, issuers: accounts.issuers(nodes, transfers::single)? })
            }
            Workload::TransferBatch => Ok(Ready {
                rows: accounts.prepare(nodes)?,
                issuers: accounts.issuers(nodes, move |payments| transfers::batches(payments, legs))?,
            }),
        }
    }
}

fn sellers(nodes: &Nodes<'_>) -> Result<Vec<Issuer>, Mismatch> {
    let kid = |member: &str| Kid::new(member, "dev").expect("a key name");
    let mut issuers = Vec::with_capacity(SELLERS.len());
    let authority = reading_key(nodes, "tax-bureau")?;
    for (member, taxpayer) in SELLERS {
        let readers = vec![authority.clone(), reading_key(nodes, member)?];
        let ledger = nodes.members[0].ledger;
        let with = json!({"id": taxpayer, "name": member, "member": member, "regime": "cn-vat"});
        nodes.call(&kid("tax-bureau"), "invoice.register_taxpayer", &with)?;
        let kid = kid(member);
        let key = nodes.key(&kid).clone();
        let calls = move |seed: u64| {
            // A second run on the same ledger uses other references.
            let (readers, run, mut rng) = (readers.clone(), rand::random::<u32>(), StdRng::seed_from_u64(seed));
            let sealed = invoice::Workload::new(seed, taxpayer).enumerate().map(move |(at, bill)| {
                let draft = bill.split(member, format!("bench-{run:08x}-{seed}-{at}"));
                draft.seal_for(ledger, &readers, &mut rng).expect("three lines can be sealed")
            });
            Box::new(sealed) as Calls
        };
        issuers.push(Issuer { keys: vec![(kid, key)], calls: Box::new(calls) });
    }
    Ok(issuers)
}

/// Publishes a new reading key of a member. Nobody keeps its secret: what is measured is issuing, not opening.
fn reading_key(nodes: &Nodes<'_>, member: &str) -> Result<Reader, Mismatch> {
    let name = format!("bench-{}", hex::encode(rand::random::<[u8; 8]>()));
    let public_key = ReadingKey::from_bytes(rand::random()).public_key();
    let signer = Kid::new(member, "dev").expect("a key name");
    let with = json!({"member": member, "name": name, "public_key": public_key});
    nodes.call(&signer, "document.publish_reading_key", &with)?;
    Ok(Reader { kid: Kid::new(member, &name).expect("a key name"), public_key })
}
