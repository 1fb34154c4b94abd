//! Reading as of a height.

use crate::{
    client::{Client, bind, error, execute, parse, startup, sync, tags},
    ledger::{Served, TOKEN, USER, serve},
};

const AMOUNT: &str = "SELECT amount FROM stock WHERE id = 1";

/// A ledger in which the amount of stock 1 was 1, 10, 20 and 30, and the height of the first.
fn changed() -> (Served, Client, u64) {
    let served = serve(10);
    let mut client = Client::start(&served);
    let height = client.value("SELECT max(height) FROM block").parse().expect("a height");
    for amount in [10, 20, 30] {
        client.query(&format!("UPDATE stock SET amount = {amount} WHERE id = 1"));
    }
    (served, client, height)
}

#[test]
fn a_session_reads_as_of_a_height_until_it_says_otherwise() {
    let (_served, mut client, height) = changed();
    for (later, amount) in [(0, "1"), (1, "10"), (2, "20"), (3, "30")] {
        client.query(&format!("SET counterfoil.as_of = {}", height + later));
        assert_eq!(client.value(AMOUNT), amount);
        assert_eq!(client.value("SELECT max(height) FROM block"), (height + later).to_string());
        let prepared = [parse("", "SELECT amount FROM stock WHERE id = $1"), bind("", &["1"]), execute(0), sync()];
        let replies = client.run(&prepared);
        let rows: Vec<_> =
            replies.iter().filter(|reply| reply.kind == b'D').map(crate::client::Reply::columns).collect();
        assert_eq!(rows, [[Some(amount.to_owned())]]);
    }
    client.query(&format!("SET counterfoil.as_of = {height}"));
    let refused = client.query("UPDATE stock SET amount = 0 WHERE id = 1");
    assert_eq!(error(&refused).as_deref(), Some("25006"), "the past is not written to");
    assert_eq!(client.value("SHOW counterfoil.as_of"), height.to_string());
    assert_eq!(client.value("SELECT count(*) FROM stock_scarce WHERE id = 1"), "1", "views too");
    client.query("RESET counterfoil.as_of");
    assert_eq!((client.value("SHOW counterfoil.as_of"), client.value(AMOUNT)), ("newest".to_owned(), "30".to_owned()));
    client.query(&format!("BEGIN READ ONLY; SET LOCAL counterfoil.as_of = {height}"));
    assert_eq!(client.value(AMOUNT), "1");
    assert_eq!(tags(&client.query("COMMIT")), ["COMMIT"]);
    assert_eq!(client.value(AMOUNT), "30");
    for (value, state) in [("'soon'", "22023"), ("-1", "22023")] {
        assert_eq!(
            error(&client.query(&format!("SET counterfoil.as_of = {value}"))).as_deref(),
            Some(state),
            "{value}"
        );
    }
    client.query("SET counterfoil.as_of = 1000000");
    assert_eq!(error(&client.query(AMOUNT)).as_deref(), Some("22023"), "it is not there yet");
    client.query("SET counterfoil.as_of = newest");
    assert_eq!(client.value(AMOUNT), "30");
}

#[test]
fn a_client_brings_its_height_with_it() {
    let (served, _client, height) = changed();
    let mut client = Client::open(served.address);
    let options = format!("-c counterfoil.as_of={}", height + 1);
    client.send(&startup(&[("user", USER), ("database", "ledger"), ("options", &options)]));
    assert_eq!(client.receive().expect("an answer").kind, b'R');
    client.send(&crate::client::message(b'p', &crate::client::text(TOKEN)));
    client.until_ready();
    assert_eq!(client.value(AMOUNT), "10");
    client.query("SET counterfoil.as_of = newest; RESET ALL");
    assert_eq!(client.value(AMOUNT), "30");
}

#[test]
fn a_portal_in_the_past_is_read_in_parts() {
    let (_served, mut client, height) = changed();
    client.query(&format!("BEGIN; SET LOCAL counterfoil.as_of = {height}"));
    let sql = "SELECT amount FROM stock ORDER BY id";
    let first = client.run(&[parse("", sql), bind("", &[]), execute(4), sync()]);
    let rest = client.run(&[execute(0), sync()]);
    let amounts = |replies: &[crate::client::Reply]| -> Vec<_> {
        replies.iter().filter(|reply| reply.kind == b'D').filter_map(|reply| reply.columns()[0].clone()).collect()
    };
    assert_eq!(amounts(&first), ["1", "2", "3", "4"]);
    assert_eq!(amounts(&rest), ["5", "6", "7", "8", "9", "10"]);
    client.query("COMMIT");
}
