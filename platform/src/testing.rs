//! A real ledger in a temporary folder: signed transactions in, receipts and rows out.
//!
//! After every block all invariants of the modules are run, every event must be a declared one, and a second ledger that reads rows
//! in reverse order and has no secondary indexes must come to the same result.

use crate::{Answer, Command, Drafting, Module, Registry, call, document::PublishReadingKey, scratch::Scratch};
use counterfoil_seal::{Opened, ReadingKey, Record, SealError};
use counterfoil_state::{Options, SqlLimits, SqlParams, State};
use counterfoil_types::{
    Call, Genesis, GenesisKey, GenesisMember, GenesisValidator, Hash, Kid, Outcome, Receipt, Refusal, SigningKey,
    Transaction, Value,
    machine::{Executed, Machine as _},
};
use rand::{SeedableRng as _, rngs::StdRng};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::{collections::BTreeMap, sync::Arc};

/// Time between two blocks of a test.
const BLOCK_MS: u64 = 1_000;

/// A ledger of one process, without order and network.
pub struct Ledger {
    genesis: Vec<u8>,
    registry: Arc<Registry>,
    first: Twin,
    second: Twin,
    keys: BTreeMap<String, SigningKey>,
    time_ms: u64,
    transactions: u64,
}

/// What became of a transaction.
#[derive(Debug, Clone)]
pub struct Done {
    /// The receipt.
    pub receipt: Receipt,
}

impl Done {
    /// The outputs of the calls.
    ///
    /// # Panics
    /// If the transaction was refused.
    #[track_caller]
    pub fn outputs(&self) -> Vec<serde_json::Value> {
        match &self.receipt.outcome {
            Outcome::Applied { outputs, .. } => {
                outputs.iter().map(|output| serde_json::from_str(output).expect("an output is JSON")).collect()
            }
            Outcome::Refused(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// The output of the only call, which took effect.
    ///
    /// # Panics
    /// If the transaction was refused or has several calls.
    #[track_caller]
    pub fn applied(&self) -> serde_json::Value {
        let mut outputs = self.outputs();
        assert_eq!(outputs.len(), 1, "calls");
        outputs.remove(0)
    }

    /// The events as `(name, data)`.
    ///
    /// # Panics
    /// If the transaction was refused.
    #[track_caller]
    pub fn events(&self) -> Vec<(String, serde_json::Value)> {
        match &self.receipt.outcome {
            Outcome::Applied { events, .. } => events
                .iter()
                .map(|event| (event.name.clone(), serde_json::from_str(&event.data).expect("an event is JSON")))
                .collect(),
            Outcome::Refused(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// The refusal, which has this code.
    ///
    /// # Panics
    /// If the transaction took effect or was refused with another code.
    #[track_caller]
    pub fn refused(&self, code: &str) -> Refusal {
        match &self.receipt.outcome {
            Outcome::Refused(refusal) => {
                assert_eq!(refusal.code, code, "{refusal}");
                refusal.clone()
            }
            Outcome::Applied { outputs, .. } => panic!("expected {code}, but it took effect: {outputs:?}"),
        }
    }
}

impl Ledger {
    /// A ledger with the members of [`sample_genesis`].
    ///
    /// # Panics
    /// Here and in all that follows: if the ledger itself fails, or an invariant does not hold.
    pub fn new(modules: Vec<Module>) -> Self {
        Self::with_genesis(modules, &sample_genesis())
    }

    /// A ledger with its own members. A key `member/name` without another entry is [`SigningKey::for_tests`] of that text.
    pub fn with_genesis(modules: Vec<Module>, genesis: &Genesis) -> Self {
        let registry = Arc::new(Registry::new(modules));
        let bytes = genesis.to_bytes();
        let plain = Options { durable: false, ..Options::default() };
        let odd = Options { reverse_unordered_selects: true, drop_secondary_indexes: true, ..plain.clone() };
        let ledger = Self {
            first: Twin::open(&bytes, &registry, &plain),
            second: Twin::open(&bytes, &registry, &odd),
            genesis: bytes,
            registry,
            keys: BTreeMap::new(),
            time_ms: genesis.time_ms,
            transactions: 0,
        };
        ledger.assert_sound();
        ledger.assert_queries();
        ledger
    }

    /// The ledger after a restart.
    #[must_use]
    pub fn restarted(self) -> Self {
        let Self { genesis, registry, first, second, .. } = self;
        let (first, second) = (first.again(&genesis, &registry), second.again(&genesis, &registry));
        Self { genesis, registry, first, second, ..self }
    }

    /// One command, signed by one key, in a block of its own.
    #[track_caller]
    pub fn run<C: Command>(&mut self, kid: &str, command: &C) -> Done {
        self.run_calls(&[kid], &[call(command)])
    }

    /// A command as JSON text, signed by one key, in a block of its own.
    #[track_caller]
    pub fn run_json(&mut self, kid: &str, name: &str, with: &serde_json::Value) -> Done {
        self.run_calls(&[kid], &[Call::new(name, with)])
    }

    /// Several calls in one transaction, signed by several keys, in a block of its own.
    #[track_caller]
    pub fn run_calls(&mut self, kids: &[&str], calls: &[Call]) -> Done {
        let transaction = self.sign(kids, calls);
        self.block(vec![transaction]).remove(0)
    }

    /// A signed transaction, for [`block`](Self::block).
    pub fn sign(&mut self, kids: &[&str], calls: &[Call]) -> Transaction {
        self.transactions += 1;
        let signers: Vec<(Kid, SigningKey)> =
            kids.iter().map(|kid| (kid.parse().expect("member/key"), self.key(kid))).collect();
        self.first.scratch.sign(&format!("test-{}", self.transactions), self.time_ms, &signers, calls)
    }

    /// Has members publish their reading key `main`, [`reading_key`] of it, in one block.
    #[track_caller]
    pub fn publish_reading_keys(&mut self, members: &[&str]) {
        let publish = |member: &&str| PublishReadingKey {
            member: (*member).to_owned(),
            name: "main".to_owned(),
            public_key: reading_key(&format!("{member}/main")).public_key().to_string(),
        };
        let publish: Vec<_> = members.iter().map(publish).collect();
        let block = publish.iter().map(|one| self.sign(&[&format!("{}/dev", one.member)], &[call(one)])).collect();
        self.block(block).iter().for_each(|done| drop(done.applied()));
    }

    /// What the node of `kid` makes of a call before it is signed: checked and sealed, if it is in the clear.
    pub fn seal(&mut self, kid: &str, asked: &Call) -> Result<Call, Refusal> {
        self.transactions += 1;
        let command =
            self.registry.command(&asked.r#do).unwrap_or_else(|| panic!("there is no command {}", asked.r#do));
        let Some(clear) = command.is_clear(asked.with.get()) else { return Ok(asked.clone()) };
        let (signer, unique) = (kid.parse::<Kid>().expect("member/key"), format!("test-{}", self.transactions));
        let reader = self.first.state().reader();
        let draft = (clear.draft)(asked.with.get(), &Drafting { reader: &reader, signer: &signer, unique: &unique })?;
        draft.seal(&reader, |hash| StdRng::from_seed(hash.0))
    }

    /// What is sealed under a subject, in its version 1, and its content as the reading key `main` of a member opens it.
    #[track_caller]
    pub fn open(&self, member: &str, subject: &str) -> (Record, Result<Opened, SealError>) {
        let shown = self.query("document.sealed", &[("subject", subject), ("version", "1")]);
        let shown = shown.unwrap_or_else(|refusal| panic!("{subject}: {refusal}"));
        let record: Record = serde_json::from_value(shown).expect("a record");
        let kid: Kid = format!("{member}/main").parse().expect("member/main");
        let opened = record.open(self.first.state().ledger(), &kid, &reading_key(kid.as_str()));
        (record, opened)
    }

    /// A block of transactions; what became of each.
    #[track_caller]
    pub fn block(&mut self, transactions: Vec<Transaction>) -> Vec<Done> {
        self.time_ms += BLOCK_MS;
        let (first, second) =
            (self.first.block(&transactions, self.time_ms), self.second.block(&transactions, self.time_ms));
        assert_eq!(first.receipts, second.receipts, "receipts depend on the order of rows or on an index");
        assert_eq!(first.result, second.result, "the result depends on the order of rows or on an index");
        self.assert_sound();
        let done: Vec<_> = first.receipts.iter().map(|receipt| Done { receipt: receipt.clone() }).collect();
        done.iter().for_each(|done| self.assert_events(done));
        done
    }

    /// Lets time pass before the next block.
    pub fn wait_ms(&mut self, ms: u64) {
        self.time_ms += ms;
    }

    /// Time of the newest block.
    pub fn time_ms(&self) -> u64 {
        self.time_ms
    }

    /// Height of the newest block.
    pub fn height(&self) -> u64 {
        self.first.state().tip().height
    }

    /// The key that signs as `kid`.
    pub fn key(&self, kid: &str) -> SigningKey {
        self.keys.get(kid).cloned().unwrap_or_else(|| SigningKey::for_tests(kid))
    }

    /// From now on `kid` signs with this key.
    pub fn set_key(&mut self, kid: &str, key: SigningKey) {
        self.keys.insert(kid.to_owned(), key);
    }

    /// The modules' declarations.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The state, to read or to look at what is below.
    pub fn state(&self) -> &State {
        self.first.state()
    }

    /// The rows of a SELECT.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> Vec<Vec<Value>> {
        rows(&self.first.reader, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The answer of a named query.
    #[track_caller]
    pub fn query(&self, name: &str, given: &[(&str, &str)]) -> Result<serde_json::Value, Refusal> {
        let query = self.registry.query(name).unwrap_or_else(|| panic!("there is no query {name}"));
        query.read(&self.first.state().reader(), given).map(|(_, answer)| answer)
    }

    fn assert_sound(&self) {
        let broken = self.first.state().reader().invariants().unwrap_or_else(|refusal| panic!("{refusal}"));
        assert!(broken.is_empty(), "invariants do not hold: {broken:?}");
    }

    fn assert_events(&self, done: &Done) {
        let Outcome::Applied { events, .. } = &done.receipt.outcome else { return };
        for event in events {
            let mut declared = self.registry.modules().iter().flat_map(|module| module.events);
            assert!(declared.any(|known| known.name == event.name), "event {} is not declared", event.name);
        }
    }

    /// Every query runs as the public may run it, and gives the declared columns.
    fn assert_queries(&self) {
        let reader = self.first.state().reader();
        for query in self.registry.queries() {
            let value = |name| (name, if name == "limit" { 1.into() } else { serde_json::Value::Null });
            let values: Vec<_> = query.placeholders().into_iter().map(value).collect();
            let result = reader.sql(query.sql, SqlParams::Named(&values), SqlLimits::default());
            let columns = result.unwrap_or_else(|refusal| panic!("{}: {refusal}", query.name)).columns;
            let paged = query.answer == Answer::Page;
            assert_eq!(columns.len(), query.columns.len() + usize::from(paged), "columns of {}", query.name);
            let cursor = columns.last().is_some_and(|last| last == "cursor");
            assert_eq!(paged, cursor, "the last column of a page, and only of a page, is cursor: {}", query.name);
        }
    }
}

/// A ledger and a reader's connection.
struct Twin {
    reader: Connection,
    scratch: Scratch,
    options: Options,
}

impl Twin {
    fn open(genesis: &[u8], registry: &Arc<Registry>, options: &Options) -> Self {
        let program = Arc::clone(registry) as Arc<_>;
        let scratch = Scratch::open(genesis, program, options).unwrap_or_else(|fault| panic!("{}", fault.report()));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(scratch.database(), flags).expect("the database");
        Self { reader, scratch, options: options.clone() }
    }

    fn again(self, genesis: &[u8], registry: &Arc<Registry>) -> Self {
        let Self { reader, scratch, options } = self;
        let program = Arc::clone(registry) as Arc<_>;
        let scratch = scratch.again(genesis, program, &options).unwrap_or_else(|fault| panic!("{}", fault.report()));
        Self { reader, scratch, options }
    }

    fn state(&self) -> &State {
        self.scratch.state()
    }

    fn block(&mut self, transactions: &[Transaction], time_ms: u64) -> Executed {
        self.scratch.block(transactions, time_ms).unwrap_or_else(|fault| panic!("{}", fault.report()))
    }
}

/// The secret of the reading key `member/name` in tests.
pub fn reading_key(kid: &str) -> ReadingKey {
    ReadingKey::from_bytes(Hash::of(&[b"reading", kid.as_bytes()]).0)
}

fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql)?;
    let count = statement.column_count();
    let mut found = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        all.push((0..count).map(|at| row.get_ref(at).map(value)).collect::<Result<_, _>>()?);
    }
    Ok(all)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => panic!("a fraction in a ledger: {number}"),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// A small consortium: `tax-bureau`, `core-corp`, `bank-a`, `cloud-provider` (validators), `shop-1`, `shop-2`, `supplier-1`,
/// `accountant-1`, `alice`, `bob`; each with an admin key `dev`.
pub fn sample_genesis() -> Genesis {
    let members = [
        ("tax-bureau", "organisation", &["tax-authority"][..]),
        ("core-corp", "organisation", &["enterprise"]),
        ("bank-a", "organisation", &["bank"]),
        ("cloud-provider", "organisation", &["provider"]),
        ("shop-1", "organisation", &["enterprise"]),
        ("shop-2", "organisation", &["enterprise"]),
        ("supplier-1", "organisation", &["enterprise"]),
        ("accountant-1", "organisation", &["provider", "auditor"]),
        ("alice", "person", &["person"]),
        ("bob", "person", &["person"]),
    ];
    let member = |(id, kind, roles): &(&str, &str, &[&str])| GenesisMember {
        id: (*id).to_owned(),
        name: (*id).to_owned(),
        kind: (*kind).to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        keys: vec![GenesisKey {
            name: "dev".to_owned(),
            public_key: SigningKey::for_tests(&format!("{id}/dev")).public_key(),
            roles: vec!["admin".to_owned()],
        }],
    };
    let validator = |(id, _, _): &(&str, &str, &[&str])| GenesisValidator {
        member: (*id).to_owned(),
        public_key: SigningKey::for_tests(&format!("validator {id}")).public_key(),
    };
    Genesis {
        format: Genesis::FORMAT.to_owned(),
        name: "test".to_owned(),
        time_ms: 1_767_225_600_000,
        epoch_length: 1_000,
        validators: members[..4].iter().map(validator).collect(),
        members: members.iter().map(member).collect(),
    }
}
