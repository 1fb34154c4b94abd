use crate::{
    client::{Client, bind, error, execute, message, parse, startup, status, sync, tags, text},
    ledger::{TOKEN, USER, serve},
};
use std::sync::atomic::Ordering;

#[test]
fn each_wrong_has_its_sqlstate() {
    let served = serve(10);
    let mut client = Client::start(&served);
    for (sql, state, position) in [
        ("SELEC 1", "42601", Some("1")),
        ("SELECT 1 +", "42601", None),
        ("SELECT 'é', * FORM stock", "42601", Some("15")),
        ("SELECT 1; SELECT FROM x", "42601", None),
        ("SELECT * FROM nowhere", "42P01", None),
        ("SELECT nonesuch FROM stock", "42703", None),
        ("SELECT s.name FROM stock s, stock t WHERE id = 1", "42702", None),
        ("SELECT nofunction(1)", "42883", None),
        ("SELECT $1", "42P02", None),
        ("SELECT 1::nothing", "42704", Some("9")),
        ("SELECT load_extension('x')", "42501", None),
        ("SELECT readfile('/etc/passwd')", "42883", None),
        ("SELECT * FROM ledger_block", "42501", None),
        ("SELECT * FROM sqlite_schema", "42501", None),
        ("SELECT * FROM pragma_table_info('stock')", "42501", None),
        ("PRAGMA query_only = 0", "0A000", Some("1")),
        ("ATTACH '/tmp/x' AS x", "0A000", Some("1")),
        ("VACUUM INTO '/tmp/x'", "0A000", Some("1")),
        ("EXPLAIN SELECT 1", "0A000", None),
        ("COPY stock FROM STDIN", "0A000", Some("1")),
        ("DECLARE c CURSOR FOR SELECT 1", "0A000", Some("1")),
        ("LISTEN x", "0A000", Some("1")),
        ("PREPARE TRANSACTION 'x'", "0A000", Some("1")),
        ("WITH x AS (SELECT 1) DELETE FROM stock", "42501", None),
        ("INSERT INTO stock VALUES (1, 'again', 1, NULL)", "23505", None),
        ("INSERT INTO stock VALUES (11, NULL, 1, NULL)", "23502", None),
        ("INSERT INTO stock VALUES (11, 'item 11', -1, NULL)", "23514", None),
        ("INSERT INTO nowhere VALUES (1)", "42P01", None),
        ("CREATE TABLE warehouse.bin (id INTEGER PRIMARY KEY)", "42501", None),
        ("CALL stock.give(1)", "42883", None),
        ("CALL stock.take(1, 2, 3)", "42883", None),
        ("CALL stock.take(1, 2) + 1", "42601", None),
        ("SET client_encoding TO 'LATIN1'", "22023", None),
        ("SET nonesuch = 1", "42704", None),
        ("SHOW nonesuch", "42704", None),
        ("SELECT abs(-9223372036854775808)", "22003", None),
        ("SELECT CASE id WHEN 1 THEN 1 ELSE 'x' END FROM stock", "42804", None),
        ("SELECT zeroblob(1000000000)", "54000", None),
        ("SELECT nosuch FROM pg_catalog.pg_class", "42703", None),
        ("SELECT 1 FROM pg_catalog.pg_nothing", "42P01", None),
        ("SELECT pg_sleep(10)", "42883", None),
    ] {
        let replies = client.query(sql);
        assert_eq!(error(&replies).as_deref(), Some(state), "{sql}: {replies:?}");
        let found = replies.iter().find(|reply| reply.kind == b'E').and_then(|reply| reply.field(b'P'));
        if position.is_some() {
            assert_eq!(found.as_deref(), position, "{sql}");
        }
        assert_eq!(status(&replies), 'I', "{sql}");
    }
    assert_eq!(client.value("SELECT count(*) FROM stock"), "10");
}

#[test]
fn a_refusal_of_the_ledger_keeps_its_code() {
    let served = serve(1);
    let replies = Client::start(&served).query("CREATE TABLE warehouse.bin (id INTEGER PRIMARY KEY)");
    let error = replies.iter().find(|reply| reply.kind == b'E').expect("a refusal");
    assert_eq!(error.field(b'M').as_deref(), Some("core-corp may not define tables in this schema"));
    assert_eq!(error.field(b'D').as_deref(), Some("sql/30"));
}

#[test]
fn writes_are_answered_with_what_they_did() {
    let served = serve(10);
    let mut client = Client::start(&served);
    assert_eq!(tags(&client.query("INSERT INTO stock VALUES (11, 'a', 1, x'ff'), (12, 'b', 2, NULL)")), ["INSERT 0 2"]);
    assert_eq!(tags(&client.query("UPDATE stock SET amount = 0 WHERE id > 8")), ["UPDATE 4"]);
    assert_eq!(tags(&client.query("DELETE FROM stock WHERE id = 11; SELECT 1")), ["DELETE 1", "SELECT 1"]);
    let replies = client.query("CALL stock.take(3, amount => 2)");
    assert_eq!(tags(&replies), ["CALL"]);
    assert_eq!(replies[1].columns(), [Some(r#"{"taken":1}"#.to_owned())]);
    assert_eq!(client.value("SELECT amount FROM stock WHERE id = 3"), "1");
    assert_eq!(client.value("SELECT name FROM public.stock WHERE id = 12"), "b");
}

#[test]
fn prepared_statements_live_until_they_are_closed() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let sql = "SELECT name FROM stock WHERE id = $1";
    let replies = client.run(&[parse("s", sql), message(b'D', &[&b"S"[..], &text("s")].concat()), sync()]);
    assert_eq!(replies[1].body, [&[0, 1][..], &20_u32.to_be_bytes()].concat(), "the parameter is a bigint");
    for id in ["3", "4"] {
        let replies = client.run(&[bind("s", &[id]), execute(0), sync()]);
        assert_eq!(replies[1].columns(), [Some(format!("item {id}"))]);
    }
    assert_eq!(error(&client.run(&[parse("s", sql), sync()])).as_deref(), Some("42P05"));
    assert_eq!(error(&client.run(&[bind("s", &[]), sync()])).as_deref(), Some("08P01"));
    assert_eq!(error(&client.run(&[bind("s", &["x"]), sync()])).as_deref(), Some("22P02"));
    assert_eq!(error(&client.run(&[bind("none", &[]), sync()])).as_deref(), Some("26000"));
    client.run(&[message(b'C', &[&b"S"[..], &text("s")].concat()), sync()]);
    assert_eq!(error(&client.run(&[bind("s", &["3"]), sync()])).as_deref(), Some("26000"));
    assert_eq!(error(&client.run(&[execute(0), sync()])).as_deref(), Some("34000"));
    let two = client.run(&[parse("", "SELECT 1; SELECT 2"), bind("", &[]), execute(0), sync()]);
    assert_eq!((error(&two).as_deref(), two.len()), (Some("42601"), 2), "what follows an error is passed over");
}

#[test]
fn the_catalogue_is_asked_as_postgresql_is() {
    let served = serve(3);
    let mut client = Client::start(&served);
    for (sql, value) in [
        ("SELECT current_user", USER),
        ("SELECT current_schema()", "public"),
        ("SELECT current_database()", "ledger"),
        ("SELECT 'stock'::regclass::text", "stock"),
        ("SELECT format_type(20, NULL)", "bigint"),
        ("SELECT array_to_string(ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = 'stock'::regclass), ',')", "id,name,amount,mark"),
        ("SELECT count(*) FROM pg_class WHERE relkind = ANY (ARRAY['r', 'v']) AND relname ~ '^(stock|stock_scarce)$'", "2"),
        ("SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
          WHERE i.indrelid = 'stock'::regclass AND i.indisprimary", "id"),
        ("SELECT string_agg(table_schema || '.' || table_name, ' ') FROM information_schema.tables WHERE table_schema <> 'public'",
         "warehouse.receipt vault.vault_field"),
        ("SELECT data_type FROM information_schema.columns WHERE table_name = 'stock' AND column_name = 'mark'", "bytea"),
        ("SELECT p.proname FROM pg_catalog.pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'stock'", "take"),
        ("SHOW transaction isolation level", "serializable"),
    ] {
        assert_eq!(client.value(sql), value, "{sql}");
    }
    let typed = client.query("SELECT oid, relname, relhasindex FROM pg_class LIMIT 1");
    let oids: Vec<_> = [26_u32, 19, 16].iter().map(|oid| oid.to_be_bytes()).collect();
    assert!(oids.iter().all(|oid| typed[0].body.windows(4).any(|bytes| bytes == oid)), "oid, name, bool");
}

#[test]
fn who_signs_in_has_the_token_of_his_key() {
    let served = serve(1);
    for (user, token) in [(USER, "cft_wrong"), ("shop-1/dev", TOKEN), ("", TOKEN), (USER, "")] {
        let mut client = Client::open(served.address);
        client.send(&startup(&[("user", user)]));
        let first = client.receive().expect("an answer");
        let refused = if first.kind == b'R' {
            client.send(&message(b'p', &text(token)));
            client.receive().expect("an answer")
        } else {
            first
        };
        assert!(matches!(refused.field(b'C').as_deref(), Some("28P01" | "28000")), "{user} {token}: {refused:?}");
        assert!(client.receive().is_none());
    }
}

#[test]
fn a_token_that_is_revoked_ends_the_session() {
    let served = serve(1);
    let mut client = Client::start(&served);
    assert_eq!(client.value("SELECT 1"), "1");
    served.node.revoked.store(true, Ordering::Relaxed);
    client.send(&message(b'Q', &text("SELECT * FROM stock")));
    let refused = client.receive().expect("an answer");
    assert_eq!((refused.kind, refused.field(b'C').as_deref()), (b'E', Some("28000")));
    assert!(client.receive().is_none(), "the session ends");
}

#[test]
fn what_takes_longer_than_it_may_at_once_is_the_same() {
    let served = serve(5_000);
    let mut client = Client::start(&served);
    let rows = client.rows("SELECT id FROM stock ORDER BY name, id");
    assert_eq!(rows.len(), 5_000);
    let few = client.rows("SELECT id, name FROM stock WHERE id = 7");
    assert_eq!(few, [[Some("7".to_owned()), Some("item 7".to_owned())]]);
    let replies =
        client.run(&[parse("", "SELECT id FROM stock ORDER BY amount, id"), bind("", &[]), execute(0), sync()]);
    assert_eq!(tags(&replies), ["SELECT 5000"]);
}

#[test]
fn the_vault_is_read_by_its_name() {
    let served = serve(1);
    assert_eq!(
        Client::start(&served).value("SELECT value FROM vault.vault_field WHERE name = 'total'"),
        "in the clear"
    );
}

#[test]
fn settings_hold_for_a_session() {
    let served = serve(1);
    let mut client = Client::start(&served);
    let replies = client.query("SET application_name TO 'report'");
    // PostgreSQL tells of it when the statement is done.
    assert_eq!((replies[1].kind, replies[1].body.as_slice()), (b'S', &b"application_name\0report\0"[..]));
    assert_eq!(client.value("SHOW application_name"), "report");
    assert_eq!(client.value("SELECT current_setting('application_name')"), "report");
    client.query("DISCARD ALL");
    assert_eq!(client.rows("SHOW application_name"), [[Some(String::new())]]);
}
