use crate::ledger::{Ledger, code};
use counterfoil_types::{Call, Hash, Outcome, machine::Machine as _, merkle};
use serde_json::json;

fn changed_rows(ledger: &Ledger) -> u64 {
    ledger.ask("SELECT changed_rows FROM block ORDER BY height DESC LIMIT 1").as_u64().expect("a number")
}

#[test]
fn a_refused_statement_leaves_no_phantom_rows() {
    let mut ledger = Ledger::new();
    // The third row breaks UNIQUE after two were captured.
    let failing = "INSERT INTO note (id, text) SELECT column1, column2 FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a'))";
    let refused = ledger.sql(&["INSERT INTO note (id, text) VALUES (9, 'z')", failing]);
    let applied = ledger.sql(&["INSERT INTO note (id, text) VALUES (4, 'd')"]);
    let executed = ledger.block(vec![refused, applied]);
    assert_eq!(code(&executed.receipts[0].outcome), "transaction/14");
    assert_eq!(code(&executed.receipts[1].outcome), "applied");
    assert_eq!(changed_rows(&ledger), 1);
    assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("4"));
    assert_eq!(ledger.updates.last().expect("updates").len(), 1);
}

#[test]
fn a_command_cannot_go_on_after_a_failed_statement() {
    let mut ledger = Ledger::new();
    let statements = ["INSERT INTO note (id, text) VALUES (1, 'a')", "INSERT INTO note (id, text) VALUES (1, 'b')"];
    let call = Call::new("bank.sql", &json!({ "sql": statements, "swallow": true }));
    let swallowed = ledger.sign("m0", vec![call]);
    assert_eq!(ledger.one_code(swallowed), "transaction/14");
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(0));
}

#[test]
fn all_calls_take_effect_or_none() {
    let mut ledger = Ledger::new();
    let good = Call::new("bank.sql", &json!({ "sql": ["INSERT INTO note (id, text) VALUES (1, 'a')"] }));
    let bad = Call::new("bank.sql", &json!({ "sql": ["INSERT INTO note (id, text) VALUES (2, 'b')"], "refuse": true }));
    let mixed = ledger.sign("m0", vec![good, bad]);
    assert_eq!(ledger.one_code(mixed), "bank/3");
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(0));
    assert_eq!(changed_rows(&ledger), 0);
}

#[test]
fn a_refusal_after_a_write_costs_the_rest_of_the_block_nothing() {
    let mut ledger = Ledger::new();
    let write = |id: u32, refuse: bool| {
        let sql = format!("INSERT INTO note (id, text) VALUES ({id}, 'n{id}')");
        Call::new("bank.sql", &json!({ "sql": [sql], "refuse": refuse }))
    };
    let block: Vec<_> = [false, true, false, true, false]
        .into_iter()
        .zip(1..)
        .map(|(refuse, id)| ledger.sign("m0", vec![write(id, refuse)]))
        .collect();
    let again = block[1].clone();
    let executed = ledger.block(block);
    let applied: Vec<_> =
        executed.receipts.iter().map(|receipt| matches!(receipt.outcome, Outcome::Applied { .. })).collect();
    assert_eq!(applied, [true, false, true, false, true]);
    assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("1,3,5"));
    assert_eq!(changed_rows(&ledger), 3);
    assert_eq!(ledger.ask("SELECT count(*) FROM receipt WHERE code = 'bank/3'"), json!(2));
    assert_eq!(ledger.one_code(again), "transaction/12");
}

#[test]
fn replace_captures_what_it_deletes() {
    let mut ledger = Ledger::new();
    let setup = ledger.sql(&["INSERT INTO note (id, text) VALUES (1, 'a'), (2, 'b')"]);
    ledger.block(vec![setup]);
    // Takes the place of row 1 by its id and of row 2 by its text.
    let replace = ledger.sql(&["INSERT OR REPLACE INTO note (id, text) VALUES (1, 'b')"]);
    ledger.block(vec![replace]);
    assert_eq!(ledger.ask("SELECT group_concat(id || text) FROM note"), json!("1b"));
    let updates = ledger.updates.last().expect("updates");
    assert_eq!(updates.iter().filter(|update| update.value.is_none()).count(), 1, "row 2 is gone from the index");
    assert_eq!(updates.iter().filter(|update| update.value.is_some()).count(), 1);
}

#[test]
fn what_a_foreign_key_deletes_is_captured() {
    let mut ledger = Ledger::new();
    let setup = ledger
        .sql(&["INSERT INTO note (id, text, parent) VALUES (1, 'a', NULL), (2, 'b', 1), (3, 'c', 2), (4, 'd', 3)"]);
    ledger.block(vec![setup]);
    let delete = ledger.sql(&["DELETE FROM note WHERE id = 1"]);
    ledger.block(vec![delete]);
    assert_eq!(changed_rows(&ledger), 4);
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(0));
    assert!(ledger.updates.last().expect("updates").iter().all(|update| update.value.is_none()));
}

#[test]
fn a_changed_key_is_a_delete_and_an_insert() {
    let mut ledger = Ledger::new();
    let setup = ledger.sql(&["INSERT INTO note (id, text) VALUES (1, 'a')"]);
    ledger.block(vec![setup]);
    let rename = ledger.sql(&["UPDATE note SET id = 5 WHERE id = 1"]);
    ledger.block(vec![rename]);
    assert_eq!(changed_rows(&ledger), 2);
    let updates = ledger.updates.last().expect("updates");
    assert_eq!(updates.iter().filter(|update| update.value.is_none()).count(), 1);
}

#[test]
fn a_write_that_changes_nothing_is_none() {
    let mut ledger = Ledger::new();
    let idle = ledger.sql(&["UPDATE account SET balance = balance"]);
    let back = ledger.sql(&["UPDATE account SET balance = balance + 1", "UPDATE account SET balance = balance - 1"]);
    let executed = ledger.block(vec![idle]);
    assert_eq!(executed.execution.changes_root, merkle::root(&[]));
    ledger.block(vec![back]);
    assert_eq!(changed_rows(&ledger), 10, "they were written");
    assert!(ledger.updates.last().expect("updates").is_empty(), "and are as before");
}

#[test]
fn append_only_tables_only_grow() {
    let mut ledger = Ledger::new();
    let paid = ledger.transfer("m0", "m1", 5);
    ledger.block(vec![paid]);
    for statement in [
        "UPDATE transfer SET amount = 1",
        "DELETE FROM transfer",
        "INSERT OR REPLACE INTO transfer SELECT id, source, target, 7, at_ms FROM transfer",
        "INSERT INTO transfer SELECT id, source, target, 7, at_ms FROM transfer WHERE true ON CONFLICT DO UPDATE SET amount = 8",
    ] {
        let transaction = ledger.sql(&[statement]);
        let Outcome::Refused(refusal) = ledger.one(transaction) else { panic!("{statement} was applied") };
        assert_eq!(refusal.code, "transaction/14");
        assert!(refusal.detail.contains("append-only"), "{statement}: {}", refusal.detail);
    }
    assert_eq!(ledger.ask("SELECT sum(amount) FROM transfer"), json!(5));
}

#[test]
fn commands_stay_in_their_sandbox() {
    let mut ledger = Ledger::new();
    let tip = ledger.state.tip().height;
    let statements = [
        "INSERT OR FAIL INTO note (id, text) VALUES (1, 'a')",
        "INSERT OR ROLLBACK INTO note (id, text) VALUES (1, 'a')",
        "CREATE TABLE x (a INTEGER PRIMARY KEY) STRICT",
        "CREATE TEMP TABLE x (a)",
        "CREATE TEMP TRIGGER x AFTER INSERT ON note BEGIN SELECT 1; END",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN x TEXT",
        "ATTACH ':memory:' AS x",
        "PRAGMA foreign_keys = OFF",
        "SELECT * FROM pragma_table_list",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT rowid FROM transfer",
        "SELECT count(*) FROM transfer WHERE _rowid_ > 0",
        "EXPLAIN SELECT * FROM transfer",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "ROLLBACK",
        "BEGIN",
        "SAVEPOINT x",
        "RELEASE ledger_transaction",
        "VACUUM",
        "ANALYZE",
        "REINDEX",
        "DELETE FROM ledger_block",
        "SELECT * FROM ledger_id",
        "SELECT * FROM 'ledger_id'",
        "SELECT * FROM block",
        "SELECT count(*) FROM block",
        "SELECT count(*) FROM dbstat",
        "SELECT name FROM sqlite_schema",
        "SELECT random()",
        "SELECT datetime('now')",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT avg(balance) FROM account",
        "SELECT total(balance) FROM account",
        "SELECT round(balance) FROM account",
        "SELECT 1.5",
        "SELECT load_extension('x')",
        "SELECT last_insert_rowid()",
        "SELECT ledger_capture(1, 0, 'm9', 'm9', 5)",
        "SELECT * FROM (SELECT LEDGER_CAPTURE(1, 0, 'm9', 'm9', 5))",
        "WITH ledger_capture_insert_account AS (SELECT ledger_capture(1, 0, 'm9', 'm9', 5)) SELECT * FROM ledger_capture_insert_account",
        "INSERT INTO note (id, text) VALUES (1, CAST(x'ff' AS TEXT))",
        "INSERT INTO note (id, text) VALUES (1, 2) RETURNING id",
        "INSERT INTO note (id, text) VALUES (1, 'a'); INSERT INTO note (id, text) VALUES (2, 'b')",
        "UPDATE account SET balance = balance - 10001",
        "UPDATE account SET balance = 9223372036854775807 + balance",
        "",
        "no sql at all",
    ];
    for statement in statements {
        let transaction = ledger.sql(&[statement]);
        let Outcome::Refused(refusal) = ledger.one(transaction) else { panic!("{statement} was applied") };
        assert_eq!(refusal.code, "transaction/14", "{statement}");
        assert!(!refusal.detail.contains("ended the block"), "{statement} was stopped too late");
    }
    assert_eq!(ledger.state.tip().height, tip + statements.len() as u64);
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(0));
    let fine = ledger.sql(&[
        "WITH x AS (SELECT 7 AS id) INSERT INTO note (id, text) SELECT id, 'x' || (SELECT count(*) FROM x) FROM x",
    ]);
    assert_eq!(ledger.one_code(fine), "applied");
}

#[test]
fn too_much_work_is_refused_and_the_rest_of_the_block_stands() {
    let mut ledger = Ledger::new();
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) ";
    let read = ledger.sql(&[&format!("SELECT * FROM ({endless} SELECT x FROM n WHERE x < 0)")]);
    let write = ledger.sql(&[
        "INSERT INTO note (id, text) VALUES (1, 'a')",
        &format!("{endless} INSERT INTO note (id, text) SELECT x, 'n' FROM n WHERE x < 0"),
    ]);
    let before = ledger.sql(&["INSERT INTO note (id, text) VALUES (2, 'b')"]);
    let after = ledger.sql(&["INSERT INTO note (id, text) VALUES (3, 'c')"]);
    let wide = ledger.sql(&[&format!(
        "{endless} INSERT INTO note (id, text) SELECT x + 100, format('%0100000d', x) FROM n LIMIT 200"
    )]);
    let executed = ledger.block(vec![before, read, write, wide, after]);
    let codes: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
    assert_eq!(codes, ["applied", "transaction/15", "transaction/15", "transaction/15", "applied"]);
    assert_eq!(ledger.ask("SELECT group_concat(id) FROM note"), json!("2,3"));
    assert_eq!(changed_rows(&ledger), 2);
}

#[test]
fn a_row_is_found_as_it_was_until_its_block_is_certified() {
    let mut ledger = Ledger::new();
    let key = ["m0".to_owned()];
    let balance = |ledger: &Ledger, height| {
        let located = ledger.state.locate("account", &key, height).expect("located");
        located.row.map(|row| counterfoil_types::row::decode(&row).expect("a row")[2].clone())
    };
    for _ in 0..4 {
        let paid = ledger.transfer("m0", "m1", 100);
        ledger.block(vec![paid]);
    }
    let expected: Vec<_> =
        (0..=4).map(|height| Some(counterfoil_types::Value::Integer(10_000 - 100 * height))).collect();
    let found = |ledger: &Ledger| (0..=4).map(|height| balance(ledger, height)).collect::<Vec<_>>();
    assert_eq!(found(&ledger), expected);
    ledger.state.certified(2).expect("certified");
    assert_eq!(balance(&ledger, 2), expected[2]);
    let ledger = ledger.reopen(&crate::ledger::fast());
    assert_eq!(found(&ledger), expected, "read again from the change lists");

    let located = ledger.state.locate("note", &["5".into()], 4).expect("located");
    assert_eq!(located.row, None);
    assert_ne!(located.key, Hash::ZERO);
    let refused = |table: &str, key: &[&str], height| {
        let key: Vec<_> = key.iter().map(|text| (*text).to_owned()).collect();
        ledger.state.locate(table, &key, height).expect_err("refused").code
    };
    assert_eq!(refused("ledger_block", &["1"], 4), "state/1");
    assert_eq!(refused("note", &["x"], 4), "state/2");
    assert_eq!(refused("note", &["1", "2"], 4), "state/2");
    assert_eq!(refused("transfer", &["x"], 4), "state/3");
    assert_eq!(refused("note", &["5"], 5), "state/4");
}
