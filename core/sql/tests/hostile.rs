//! No text makes the checker panic, overflow the stack or go on for ever; what it accepts, SQLite prepares.

mod support;

use counterfoil_sql::{Naming, Surroundings, create_index, create_table, package, public_select, split};
use proptest::{prelude::*, strategy::ValueTree as _};
use std::{collections::BTreeSet, fmt::Write as _};
use support::{Fixture, fixture, generate::statement};

/// Gives a text to everything that reads one; whatever is accepted must prepare.
fn read(fixture: &Fixture, text: &str) -> usize {
    let reserved = BTreeSet::new();
    let naming = Naming { catalog: &fixture.catalog, home: None, reserved: &reserved };
    let around = Surroundings { catalog: &fixture.catalog, readable: &fixture.readable, reserved: &reserved };
    let statement = fixture.check(text);
    let results = [
        split(text).is_ok(),
        create_table(text, 1, &naming).is_ok(),
        create_index(text, 1, &naming).is_ok(),
        package(text, &around).is_ok(),
        statement.is_ok(),
    ];
    let _ = public_select(text, &fixture.catalog);
    if let Ok(statement) = statement {
        let connection = fixture.database();
        if let Err(error) = connection.prepare(&statement.sql) {
            panic!("{text}\nbecame {}\n{error}", statement.sql);
        }
    }
    results.into_iter().filter(|accepted| *accepted).count()
}

#[test]
fn deep_long_and_senseless_texts_are_read_to_the_end() {
    let fixture = fixture();
    let full = 64 * 1024 - 16;
    let repeat = |head: &str, part: &str, tail: &str| format!("{head}{}{tail}", part.repeat(full / part.len() - 1));
    let nested = |head: &str, open: &str, middle: &str, close: &str, times: usize| {
        format!("{head}{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let mut texts = vec![
        nested("SELECT ", "(", "1", ")", 30_000),
        nested("SELECT ", "(SELECT ", "1", ")", 6_000),
        nested("SELECT ", "(SELECT ", "1", ")", 31),
        nested("SELECT ", "(SELECT 1 AS a WHERE a IN (SELECT ", "1", "))", 15),
        nested("SELECT ", "(SELECT id FROM warehouse.receipt WHERE id = ", "1", ")", 30),
        nested("SELECT ", "(SELECT max(id) AS a FROM warehouse.receipt GROUP BY owner HAVING a = ", "1", ")", 30),
        nested("SELECT ", "NOT NOT NOT NOT NOT NOT NOT NOT (SELECT id FROM warehouse.receipt WHERE NOT ", "id", ")", 6),
        nested("SELECT ", "(SELECT id FROM warehouse.receipt WHERE ", &"NOT ".repeat(40), ")", 6)
            .replace("NOT )", "NOT id)"),
        nested("SELECT ", "NOT NOT NOT NOT (SELECT ", "1", ")", 30),
        nested(
            "SELECT ",
            "1 + - ~ NOT 1 IN (SELECT DISTINCT id FROM warehouse.receipt WHERE id = id AND ",
            "1",
            ")",
            28,
        ),
        nested("SELECT ", "CASE WHEN 1 THEN ", "1", " END", 2_000),
        nested("SELECT ", "abs(", "1", ")", 9_000),
        nested("", "WITH a AS (", "SELECT 1", ") SELECT 1", 31),
        repeat("SELECT 1", "+1", ""),
        repeat("SELECT 1", " AND 1", ""),
        repeat("SELECT 1 WHERE 1", " AND 1", ""),
        repeat("SELECT 'a'", "||'a'", ""),
        repeat("SELECT ", "NOT ", "1"),
        repeat("SELECT ", "- ", "1"),
        repeat("SELECT ", "~", "1"),
        repeat("SELECT 1", ",1", ""),
        repeat("SELECT 1", " UNION SELECT 1", ""),
        repeat("SELECT 1 FROM warehouse.receipt a", ",other.receipt b", ""),
        repeat("SELECT 1 FROM a", " JOIN b", ""),
        repeat("INSERT INTO warehouse.move (a", ",a", ") VALUES (1)"),
        repeat("CREATE TABLE a.t (a TEXT", ",a TEXT", ")"),
        repeat("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (a = (1", ",1", "))"),
        repeat("SELECT 1 LIMIT 1", " LIMIT 1", ""),
        repeat("", ";", ""),
        repeat("", "SELECT 1;", ""),
        repeat("", "(", ""),
        repeat("", "[", ""),
        repeat("", "'", ""),
        repeat("", "/*", ""),
        repeat("", "-", ""),
        repeat("", "CASE ", ""),
        repeat("CREATE ACTION a () AS BEGIN ", "BEGIN ", ""),
        repeat("PACKAGE a VERSION 1 OWNERS ('a'", ",'a'", ");"),
        repeat("PACKAGE a VERSION 1 OWNERS ('a');", "CREATE TABLE t(id TEXT PRIMARY KEY);", ""),
        repeat("PACKAGE a VERSION 1 OWNERS ('a');", "CREATE ACTION a () AS BEGIN END;", ""),
        "x".repeat(1 << 20),
        "SELECT (".repeat(1 << 17),
        "é'\"`[]\u{0}\u{feff}".repeat(1 << 16),
    ];
    // Each WITH doubles the columns of the one before.
    let mut doubling = "WITH a0 AS (SELECT 1 AS x, 2 AS y)".to_owned();
    for at in 1..400 {
        let _ = write!(doubling, ", a{at} AS (SELECT l.*, r.* FROM a{} l, a{} r)", at - 1, at - 1);
    }
    texts.push(doubling + " SELECT * FROM a399");
    for (count, from) in [(60, "a{} l"), (400, "a{} l"), (400, "a{} l, a{} r")] {
        let mut chain = "WITH a0 AS (SELECT 1 AS x)".to_owned();
        for at in 1..count {
            let _ = write!(chain, ", a{at} AS (SELECT l.x FROM {})", from.replace("{}", &(at - 1).to_string()));
        }
        texts.push(format!("{chain} SELECT x FROM a{}", count - 1));
    }
    let mut orders = "SELECT 1 AS a".to_owned();
    (0..400).for_each(|at| {
        let _ = write!(orders, ", {at} AS a{at}");
    });
    orders += " ORDER BY a";
    (0..400).for_each(|at| {
        let _ = write!(orders, ", a{at}");
    });
    texts.push(orders);
    for text in texts {
        read(&fixture, &text);
    }
}

#[test]
fn limits_are_said() {
    let fixture = fixture();
    for (text, rule) in [
        (format!("SELECT {}1{}", "(".repeat(40), ")".repeat(40)), "limit/nesting"),
        (format!("SELECT {}1{}", "(SELECT ".repeat(10), ")".repeat(10)), "limit/selects"),
        (format!("SELECT 1{}", "+1".repeat(300)), "limit/depth"),
        (format!("SELECT {}1", "NOT ".repeat(300)), "limit/depth"),
        (format!("SELECT 1 WHERE 1{}", " AND 1".repeat(300)), "limit/depth"),
        (format!("SELECT 1{}", ",1".repeat(600)), "limit/list"),
        (format!("SELECT 1{}", " UNION SELECT 1".repeat(60)), "limit/compound"),
        (format!("SELECT 1 FROM warehouse.move{}", " JOIN warehouse.move".repeat(20)), "limit/from"),
        (
            "WITH a AS (SELECT * FROM warehouse.receipt) SELECT ".to_owned() + &"a.*, ".repeat(100) + "1 FROM a",
            "limit/columns",
        ),
        (
            format!("WITH a AS (SELECT 1 AS x) SELECT 1{}", " UNION SELECT x FROM a AS b, a AS c".repeat(40)),
            "limit/with",
        ),
        (" ".repeat(70_000), "limit/text"),
    ] {
        let found = fixture.check(&text).expect_err(rule);
        assert!(found.iter().any(|finding| finding.rule == rule), "{rule}: {found:?}");
    }
}

/// Parts of statements: most of what they make is wrong, some is right.
fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "warehouse.receipt",
        "warehouse.move",
        "other.receipt",
        "AS r",
        "AS m",
        "id",
        "owner",
        "quantity",
        "r.id",
        "receipt.id",
        "step",
        "=",
        "<",
        "+",
        "-",
        "||",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        ",",
        "1",
        "'a'",
        "NULL",
        "count(*)",
        "sum(quantity)",
        "max(id)",
        "GROUP BY",
        "ORDER BY",
        "LIMIT 1",
        "HAVING",
        "DISTINCT",
        "IN",
        "EXISTS",
        "BETWEEN",
        "LIKE",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "JOIN",
        "LEFT JOIN",
        "ON",
        "USING (id)",
        "UNION",
        "UNION ALL",
        "WITH x AS (",
        "x",
        "INSERT INTO",
        "VALUES",
        "UPDATE",
        "SET",
        "DELETE FROM",
        "ON CONFLICT",
        "DO NOTHING",
        "DO UPDATE SET",
        "excluded.id",
        "*",
        "r.*",
        "IS NULL",
        "COLLATE NOCASE",
        "CAST(",
        "AS INTEGER)",
        ":p",
        "?",
        ";",
        "BEGIN",
        "CREATE TABLE",
        "CREATE ACTION",
        "PRIMARY KEY",
        "TEXT",
        "INTEGER",
        "\"",
        "'",
        "json_object(",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        read(&fixture(), &text);
    }

    #[test]
    fn any_bytes_of_sql_are_read(text in "[a-c.;:?'\"\\[\\](),*=<>|/\\\\ \n\u{0}-]{0,120}") {
        read(&fixture(), &text);
    }

    #[test]
    fn any_words_of_sql_are_read(words in prop::collection::vec(fragment(), 0..24)) {
        read(&fixture(), &words.join(" "));
    }

    #[test]
    fn what_is_accepted_prepares(text in statement()) {
        read(&fixture(), &text);
    }
}

#[test]
fn the_statements_made_above_are_often_right() {
    let fixture = fixture();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..500 {
        let text = statement().new_tree(&mut runner).expect("a statement").current();
        accepted += usize::from(fixture.check(&text).is_ok());
    }
    assert!(accepted > 100, "{accepted} of 500");
}
