//! Prints what one transaction of the shape of an invoice costs: six captured rows, one of them an update.
//!
//! `cargo bench -p counterfoil-state` (durable commits), `… -- fast` (without waiting for the disk).

use counterfoil_state::{Context, ModuleSchema, Options, Prepared, Program, SignerKey, State, rusqlite};
use counterfoil_types::{
    Block, Call, Fault, Genesis, GenesisMember, GenesisValidator, Hash, Header, Kid, PayloadDraft, Refusal, SigningKey,
    Transaction, machine::Machine as _, merkle,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Instant};

const SENDERS: usize = 8;
const PER_BLOCK: usize = 250;
const BLOCKS: usize = 80;
const START_MS: u64 = 1_790_000_000_000;

const SQL: &str = "
CREATE TABLE signer (kid TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE series (seller TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE invoice (
  id TEXT PRIMARY KEY, seller TEXT NOT NULL, number TEXT NOT NULL, buyer_name TEXT NOT NULL, currency TEXT NOT NULL,
  net_minor INTEGER NOT NULL, tax_minor INTEGER NOT NULL, total_minor INTEGER NOT NULL, issued_ms INTEGER NOT NULL, state TEXT NOT NULL,
  note TEXT, UNIQUE (seller, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_seller ON invoice (seller, issued_ms);
CREATE TABLE line (
  invoice TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, quantity TEXT NOT NULL, net_minor INTEGER NOT NULL, rate TEXT NOT NULL,
  PRIMARY KEY (invoice, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE tax (
  invoice TEXT NOT NULL, rate TEXT NOT NULL, net_minor INTEGER NOT NULL, tax_minor INTEGER NOT NULL, PRIMARY KEY (invoice, rate)
) STRICT, WITHOUT ROWID;
";

struct Invoices;

#[derive(Serialize, Deserialize)]
struct Issue {
    seller: String,
    buyer: String,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    quantity: String,
    net_minor: i64,
    rate: String,
}

impl Program for Invoices {
    fn modules(&self) -> Vec<ModuleSchema> {
        vec![ModuleSchema { name: "invoice", sql: SQL, mutable: &["signer", "series", "invoice"], invariants: "" }]
    }

    fn genesis(&self, context: &mut Context<'_>, _: &Genesis) -> Result<(), Refusal> {
        for at in 0..SENDERS {
            context.run("INSERT INTO signer VALUES (?1)", [format!("s{at}/k")])?;
            context.run("INSERT INTO series VALUES (?1, 0)", [format!("s{at}")])?;
        }
        Ok(())
    }

    fn key_tables(&self) -> &[&str] {
        &["signer"]
    }

    fn signer_key(&self, connection: &rusqlite::Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
        let known = connection
            .prepare_cached("SELECT 1 FROM signer WHERE kid = ?1")
            .and_then(|mut statement| statement.exists([kid.as_str()]))
            .map_err(|error| Fault::new("reading a key", Box::new(error)))?;
        Ok(known.then(|| SignerKey::always(SigningKey::for_tests(kid.member()).public_key())))
    }

    fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal> {
        let issue: Issue = serde_json::from_str(calls[0].with.get()).expect("arguments");
        Ok(Prepared { weight: 6, calls: Box::new(issue) })
    }

    fn apply(&self, context: &mut Context<'_>, prepared: &Prepared) -> Result<Vec<String>, Refusal> {
        let issue: &Issue = prepared.calls.downcast_ref().expect("made by prepare");
        let id = context.new_id();
        let last: i64 = context
            .query_opt("SELECT last FROM series WHERE seller = ?1", [&issue.seller], |row| row.get(0))?
            .expect("a series");
        let number = format!("{:020}", last + 1);
        let net: i64 = issue.lines.iter().map(|line| line.net_minor).sum();
        let tax = net * 6 / 100;
        context.run("UPDATE series SET last = last + 1 WHERE seller = ?1", [&issue.seller])?;
        context.run(
            "INSERT INTO invoice VALUES (?1, ?2, ?3, ?4, 'CNY', ?5, ?6, ?7, ?8, 'issued', NULL)",
            (&id, &issue.seller, &number, &issue.buyer, net, tax, net + tax, context.time_ms() as i64),
        )?;
        for (at, line) in issue.lines.iter().enumerate() {
            context.run(
                "INSERT INTO line VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (&id, at as i64, &line.name, &line.quantity, line.net_minor, &line.rate),
            )?;
        }
        context.run("INSERT INTO tax VALUES (?1, '6%', ?2, ?3)", (&id, net, tax))?;
        context.emit("invoice.issued", &serde_json::json!({ "id": id, "number": number, "total_minor": net + tax }));
        Ok(vec![format!("{{\"id\":\"{id}\",\"number\":\"{number}\"}}")])
    }
}

fn genesis() -> Vec<u8> {
    let member =
        |id: String| GenesisMember { name: id.clone(), id, kind: "organisation".into(), roles: vec![], keys: vec![] };
    let genesis = Genesis {
        format: Genesis::FORMAT.into(),
        name: "bench".into(),
        time_ms: START_MS,
        epoch_length: 100_000,
        validators: vec![GenesisValidator { member: "s0".into(), public_key: SigningKey::for_tests("v").public_key() }],
        members: (0..SENDERS).map(|at| member(format!("s{at}"))).collect(),
    };
    genesis.to_bytes()
}

fn transaction(ledger: Hash, at: usize) -> bytes::Bytes {
    let member = format!("s{}", at % SENDERS);
    let kid = Kid::new(&member, "k").expect("a name");
    let line = |place: usize| Line {
        name: format!("*catering service*dish {place}"),
        quantity: "2".into(),
        net_minor: 4_900 + place as i64,
        rate: "6%".into(),
    };
    let issue =
        Issue { seller: member.clone(), buyer: format!("Buyer Number {at} Ltd"), lines: (0..3).map(line).collect() };
    let calls = [Call::new("invoice.issue", &issue)];
    let id = format!("01JABCDEF{at:017}");
    let signers = [kid];
    let payload = PayloadDraft { ledger, id: &id, expires_ms: START_MS + 3_600_000, signers: &signers, calls: &calls };
    let compact = SigningKey::for_tests(&member).sign_compact(&signers[0], &payload.to_bytes());
    Transaction::from_compact(compact.as_bytes()).expect("well formed").wire().clone()
}

/// Microseconds that this thread has run, or that have passed where the system does not tell: other load then counts too.
fn cpu_us(since: Instant) -> u128 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = stat.and_then(|text| text.split(' ').next()?.parse::<u128>().ok());
    ran.map_or_else(|| since.elapsed().as_micros(), |nanos| nanos / 1_000)
}

fn main() {
    let start = Instant::now();
    let fast = std::env::args().any(|argument| argument == "fast");
    let dir = tempfile::tempdir().expect("a directory");
    let options = Options { durable: !fast, ..Options::default() };
    let mut state = State::open_with(dir.path(), &genesis(), Arc::new(Invoices), &options).expect("opens");
    state.begin_genesis().expect("executes");
    state.commit(Hash::ZERO).expect("commits");
    let ledger = state.ledger();
    let total = PER_BLOCK * BLOCKS;
    let wires: Vec<_> = (0..total).map(|at| transaction(ledger, at)).collect();
    let admission = state.admission();
    let (mut admit, mut execute, mut commit, mut last) = (0, 0, 0, 0);
    for (at, wires) in wires.chunks(PER_BLOCK).enumerate() {
        let began = Instant::now();
        let admitted = admission.admit(wires.to_vec(), START_MS);
        admit += began.elapsed().as_micros();
        assert!(admitted.iter().all(Result::is_ok));
        let tip = state.tip();
        let leaves: Vec<_> = wires.iter().map(|wire| merkle::leaf(wire)).collect();
        let header = Header {
            ledger,
            epoch: 0,
            height: tip.height + 1,
            parent: tip.digest,
            time_ms: START_MS + 100 * (at as u64 + 1),
            proposer: 0,
            transactions_root: merkle::root(&leaves),
            transactions: wires.len() as u32,
            executed_height: tip.height,
            executed_result: tip.result,
        };
        let block = Block { header, transactions: wires.to_vec() };
        let began = cpu_us(start);
        let updates = state.execute(&block, None).expect("executes");
        let executed = cpu_us(start) - began;
        assert_eq!(updates.len(), PER_BLOCK + SENDERS);
        let began = cpu_us(start);
        state.commit(Hash::of(&[&(at as u64).to_be_bytes()])).expect("commits");
        let committed = cpu_us(start) - began;
        state.certified(tip.height).expect("certified");
        execute += executed;
        commit += committed;
        if at >= BLOCKS - BLOCKS / 4 {
            last += executed + committed;
        }
    }
    let each = |micros: u128| micros as f64 / total as f64;
    println!(
        "{total} transactions of six rows in {BLOCKS} blocks of {PER_BLOCK}, {}",
        if fast { "not durable" } else { "durable" }
    );
    println!("admit (parse, keys, signatures, all cores) {:7.1} µs each", each(admit));
    println!("execute, CPU                               {:7.1} µs each", each(execute));
    println!("commit, CPU                                {:7.1} µs each", each(commit));
    println!("execute and commit, CPU, last quarter      {:7.1} µs each", last as f64 * 4.0 / total as f64);
}
