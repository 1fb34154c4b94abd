use crate::ledger::Ledger;
use counterfoil_state::{
    Flow, ResultColumn, Scope, Select,
    rusqlite::types::{Value, ValueRef},
};
use counterfoil_types::Refusal;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

fn select<'a>(sql: &'a str, params: &'a [Value]) -> Select<'a> {
    Select {
        sql,
        params,
        scope: Scope::default(),
        time_max: Duration::from_millis(200),
        brief: false,
        stop: Arc::default(),
    }
}

fn rows(ledger: &Ledger, select: &Select<'_>) -> Result<Vec<i64>, Refusal> {
    let mut found = Vec::new();
    ledger.state.reader().select(select, &mut |row| {
        found.push(row.get(0).expect("an integer"));
        Ok(Flow::Next)
    })?;
    Ok(found)
}

/// A SELECT without end.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

#[test]
fn columns_are_known_before_a_select_runs() {
    let ledger = Ledger::new();
    let described =
        ledger.state.reader().describe("SELECT id, balance, count(*) FROM account WHERE id = ?2", Scope::default());
    let described = described.expect("a SELECT");
    let column =
        |name: &str, declared: Option<&str>| ResultColumn { name: name.into(), declared: declared.map(str::to_owned) };
    assert_eq!(
        described.columns,
        [column("id", Some("TEXT")), column("balance", Some("INTEGER")), column("count(*)", None)]
    );
    assert_eq!(described.parameters, 2);
}

#[test]
fn rows_are_taken_one_by_one_and_as_many_as_are_wanted() {
    let ledger = Ledger::new();
    let mut taken = 0;
    let done = ledger.state.reader().select(&select(ENDLESS, &[]), &mut |row| {
        taken += 1;
        assert_eq!(row.get_ref(0).expect("a value"), ValueRef::Integer(taken));
        // Time in which the rows wait is not the statement's.
        Ok(if taken < 5_000 { Flow::Waited(Duration::from_secs(1)) } else { Flow::Enough })
    });
    assert_eq!((done, taken), (Ok(()), 5_000));
    assert_eq!(rows(&ledger, &select("SELECT ?1 + ?2", &[Value::Integer(2), Value::Integer(3)])), Ok(vec![5]));
}

#[test]
fn a_select_ends_at_its_time_when_stopped_or_when_it_is_to_be_brief() {
    let ledger = Ledger::new();
    assert_eq!(rows(&ledger, &select(ENDLESS, &[])).expect_err("it ends").code, "sql/4");
    let stopped = select(ENDLESS, &[]);
    stopped.stop.store(true, Ordering::Relaxed);
    assert_eq!(rows(&ledger, &stopped).expect_err("it is stopped").code, "sql/4");
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n";
    let brief = Select { brief: true, time_max: Duration::from_secs(60), ..select(long, &[]) };
    assert_eq!(rows(&ledger, &brief).expect_err("it is not brief").code, "sql/4");
    let again = Select { stop: Arc::new(AtomicBool::new(false)), ..select(long, &[]) };
    assert_eq!(rows(&ledger, &again).expect("rows").len(), 1_000);
}

#[test]
fn what_is_not_public_is_refused_and_its_place_is_the_texts() {
    let ledger = Ledger::new();
    let reader = ledger.state.reader();
    for (sql, code) in [
        ("SELECT * FROM ledger_block", "sql/3"),
        ("SELECT load_extension('x')", "sql/3"),
        ("DELETE FROM account", "sql/1"),
        ("BEGIN", "sql/1"),
        ("EXPLAIN SELECT 1", "sql/1"),
        ("SELECT 1; SELECT 2", "sql/1"),
        ("SELECT ?1", "sql/5"),
    ] {
        assert_eq!(rows(&ledger, &select(sql, &[])).expect_err(sql).code, code, "{sql}");
    }
    let refused = reader.describe("SELECT nonesuch FROM account", Scope::default()).expect_err("no such column");
    assert_eq!((refused.code.as_str(), refused.detail.as_str()), ("sql/2", "no such column: nonesuch (at byte 7)"));
}

#[test]
fn a_text_of_the_ledgers_own_is_no_other_for_the_public() {
    let ledger = Ledger::new();
    let reader = ledger.state.reader();
    // The first has the ledger prepare its own statements on the connection that the second gets.
    reader.counts().expect("counts");
    assert_eq!(rows(&ledger, &select("SELECT max(height) FROM ledger_block", &[])).expect_err("refused").code, "sql/3");
    let views = reader.views();
    assert!(["block", "rich"].iter().all(|view| views.iter().any(|known| known == view)), "{views:?}");
}
