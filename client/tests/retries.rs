//! What the client sends again, and what it does not, seen by a server that answers from a script.

use counterfoil_client::{Call, Client, Hash, SigningKey, Transaction};
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// What the server does with a request.
#[derive(Clone)]
enum Act {
    /// Closes the connection without an answer.
    Break,
    /// Answers with this status, headers and body.
    Answer(u16, &'static str, String),
}

/// Serves `acts`, one a request; a client of it, and the bodies that it got.
fn server(acts: Vec<Act>) -> (Client, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (bodies, got) = mpsc::channel();
    thread::spawn(move || {
        for act in acts {
            let (stream, _) = listener.accept().unwrap();
            bodies.send(read_body(&stream)).unwrap();
            if let Act::Answer(status, headers, body) = act {
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
                (&stream).write_all((head + &body).as_bytes()).unwrap();
            }
        }
    });
    (Client::new(&url).with_ledger(Hash::ZERO), got)
}

fn read_body(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

fn transaction(client: &Client, id: &str) -> Transaction {
    let call = Call::new("test.nothing", &json!({}));
    client.sign(&"a/main".parse().unwrap(), &SigningKey::for_tests("a"), id, &[call]).unwrap()
}

fn applied(id: &str) -> String {
    json!({"transaction": Hash::ZERO, "id": id, "height": 3, "index": 0, "state": "final", "outcome": "applied",
        "outputs": [null], "events": []})
    .to_string()
}

fn problem(status: u16, code: &str) -> String {
    json!({"type": "urn:x", "title": "x", "status": status, "code": code, "detail": "d"}).to_string()
}

#[test]
fn a_transaction_is_sent_again_unchanged_after_a_broken_connection_and_when_the_node_is_starting() {
    let acts =
        vec![Act::Break, Act::Answer(503, "", problem(503, "http/unavailable")), Act::Answer(200, "", applied("1"))];
    let (client, got) = server(acts);
    assert_eq!(client.submit(&transaction(&client, "1")).unwrap().height, 3);
    let bodies: Vec<_> = got.iter().collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn retry_after_is_honoured_and_patience_ends_it() {
    let busy = Act::Answer(429, "Retry-After: 1\r\n", problem(429, "http/busy"));
    let (client, _got) = server(vec![busy.clone(), Act::Answer(200, "", applied("1"))]);
    let begun = Instant::now();
    client.submit(&transaction(&client, "1")).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let (client, _got) = server(vec![busy]);
    let client = client.with_patience(Duration::from_millis(500));
    let error = client.submit(&transaction(&client, "1")).unwrap_err();
    assert_eq!(error.code(), Some("http/busy"));
}

#[test]
fn a_hosted_call_is_sent_again_only_with_an_idempotency_key() {
    let kid = "a/main".parse().unwrap();
    let (client, got) = server(vec![Act::Break]);
    assert!(client.call("test.nothing", &json!({}), &kid, None).unwrap_err().problem().is_none());
    assert_eq!(got.iter().count(), 1);

    let (client, got) = server(vec![Act::Break, Act::Answer(200, "", "{}".into())]);
    client.call("test.nothing", &json!({}), &kid, Some("once")).unwrap();
    assert_eq!(got.iter().count(), 2);
}

#[test]
fn a_refusal_is_not_sent_again() {
    let (client, got) = server(vec![Act::Answer(409, "", problem(409, "invoice/7"))]);
    assert_eq!(client.submit(&transaction(&client, "1")).unwrap_err().code(), Some("invoice/7"));
    assert_eq!(got.iter().count(), 1);
}

#[test]
fn of_many_only_those_without_an_answer_are_sent_again() {
    let first = format!("{}\n{}\n{}\n", applied("0"), problem(429, "http/busy"), problem(422, "invoice/1"));
    let acts = vec![
        Act::Answer(200, "", first),
        // The connection breaks after no line: nothing is known of the second.
        Act::Answer(200, "", String::new()),
        Act::Answer(200, "", applied("1") + "\n"),
    ];
    let (client, got) = server(acts);
    let all: Vec<_> = ["0", "1", "2", "3"].iter().map(|id| transaction(&client, id)).collect();
    let answers = client.submit_many(&all[..3]).unwrap();
    assert_eq!(answers[0].as_ref().unwrap().id, "0");
    assert_eq!(answers[1].as_ref().unwrap().id, "1");
    assert_eq!(answers[2].as_ref().unwrap_err().code, "invoice/1");
    let bodies: Vec<_> = got.iter().collect();
    assert_eq!(bodies.iter().map(|body| body.lines().count()).collect::<Vec<_>>(), [3, 1, 1]);
    assert_eq!(bodies[2], all[1].to_compact().unwrap() + "\n");
}
