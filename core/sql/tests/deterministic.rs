//! Whatever is accepted gives the same on two databases that hold the same rows in opposite orders, one of them without indexes.

mod support;

use counterfoil_sql::{Statement, StatementKind};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use rusqlite::Connection;
use support::{Fixture, fixture, generate::statement, pair, rows};

/// What a statement gives, and what the tables hold after it; nothing stays of it. None if it fails: that it does can depend on the
/// plan, which is the same on members with the same indexes.
fn outcome(connection: &Connection, statement: &Statement) -> Option<Vec<String>> {
    connection.execute_batch("SAVEPOINT one").expect("begins");
    let outcome = match statement.kind {
        StatementKind::Select => rows(connection, &statement.sql).ok().map(|mut rows| {
            if !statement.ordered {
                rows.sort();
            }
            rows
        }),
        _ => connection.execute(&statement.sql, []).ok().map(|changed| {
            let of = |table: &str| rows(connection, &format!("SELECT * FROM \"{table}\"")).expect("reads");
            let mut all = [of("warehouse.receipt"), of("warehouse.move")].concat();
            all.sort();
            all.push(changed.to_string());
            all
        }),
    };
    connection.execute_batch("ROLLBACK TO one; RELEASE one").expect("ends");
    outcome
}

/// Whether the text was accepted and ran on both.
fn check(fixture: &Fixture, both: &(Connection, Connection), text: &str) -> bool {
    let Ok(statement) = fixture.check(text) else { return false };
    let (Some(one), Some(other)) = (outcome(&both.0, &statement), outcome(&both.1, &statement)) else { return false };
    assert_eq!(one, other, "{text}\nbecame {}", statement.sql);
    assert!(
        statement.kind == StatementKind::Select
            || !statement.single_row
            || one.last().is_some_and(|n| n == "0" || n == "1")
    );
    assert!(statement.kind != StatementKind::Select || !statement.single_row || one.len() <= 1, "{text}");
    true
}

#[test]
fn statements_by_chance_give_the_same_on_both() {
    let fixture = fixture();
    let both = pair(&fixture);
    let cases = ProptestConfig::default().cases * 4;
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    let mut ran = 0;
    for _ in 0..cases {
        let text = statement().new_tree(&mut runner).expect("a statement").current();
        ran += u32::from(check(&fixture, &both, &text));
    }
    assert!(ran > cases / 10, "{ran} of {cases}");
}

/// Statements, and the rule without which two members would differ.
const WOULD_DIFFER: &[(&str, &str)] = &[
    ("order/limit", "SELECT id FROM warehouse.receipt LIMIT 1"),
    ("order/limit", "SELECT id, owner FROM warehouse.receipt ORDER BY owner LIMIT 1"),
    ("group/bare", "SELECT id, count(*) FROM warehouse.receipt GROUP BY owner"),
    ("number/merge", "SELECT DISTINCT goods + 0 FROM warehouse.receipt"),
    ("number/merge", "SELECT goods + 0 FROM warehouse.receipt GROUP BY goods + 0"),
    ("number/merge", "SELECT goods + 0 FROM warehouse.receipt UNION SELECT goods + 0 FROM warehouse.receipt"),
    ("number/merge", "SELECT max(goods + 0) FROM warehouse.receipt"),
    ("text/collate", "SELECT DISTINCT owner COLLATE NOCASE FROM warehouse.receipt"),
    ("text/collate", "SELECT max(owner COLLATE NOCASE) FROM warehouse.receipt WHERE owner IN ('b', 'B')"),
    (
        "update/self",
        "UPDATE warehouse.receipt SET quantity = (SELECT sum(o.quantity) FROM warehouse.receipt o WHERE o.id <> receipt.id) % 1000",
    ),
    ("update/unique", "UPDATE warehouse.receipt SET number = number + 1 WHERE id BETWEEN 'r58' AND 'r59'"),
    ("update/from", "UPDATE warehouse.receipt SET goods = m.id FROM warehouse.receipt m WHERE m.owner = receipt.owner"),
    (
        "write/conflict",
        "INSERT OR IGNORE INTO warehouse.receipt SELECT owner, owner, goods, 1, NULL, NULL FROM warehouse.receipt",
    ),
    (
        "insert/conflict",
        "INSERT INTO warehouse.receipt SELECT owner, owner, goods, 1, NULL, NULL FROM warehouse.receipt WHERE 1 \
         ON CONFLICT (id) DO NOTHING",
    ),
];

#[test]
fn what_is_refused_would_differ() {
    let fixture = fixture();
    let both = pair(&fixture);
    for (rule, text) in WOULD_DIFFER {
        let found = fixture.check(text).expect_err(text);
        assert!(found.iter().any(|finding| finding.rule == *rule), "{text}: {found:?}");
        let mut raw = fixture.accept("DELETE FROM warehouse.receipt");
        raw.sql = counterfoil_sql::public_select(text, &fixture.catalog).into_owned();
        for place in ["UPDATE ", "INTO "] {
            let alias = if place == "UPDATE " { " AS receipt" } else { "" };
            raw.sql =
                raw.sql.replace(&format!("{place}warehouse.receipt"), &format!("{place}\"warehouse.receipt\"{alias}"));
        }
        if text.starts_with("SELECT") {
            (raw.kind, raw.ordered) = (StatementKind::Select, false);
        }
        assert_ne!(outcome(&both.0, &raw), outcome(&both.1, &raw), "{}", raw.sql);
    }
}

#[test]
fn a_scalar_subquery_of_sqlite_takes_any_row() {
    let both = pair(&fixture());
    let sql = "SELECT (SELECT id FROM \"warehouse.receipt\")";
    assert_ne!(rows(&both.0, sql), rows(&both.1, sql));
}
