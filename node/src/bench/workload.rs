use super::{
    check::Mismatch,
    load::{Calls, Issuer},
};
use crate::member::Member;
use counterfoil_apps::invoice;
use counterfoil_client::Client;
use counterfoil_platform::call;
use counterfoil_types::Kid;
use serde_json::json;

/// What a benchmark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Issues Chinese VAT invoices of three lines each.
    Invoice,
}

/// Who issues: a member of every dev consortium, and the taxpayer that it becomes.
const SELLERS: [(&str, &str); 3] =
    [("shop-1", "91440300MA5BENC1X7"), ("shop-2", "91440300MA5BENC287"), ("supplier-1", "91440300MA5BENC362")];

impl Workload {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
        }
    }

    /// The table that gets one row a transaction.
    pub fn table(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
        }
    }

    /// Does what must be done before the clock runs: registers taxpayers. Who then signs what.
    pub fn prepare(self, client: &Client, gateway: &Member) -> Result<Vec<Issuer>, Mismatch> {
        let kid = |member: &str| Kid::new(member, "dev").expect("a key name");
        let mut issuers = Vec::with_capacity(SELLERS.len());
        for (member, taxpayer) in SELLERS {
            let with = json!({"id": taxpayer, "name": member, "member": member, "regime": "cn-vat"});
            client.call("invoice.register_taxpayer", &with, &kid("tax-bureau"), None)?;
            let kid = kid(member);
            let key = gateway.keys.get(&kid).expect("the gateway of a dev consortium hosts this key").clone();
            let calls = move |seed| Box::new(invoice::Workload::new(seed, taxpayer).map(|issue| call(&issue))) as Calls;
            issuers.push(Issuer { kid, key, calls: Box::new(calls) });
        }
        Ok(issuers)
    }
}
