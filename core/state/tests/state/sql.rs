use crate::ledger::Ledger;
use counterfoil_state::{Scope, Snapshot, SqlLimits, SqlParams, Truncated, rusqlite};
use counterfoil_types::Refusal;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn code(ledger: &Ledger, sql: &str) -> String {
    match ledger.state.reader().sql(sql, &[], SqlLimits::default()) {
        Ok(result) => panic!("{sql} gave {:?}", result.rows),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn a_select_answers_at_a_stated_height() {
    let mut ledger = Ledger::new();
    let wires = vec![
        ledger.transfer("m0", "m1", 5),
        ledger.sql(&["INSERT INTO note (id, text, data) VALUES (1, 'a', x'00ff')"]),
    ];
    ledger.block(wires);
    let reader = ledger.state.reader();
    let result = reader
        .sql("SELECT id, balance FROM account WHERE balance > ? ORDER BY id", &[json!(10_000)], SqlLimits::default())
        .expect("a SELECT");
    assert_eq!((result.height, result.columns), (1, vec!["id".to_owned(), "balance".to_owned()]));
    assert_eq!(result.rows, [[json!("m1"), json!(10_005)]]);
    let result = reader.sql("SELECT data, parent, 1.5, text FROM note", &[], SqlLimits::default()).expect("a SELECT");
    assert_eq!(result.rows, [[json!({"hex": "00ff"}), Value::Null, json!(1.5), json!("a")]]);
    let named = [("owner", json!("m1")), ("unused", json!(1))];
    let result =
        reader.sql("SELECT id FROM account WHERE owner = :owner", SqlParams::Named(&named), SqlLimits::default());
    assert_eq!(result.expect("a SELECT").rows, [[json!("m1")]]);
    assert_eq!(ledger.ask("SELECT id FROM note WHERE data = x'00FF'"), json!(1));
    for sql in [
        "VALUES (1)",
        "WITH x AS (SELECT 1) SELECT count(*) FROM x",
        "EXPLAIN QUERY PLAN SELECT * FROM account",
        "SELECT * FROM rich",
        "SELECT * FROM block JOIN receipt USING (height)",
        "SELECT count(*) FROM receipt",
        "SELECT datetime(time_ms / 1000, 'unixepoch'), round(1.5) FROM block",
        "SELECT value FROM json_each('[1,2]')",
        "SELECT avg(balance) OVER (PARTITION BY owner) FROM account; -- done",
    ] {
        reader.sql(sql, &[], SqlLimits::default()).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    }
}

#[test]
fn only_reading_and_only_what_is_public() {
    let ledger = Ledger::new();
    for sql in [
        "INSERT INTO account VALUES ('x', 'x', 1)",
        "DELETE FROM account",
        "WITH x AS (SELECT 1) DELETE FROM account",
        "CREATE TABLE x (a)",
        "PRAGMA table_list",
        "PRAGMA query_only = OFF",
        "ATTACH ':memory:' AS x",
        "BEGIN",
        "COMMIT",
        "VACUUM",
        "VACUUM INTO 'x'",
        "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM account",
    ] {
        let found = code(&ledger, sql);
        assert!(found == "sql/1" || found == "sql/3", "{sql}: {found}");
    }
    for sql in [
        "SELECT * FROM ledger_block",
        "SELECT count(*) FROM ledger_id",
        "SELECT * FROM \"Ledger_id\"",
        "SELECT * FROM 'ledger_id'",
        "SELECT * FROM main.ledger_id",
        "WITH block AS (SELECT * FROM ledger_id) SELECT * FROM block",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_table_info('account')",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT * FROM dbstat",
        "SELECT count(*) FROM dbstat",
        "WITH block AS (SELECT * FROM dbstat) SELECT * FROM block",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT last_insert_rowid()",
    ] {
        assert_eq!(code(&ledger, sql), "sql/3", "{sql}");
    }
    for sql in ["SELEC", "", "-- nothing", ";", "SELECT", "SELECT * FROM nothing", "SELECT nothing FROM account"] {
        let found = code(&ledger, sql);
        assert!(found == "sql/2" || found == "sql/1", "{sql}: {found}");
    }
    let refusal = ledger.state.reader().sql("SELECT id FRM account", &[], SqlLimits::default()).expect_err("syntax");
    assert!(refusal.detail.contains("at byte"), "{}", refusal.detail);
    assert_eq!(ledger.ask("SELECT count(*) FROM account"), json!(5), "and the connection is still good");
}

#[test]
fn a_database_beside_the_ledger_is_read_by_whoever_is_given_it_and_nobody_else() {
    let ledger = Ledger::new();
    let reader = ledger.state.reader();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.db");
    let own = rusqlite::Connection::open(&path).expect("a database");
    own.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE own_note (owner TEXT, text TEXT); INSERT INTO own_note VALUES ('m0', 'hidden')")
        .expect("a table");
    let own_at = |path| Scope { attached: Some(("own", path)), ..Scope::default() };
    let ask = |sql: &str| reader.sql_in(own_at(path.as_path()), sql, &[], SqlLimits::default());
    for sql in [
        "SELECT text FROM own.own_note",
        "SELECT text FROM own_note JOIN account USING (owner)",
        "SELECT n.text FROM own.own_note n WHERE (SELECT count(*) FROM own.own_note) = 1 AND (SELECT count(*) FROM own_note) = 1",
    ] {
        assert_eq!(ask(sql).unwrap_or_else(|refusal| panic!("{sql}: {refusal}")).rows, [[json!("hidden")]]);
    }
    for sql in [
        "SELECT * FROM own.sqlite_schema",
        "SELECT * FROM ledger_id",
        "SELECT * FROM main.ledger_id",
        "SELECT * FROM pragma_table_info('own_note')",
        "INSERT INTO own.own_note VALUES ('m0', 'x')",
        "ATTACH 'x.db' AS x",
        "DETACH own",
    ] {
        let refusal = ask(sql).expect_err(sql);
        assert!(["sql/1", "sql/3"].contains(&refusal.code.as_str()), "{sql}: {refusal}");
    }
    own.execute("INSERT INTO own_note VALUES ('m1', 'later')", []).expect("its owner goes on writing");
    assert_eq!(ask("SELECT count(*) FROM own_note").expect("a SELECT").rows, [[json!(2)]]);
    for sql in ["SELECT * FROM own.own_note", "SELECT * FROM own_note", "SELECT count(*) FROM own_note"] {
        assert_eq!(code(&ledger, sql), "sql/2", "{sql}");
    }
    let none = folder.path().join("none.db");
    let none = reader.sql_in(own_at(none.as_path()), "SELECT 1", &[], SqlLimits::default());
    assert_eq!(none.expect_err("there is no such file").code, "sql/8");
}

#[test]
fn parameters_match_or_are_refused() {
    let ledger = Ledger::new();
    let reader = ledger.state.reader();
    for (sql, params) in [
        ("SELECT ?", vec![]),
        ("SELECT 1", vec![json!(1)]),
        ("SELECT ?", vec![json!([1])]),
        ("SELECT ?", vec![json!({"hex": "0"})]),
        ("SELECT ?", vec![json!(u64::MAX)]),
    ] {
        assert_eq!(
            reader.sql(sql, &params, SqlLimits::default()).expect_err("refused").code,
            "sql/5",
            "{sql} {params:?}"
        );
    }
    let named = SqlParams::Named(&[]);
    assert_eq!(reader.sql("SELECT :a", named, SqlLimits::default()).expect_err("refused").code, "sql/5");
    let values = [json!(null), json!(true), json!(-7), json!("é"), json!({"hex": "00"})];
    let result = reader.sql("SELECT ?, ?, ?, ?, ?", &values, SqlLimits::default()).expect("a SELECT");
    assert_eq!(result.rows, [[json!(null), json!(1), json!(-7), json!("é"), json!({"hex": "00"})]]);
}

#[test]
fn what_would_never_end_is_stopped() {
    let ledger = Ledger::new();
    let limits = SqlLimits { time_max: Duration::from_millis(300), ..SqlLimits::default() };
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) ";
    for sql in [
        format!("{endless} SELECT max(x) FROM n"),
        format!("{endless} SELECT x FROM n ORDER BY x"),
        format!("{endless} SELECT x FROM n WHERE x < 0"),
        "SELECT count(*) FROM block a, account b, account c, account d, account e, account f, account g, account h, account i, \
         account j, account k, account l, account m"
            .to_owned(),
    ] {
        let began = Instant::now();
        let refusal = ledger.state.reader().sql(&sql, &[], limits).expect_err("stopped");
        assert_eq!(refusal.code, "sql/4", "{sql}: {refusal}");
        assert!(refusal.detail.contains("300 ms"));
        assert!(began.elapsed() < Duration::from_secs(5), "{sql}");
    }
    assert_eq!(ledger.ask("SELECT count(*) FROM account"), json!(5));
}

#[test]
fn a_result_that_is_too_large_ends_at_the_limit_and_says_so() {
    let ledger = Ledger::new();
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT ";
    let limits = SqlLimits { rows_max: 100, bytes_max: 100_000, ..SqlLimits::default() };
    let result = ledger.state.reader().sql(&format!("{endless} x FROM n"), &[], limits).expect("a SELECT");
    assert_eq!((result.rows.len(), result.truncated), (100, Some(Truncated::Rows)));
    let result =
        ledger.state.reader().sql(&format!("{endless} printf('%05000d', x) FROM n"), &[], limits).expect("a SELECT");
    assert_eq!((result.rows.len(), result.truncated), (19, Some(Truncated::Bytes)));
    let result = ledger
        .state
        .reader()
        .sql("SELECT id FROM account", &[], SqlLimits { rows_max: 5, ..limits })
        .expect("a SELECT");
    assert_eq!((result.rows.len(), result.truncated), (5, None), "exactly as many as allowed is whole");
    assert_eq!(code(&ledger, "SELECT length(zeroblob(100000000))"), "sql/6");
    assert_eq!(code(&ledger, "SELECT length(printf('%100000000d', 1))"), "sql/6");
    assert_eq!(code(&ledger, &format!("SELECT '{}'", "x".repeat(70_000))), "sql/7");
    assert_eq!(code(&ledger, &format!("SELECT 1{}", " + 1".repeat(1_000))), "sql/2");
}

#[test]
fn readers_on_many_threads_see_whole_blocks() {
    let mut ledger = Ledger::new();
    let reader = ledger.state.reader();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (reader, stop) = (&reader, &stop);
        let readers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(move || {
                    let mut last = 0;
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let sql = "SELECT (SELECT sum(balance) FROM account), (SELECT count(*) FROM transfer), (SELECT max(height) FROM block)";
                        let result = reader.sql(sql, &[], SqlLimits::default()).expect("a SELECT");
                        assert_eq!(result.rows[0][0], json!(50_000));
                        assert_eq!(result.rows[0][1], json!(10 * result.height));
                        assert_eq!(result.rows[0][2], json!(result.height));
                        assert!(result.height >= last);
                        last = result.height;
                    }
                })
            })
            .collect();
        for _ in 0..30 {
            let wires = (0..10).map(|at| ledger.transfer("m0", "m1", at)).collect();
            ledger.block(wires);
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        for thread in readers {
            thread.join().expect("no panic");
        }
    });
}

#[test]
fn several_selects_are_of_one_height_whatever_is_executed_between_them() {
    let mut ledger = Ledger::new();
    let reader = ledger.state.reader();
    let balance = |snapshot: &mut Snapshot<'_>| {
        let table = snapshot.sql_static("SELECT balance FROM account WHERE id = 'm0'", &[], SqlLimits::default())?;
        Ok::<_, Refusal>((table.height, table.rows[0][0].clone()))
    };
    let seen = reader.snapshot(|snapshot| {
        let before = balance(snapshot)?;
        let wire = ledger.transfer("m0", "m1", 5);
        ledger.block(vec![wire]);
        Ok::<_, Refusal>((before, balance(snapshot)?, snapshot.height()))
    });
    let before = (0, json!(10_000));
    assert_eq!(seen.expect("it reads"), (before.clone(), before, 0));
    assert_eq!(reader.snapshot(balance).expect("it reads"), (1, json!(9_995)));
    let refused = reader.snapshot(|snapshot| snapshot.sql_static("SELECT 1 FROM nowhere", &[], SqlLimits::default()));
    assert_eq!(refused.expect_err("no such table").code, "sql/2");
    assert_eq!(reader.snapshot(balance).expect("others read on").0, 1);
}
