//! A ledger of one member, driven by hand, with a stand-in for the index.

use crate::bank::Bank;
use bytes::Bytes;
use counterfoil_state::{Options, State};
use counterfoil_types::{
    Block, Call, Fault, Genesis, GenesisKey, GenesisMember, GenesisValidator, Hash, Header, Kid, Outcome, PayloadDraft,
    SigningKey, Transaction,
    machine::{Executed, IndexUpdate, Machine as _},
    merkle,
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

pub const START_MS: u64 = 1_790_000_000_000;

pub struct Ledger {
    pub state: State,
    pub index: BTreeMap<Hash, Hash>,
    pub updates: Vec<Vec<IndexUpdate>>,
    pub dir: PathBuf,
    pub genesis: Vec<u8>,
    pub time_ms: u64,
    ids: u64,
    _keep: Arc<tempfile::TempDir>,
}

pub fn genesis(members: usize) -> Vec<u8> {
    let member = |at: usize| GenesisMember {
        id: format!("m{at}"),
        name: format!("Member {at}"),
        kind: "organisation".into(),
        roles: Vec::new(),
        keys: vec![GenesisKey {
            name: "k".into(),
            public_key: SigningKey::for_tests(&format!("m{at}")).public_key(),
            roles: Vec::new(),
        }],
    };
    let genesis = Genesis {
        format: Genesis::FORMAT.into(),
        name: "test".into(),
        time_ms: START_MS,
        epoch_length: 100,
        validators: vec![GenesisValidator {
            member: "m0".into(),
            public_key: SigningKey::for_tests("validator").public_key(),
        }],
        members: (0..members).map(member).collect(),
    };
    genesis.to_bytes()
}

pub fn kid(member: &str) -> Kid {
    Kid::new(member, "k").expect("a name")
}

pub fn fast() -> Options {
    Options { durable: false, ..Options::default() }
}

pub fn open(dir: &PathBuf, genesis: &[u8], options: &Options) -> Result<State, Fault> {
    State::open_with(dir, genesis, Arc::new(Bank), options)
}

impl Ledger {
    pub fn new() -> Self {
        Self::with(&fast())
    }

    pub fn with(options: &Options) -> Self {
        let keep = tempfile::tempdir().expect("a directory");
        let dir = keep.path().join("member");
        let genesis = genesis(5);
        let state = open(&dir, &genesis, options).expect("opens");
        let mut ledger = Self {
            state,
            index: BTreeMap::new(),
            updates: Vec::new(),
            dir,
            genesis,
            time_ms: START_MS,
            ids: 0,
            _keep: Arc::new(keep),
        };
        let updates = ledger.state.begin_genesis().expect("genesis").expect("is fresh");
        ledger.finish(updates);
        ledger
    }

    pub fn reopen(self, options: &Options) -> Self {
        let Self { state, index, updates, dir, genesis, time_ms, ids, _keep } = self;
        drop(state);
        let state = open(&dir, &genesis, options).expect("opens again");
        Self { state, index, updates, dir, genesis, time_ms, ids, _keep }
    }

    /// Keeps the directory after the ledger is dropped.
    pub fn keep(&self) -> Arc<tempfile::TempDir> {
        Arc::clone(&self._keep)
    }

    pub fn id(&self) -> Hash {
        self.state.ledger()
    }

    pub fn draft(&mut self, calls: Vec<Call>) -> (String, Vec<Call>) {
        self.ids += 1;
        (format!("id-{}", self.ids), calls)
    }

    /// A transaction signed by `member`.
    pub fn sign(&mut self, member: &str, calls: Vec<Call>) -> Bytes {
        let (id, calls) = self.draft(calls);
        self.sign_with(member, &id, self.time_ms + 60_000, &calls)
    }

    pub fn sign_with(&self, member: &str, id: &str, expires_ms: u64, calls: &[Call]) -> Bytes {
        let signers = [kid(member)];
        let payload = PayloadDraft { ledger: self.id(), id, expires_ms, signers: &signers, calls }.to_bytes();
        let compact = SigningKey::for_tests(member).sign_compact(&signers[0], &payload);
        Transaction::from_compact(compact.as_bytes()).expect("well formed").wire().clone()
    }

    pub fn sql(&mut self, statements: &[&str]) -> Bytes {
        self.sign("m0", vec![Call::new("bank.sql", &serde_json::json!({ "sql": statements }))])
    }

    pub fn transfer(&mut self, from: &str, to: &str, amount: i64) -> Bytes {
        let call = Call::new("bank.transfer", &serde_json::json!({ "from": from, "to": to, "amount": amount }));
        self.sign(from, vec![call])
    }

    pub fn next(&mut self, transactions: Vec<Bytes>) -> Block {
        let tip = self.state.tip();
        self.time_ms = self.time_ms.max(tip.header.time_ms) + 1;
        let leaves: Vec<_> = transactions.iter().map(|wire| merkle::leaf(wire)).collect();
        let header = Header {
            ledger: self.id(),
            epoch: 0,
            height: tip.height + 1,
            parent: tip.digest,
            time_ms: self.time_ms,
            proposer: 0,
            transactions_root: merkle::root(&leaves),
            transactions: transactions.len() as u32,
            executed_height: tip.height,
            executed_result: tip.result,
        };
        Block { header, transactions }
    }

    pub fn block(&mut self, transactions: Vec<Bytes>) -> Executed {
        let block = self.next(transactions);
        let updates = self.state.execute(&block, None).expect("executes");
        self.finish(updates)
    }

    /// Executes one transaction in its own block; what became of it.
    pub fn one(&mut self, transaction: Bytes) -> Outcome {
        self.block(vec![transaction]).receipts[0].outcome.clone()
    }

    pub fn one_code(&mut self, transaction: Bytes) -> String {
        code(&self.one(transaction))
    }

    fn finish(&mut self, updates: Vec<IndexUpdate>) -> Executed {
        for update in &updates {
            match update.value {
                Some(value) => self.index.insert(update.key, value),
                None => self.index.remove(&update.key),
            };
        }
        self.updates.push(updates);
        let parts: Vec<_> = self.index.iter().flat_map(|(key, value)| [&key.0[..], &value.0[..]]).collect();
        let executed = self.state.commit(Hash::of(&parts)).expect("commits");
        let broken = self.state.reader().invariants().expect("invariants run");
        assert!(broken.is_empty(), "{broken:?}");
        executed
    }

    /// One value of a SELECT.
    pub fn ask(&self, sql: &str) -> serde_json::Value {
        let result = self.state.reader().sql(sql, &[], Default::default()).expect("a SELECT");
        result.rows.first().map_or(serde_json::Value::Null, |row| row[0].clone())
    }
}

pub fn code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { .. } => "applied".into(),
        Outcome::Refused(refusal) => refusal.code.clone(),
    }
}
