//! Bytes that no client sends: the server answers or closes, and goes on with others. Nothing panics.

use crate::{
    client::{Client, bind, execute, message, parse, startup, sync, text},
    ledger::{Served, TOKEN, USER, serve},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    panic,
    sync::atomic::{AtomicBool, Ordering},
};

static PANICKED: AtomicBool = AtomicBool::new(false);

/// Notices panics on the server's threads, where nobody else does.
fn watch_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let here = std::thread::current().name().is_some_and(|name| name.contains("fuzz"));
        if !here {
            PANICKED.store(true, Ordering::Relaxed);
        }
        usual(info);
    }));
}

/// A session with something of everything.
fn session() -> Vec<Vec<u8>> {
    vec![
        startup(&[("user", USER), ("database", "ledger"), ("client_encoding", "UTF8")]),
        message(b'p', &text(TOKEN)),
        message(
            b'Q',
            &text("SELECT id, name FROM stock WHERE id < 5; SELECT relname FROM pg_class WHERE relname ~ '^s'"),
        ),
        parse("s", "SELECT name, mark FROM stock WHERE id = $1 OR name = $2::varchar"),
        message(b'D', &[&b"S"[..], &text("s")].concat()),
        bind("s", &["3", "item 4"]),
        message(b'D', &[&b"P"[..], &text("")].concat()),
        execute(1),
        execute(0),
        sync(),
        message(
            b'Q',
            &text("BEGIN; INSERT INTO stock VALUES (77, 'x', 1, NULL); SAVEPOINT s; ROLLBACK TO s; ROLLBACK"),
        ),
        parse("", "CALL stock.take($1, amount => 0)"),
        bind("", &["1"]),
        execute(0),
        message(b'C', &[&b"S"[..], &text("s")].concat()),
        message(b'H', &[]),
        sync(),
        message(b'Q', &text("SHOW ALL; SET application_name = 'x'; RESET ALL; DISCARD ALL")),
        message(b'X', &[]),
    ]
}

fn survive(served: &Served, bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut client = Client::open(served.address);
    // The server may close before it has read everything.
    let _ = client.try_send(bytes);
    client.finish();
    client.rest();
    prop_assert!(!PANICKED.load(Ordering::Relaxed), "the server panicked");
    Ok(())
}

#[test]
fn fuzz_no_bytes_stop_the_server() {
    watch_panics();
    let served = serve(10);
    let whole = session();
    survive(&served, &whole.concat()).expect("a session as it should be");
    let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
    let noise = prop::collection::vec(any::<u8>(), 0..200);
    runner.run(&noise, |bytes| survive(&served, &bytes)).expect("noise");
    let messages = prop::collection::vec(
        (prop::sample::select(&b"QPBDECHSXpdcfFz"[..]), prop::collection::vec(any::<u8>(), 0..60)),
        0..12,
    );
    runner
        .run(&messages, |messages| {
            let begin = [whole[0].clone(), whole[1].clone()].concat();
            let noise: Vec<_> = messages.iter().map(|(kind, body)| message(*kind, body)).collect();
            survive(&served, &[begin, noise.concat()].concat())
        })
        .expect("messages of noise");
    let flat = whole.concat();
    let changes = prop::collection::vec((0..flat.len(), any::<u8>()), 1..6);
    runner
        .run(&(changes, 0..flat.len()), |(changes, cut)| {
            let mut bytes = flat.clone();
            changes.iter().for_each(|(at, byte)| bytes[*at] = *byte);
            if cut % 3 == 0 {
                bytes.truncate(cut);
            }
            survive(&served, &bytes)
        })
        .expect("a session with bytes changed");
    let order = prop::collection::vec(2..whole.len(), 0..30);
    runner
        .run(&order, |order| {
            let mixed: Vec<_> = [0, 1].iter().chain(&order).map(|at| whole[*at].clone()).collect();
            survive(&served, &mixed.concat())
        })
        .expect("messages in another order");
    assert_eq!(Client::start(&served).value("SELECT 1"), "1");
}
