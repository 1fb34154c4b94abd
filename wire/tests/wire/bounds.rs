//! What a client may not hold on to, and what a stop does not break off.

use crate::{
    client::{Client, Reply, bind, error, execute, message, parse, run_as, sync, tags, text},
    ledger::{GATE, serve, serve_within},
};
use counterfoil_types::limits;
use counterfoil_wire::Bounds;
use std::{sync::atomic::Ordering, time::Duration};

/// A SELECT that is not run where others wait.
const COUNT: &str = "SELECT count(*) FROM stock";

#[test]
fn a_portal_does_not_hold_its_height_for_ever() {
    let served = serve_within(100, Bounds { reading: Duration::ZERO, ..Bounds::default() });
    let mut client = Client::start(&served);
    client.query("BEGIN");
    let first = client.run(&[parse("", "SELECT id FROM stock"), bind("", &[]), execute(10), sync()]);
    assert!(first.iter().any(|reply| reply.kind == b's'), "{first:?}");
    let more = client.run(&[execute(10), sync()]);
    let ended = more.iter().find(|reply| reply.kind == b'E').expect("it has ended");
    assert_eq!(ended.field(b'C').as_deref(), Some("57014"));
    assert!(ended.field(b'M').expect("a text").contains("not taken in time"), "{ended:?}");
    client.query("ROLLBACK");
    assert_eq!(client.value(COUNT), "100");
}

#[test]
fn selects_share_their_places_and_leave_them_while_nobody_takes_their_rows() {
    let served = serve(100);
    let (mut client, mut other) = (Client::start(&served), Client::start(&served));
    let all = served.node.places.available_permits();
    let kept = served.runtime.block_on(served.node.places.acquire_many(all as u32 - 1)).expect("they are free");
    client.query("BEGIN");
    let part = client.run(&[parse("", "SELECT id FROM stock"), bind("", &[]), execute(10), sync()]);
    assert!(part.iter().any(|reply| reply.kind == b's'), "{part:?}");
    assert_eq!(other.value(COUNT), "100", "a portal that waits takes no place");
    let last = served.runtime.block_on(served.node.places.acquire()).expect("it is free");
    for sql in [COUNT, "SELECT current_schema()"] {
        let refused = other.query(sql);
        let refused = refused.iter().find(|reply| reply.kind == b'E').expect("a refusal");
        assert_eq!(
            (refused.field(b'C').as_deref(), refused.field(b'D').as_deref()),
            (Some("53000"), Some("http/busy"))
        );
    }
    assert_eq!(error(&client.run(&[execute(10), sync()])).as_deref(), Some("53000"), "nor does it go on without one");
    drop((kept, last));
    client.query("ROLLBACK");
    assert_eq!(client.value(COUNT), "100");
}

/// A question to the catalogue.
const TABLES: &str = "SELECT relname FROM pg_class";

#[test]
fn a_question_to_the_catalogue_that_waits_for_a_portal_takes_no_place_and_can_be_cancelled() {
    let served = serve(1);
    let mut client = Client::start(&served);
    client.query("BEGIN");
    assert_eq!(error(&client.run(&[parse("second", TABLES), sync()])), None);
    let part = client.run(&[parse("", TABLES), bind("", &[]), execute(1), sync()]);
    assert!(part.iter().any(|reply| reply.kind == b's'), "{part:?}");

    let cancel = |client: &Client| {
        let mut cancelling = Client::open(served.address);
        cancelling.send(&[&16_u32.to_be_bytes()[..], &80_877_102_u32.to_be_bytes(), &client.key].concat());
        assert_eq!(cancelling.rest(), b"");
    };
    let all = served.node.places.available_permits() as u32;
    let before = *served.node.placed.borrow();
    client.send(&[run_as("other", "second"), sync()].concat());
    let mut placed = served.node.placed.subscribe();
    served.runtime.block_on(placed.wait_for(|count| *count > before)).expect("it has had a place");
    let free = served.runtime.block_on(served.node.places.acquire_many(all)).expect("and has left it");
    cancel(&client);
    let replies = client.until_ready();
    let told = replies.iter().find(|reply| reply.kind == b'E').expect("it waited still");
    assert_eq!(told.field(b'M').as_deref(), Some("canceling statement due to user request"));
    drop(free);
    client.query("ROLLBACK");
    assert_eq!(error(&client.run(&[run_as("other", "second"), sync()])), None);
}

#[test]
fn a_question_to_the_catalogue_is_prepared_in_its_time() {
    let served = serve(1);
    let mut client = Client::start(&served);
    client.query("SET statement_timeout = '100ms'");
    client.query("BEGIN");
    let part = client.run(&[parse("", TABLES), bind("", &[]), execute(1), sync()]);
    assert!(part.iter().any(|reply| reply.kind == b's'), "{part:?}");
    let refused = client.run(&[parse("second", TABLES), sync()]);
    assert_eq!(error(&refused).as_deref(), Some("57014"), "{refused:?}");
    client.query("ROLLBACK");
    assert_eq!(error(&client.run(&[parse("second", TABLES), sync()])), None);
}

#[test]
fn who_does_not_sign_in_takes_no_session_and_is_let_go() {
    let served = serve_within(1, Bounds { sign_in: Duration::from_millis(1_500), ..Bounds::default() });
    let mut silent: Vec<_> = (0..2 * limits::WIRE_WAITING_MAX).map(|_| Client::open(served.address)).collect();
    let mut client = Client::start(&served);
    assert_eq!(client.value("SELECT 1"), "1");
    for silent in &mut silent {
        assert_eq!(silent.rest(), b"", "it is let go without a word");
    }
    assert_eq!(client.value("SELECT 1"), "1", "signing in takes time, being signed in does not");
}

#[test]
fn a_commit_in_flight_is_answered_before_the_endpoint_ends() {
    let served = serve(10);
    let (mut client, mut idle) = (Client::start(&served), Client::start(&served));
    client.query("BEGIN; DELETE FROM stock WHERE id = 1");
    let node = &served.node;
    let mut submitted = node.submitted.subscribe();
    let held = served.runtime.block_on(node.gate.acquire_many(GATE));
    client.send(&message(b'Q', &text("COMMIT")));
    served.runtime.block_on(submitted.wait_for(|count| *count == 1)).expect("it comes in");
    served.ending.send_replace(true);
    let shutdown = |reply: Option<Reply>| reply.and_then(|reply| reply.field(b'C'));
    assert_eq!(shutdown(idle.receive()).as_deref(), Some("57P01"), "who waits for nothing is let go");
    drop(held);
    let replies = client.until_ready();
    assert_eq!(tags(&replies), ["COMMIT"]);
    assert_eq!(shutdown(client.receive()).as_deref(), Some("57P01"));
    let count = node.rows("SELECT count(*) FROM stock");
    assert_eq!(count, 9);
}

#[test]
fn a_select_is_broken_off_when_the_endpoint_ends() {
    let served = serve(1);
    let mut client = Client::start(&served);
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    // Its first rows show that it runs.
    client.send(&[parse("", endless), bind("", &[]), execute(u32::MAX / 2), sync()].concat());
    assert!(matches!(client.receive(), Some(Reply { kind: b'1', .. })));
    while client.receive().is_some_and(|reply| reply.kind != b'D') {}
    served.ending.send_replace(true);
    let mut codes = Vec::new();
    while let Some(reply) = client.receive() {
        codes.extend(reply.field(b'C').filter(|_| reply.kind == b'E'));
    }
    assert_eq!(codes, ["57014", "57P01"]);
}

#[test]
fn a_token_is_checked_again_with_each_statement_of_a_text() {
    let served = serve(10);
    let mut client = Client::start(&served);
    served.node.revoking.store(true, Ordering::Relaxed);
    client.send(&message(b'Q', &text("DELETE FROM stock WHERE id = 1; SELECT 1; SELECT 2")));
    let mut replies = Vec::new();
    while let Some(reply) = client.receive() {
        replies.push(reply);
    }
    assert_eq!(tags(&replies), ["DELETE 1", "SELECT 1"]);
    assert_eq!(error(&replies).as_deref(), Some("28000"));
}
