use crate::{
    client::{Client, bind, error, execute, message, parse, startup, status, sync, text},
    ledger::{TOKEN, USER, serve, serve_at},
};
use counterfoil_types::limits;
use counterfoil_wire::{Endpoint, tls_from_files};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// A SELECT without end.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_statement_of_100_megabytes_is_read_over() {
    let served = serve(1);
    let mut client = Client::start(&served);
    let length = 100 * 1024 * 1024_u32;
    client.send(&[b"Q", &(length + 4).to_be_bytes()[..]].concat());
    let piece = vec![b' '; 1024 * 1024];
    (0..100).for_each(|_| client.send(&piece));
    let replies = client.until_ready();
    assert_eq!((error(&replies).as_deref(), status(&replies)), (Some("54000"), 'I'));
    assert_eq!(client.value("SELECT 1"), "1");
    let long = format!("SELECT '{}'", "x".repeat(limits::SQL_TEXT_BYTES_MAX));
    assert_eq!(error(&client.query(&long)).as_deref(), Some("54000"));
}

#[test]
fn statements_end_at_their_time() {
    let served = serve(1);
    let mut client = Client::start(&served);
    client.query("SET statement_timeout = '100ms'");
    let replies = client.query(ENDLESS);
    let error = replies.iter().find(|reply| reply.kind == b'E').expect("an error");
    assert_eq!(error.field(b'C').as_deref(), Some("57014"));
    assert!(error.field(b'M').expect("a text").contains("statement timeout"));
    let endless = format!("{ENDLESS}, pg_class");
    assert_eq!(crate::client::error(&client.query(&endless)).as_deref(), Some("57014"), "in the catalogue too");
}

#[test]
fn a_cancel_request_ends_what_runs() {
    let served = serve(1);
    let mut client = Client::start(&served);
    for (key, ended_by) in [([0; 8], "statement timeout"), (client.key, "user request")] {
        let (address, answered) = (served.address, Arc::new(AtomicBool::new(false)));
        let until = Arc::clone(&answered);
        // One that comes before the statement has begun is in vain, so they are sent until it has ended.
        let asking = thread::spawn(move || {
            let request = [&16_u32.to_be_bytes()[..], &80_877_102_u32.to_be_bytes(), &key].concat();
            while !until.load(Ordering::Relaxed) {
                let mut cancelling = Client::open(address);
                cancelling.send(&request);
                assert_eq!(cancelling.rest(), b"", "a cancel request is not answered");
            }
        });
        client.query("SET statement_timeout = '1s'");
        let replies = client.query(ENDLESS);
        answered.store(true, Ordering::Relaxed);
        asking.join().expect("requests are taken");
        let error = replies.iter().find(|reply| reply.kind == b'E').expect("an error");
        assert!(error.field(b'M').expect("a text").contains(ended_by), "{error:?}");
    }
}

#[test]
fn a_result_beyond_the_limits_is_refused_and_never_cut() {
    let served = serve(limits::SQL_ROWS_MAX as u64 + 1);
    let mut client = Client::start(&served);
    let all = client.query("SELECT id FROM stock");
    assert_eq!(error(&all).as_deref(), Some("54000"));
    let just = format!("SELECT id FROM stock LIMIT {}", limits::SQL_ROWS_MAX);
    assert_eq!(client.rows(&just).len(), limits::SQL_ROWS_MAX);
    assert_eq!(error(&client.query("SELECT zeroblob(1900000) FROM stock")).as_deref(), Some("54000"));
}

#[test]
fn deep_and_long_statements_are_answered() {
    let served = serve(1);
    let mut client = Client::start(&served);
    for (sql, state) in [
        (format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000)), Some("54000")),
        (format!("SELECT {}1", "-".repeat(3)), Some("42601")),
        (format!("SELECT {}1", "1+".repeat(15_000)), Some("42601")),
        (format!("SELECT {}1", "NOT ".repeat(10_000)), Some("54000")),
        (format!("SELECT {}1 FROM pg_class", "1+".repeat(15_000)), None),
        (format!("SELECT {}1{} FROM pg_class", "(".repeat(10_000), ")".repeat(10_000)), None),
        (format!("SELECT 1{}", "::int".repeat(5_000)), None),
        (format!("SELECT 1 FROM pg_class WHERE relname ~ '{}'", "(a*)*".repeat(3_000)), None),
        (format!("SELECT {}", "$1,".repeat(10_000)), None),
    ] {
        let replies = client.query(&sql);
        let found = error(&replies);
        if let Some(state) = state {
            let known = [Some(state), Some("42601"), Some("54000")];
            assert!(known.contains(&found.as_deref()), "{}: {found:?}", &sql[..40]);
        }
        assert_eq!(client.value("SELECT 1"), "1");
    }
}

#[test]
fn a_client_holds_so_many_statements() {
    let served = serve(1);
    let mut client = Client::start(&served);
    let many: Vec<_> = (0..limits::WIRE_STATEMENTS_MAX).map(|at| parse(&format!("s{at}"), "SELECT 1")).collect();
    assert_eq!(error(&client.run(&[many.concat(), sync()])), None);
    assert_eq!(error(&client.run(&[parse("more", "SELECT 1"), sync()])).as_deref(), Some("53400"));
    let replies = client.query("DEALLOCATE ALL");
    assert_eq!(error(&replies), None);
    assert_eq!(error(&client.run(&[parse("more", "SELECT 1"), bind("more", &[]), execute(0), sync()])), None);
}

#[test]
fn so_many_clients_are_served() {
    let served = serve(1);
    let mut clients: Vec<_> = (0..limits::WIRE_CONNECTIONS_MAX).map(|_| Client::start(&served)).collect();
    let mut more = Client::open(served.address);
    more.send(&startup(&[("user", USER)]));
    assert_eq!(more.receive().map(|reply| reply.kind), Some(b'R'), "who it is is asked first");
    more.send(&message(b'p', &text(TOKEN)));
    assert_eq!(more.receive().and_then(|reply| reply.field(b'C')).as_deref(), Some("53300"));
    assert_eq!(clients[0].value("SELECT 1"), "1");
}

#[test]
fn without_tls_only_loopback_is_listened_on() {
    let served = serve(1);
    let backend = Arc::clone(&served.node) as _;
    let bound = served.runtime.block_on(Endpoint::bind("0.0.0.0:0".parse().unwrap(), None, backend));
    assert!(bound.err().is_some_and(|error| error.to_string().contains("without TLS")));
}

#[test]
fn encryption_does_not_follow_bytes_in_the_clear() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/tls");
    let tls = tls_from_files(&folder.join("cert.pem"), &folder.join("key.pem")).unwrap();
    let served = serve_at("127.0.0.1:0".parse().unwrap(), 1, Some(tls));
    let mut client = Client::open(served.address);
    let request = [&8_u32.to_be_bytes()[..], &80_877_103_u32.to_be_bytes()].concat();
    client.send(&[request, startup(&[("user", "core-corp/dev")])].concat());
    assert_eq!(client.rest(), b"S", "what was sent too early is not read after the handshake");
}
