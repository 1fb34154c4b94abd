//! Shared tables on a real ledger.

use super::{Execute, MODULE, NamedValue, SetTableWriters, SqlStatement, SqlValue};
use crate::{
    member,
    testing::{Done, Ledger},
};
use counterfoil_types::Value;
use serde_json::json;

const RECEIPT: &str = "CREATE TABLE warehouse.receipt (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, goods TEXT, kilograms INTEGER CHECK (kilograms > 0)
) WITH (writers = ('core-corp', 'bank-a/dev', 'role:provider'), mode = update, owner_column = owner)";

fn ledger() -> Ledger {
    Ledger::new(vec![member::MODULE, MODULE])
}

/// A ledger on which `core-corp` has created `warehouse.receipt`.
fn with_receipts() -> Ledger {
    let mut ledger = ledger();
    sql(&mut ledger, "core-corp", &[RECEIPT]).applied();
    ledger
}

fn sql(ledger: &mut Ledger, member: &str, statements: &[&str]) -> Done {
    let statements = statements.iter().map(|text| SqlStatement::new(*text)).collect();
    ledger.run(&format!("{member}/dev"), &Execute { statements })
}

fn insert(id: &str, owner: &str, kilograms: i64) -> String {
    format!("INSERT INTO warehouse.receipt VALUES ('{id}', '{owner}', 'copper', {kilograms})")
}

#[test]
fn a_table_is_created_written_and_read_in_one_go() {
    let mut ledger = ledger();
    let done = sql(
        &mut ledger,
        "core-corp",
        &[RECEIPT, &insert("a", "alice", 5), "UPDATE warehouse.receipt SET kilograms = 6 WHERE id = 'zz'"],
    );
    assert_eq!(done.applied()["changed"], json!([0, 1, 0]));
    let events: Vec<_> = done.events();
    assert_eq!(
        events[0],
        ("sql.created_table".to_owned(), json!({"table": "warehouse.receipt", "schema": "warehouse"}))
    );
    assert_eq!(
        events[1],
        ("sql.wrote".to_owned(), json!({"member": "core-corp", "tables": [{"table": "warehouse.receipt", "rows": 1}]}))
    );
    let shown = ledger.query("sql.table", &[("table", "warehouse.receipt")]).unwrap();
    assert_eq!(shown["writers"], json!(["bank-a/dev", "core-corp", "role:provider"]));
    assert_eq!(
        (&shown["owner"], &shown["mode"], &shown["owner_column"]),
        (&json!("core-corp"), &json!("update"), &json!("owner"))
    );
    assert_eq!(shown["shape"]["primary_key"], json!(["id"]));
    let path = ledger.state().reader().change_path(ledger.height(), "warehouse.receipt", &["a".to_owned()]).unwrap();
    assert_eq!(path.columns, ["id", "owner", "goods", "kilograms"]);
}

#[test]
fn parameters_have_positions_or_names() {
    let mut ledger = with_receipts();
    let values = [Value::Text("a".into()), Value::Text("alice".into()), Value::Null, Value::Integer(7)];
    let positional = SqlStatement::with("INSERT INTO warehouse.receipt VALUES (?, ?, ?, ?)", values);
    let named = |names: &[(&str, i64)]| SqlStatement {
        sql: "INSERT INTO warehouse.receipt (id, owner, kilograms) VALUES ('n' || :n, caller(), :n + :k)".into(),
        params: vec![],
        named: names
            .iter()
            .map(|(name, value)| NamedValue { name: (*name).into(), value: SqlValue(Value::Integer(*value)) })
            .collect(),
    };
    ledger
        .run("core-corp/dev", &Execute { statements: vec![positional.clone(), named(&[("k", 2), ("n", 1)])] })
        .applied();
    let rows = ledger.sql("SELECT id, owner, kilograms FROM \"warehouse.receipt\" ORDER BY id");
    assert_eq!(rows[1], vec![Value::Text("n1".into()), Value::Text("core-corp".into()), Value::Integer(3)]);
    for wrong in [
        SqlStatement { params: positional.params[..3].to_vec(), ..positional.clone() },
        SqlStatement { named: named(&[("a", 1)]).named, ..positional.clone() },
        named(&[("n", 1)]),
        named(&[("n", 1), ("k", 1), ("x", 1)]),
        named(&[("n", 1), ("k", 1), ("k", 1)]),
        SqlStatement { params: positional.params.clone(), ..SqlStatement::new(RECEIPT) },
    ] {
        let refusal = ledger.run("core-corp/dev", &Execute { statements: vec![wrong] }).refused("sql/30");
        assert_eq!(refusal.field.as_deref(), Some("/statements/0/sql"));
    }
    let blob = json!({"statements": [{"sql": "INSERT INTO warehouse.receipt VALUES (hex(?), 'alice', NULL, 1)", "params": [{"hex": "0aFF"}]}]});
    ledger.run_json("core-corp/dev", "sql.execute", &blob).applied();
    for value in
        [json!(1.5), json!(true), json!({"hex": "0"}), json!({"hex": "00", "x": 1}), json!([1]), json!(u64::MAX)]
    {
        let with = json!({"statements": [{"sql": "INSERT INTO warehouse.receipt VALUES (?, 'a', NULL, 1)", "params": [value]}]});
        ledger.run_json("core-corp/dev", "sql.execute", &with).refused("platform/2");
    }
}

#[test]
fn rows_are_written_by_writers_and_changed_by_their_owner() {
    let mut ledger = with_receipts();
    sql(&mut ledger, "bank-a", &[&insert("a", "alice", 5), &insert("b", "bob", 5)]).applied();
    sql(&mut ledger, "cloud-provider", &[&insert("c", "shop-1", 5)]).applied();
    let refusal = sql(&mut ledger, "alice", &[&insert("d", "alice", 5)]).refused("sql/24");
    assert!(refusal.detail.contains("bank-a/dev, core-corp, role:provider"), "{refusal}");
    sql(&mut ledger, "alice", &["UPDATE warehouse.receipt SET owner = 'shop-2' WHERE id = 'a'"]).applied();
    let refusal = sql(&mut ledger, "alice", &["DELETE FROM warehouse.receipt WHERE id = 'a'"]).refused("sql/25");
    assert!(refusal.detail.contains("shop-2"), "{refusal}");
    let refusal = sql(&mut ledger, "core-corp", &["UPDATE warehouse.receipt SET goods = 'tin'"]).refused("sql/25");
    assert!(refusal.detail.starts_with("row "), "{refusal}");
    // A row of somebody else is changed by an upsert no more than by an UPDATE.
    let upsert = format!("{} ON CONFLICT (id) DO UPDATE SET goods = 'tin'", insert("b", "bob", 1));
    sql(&mut ledger, "core-corp", &[&upsert]).refused("sql/25");
    sql(&mut ledger, "bob", &["DELETE FROM warehouse.receipt WHERE owner = caller()"]).applied();
    assert_eq!(ledger.sql("SELECT id FROM \"warehouse.receipt\" ORDER BY id").len(), 2);
}

#[test]
fn the_owner_of_a_schema_says_who_writes() {
    let mut ledger = with_receipts();
    let other = "CREATE TABLE warehouse.other (id TEXT PRIMARY KEY)";
    let refusal = sql(&mut ledger, "bank-a", &[other]).refused("sql/22");
    assert!(refusal.detail.contains("core-corp"), "{refusal}");
    sql(&mut ledger, "core-corp", &[other]).applied();
    sql(&mut ledger, "core-corp", &[other]).refused("sql/23");
    let set = |writers: &[&str]| SetTableWriters {
        table: "warehouse.other".into(),
        writers: writers.iter().map(|writer| (*writer).to_owned()).collect(),
    };
    ledger.run("bank-a/dev", &set(&["members"])).refused("sql/22");
    for wrong in ["nobody", "core-corp/none", "role:", "Core Corp"] {
        let refusal = ledger.run("core-corp/dev", &set(&["members", wrong])).refused("sql/29");
        assert_eq!(refusal.field.as_deref(), Some("/writers/1"));
    }
    ledger.run("core-corp/dev", &set(&["members"])).applied();
    sql(&mut ledger, "alice", &["INSERT INTO warehouse.other VALUES ('a')"]).applied();
    ledger.run("core-corp/dev", &set(&[])).applied();
    let refusal = sql(&mut ledger, "core-corp", &["INSERT INTO warehouse.other VALUES ('b')"]).refused("sql/24");
    assert!(refusal.detail.contains("nobody"), "{refusal}");
    let none = SetTableWriters { table: "warehouse.none".into(), writers: vec![] };
    ledger.run("core-corp/dev", &none).refused("sql/34");
    sql(&mut ledger, "bank-a", &["CREATE TABLE alice.t (id TEXT PRIMARY KEY)"]).refused("sql/32");
    sql(&mut ledger, "alice", &["CREATE TABLE alice.t (id TEXT PRIMARY KEY)"]).applied();
}

#[test]
fn a_table_that_only_grows_stays_as_it_is() {
    let mut ledger = ledger();
    let create = "CREATE TABLE log.entry (n INTEGER PRIMARY KEY, text TEXT)";
    sql(&mut ledger, "bank-a", &[create, "INSERT INTO log.entry VALUES (1, 'a'), (2, 'b')"]).applied();
    for change in ["UPDATE log.entry SET text = 'c' WHERE n = 1", "DELETE FROM log.entry"] {
        sql(&mut ledger, "bank-a", &[change]).refused("sql/33");
    }
    let upsert = "INSERT INTO log.entry VALUES (1, 'c') ON CONFLICT (n) DO UPDATE SET text = excluded.text";
    sql(&mut ledger, "bank-a", &[upsert]).refused("sql/36");
    assert_eq!(ledger.sql("SELECT text FROM \"log.entry\" ORDER BY n")[0], vec![Value::Text("a".into())]);
}

#[test]
fn a_constraint_is_named_where_it_is_the_only_one() {
    let mut ledger = with_receipts();
    let keyed = "CREATE TABLE warehouse.lot (id INTEGER PRIMARY KEY, receipt TEXT NOT NULL REFERENCES receipt (id), code TEXT UNIQUE)";
    sql(
        &mut ledger,
        "core-corp",
        &[keyed, &insert("a", "core-corp", 5), "INSERT INTO warehouse.lot VALUES (1, 'a', 'x')"],
    )
    .applied();
    for (statement, says) in [
        (insert("a", "alice", 5), "UNIQUE constraint failed: warehouse.receipt.id"),
        (insert("b", "alice", 0), "CHECK constraint failed: kilograms"),
        (
            "INSERT INTO warehouse.receipt (id) VALUES ('b')".to_owned(),
            "NOT NULL constraint failed: warehouse.receipt.owner",
        ),
        ("INSERT INTO warehouse.lot VALUES (2, 'none', 'y')".to_owned(), "FOREIGN KEY constraint failed"),
        ("INSERT INTO warehouse.lot VALUES (2, 'a', 'x')".to_owned(), "UNIQUE constraint failed: warehouse.lot.code"),
        (
            "INSERT INTO warehouse.lot VALUES ('two', 'a', 'y')".to_owned(),
            "cannot store TEXT value in INTEGER column warehouse.lot.id",
        ),
        ("UPDATE warehouse.receipt SET kilograms = -1 WHERE id = 'a'".to_owned(), "CHECK constraint failed: kilograms"),
    ] {
        let refusal = sql(&mut ledger, "core-corp", &[&statement]).refused("sql/26");
        assert_eq!(refusal.detail, says, "{statement}");
    }
    for several in [
        "INSERT INTO warehouse.receipt VALUES ('x', 'alice', NULL, 0), ('a', 'alice', NULL, 1)".to_owned(),
        "UPDATE warehouse.receipt SET kilograms = kilograms - 5".to_owned(),
        "INSERT INTO warehouse.receipt SELECT id || 'x', owner, goods, 0 FROM warehouse.receipt".to_owned(),
    ] {
        sql(&mut ledger, "core-corp", &[&several]).refused("sql/27");
    }
    assert_eq!(ledger.sql("SELECT id FROM \"warehouse.receipt\"").len(), 1);
}

#[test]
fn what_cannot_be_the_same_everywhere_or_is_not_for_writers_is_refused() {
    let mut ledger = with_receipts();
    for (statement, code, says) in [
        ("SELECT id FROM warehouse.receipt ORDER BY id", "sql/21", "/v1/sql"),
        ("INSERT INTO warehouse.none VALUES (1)", "sql/20", "warehouse.none"),
        ("INSERT INTO member VALUES (1)", "sql/20", "member"),
        ("DELETE FROM sql_table", "sql/20", "sql_table"),
        ("INSERT INTO \"sql_table\" SELECT 1", "sql/20", "sql_table"),
        ("UPDATE main.member SET name = 'x'", "sql/20", "main.member"),
        ("DELETE FROM sqlite_schema", "sql/20", "sqlite_schema"),
        ("INSERT INTO warehouse.receipt SELECT id, name, kind, 1 FROM member", "sql/20", "member"),
        ("INSERT OR REPLACE INTO warehouse.receipt VALUES ('a', 'b', 'c', 1)", "sql/20", "ON CONFLICT"),
        ("UPDATE warehouse.receipt SET kilograms = 1.5", "sql/20", "fractional"),
        ("UPDATE warehouse.receipt SET goods = random()", "sql/20", "random"),
        ("UPDATE warehouse.receipt SET goods = datetime('now')", "sql/20", "clock"),
        ("UPDATE warehouse.receipt SET id = 'z'", "sql/20", "id"),
        ("DELETE FROM warehouse.receipt LIMIT 1", "sql/20", ""),
        ("INSERT INTO warehouse.receipt VALUES ('a','b','c',1); DELETE FROM warehouse.receipt", "sql/20", ""),
        ("DROP TABLE warehouse.receipt", "sql/20", ""),
        ("ATTACH 'x' AS y", "sql/20", ""),
        ("PRAGMA writable_schema = 1", "sql/20", ""),
        ("CREATE TRIGGER warehouse.t AFTER INSERT ON receipt BEGIN SELECT 1; END", "sql/20", ""),
        ("CREATE VIEW warehouse.v AS SELECT 1", "sql/20", ""),
        ("CREATE TABLE warehouse.t AS SELECT * FROM member", "sql/20", ""),
        ("CREATE TABLE member.t (id TEXT PRIMARY KEY)", "sql/20", "reserved"),
        ("CREATE TABLE warehouse.\"réçu\" (id TEXT PRIMARY KEY)", "sql/20", ""),
        ("CREATE TABLE warehouse.t (id REAL PRIMARY KEY)", "sql/20", "INTEGER, TEXT or BLOB"),
        ("CREATE TABLE warehouse.t (id TEXT)", "sql/20", "PRIMARY KEY"),
        ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY) WITH (mode = chaos)", "sql/28", "append or update"),
        ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY) WITH (owner_column = id)", "sql/28", "mode = update"),
        ("CREATE TABLE warehouse.t (id INTEGER PRIMARY KEY) WITH (mode = update, owner_column = id)", "sql/28", "TEXT"),
        ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY) WITH (colour = red)", "sql/28", "colour"),
        ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY) WITH (writers = 'nobody')", "sql/29", "nobody"),
        ("CREATE INDEX warehouse.i ON none (id)", "sql/20", "none"),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) INSERT INTO warehouse.receipt SELECT n, 'a', 'b', 1 FROM r",
            "sql/20",
            "",
        ),
        ("", "sql/20", ""),
        ("INSERT INTO warehouse.receipt VALUES ('a', 'b', 'c', 1", "sql/20", "line 1"),
    ] {
        let refusal = sql(&mut ledger, "core-corp", &[statement]).refused(code);
        assert!(refusal.detail.contains(says), "{statement}: {refusal}");
        assert_eq!(refusal.field.as_deref(), Some("/statements/0/sql"), "{statement}");
    }
    for count in [0, 101] {
        let statements = vec![SqlStatement::new("DELETE FROM warehouse.receipt"); count];
        ledger.run("core-corp/dev", &Execute { statements }).refused("sql/31");
    }
}

#[test]
fn an_index_is_a_key_when_it_is_unique() {
    let mut ledger = with_receipts();
    let index = "CREATE UNIQUE INDEX warehouse.by_goods ON receipt (owner, goods)";
    sql(&mut ledger, "bank-a", &[index]).refused("sql/22");
    sql(&mut ledger, "core-corp", &[index, &insert("a", "alice", 1)]).applied();
    let refusal = sql(&mut ledger, "core-corp", &[&insert("b", "alice", 1)]).refused("sql/26");
    assert!(refusal.detail.contains("warehouse.receipt.goods"), "{refusal}");
    let shown = ledger.query("sql.table", &[("table", "warehouse.receipt")]).unwrap();
    assert_eq!(shown["shape"]["unique"], json!([["owner", "goods"]]));
    sql(&mut ledger, "core-corp", &[index]).refused("sql/39");
    let more: Vec<_> = (1..16).map(|n| format!("CREATE INDEX warehouse.i{n} ON receipt (goods)")).collect();
    sql(&mut ledger, "core-corp", &more.iter().map(String::as_str).collect::<Vec<_>>()).applied();
    sql(&mut ledger, "core-corp", &["CREATE INDEX warehouse.i16 ON receipt (goods)"]).refused("sql/40");
}

#[test]
fn a_statement_that_works_too_long_is_stopped() {
    let mut ledger = ledger();
    let create = "CREATE TABLE big.t (n INTEGER PRIMARY KEY)";
    let digits = (0..400).map(|n| format!("({n})")).collect::<Vec<_>>().join(", ");
    sql(&mut ledger, "bank-a", &[create, &format!("INSERT INTO big.t VALUES {digits}")]).applied();
    let endless =
        "INSERT INTO big.t SELECT 1000 + count(*) FROM big.t a, big.t b, big.t c WHERE a.n != b.n OR b.n != c.n";
    sql(&mut ledger, "bank-a", &[endless]).refused("transaction/15");
    let wide = "INSERT INTO big.t SELECT length(zeroblob(100000000))";
    sql(&mut ledger, "bank-a", &[wide]).refused("sql/27");
    assert_eq!(ledger.sql("SELECT n FROM \"big.t\"").len(), 400);
}

/// Ways out of the tables that a statement may name, or into what members do not share: each is refused by the checker.
const ESCAPES: &[&str] = &[
    "INSERT INTO warehouse.receipt SELECT load_extension('x'), 'a', 'b', 1",
    "INSERT INTO warehouse.receipt SELECT readfile('/etc/passwd'), 'a', 'b', 1",
    "INSERT INTO warehouse.receipt VALUES (writefile('/tmp/x', 'y'), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (sqlite_version(), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (sqlite_source_id(), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (ledger_capture(0, 0, 'x'), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (randomblob(4), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (CURRENT_TIMESTAMP, 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (last_insert_rowid(), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES (total_changes(), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt SELECT name, 'a', 'b', 1 FROM pragma_table_info('member')",
    "INSERT INTO warehouse.receipt SELECT name, 'a', 'b', 1 FROM pragma_module_list",
    "INSERT INTO warehouse.receipt SELECT value, 'a', 'b', 1 FROM json_each('[1]')",
    "INSERT INTO warehouse.receipt SELECT sql, 'a', 'b', 1 FROM sqlite_schema",
    "INSERT INTO warehouse.receipt SELECT sql, 'a', 'b', 1 FROM main.sqlite_master",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM ledger_id",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM [ledger_id]",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM `ledger_id`",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM \"LEDGER_ID\"",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM main.\"ledger_id\"",
    "INSERT INTO warehouse.receipt SELECT id, 'a', 'b', 1 FROM/**/ledger_id",
    "INSERT INTO warehouse.receipt SELECT 'x', 'a', 'b', 1 WHERE 'x' IN ledger_id",
    "INSERT INTO warehouse.receipt SELECT 'x', 'a', 'b', (SELECT count(*) FROM ledger_transaction)",
    "INSERT INTO warehouse.receipt SELECT 'x', 'a', 'b', 1 WHERE EXISTS (SELECT 1 FROM sql_writer)",
    "WITH ledger_capture AS (SELECT 1 AS n) INSERT INTO warehouse.receipt SELECT n, 'a', 'b', 1 FROM ledger_capture",
    "INSERT INTO warehouse.receipt SELECT height, 'a', 'b', 1 FROM block",
    "INSERT INTO main.receipt VALUES ('x', 'a', 'b', 1)",
    "INSERT INTO main.\"warehouse.receipt\" VALUES ('x', 'a', 'b', 1)",
    "INSERT INTO temp.receipt VALUES ('x', 'a', 'b', 1)",
    "INSERT INTO asset_account SELECT * FROM asset_account",
    "UPDATE member_key SET public_key = 'x'",
    "DELETE FROM warehouse.receipt WHERE rowid = 1",
    "DELETE FROM warehouse.receipt WHERE _rowid_ = 1",
    "DELETE FROM warehouse.receipt RETURNING id",
    "DELETE FROM warehouse.receipt INDEXED BY x WHERE id = 'a'",
    "UPDATE warehouse.receipt SET goods = r.goods FROM warehouse.receipt r",
    "UPDATE OR FAIL warehouse.receipt SET goods = 'x'",
    "UPDATE OR ROLLBACK warehouse.receipt SET goods = 'x'",
    "REPLACE INTO warehouse.receipt VALUES ('x', 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES ('x', 'a', 'b', 1 / 2.0)",
    "INSERT INTO warehouse.receipt VALUES (CAST(1 AS REAL), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt VALUES ('x', 'a', 'b', 1e3)",
    "INSERT INTO warehouse.receipt VALUES (printf('%f', 1), 'a', 'b', 1)",
    "INSERT INTO warehouse.receipt SELECT id || 'x', 'a', 'b', row_number() OVER () FROM warehouse.receipt",
    "INSERT INTO warehouse.receipt SELECT group_concat(id), 'a', 'b', 1 FROM warehouse.receipt",
    "INSERT INTO warehouse.receipt SELECT id || 'x', 'a', 'b', 1 FROM warehouse.receipt LIMIT 1",
    "VACUUM",
    "VACUUM INTO '/tmp/x'",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT ledger_transaction",
    "RELEASE ledger_transaction",
    "DETACH main",
    "EXPLAIN DELETE FROM warehouse.receipt",
    "ALTER TABLE warehouse.receipt RENAME TO other",
    "CREATE VIRTUAL TABLE warehouse.v USING fts5(x)",
    "CREATE TEMP TABLE t (id TEXT PRIMARY KEY)",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES member (id))",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY, n INTEGER AS (random()))",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY DEFAULT (random()))",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY DEFAULT CURRENT_TIMESTAMP)",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY CHECK (id > (SELECT max(id) FROM ledger_id)))",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY CHECK (caller() = id))",
    "CREATE TABLE warehouse.t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY ON CONFLICT REPLACE)",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY, r TEXT REFERENCES receipt (id) ON DELETE CASCADE)",
    "CREATE TABLE warehouse.t (id TEXT PRIMARY KEY, r TEXT REFERENCES receipt (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE sqlite_x.t (id TEXT PRIMARY KEY)",
    "CREATE TABLE ledger_x.t (id TEXT PRIMARY KEY)",
    "CREATE TABLE main.t (id TEXT PRIMARY KEY)",
    "CREATE TABLE warehouse.ledger_t (id TEXT PRIMARY KEY)",
    "CREATE TABLE w\u{430}rehouse.t (id TEXT PRIMARY KEY)",
    "CREATE TABLE \"Warehouse \".t (id TEXT PRIMARY KEY)",
    "CREATE TABLE \"a\"\"b\".t (id TEXT PRIMARY KEY)",
    "CREATE TABLE warehouse.\"a.b\" (id TEXT PRIMARY KEY)",
    "CREATE INDEX warehouse.i ON receipt (random())",
    "CREATE INDEX warehouse.i ON receipt (id) WHERE random() > 0",
    "CREATE INDEX warehouse.i ON member (id)",
    "CREATE TRIGGER x AFTER DELETE ON \"warehouse.receipt\" BEGIN DELETE FROM member; END",
    "INSERT INTO warehouse.receipt VALUES ('x', 'a', 'b', 1) --\n; DELETE FROM member",
];

#[test]
fn no_way_leads_out_of_the_sandbox() {
    let mut ledger = with_receipts();
    for escape in ESCAPES {
        let refusal = match sql(&mut ledger, "core-corp", &[escape]).receipt.outcome {
            counterfoil_types::Outcome::Refused(refusal) => refusal,
            counterfoil_types::Outcome::Applied { .. } => panic!("it took effect: {escape}"),
        };
        assert_eq!(refusal.code, "sql/20", "{escape}: {refusal}");
    }
    assert!(ledger.sql("SELECT * FROM \"warehouse.receipt\"").is_empty());
    let nested = format!("DELETE FROM warehouse.receipt WHERE {}1{}", "(".repeat(25_000), ")".repeat(25_000));
    let long = format!("DELETE FROM warehouse.receipt WHERE id IN ({}'x')", "'y', ".repeat(12_000));
    let wide = format!("DELETE FROM warehouse.receipt WHERE {}", vec!["id = 'x'"; 5_000].join(" OR "));
    let huge = format!("INSERT INTO warehouse.receipt VALUES ('{}', 'a', 'b', 1)", "x".repeat(200_000));
    for text in [nested, long, wide, huge, "\0".repeat(1_000), "'".to_owned(), "\u{fffd}\u{202e}".repeat(500)] {
        let code = if text.len() > 64 * 1024 { "sql/38" } else { "sql/20" };
        sql(&mut ledger, "core-corp", &[&text]).refused(code);
    }
}
