use crate::{
    bank::Bank,
    ledger::{Ledger, fast, genesis, open},
};
use counterfoil_state::{Context, ModuleSchema, Program, SignerKey, State, rusqlite};
use counterfoil_types::{Call, Fault, Genesis, Kid, Refusal, machine::Machine as _};
use serde_json::json;
use std::{fs, sync::Arc};

fn fault(outcome: Result<State, Fault>) -> String {
    match outcome {
        Ok(_) => panic!("it opened"),
        Err(fault) => fault.report(),
    }
}

#[test]
fn a_crash_before_the_commit_leaves_the_block_before() {
    let mut ledger = Ledger::new();
    let paid = ledger.transfer("m0", "m1", 5);
    let first = ledger.block(vec![paid]);
    let tip = ledger.state.tip();
    let wires = vec![ledger.transfer("m0", "m2", 6)];
    let block = ledger.next(wires);
    let updates = ledger.state.execute(&block, Some(b"certificate")).expect("executes");
    assert_eq!(ledger.ask("SELECT count(*) FROM transfer"), json!(1), "nothing is visible before the commit");

    let mut ledger = ledger.reopen(&fast());
    assert_eq!(ledger.state.tip(), tip);
    assert_eq!(ledger.state.result(1).expect("reads"), Some(first.result));
    assert_eq!(ledger.state.begin_genesis().expect("reads"), None);
    assert_eq!(ledger.ask("SELECT count(*) FROM transfer"), json!(1));

    assert_eq!(ledger.state.execute(&block, None).expect("executes again"), updates);
    assert_eq!(ledger.state.execute(&block, None).expect("and once more"), updates, "an uncommitted block is given up");
    let executed = ledger.state.commit(counterfoil_types::Hash::ZERO).expect("commits");
    assert_eq!(executed.execution.height, 2);
    assert!(ledger.state.execute(&block, None).is_err(), "each block once");
}

#[test]
fn everything_is_there_after_reopening() {
    let mut ledger = Ledger::new();
    for at in 0..20 {
        let wires = vec![ledger.transfer("m0", "m1", at), ledger.sql(&["UPDATE account SET balance = balance"])];
        ledger.block(wires);
    }
    let tip = ledger.state.tip();
    let updates = ledger.updates.clone();
    let receipts = ledger.state.reader().receipts(7).expect("reads");
    let ledger = ledger.reopen(&fast());
    assert_eq!(ledger.state.tip(), tip);
    for (height, expected) in updates.iter().enumerate() {
        assert_eq!(ledger.state.index_updates(height as u64).expect("reads"), *expected);
    }
    assert_eq!(ledger.state.reader().receipts(7).expect("reads"), receipts);
    assert_eq!(ledger.state.reader().receipt(&receipts[0].transaction).expect("reads").as_ref(), Some(&receipts[0]));
    let header = ledger.state.genesis_header();
    assert_eq!(Some(header.executed_result), ledger.state.result(0).expect("reads"));
    assert_eq!(ledger.state.result(21).expect("reads"), None);
}

#[test]
fn genesis_that_was_not_committed_is_begun_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_path_buf();
    let mut state = open(&path, &genesis(3), &fast()).expect("opens");
    let updates = state.begin_genesis().expect("executes").expect("fresh");
    assert_eq!(updates.len(), 10, "six rows and the markers of four tables");
    assert!(updates.is_sorted_by(|a, b| a.key < b.key));
    drop(state);
    let mut state = open(&path, &genesis(3), &fast()).expect("opens again");
    assert_eq!(state.begin_genesis().expect("executes"), Some(updates));
}

#[test]
fn a_directory_is_used_by_one_at_a_time() {
    let ledger = Ledger::new();
    let why = fault(open(&ledger.dir, &ledger.genesis, &fast()));
    assert!(why.contains("locked by another process"), "{why}");
}

#[test]
fn a_database_of_another_ledger_is_refused_and_both_are_named() {
    let ledger = Ledger::new();
    let (dir, own, other) = (ledger.dir.clone(), ledger.id(), genesis(4));
    let keep = ledger.keep();
    drop(ledger);
    let why = fault(open(&dir, &other, &fast()));
    let (_, id) = Genesis::parse(&other).expect("parses");
    assert!(why.contains(&own.to_string()) && why.contains(&id.to_string()), "{why}");
    assert!(fault(open(&dir, b"{}", &fast())).contains("genesis"));
    drop(keep);
}

#[test]
fn a_database_of_another_sqlite_is_refused_and_both_versions_are_named() {
    let ledger = Ledger::new();
    let (dir, bytes, keep) = (ledger.dir.clone(), ledger.genesis.clone(), ledger.keep());
    drop(ledger);
    let set = |version: &str| {
        let connection = rusqlite::Connection::open(dir.join("state.db")).expect("opens");
        connection
            .execute("UPDATE ledger_meta SET value = ?1 WHERE name = 'sqlite'", [version.as_bytes()])
            .expect("writes");
    };
    set("3.1.0");
    let outcome = open(&dir, &bytes, &fast());
    assert!(matches!(outcome, Err(Fault::Unusable(_))));
    let why = fault(outcome);
    assert!(why.contains("SQLite 3.1.0") && why.contains(rusqlite::version()) && why.contains("protocol"), "{why}");
    set(rusqlite::version());
    open(&dir, &bytes, &fast()).expect("its own version");
    drop(keep);
}

#[test]
fn damage_is_named_with_the_way_to_recover() {
    let mut ledger = Ledger::new();
    let wires = (0..200).map(|at| ledger.transfer("m0", "m1", at)).collect();
    ledger.block(wires);
    let (dir, bytes, keep) = (ledger.dir.clone(), ledger.genesis.clone(), ledger.keep());
    drop(ledger);
    let path = dir.join("state.db");
    let whole = fs::read(&path).expect("a file");
    assert!(whole.len() > 100_000, "the log is in the database after closing");
    let damage: [fn(&mut Vec<u8>); 3] = [
        |file| file[..100].fill(0x55),
        |file| {
            let end = file.len();
            file[4096 * 3..end / 2].fill(0x55);
        },
        |file| file.truncate(file.len() / 2),
    ];
    for harm in damage {
        let mut broken = whole.clone();
        harm(&mut broken);
        fs::write(&path, broken).expect("writes");
        let why = fault(open(&dir, &bytes, &fast()));
        assert!(why.contains("state.db") && why.contains("restore") && why.contains("catches up"), "{why}");
    }
    fs::write(&path, b"SQLite format 3\0").expect("writes");
    assert!(fault(open(&dir, &bytes, &fast())).contains("state.db"));
    fs::write(&path, whole).expect("writes");
    open(&dir, &bytes, &fast()).expect("whole again");
    drop(keep);
}

#[test]
fn a_log_torn_by_a_crash_opens_at_a_whole_block_and_goes_on_to_the_same_results() {
    let mut ledger = Ledger::new();
    let mut blocks = Vec::new();
    let mut results = vec![ledger.state.tip().result];
    for at in 0..12 {
        let wires = (0..3).map(|n| ledger.transfer("m0", "m1", at * 3 + n)).collect();
        let block = ledger.next(wires);
        ledger.state.execute(&block, None).expect("executes");
        results.push(ledger.state.commit(counterfoil_types::Hash::ZERO).expect("commits").result);
        blocks.push(block);
    }
    // The files as a crash would leave them: the database may be behind, the log ends anywhere.
    let database = fs::read(ledger.dir.join("state.db")).expect("a file");
    let log = fs::read(ledger.dir.join("state.db-wal")).expect("a log");
    let mut heights = Vec::new();
    for tenths in [10, 9, 8, 7, 6, 5] {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().to_path_buf();
        let mut torn = log[..log.len() * tenths / 10].to_vec();
        torn.extend_from_slice(&[0x55; 100]);
        fs::write(path.join("state.db"), &database).expect("writes");
        fs::write(path.join("state.db-wal"), torn).expect("writes");
        let mut state = open(&path, &ledger.genesis, &fast()).expect("opens");
        let height = state.tip().height;
        heights.push(height);
        for block in &blocks[height as usize..] {
            state.execute(block, None).expect("executes");
            let executed = state.commit(counterfoil_types::Hash::ZERO).expect("commits");
            assert_eq!(executed.result, results[executed.execution.height as usize]);
        }
        assert_eq!(state.tip().height, 12);
    }
    assert_eq!(heights[0], 12);
    assert!(heights.is_sorted_by(|a, b| a >= b) && heights[5] < 12, "{heights:?}");
}

/// A program with only a schema.
struct Shape(&'static str, &'static [&'static str]);

impl Program for Shape {
    fn modules(&self) -> Vec<ModuleSchema> {
        vec![ModuleSchema { name: "shape", sql: self.0, mutable: self.1, invariants: "" }]
    }
    fn genesis(&self, _: &mut Context<'_>, _: &Genesis) -> Result<(), Refusal> {
        Ok(())
    }
    fn signer_key(&self, _: &rusqlite::Connection, _: &Kid) -> Result<Option<SignerKey>, Fault> {
        Ok(None)
    }
    fn prepare(&self, _: &[Call]) -> Result<counterfoil_state::Prepared, Refusal> {
        Ok(counterfoil_state::Prepared { weight: 1, calls: Box::new(()) })
    }
    fn apply(&self, _: &mut Context<'_>, _: &counterfoil_state::Prepared) -> Result<Vec<String>, Refusal> {
        Ok(Vec::new())
    }
}

#[test]
fn a_schema_that_is_not_deterministic_or_not_captured_is_refused() {
    let cases: [(&'static str, &str); 17] = [
        ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "STRICT"),
        ("CREATE TABLE t (a INTEGER) STRICT", "primary key"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b REAL) STRICT", "REAL"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b ANY) STRICT", "ANY"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT) STRICT", "AUTOINCREMENT"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT CURRENT_TIMESTAMP) STRICT", "not authorized"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER DEFAULT (1 || 2)) STRICT", "default"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER AS (a + 1)) STRICT", "generated"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER CHECK (b > random())) STRICT", "not authorized"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER UNIQUE ON CONFLICT FAIL) STRICT", "CONFLICT"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED) STRICT", "deferred"),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT; CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
            "trigger",
        ),
        ("CREATE TABLE ledger_t (a INTEGER PRIMARY KEY) STRICT", "internal"),
        ("CREATE TABLE block (a INTEGER PRIMARY KEY) STRICT", "block"),
        ("CREATE VIRTUAL TABLE t USING fts5(a)", "virtual"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES (1)", "not authorized"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT; PRAGMA user_version = 1", "not authorized"),
    ];
    for (sql, expected) in cases {
        let dir = tempfile::tempdir().expect("a directory");
        let why = fault(State::open_with(dir.path(), &genesis(1), Arc::new(Shape(sql, &[])), &fast()));
        assert!(why.contains(expected), "{sql}: {why}");
    }
    let dir = tempfile::tempdir().expect("a directory");
    let sql = "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT";
    assert!(
        fault(State::open_with(dir.path(), &genesis(1), Arc::new(Shape(sql, &["u"])), &fast())).contains("mutable")
    );
}

#[test]
fn another_schema_is_refused_but_another_comment_is_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let with = |sql, mutable| State::open_with(dir.path(), &genesis(1), Arc::new(Shape(sql, mutable)), &fast());
    let sql = "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT";
    drop(with(sql, &[]).expect("opens"));
    drop(with("CREATE TABLE t (\n  a INTEGER PRIMARY KEY -- a key\n) STRICT", &[]).expect("opens"));
    assert!(fault(with(sql, &["t"])).contains("other tables"));
    assert!(fault(with("CREATE TABLE t (a TEXT PRIMARY KEY) STRICT", &[])).contains("other tables"));
    assert!(fault(State::open_with(dir.path(), &genesis(1), Arc::new(Bank), &fast())).contains("other tables"));
}
