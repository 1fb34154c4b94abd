use crate::{
    client::{Client, Reply, bind, error, execute, parse, status, sync, tags},
    ledger::serve,
};

fn notices(replies: &[Reply]) -> Vec<String> {
    replies.iter().filter(|reply| reply.kind == b'N').filter_map(|reply| reply.field(b'M')).collect()
}

#[test]
fn a_transaction_is_signed_whole_at_commit() {
    let served = serve(10);
    let (mut client, mut other) = (Client::start(&served), Client::start(&served));
    let before = client.value("SELECT max(height) FROM block");
    assert_eq!(status(&client.query("BEGIN")), 'T');
    assert_eq!(tags(&client.query("INSERT INTO stock VALUES (20, 'x', 1, NULL)")), ["INSERT 0 1"]);
    assert_eq!(tags(&client.query("UPDATE stock SET amount = 3 WHERE id < 4")), ["UPDATE 3"]);
    let read = client.query("SELECT count(*) FROM stock WHERE id = 20");
    assert!(notices(&read)[0].contains("committed state"), "{read:?}");
    assert_eq!(other.value("SELECT count(*) FROM stock WHERE id = 20"), "0");
    let committed = client.query("COMMIT");
    assert_eq!((tags(&committed), status(&committed)), (vec!["COMMIT".to_owned()], 'I'));
    assert_eq!(other.value("SELECT count(*) FROM stock WHERE id = 20"), "1");
    let after: u64 = client.value("SELECT max(height) FROM block").parse().unwrap();
    assert_eq!(after, before.parse::<u64>().unwrap() + 1, "one transaction in one block");
}

#[test]
fn a_commit_that_is_refused_leaves_nothing() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN; INSERT INTO stock VALUES (20, 'x', 1, NULL); INSERT INTO stock VALUES (1, 'again', 1, NULL)");
    let replies = client.query("COMMIT");
    assert_eq!((error(&replies).as_deref(), status(&replies)), (Some("23505"), 'I'));
    assert_eq!(client.value("SELECT count(*) FROM stock"), "10");
}

#[test]
fn after_an_error_a_transaction_only_waits_for_its_end() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN; DELETE FROM stock");
    assert_eq!(status(&client.query("SELECT * FROM nowhere")), 'E');
    assert_eq!(error(&client.query("SELECT 1")).as_deref(), Some("25P02"));
    assert_eq!(error(&client.run(&[parse("", "SELECT 1"), sync()])).as_deref(), Some("25P02"));
    let replies = client.query("COMMIT");
    assert_eq!((tags(&replies), status(&replies)), (vec!["ROLLBACK".to_owned()], 'I'));
    assert_eq!(client.value("SELECT count(*) FROM stock"), "10");
}

#[test]
fn savepoints_take_back_what_came_after_them() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN; DELETE FROM stock WHERE id = 1; SAVEPOINT s; DELETE FROM stock WHERE id = 2");
    client.query("SELECT * FROM nowhere");
    assert_eq!(status(&client.query("ROLLBACK TO SAVEPOINT s")), 'T');
    client.query("DELETE FROM stock WHERE id = 3; RELEASE s; COMMIT");
    assert_eq!(client.value("SELECT group_concat(id) FROM (SELECT id FROM stock WHERE id < 5 ORDER BY id)"), "2,4");
    assert_eq!(error(&client.query("SAVEPOINT s")).as_deref(), Some("25P01"));
}

#[test]
fn what_a_transaction_announced_wrongly_is_said_at_commit() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN; DELETE FROM stock WHERE id = 1");
    assert_eq!(tags(&client.query("DELETE FROM stock WHERE id IN (1, 2)")), ["DELETE 2"]);
    let replies = client.query("COMMIT");
    assert!(notices(&replies)[0].contains("statement 2 of the transaction touched 1 rows, not 2"), "{replies:?}");
}

#[test]
fn a_transaction_that_only_reads_does_not_write() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN READ ONLY");
    assert_eq!(error(&client.query("DELETE FROM stock")).as_deref(), Some("25006"));
    client.query("ROLLBACK");
    client.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; BEGIN");
    assert_eq!(error(&client.query("DELETE FROM stock")).as_deref(), Some("25006"));
}

#[test]
fn statements_of_one_text_are_one_transaction() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let replies = client.query("DELETE FROM stock WHERE id = 1; INSERT INTO stock VALUES (2, 'again', 0, NULL)");
    assert_eq!(
        (error(&replies).as_deref(), tags(&replies).len()),
        (Some("23505"), 0),
        "no answer for what is not done"
    );
    assert_eq!(client.value("SELECT count(*) FROM stock"), "10");
    let replies = client.query("DELETE FROM stock WHERE id = 1; UPDATE stock SET amount = 1 WHERE id < 4");
    assert_eq!(tags(&replies), ["DELETE 1", "UPDATE 2"]);
}

#[test]
fn a_pipeline_of_writes_is_one_transaction() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let insert = |id: &str, name: &str| [bind("i", &[id, name]), execute(0)].concat();
    client.run(&[parse("i", "INSERT INTO stock (id, name) VALUES ($1, $2)"), sync()]);
    let before: u64 = client.value("SELECT max(height) FROM block").parse().unwrap();
    let replies = client.run(&[insert("21", "a"), insert("22", "b"), insert("23", "c"), sync()]);
    assert_eq!(tags(&replies), ["INSERT 0 1"; 3]);
    assert_eq!(client.value("SELECT max(height) FROM block"), (before + 1).to_string());
    let replies = client.run(&[insert("31", "d"), insert("21", "e"), sync()]);
    assert_eq!((error(&replies).as_deref(), tags(&replies).len()), (Some("23505"), 0));
    assert_eq!(client.value("SELECT count(*) FROM stock WHERE id = 31"), "0");
}

#[test]
fn what_is_read_in_a_pipeline_comes_after_what_is_written_before_it() {
    let served = serve(10);
    let mut client = Client::start(&served);
    let one = |sql: &str| [parse("", sql), bind("", &[]), execute(0)].concat();
    let large = "SELECT a.attname, b.attname FROM pg_attribute a, pg_attribute b LIMIT 5000";
    let (insert, count) = ("INSERT INTO stock VALUES (30, 'x', 1, NULL)", "SELECT count(*) FROM stock");
    let replies = client.run(&[one(insert), one(large), one("DELETE FROM stock WHERE id = 1"), one(count), sync()]);
    assert_eq!(tags(&replies), ["INSERT 0 1", "SELECT 5000", "DELETE 1", "SELECT 1"]);
    assert_eq!(client.value(count), "10");
}

#[test]
fn a_portal_read_in_parts_sees_one_height() {
    let served = serve(25_000);
    let (mut client, mut other) = (Client::start(&served), Client::start(&served));
    client.query("BEGIN");
    let mut rows = 0;
    let first = client.run(&[parse("", "SELECT id FROM stock ORDER BY id"), bind("", &[]), execute(10_000), sync()]);
    rows += first.iter().filter(|reply| reply.kind == b'D').count();
    assert!(first.iter().any(|reply| reply.kind == b's'), "the portal is suspended");
    assert_eq!(tags(&other.query("DELETE FROM stock WHERE id > 20000")), ["DELETE 5000"]);
    loop {
        let more = client.run(&[execute(10_000), sync()]);
        assert_eq!(error(&more), None);
        rows += more.iter().filter(|reply| reply.kind == b'D').count();
        if !tags(&more).is_empty() {
            break;
        }
    }
    assert_eq!(rows, 25_000);
    client.query("COMMIT");
    assert_eq!(client.value("SELECT count(*) FROM stock"), "20000");
}

#[test]
fn a_transaction_is_not_handed_on_to_the_next_session() {
    let served = serve(10);
    let mut client = Client::start(&served);
    client.query("BEGIN; DELETE FROM stock");
    let replies = client.query("DISCARD ALL");
    assert_eq!((error(&replies).as_deref(), status(&replies)), (Some("25001"), 'E'));
    assert_eq!(tags(&client.query("ROLLBACK")), ["ROLLBACK"]);
    assert_eq!(tags(&client.query("DISCARD ALL")), ["DISCARD ALL"]);
    client.query("BEGIN; DELETE FROM stock");
    assert_eq!(error(&client.query("COMMIT AND CHAIN")).as_deref(), Some("0A000"));
    client.query("ROLLBACK");
    assert_eq!(client.value("SELECT count(*) FROM stock"), "10");
}
