//! SET and what is like it, with PostgreSQL's meaning.

use crate::{
    client::{Client, Reply, bind, error, execute, parse, status, sync, tags},
    ledger::serve,
};

fn warnings(replies: &[Reply]) -> Vec<String> {
    replies.iter().filter(|reply| reply.kind == b'N').filter_map(|reply| reply.field(b'C')).collect()
}

fn told(replies: &[Reply]) -> Vec<String> {
    replies.iter().filter(|reply| reply.kind == b'S').map(|reply| reply.text().replace('\0', "=")).collect()
}

#[test]
fn transactions_only_read_as_they_are_told() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let write = "UPDATE stock SET amount = 1 WHERE id = 1";
    // Outside of a transaction SET TRANSACTION does nothing, and says so.
    let set = client.query("SET TRANSACTION READ ONLY");
    assert_eq!((warnings(&set), tags(&set)), (vec!["25P01".to_owned()], vec!["SET".to_owned()]));
    assert_eq!(tags(&client.query(write)), ["UPDATE 1"]);
    // The default is for those that begin after it, also for single statements.
    let set = client.query("SET default_transaction_read_only = TRUE");
    assert_eq!(told(&set), ["default_transaction_read_only=on"]);
    assert_eq!(error(&client.query(write)).as_deref(), Some("25006"));
    assert_eq!(client.value("SHOW transaction_read_only"), "on");
    assert_eq!(client.value("SELECT current_setting('transaction_read_only')"), "on");
    client.query("BEGIN READ WRITE");
    assert_eq!(tags(&client.query(write)), ["UPDATE 1"]);
    assert_eq!(client.value("SHOW transaction_read_only"), "off");
    client.query("ROLLBACK; BEGIN; SET default_transaction_read_only = off");
    assert_eq!(error(&client.query(write)).as_deref(), Some("25006"), "it has begun before");
    client.query("ROLLBACK");
    assert_eq!(client.value("SHOW default_transaction_read_only"), "on", "and what it set is taken back");
    client.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE");
    // Within one.
    client.query("BEGIN; SET TRANSACTION READ ONLY");
    assert_eq!(error(&client.query(write)).as_deref(), Some("25006"));
    client.query("ROLLBACK; BEGIN READ ONLY; SET TRANSACTION READ WRITE");
    assert_eq!(tags(&client.query(write)), ["UPDATE 1"], "nothing was asked before");
    client.query("ROLLBACK; BEGIN READ ONLY; SELECT 1");
    assert_eq!(error(&client.query("SET transaction_read_only = off")).as_deref(), Some("25001"));
    client.query("ROLLBACK; BEGIN; SAVEPOINT s; SET TRANSACTION READ ONLY; ROLLBACK TO s");
    assert_eq!(tags(&client.query(write)), ["UPDATE 1"], "a savepoint takes it back");
    client.query("ROLLBACK");
}

#[test]
fn what_is_set_lasts_as_long_as_it_says() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let name = |client: &mut Client| client.value("SHOW application_name");
    assert_eq!(warnings(&client.query("SET LOCAL application_name = 'a'")), ["25P01"]);
    assert_eq!(name(&mut client), "");
    let inside = client.query("BEGIN; SET LOCAL application_name = 'b'");
    assert_eq!(told(&inside), ["application_name=b"]);
    assert_eq!(name(&mut client), "b");
    assert_eq!(told(&client.query("COMMIT")), ["application_name="]);
    client.query("BEGIN; SET application_name = 'c'; SAVEPOINT s; SET application_name = 'd'; ROLLBACK TO s; COMMIT");
    assert_eq!(name(&mut client), "c");
    let failed = client.query("SET application_name = 'e'; SELECT * FROM nowhere");
    assert_eq!((error(&failed).as_deref(), status(&failed)), (Some("42P01"), 'I'));
    assert_eq!(name(&mut client), "c", "statements of one text are one transaction");
    client.query("BEGIN; SET application_name = 'f'; INSERT INTO stock VALUES (1, 'again', 1, NULL)");
    assert_eq!(error(&client.query("COMMIT")).as_deref(), Some("23505"));
    assert_eq!(name(&mut client), "c", "a COMMIT that is refused takes it back");
}

#[test]
fn set_config_sets() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let set = client.query("SELECT set_config('application_name', 'x', false)");
    assert_eq!((tags(&set), told(&set)), (vec!["SELECT 1".to_owned()], vec!["application_name=x".to_owned()]));
    assert_eq!(client.value("SELECT current_setting('application_name')"), "x");
    client.query("BEGIN; SELECT set_config('application_name', 'y', true)");
    assert_eq!(client.value("SHOW application_name"), "y");
    client.query("COMMIT");
    assert_eq!(client.value("SHOW application_name"), "x");
    let set = client.run(&[
        parse("", "SELECT pg_catalog.set_config($1, $2, false)"),
        bind("", &["statement_timeout", "2s"]),
        execute(0),
        sync(),
    ]);
    assert_eq!(error(&set), None);
    assert_eq!(client.value("SHOW statement_timeout"), "2s");
    // What a SELECT that fails asked for is not set by the next one.
    let failed = client.query("SELECT set_config('application_name', 'z', false), current_setting('no.such')");
    assert!(error(&failed).is_some());
    client.query("SELECT set_config('statement_timeout', '3s', false)");
    assert_eq!(client.value("SHOW application_name"), "x");
    for (sql, state) in [
        ("SELECT set_config('nonesuch', '1', false)", "42704"),
        ("SELECT set_config('client_encoding', 'latin1', false)", "22023"),
    ] {
        assert_eq!(error(&client.query(sql)).as_deref(), Some(state), "{sql}");
    }
}
