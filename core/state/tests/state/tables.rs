//! Tables that commands create while the ledger runs.

use crate::ledger::{Ledger, code, fast};
use counterfoil_state::Options;
use counterfoil_types::{
    Call, Outcome, Value,
    machine::Machine as _,
    row::{self, indexed_table_key},
};
use serde_json::{Value as Json, json};

const RECEIPT: &str = r#"CREATE TABLE "warehouse.receipt" (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, kilograms INTEGER CHECK (kilograms > 0)
) STRICT, WITHOUT ROWID"#;

fn create(name: &str, sql: &str) -> Call {
    Call::new("bank.create", &json!({ "name": name, "mutable": true, "sql": sql }))
}

fn sql(statement: &str) -> Call {
    Call::new("bank.sql", &json!({ "sql": [statement] }))
}

fn insert(id: &str) -> Call {
    sql(&format!(r#"INSERT INTO "warehouse.receipt" VALUES ('{id}', 'm1', 5)"#))
}

/// Also shows that the public reads it by its two names.
fn ids(ledger: &Ledger) -> Json {
    let ids = ledger.ask("SELECT group_concat(receipt.id ORDER BY id) FROM warehouse.receipt");
    assert_eq!(ids, ledger.ask(r#"SELECT group_concat(id ORDER BY id) FROM "warehouse.receipt""#));
    ids
}

#[test]
fn a_table_can_be_written_read_and_proved_from_the_transaction_that_creates_it() {
    let mut ledger = Ledger::new();
    let both = ledger.sign("m0", vec![create("warehouse.receipt", RECEIPT), insert("a")]);
    assert_eq!(ledger.one_code(both), "applied");
    assert_eq!(ids(&ledger), "a");
    let reader = ledger.state.reader();
    let table = reader.table("warehouse.receipt").expect("is there");
    assert_eq!((table.since, table.mutable, table.module.as_str()), (1, true, "bank"));
    assert_eq!(
        ledger.index[&indexed_table_key("warehouse.receipt")],
        table.hash,
        "the index says that it follows the table"
    );
    let key = row::key("warehouse.receipt", &[Value::Text("a".into())]);
    assert!(ledger.index.contains_key(&key));
    let located = ledger.state.locate("warehouse.receipt", &["a".into()], 1).expect("is located");
    assert_eq!(located.row, reader.row(&table, &[Value::Text("a".into())]).expect("reads"));
    assert_eq!(reader.change_path(1, "warehouse.receipt", &["a".into()]).expect("is proved").key, key);
}

#[test]
fn its_index_updates_are_the_same_after_a_restart() {
    let mut ledger = Ledger::new();
    let table = ledger.sign("m0", vec![create("warehouse.receipt", RECEIPT), insert("a")]);
    let other = ledger.sign("m1", vec![create("b.b", r#"CREATE TABLE "b.b" (k INTEGER PRIMARY KEY) STRICT"#)]);
    ledger.block(vec![table]);
    ledger.block(vec![other]);
    let row = ledger.sign("m2", vec![insert("b")]);
    ledger.block(vec![row]);
    let ledger = ledger.reopen(&Options { reverse_unordered_selects: true, drop_secondary_indexes: true, ..fast() });
    for height in 0..=3 {
        let again = ledger.state.index_updates(height).expect("reads");
        assert_eq!(again, ledger.updates[height as usize], "block {height}");
    }
    assert_eq!(ids(&ledger), "a,b");
}

#[test]
fn it_goes_with_the_transaction_that_is_refused() {
    let mut ledger = Ledger::new();
    let bad = sql(r#"INSERT INTO "warehouse.receipt" VALUES ('a', 'm1', 0)"#);
    let refused = ledger.sign("m0", vec![create("warehouse.receipt", RECEIPT), bad.clone()]);
    let after = ledger.sign("m1", vec![insert("b")]);
    let again = ledger.sign("m2", vec![create("warehouse.receipt", RECEIPT), insert("c")]);
    let within = json!({ "signer": "m1/k", "calls": [create("b.b", r#"CREATE TABLE "b.b" (k INTEGER PRIMARY KEY) STRICT"#), bad] });
    let tried = ledger.sign("m3", vec![Call::new("bank.try", &within), insert("d")]);
    let executed = ledger.block(vec![refused, after, again, tried]);
    let codes: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
    assert_eq!(codes, ["transaction/14", "transaction/14", "applied", "applied"]);
    assert_eq!(ids(&ledger), "c,d");
    assert!(ledger.state.reader().table("b.b").is_err());
    let tables: Vec<_> = ledger.state.reader().tables().iter().map(|table| table.name.clone()).collect();
    assert_eq!(tables.iter().filter(|name| name.contains('.')).count(), 1, "{tables:?}");
}

#[test]
fn what_cannot_be_a_ledger_table_is_refused() {
    let mut ledger = Ledger::new();
    let detail = |ledger: &mut Ledger, name: &str, sql: &str| {
        let wire = ledger.sign("m0", vec![create(name, sql)]);
        match ledger.one(wire) {
            Outcome::Refused(refusal) => format!("{}: {}", refusal.code, refusal.detail),
            Outcome::Applied { .. } => "applied".into(),
        }
    };
    for (name, sql, says) in [
        ("a.b", r#"CREATE TABLE "a.b" (k INTEGER PRIMARY KEY)"#, "STRICT"),
        ("a.b", r#"CREATE TABLE "a.b" (k INTEGER) STRICT"#, "primary key"),
        ("a.b", r#"CREATE TABLE "a.b" (k INTEGER PRIMARY KEY, v REAL) STRICT"#, "REAL"),
        (
            "a.b",
            r#"CREATE TABLE "a.b" (k INTEGER PRIMARY KEY) STRICT; CREATE TABLE c (k INTEGER PRIMARY KEY) STRICT"#,
            "ultiple statements",
        ),
        ("a.b", r#"CREATE TABLE "a.c" (k INTEGER PRIMARY KEY) STRICT"#, "a.b"),
        ("account", "CREATE TABLE account (k INTEGER PRIMARY KEY) STRICT", "already exists"),
        ("ledger_x", "CREATE TABLE ledger_x (k INTEGER PRIMARY KEY) STRICT", "internal"),
        ("a.b", "DROP TABLE account", "not authorized"),
        ("a.b", r#"CREATE TABLE "a.b" (k TEXT PRIMARY KEY DEFAULT ('a' || 'b')) STRICT"#, "literal"),
        ("a.b", r#"CREATE TABLE "a.b" (k INTEGER PRIMARY KEY CHECK (k > random())) STRICT"#, "not authorized"),
    ] {
        let found = detail(&mut ledger, name, sql);
        assert!(found.starts_with("transaction/14: ") && found.contains(says), "{sql}: {found}");
    }
    assert_eq!(ledger.state.reader().tables().iter().filter(|table| table.since > 0).count(), 0);
}

#[test]
fn sums_and_single_values_do_not_depend_on_the_order_of_rows() {
    let mut ledger = Ledger::new();
    let rows = [i64::MAX, 1, -5, i64::MIN + 10];
    let values: Vec<_> = rows.iter().enumerate().map(|(at, number)| format!("({at}, 'n{number}', NULL)")).collect();
    let insert = ledger.sql(&[&format!("INSERT INTO note (id, text, data) VALUES {}", values.join(", "))]);
    assert_eq!(ledger.one_code(insert), "applied");
    let total: i128 = rows.iter().copied().map(i128::from).sum();
    let sums = "INSERT INTO note (id, text) SELECT 100, 'sum ' || sum(CAST(substr(text, 2) AS INTEGER)) FROM note WHERE id < 4";
    for (statement, code) in [
        (sums, "applied"),
        ("SELECT sum(CAST(substr(text, 2) AS INTEGER)) FROM note WHERE id < 2", "transaction/14"),
        ("SELECT sum(text) FROM note WHERE id < 2", "transaction/14"),
        ("SELECT only(id) FROM note WHERE id = 1", "applied"),
        ("SELECT only(id) FROM note WHERE id < 2", "transaction/14"),
    ] {
        let wire = ledger.sql(&[statement]);
        assert_eq!(ledger.one_code(wire), code, "{statement}");
    }
    assert_eq!(ledger.ask("SELECT text FROM note WHERE id = 100"), format!("sum {total}"));
}

#[test]
fn a_hash_is_that_of_the_bytes_of_a_text_or_blob() {
    let mut ledger = Ledger::new();
    // FIPS 180-4, the example "abc".
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (expression, code) in [
        (format!("sha256('abc') = '{abc}' AND sha256(x'616263') = '{abc}' AND sha256(NULL) IS NULL"), "applied"),
        ("length(sha256('')) = 64 AND sha256(zeroblob(0)) = sha256('')".to_owned(), "applied"),
        ("sha256(1) IS NULL".to_owned(), "transaction/14"),
    ] {
        let wire = ledger.sql(&[&format!(
            "INSERT INTO note (id, text) SELECT 1, iif({expression}, 'holds', NULL) WHERE true ON CONFLICT DO NOTHING"
        )]);
        assert_eq!(ledger.one_code(wire), code, "{expression}");
        assert_eq!(ledger.ask("SELECT text FROM note WHERE id = 1"), "holds", "{expression}");
    }
}
