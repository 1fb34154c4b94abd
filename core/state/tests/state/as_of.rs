//! Tables as they were after a block, against what was read right after it.

use crate::ledger::{Ledger, fast};
use counterfoil_state::{Flow, Scope, Select, SqlLimits, rusqlite};
use counterfoil_types::{Call, machine::Machine as _};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

/// What is asked at each height: tables whole and by key, joins, subqueries, aggregates, windows, views of modules and of the ledger.
const ASKED: &[&str] = &[
    "SELECT * FROM account ORDER BY id",
    "SELECT * FROM note ORDER BY id",
    "SELECT text, data FROM note WHERE id = 3",
    "SELECT id FROM note WHERE text = 't4'",
    "SELECT n.id, m.id FROM note n LEFT JOIN note m ON m.parent = n.id ORDER BY 1, 2",
    "SELECT a.owner, count(t.id), sum(t.amount) FROM account a LEFT JOIN transfer t ON t.source = a.id GROUP BY 1 ORDER BY 1",
    "SELECT sum(amount) FROM transfer WHERE source IN (SELECT id FROM rich)",
    "SELECT id, balance FROM rich ORDER BY balance, id",
    "WITH big AS (SELECT id FROM account WHERE balance > 9000) SELECT count(*) FROM big, note",
    "SELECT id, rank() OVER (ORDER BY balance, id) FROM account ORDER BY id",
    "SELECT count(*) FROM note WHERE NOT EXISTS (SELECT 1 FROM account WHERE id = note.text)",
    "SELECT id FROM account WHERE balance < 10000 UNION SELECT text FROM note ORDER BY 1",
    "SELECT max(height), count(*) FROM block",
    "SELECT height, place, code FROM receipt ORDER BY 1, 2",
    "SELECT height, digest, changed_rows FROM block JOIN receipt USING (height) ORDER BY 1, 2",
    "SELECT count(*) FROM evidence",
];

const LOT: &str = r#"CREATE TABLE "yard.lot" (id TEXT, at INTEGER, kilograms INTEGER, PRIMARY KEY (at, id)) STRICT"#;
/// What is asked of a table that is made while the ledger runs.
const OF_LOTS: &[&str] = &[
    "SELECT id, at, kilograms FROM yard.lot ORDER BY at, id",
    "SELECT lot.id, account.balance FROM yard.lot JOIN account ON account.id = 'm' || lot.at ORDER BY 1, 2",
];

#[derive(Debug, Clone)]
enum Step {
    Transfer { from: u8, amount: i64 },
    Note { id: i64, text: u8, parent: Option<i64> },
    Replace { id: i64, text: u8 },
    Drop { from: i64 },
    Shift { by: i64 },
    Lot { id: u8, at: i64, kilograms: i64 },
    Move { at: i64 },
    Clear { id: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5u8, 0..3_000i64).prop_map(|(from, amount)| Step::Transfer { from, amount }),
        (0..9i64, 0..9u8, prop::option::of(0..9i64)).prop_map(|(id, text, parent)| Step::Note { id, text, parent }),
        (0..9i64, 0..9u8).prop_map(|(id, text)| Step::Replace { id, text }),
        (0..9i64).prop_map(|from| Step::Drop { from }),
        (-2..2i64).prop_map(|by| Step::Shift { by }),
        (0..4u8, 0..4i64, 0..99i64).prop_map(|(id, at, kilograms)| Step::Lot { id, at, kilograms }),
        (0..4i64).prop_map(|at| Step::Move { at }),
        (0..4u8).prop_map(|id| Step::Clear { id }),
    ]
}

fn call(step: &Step) -> (String, Call) {
    let sql = |sql: String| ("m0".to_owned(), Call::new("bank.sql", &json!({ "sql": [sql] })));
    match step {
        Step::Transfer { from, amount } => {
            let with = json!({ "from": format!("m{from}"), "to": format!("m{}", (from + 1) % 5), "amount": amount });
            (format!("m{from}"), Call::new("bank.transfer", &with))
        }
        Step::Note { id, text, parent } => {
            let parent = parent.map_or("NULL".to_owned(), |parent| parent.to_string());
            sql(format!("INSERT INTO note VALUES ({id}, 't{text}', x'{text:02x}', {parent})"))
        }
        Step::Replace { id, text } => sql(format!("INSERT OR REPLACE INTO note (id, text) VALUES ({id}, 't{text}')")),
        Step::Drop { from } => sql(format!("DELETE FROM note WHERE id >= {from}")),
        Step::Shift { by } => sql(format!("UPDATE note SET id = id + {by} WHERE parent IS NULL")),
        Step::Lot { id, at, kilograms } => {
            sql(format!(r#"INSERT OR REPLACE INTO "yard.lot" VALUES ('l{id}', {at}, {kilograms})"#))
        }
        Step::Move { at } => sql(format!(r#"UPDATE "yard.lot" SET at = at + 1, kilograms = NULL WHERE at = {at}"#)),
        Step::Clear { id } => sql(format!(r#"DELETE FROM "yard.lot" WHERE id = 'l{id}'"#)),
    }
}

type Rows = Vec<Vec<Json>>;

fn ask(ledger: &Ledger, as_of: Option<u64>, sql: &str) -> Rows {
    let scope = Scope { as_of, ..Scope::default() };
    let result = ledger.state.reader().sql_in(scope, sql, &[], SqlLimits::default());
    let result = result.unwrap_or_else(|refusal| panic!("{sql} as of {as_of:?}: {refusal}"));
    assert_eq!(result.height, as_of.unwrap_or(ledger.state.tip().height), "{sql}");
    result.rows
}

fn refused(ledger: &Ledger, as_of: u64, sql: &str) -> (String, String) {
    let scope = Scope { as_of: Some(as_of), ..Scope::default() };
    let refusal = ledger.state.reader().sql_in(scope, sql, &[], SqlLimits::default()).expect_err(sql);
    (refusal.code, refusal.detail)
}

/// Every answer as of now; the table of lots is asked only where it is there.
fn copy(ledger: &Ledger, lots: bool) -> Vec<Rows> {
    let of_lots = if lots { OF_LOTS } else { &[] };
    ASKED.iter().chain(of_lots).map(|sql| ask(ledger, None, sql)).collect()
}

fn compare(ledger: &Ledger, copies: &[Vec<Rows>], lots_since: u64) {
    for (height, copy) in copies.iter().enumerate() {
        let height = height as u64;
        let of_lots = if height >= lots_since { OF_LOTS } else { &[] };
        for (sql, expected) in ASKED.iter().chain(of_lots).zip(copy) {
            assert_eq!(&ask(ledger, Some(height), sql), expected, "{sql} as of {height}");
        }
        for sql in OF_LOTS.iter().filter(|_| height < lots_since) {
            let (code, detail) = refused(ledger, height, sql);
            assert!(code == "sql/2" && detail.starts_with("no such table: yard.lot"), "{code} {detail}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_height_reads_as_it_did(
        before in prop::collection::vec(prop::collection::vec(step(), 0..5), 0..5),
        after in prop::collection::vec(prop::collection::vec(step(), 0..8), 1..8),
    ) {
        let mut ledger = Ledger::new();
        let mut copies = vec![copy(&ledger, false)];
        let mut block = |ledger: &mut Ledger, steps: &[Step], lots: bool| {
            let wires = steps.iter().map(call).map(|(member, call)| ledger.sign(&member, vec![call])).collect();
            ledger.block(wires);
            copies.push(copy(ledger, lots));
        };
        before.iter().for_each(|steps| block(&mut ledger, steps, false));
        let lots_since = ledger.state.tip().height + 1;
        let create = Call::new("bank.create", &json!({ "name": "yard.lot", "mutable": true, "sql": LOT }));
        let create = ledger.sign("m0", vec![create]);
        ledger.block(vec![create]);
        copies.push(copy(&ledger, true));
        let mut block = |ledger: &mut Ledger, steps: &[Step]| {
            let wires = steps.iter().map(call).map(|(member, call)| ledger.sign(&member, vec![call])).collect();
            ledger.block(wires);
            copies.push(copy(ledger, true));
        };
        after.iter().for_each(|steps| block(&mut ledger, steps));
        compare(&ledger, &copies, lots_since);
        // VACUUM gives rows other places in the file, and those without a key of integers other numbers.
        rusqlite::Connection::open(ledger.dir.join("state.db")).expect("opens").execute_batch("VACUUM").expect("vacuums");
        let ledger = ledger.reopen(&fast());
        compare(&ledger, &copies, lots_since);
    }
}

/// A ledger whose `m0` has sent 1, 2 and 3 in the blocks of these heights.
fn three() -> Ledger {
    let mut ledger = Ledger::new();
    for amount in 1..=3 {
        let transfer = ledger.transfer("m0", "m1", amount);
        ledger.block(vec![transfer]);
    }
    ledger
}

#[test]
fn rows_can_be_taken_one_by_one_as_of_a_height_while_the_ledger_goes_on() {
    let mut ledger = three();
    let reader = ledger.state.reader();
    let scope = Scope { as_of: Some(2), ..Scope::default() };
    let described = reader.describe("SELECT id, balance FROM account", scope).expect("a SELECT");
    assert_eq!(described.columns[1].declared.as_deref(), Some("INTEGER"));
    let sql = "SELECT (SELECT balance FROM account WHERE id = 'm0'), id FROM account ORDER BY id";
    let select =
        Select { sql, params: &[], scope, time_max: Duration::from_secs(60), brief: false, stop: Arc::default() };
    let mut taken = Vec::new();
    let done = reader.select(&select, &mut |row| {
        if taken.is_empty() {
            let transfer = ledger.transfer("m0", "m1", 100);
            ledger.block(vec![transfer]);
        }
        taken.push(row.get::<_, i64>(0).expect("a balance"));
        Ok(Flow::Next)
    });
    assert_eq!((done, taken), (Ok(()), vec![9_997; 5]));
    assert_eq!(ask(&ledger, Some(4), "SELECT balance FROM account WHERE id = 'm0'"), [[json!(9_894)]]);
}

#[test]
fn what_is_out_of_reach_stays_so_in_the_past() {
    let ledger = three();
    for (sql, code) in [
        ("SELECT * FROM ledger_block", "sql/3"),
        ("SELECT * FROM ledger_was_1", "sql/3"),
        ("SELECT * FROM temp.ledger_was_1", "sql/3"),
        ("SELECT * FROM \"ledger_was_1\", account", "sql/3"),
        ("SELECT * FROM main.account", "sql/3"),
        ("SELECT main.id FROM account AS main", "sql/3"),
        ("SELECT * FROM temp.account", "sql/3"),
        ("WITH account AS (SELECT * FROM [main] . account) SELECT * FROM account", "sql/3"),
        ("SELECT * FROM sqlite_temp_schema", "sql/3"),
        ("SELECT * FROM sqlite_schema", "sql/3"),
        ("SELECT * FROM pragma_table_list", "sql/3"),
        ("SELECT load_extension('x') FROM account", "sql/3"),
        ("SELECT 1; SELECT 2", "sql/1"),
        ("CREATE TEMP TABLE x (a)", "sql/1"),
        ("DELETE FROM account", "sql/1"),
        ("WITH x AS (SELECT 1) DELETE FROM account", "sql/3"),
        ("SELECT nothing FROM account", "sql/2"),
        ("SELECT * FROM nowhere", "sql/2"),
    ] {
        let (found, detail) = refused(&ledger, 1, sql);
        assert!(found == code || (code == "sql/3" && found == "sql/1"), "{sql}: {found} {detail}");
    }
    for (height, says) in [(4, "the newest is 3"), (u64::MAX, "the newest is 3")] {
        let (code, detail) = refused(&ledger, height, "SELECT 1");
        assert!(code == "sql/9" && detail.contains(says), "{code} {detail}");
    }
    // Nobody else finds what a statement in the past left behind.
    assert_eq!(ask(&ledger, Some(1), "SELECT balance FROM account WHERE id = 'm0'"), [[json!(9_999)]]);
    assert_eq!(ledger.ask("SELECT balance FROM account WHERE id = 'm0'"), json!(9_994));
    assert_eq!(ledger.ask("SELECT max(height) FROM block"), json!(3));
}

#[test]
fn a_database_beside_the_ledger_is_read_as_it_is() {
    let ledger = three();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.db");
    let own = rusqlite::Connection::open(&path).expect("a database");
    own.execute_batch("CREATE TABLE own_note (owner TEXT); INSERT INTO own_note VALUES ('m0')").expect("a table");
    let scope = Scope { attached: Some(("own", &path)), as_of: Some(1) };
    let sql = "SELECT balance FROM account JOIN own.own_note USING (owner)";
    let result = ledger.state.reader().sql_in(scope, sql, &[], SqlLimits::default()).expect("a SELECT");
    assert_eq!((result.height, result.rows), (1, vec![vec![json!(9_999)]]));
}

#[test]
fn a_past_in_which_too_much_was_different_is_refused() {
    let mut ledger = Ledger::new();
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)";
    for part in 0..3 {
        let insert = format!("INSERT INTO note (id, text) {numbers} SELECT i + {part} * 70000, 'n{part}-' || i FROM n");
        let insert = ledger.sql(&[&insert]);
        assert_eq!(ledger.one_code(insert), "applied");
    }
    let count = "SELECT count(*) FROM note";
    let (code, detail) = refused(&ledger, 0, count);
    assert!(code == "sql/10" && detail.contains("200000 rows"), "{code} {detail}");
    assert_eq!(ask(&ledger, Some(1), count), [[json!(70_000)]]);
    assert_eq!(ask(&ledger, Some(0), "SELECT count(*) FROM account"), [[json!(5)]], "other tables have not changed");
}

#[test]
fn who_is_out_of_time_or_cancels_while_the_past_is_gathered_is_told_so() {
    let ledger = three();
    let scope = Scope { as_of: Some(1), ..Scope::default() };
    let sql = "SELECT count(*) FROM account";
    let none = SqlLimits { time_max: Duration::ZERO, ..SqlLimits::default() };
    let refusal = ledger.state.reader().sql_in(scope, sql, &[], none).expect_err("out of time");
    assert_eq!(refusal.code, "sql/4");
    for (stop, time_max) in [(false, Duration::ZERO), (true, Duration::from_secs(60))] {
        let stop = Arc::new(AtomicBool::new(stop));
        let select = Select { sql, params: &[], scope, time_max, brief: false, stop };
        let refusal = ledger.state.reader().select(&select, &mut |_| Ok(Flow::Next)).expect_err("it is broken off");
        assert!(refusal.code == "sql/4" && refusal.detail.contains("the past"), "{refusal}");
    }
}
