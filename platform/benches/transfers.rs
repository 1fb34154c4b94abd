//! Prints what execution and commit of transfers cost one member, without order and network: CPU time of the executing thread.
//!
//! `cargo bench -p counterfoil-platform --bench transfers` (1,000,000 accounts; durable commits), `… -- fast` (without waiting for the
//! disk), `… -- few` (10,000 accounts), `… -- hot` (half of all sides among 100 accounts).

use counterfoil_platform::{
    Registry,
    asset::{
        self,
        workload::{Payments, Population, Signed, Spread},
    },
    call, member,
    testing::sample_genesis,
};
use counterfoil_state::{Options, State};
use counterfoil_types::{
    Block, Call, Hash, Header, Kid, Outcome, PayloadDraft, SigningKey, Transaction, machine::Machine as _, merkle,
};
use std::{sync::Arc, time::Instant};

/// Whose keys sign the payments.
const PAYER: &str = "shop-1/dev";
const BLOCKS: usize = 40;
const PER_BLOCK: usize = 500;
const BATCHES_PER_BLOCK: usize = 4;
const LEGS: usize = 1_000;

struct Bench {
    state: State,
    time_ms: u64,
    signed: u64,
}

impl Bench {
    fn sign(&mut self, kid: &str, calls: &[Call]) -> Transaction {
        self.signed += 1;
        let kid: Kid = kid.parse().expect("a key's name");
        let id = format!("bench-{}", self.signed);
        let (ledger, expires_ms) = (self.state.ledger(), self.time_ms + 3_600_000);
        let draft = PayloadDraft { ledger, id: &id, expires_ms, signers: std::slice::from_ref(&kid), calls };
        let jws = SigningKey::for_tests(kid.as_str()).sign_compact(&kid, &draft.to_bytes());
        Transaction::from_compact(jws.as_bytes()).expect("well formed")
    }

    /// Admits and executes a block as a validator does; CPU microseconds of execution and commit.
    fn block(&mut self, transactions: Vec<Transaction>) -> (u128, u128) {
        self.time_ms += 100;
        let wires: Vec<_> = transactions.iter().map(|transaction| transaction.wire().clone()).collect();
        let leaves: Vec<_> = transactions.iter().map(Transaction::leaf).collect();
        let admitted = self.state.admission().admit_parsed(transactions, self.time_ms);
        assert!(
            admitted.iter().all(Result::is_ok),
            "{:?}",
            admitted.iter().find(|one| one.is_err()).map(|_| "refused")
        );
        let tip = self.state.tip();
        let header = Header {
            ledger: self.state.ledger(),
            epoch: 0,
            height: tip.height + 1,
            parent: tip.digest,
            time_ms: self.time_ms,
            proposer: 0,
            transactions_root: merkle::root(&leaves),
            transactions: leaves.len() as u32,
            executed_height: tip.height,
            executed_result: tip.result,
        };
        let began = cpu_us();
        self.state.execute(&Block { header, transactions: wires }, None).expect("executes");
        let executed = cpu_us();
        let done = self.state.commit(Hash::of(&[&tip.height.to_be_bytes()])).expect("commits");
        let committed = cpu_us();
        self.state.certified(tip.height).expect("certified");
        for receipt in done.receipts.iter() {
            assert!(matches!(receipt.outcome, Outcome::Applied { .. }), "{:?}", receipt.outcome);
        }
        (executed - began, committed - executed)
    }

    fn perform(&mut self, signed: &Signed) {
        let transaction = self.sign(&format!("{}/dev", signed.member), std::slice::from_ref(&signed.call));
        self.block(vec![transaction]);
    }

    fn prepare(&mut self, population: &Population) {
        for signed in population.beginning() {
            self.perform(&signed);
        }
        for signed in population.openings().chain(population.funding()) {
            self.perform(&signed);
        }
    }

    fn measure(&mut self, what: &str, per_block: usize, legs: usize, mut make: impl FnMut() -> Call) {
        let (mut execute, mut commit) = (0, 0);
        for _ in 0..BLOCKS {
            let transactions = (0..per_block).map(|_| self.sign(PAYER, &[make()])).collect();
            let (executed, committed) = self.block(transactions);
            execute += executed;
            commit += committed;
        }
        let each = |micros: u128| micros as f64 / (BLOCKS * per_block * legs) as f64;
        println!("{what}: execute {:6.1} µs, commit {:6.1} µs of CPU a leg", each(execute), each(commit));
    }
}

/// Microseconds that this thread has run.
fn cpu_us() -> u128 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = stat.and_then(|text| text.split(' ').next()?.parse::<u128>().ok());
    ran.map_or(0, |nanos| nanos / 1_000)
}

fn main() {
    let given = |name: &str| std::env::args().any(|argument| argument == name);
    let dir = tempfile::tempdir().expect("a directory");
    let options = Options { durable: !given("fast"), ..Options::default() };
    let registry = Arc::new(Registry::new(vec![member::MODULE, asset::MODULE]));
    let genesis = sample_genesis();
    let mut state = State::open_with(dir.path(), &genesis.to_bytes(), registry, &options).expect("opens");
    state.begin_genesis().expect("executes");
    state.commit(Hash::ZERO).expect("commits");
    let population = Population {
        issuer: "bank-a".into(),
        owners: vec!["shop-1".into()],
        accounts: if given("few") { 10_000 } else { 1_000_000 },
        funds_minor: 10_000_000,
    };
    let spread = if given("hot") { Spread::Hot(100) } else { Spread::Uniform };
    let mut bench = Bench { state, time_ms: genesis.time_ms, signed: 0 };
    let began = Instant::now();
    bench.prepare(&population);
    println!("{} accounts opened and funded in {:.1} s", population.accounts, began.elapsed().as_secs_f64());
    let mut payments = Payments::new(&population, 0, spread, 1);
    bench.measure("single, 500 a block", PER_BLOCK, 1, || call(&payments.next().expect("without end")));
    bench.measure("batches of 1,000 legs, 4 a block", BATCHES_PER_BLOCK, LEGS, || call(&payments.batch(LEGS)));
}
