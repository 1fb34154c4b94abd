use crate::support::{Dev, Receiver, Request};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/webhooks/verify.py");
const KEY: (&str, &str) = ("counterfoil-key", "shop-1/dev");
const JSON: (&str, &str) = ("content-type", "application/json");

/// Adds a webhook of shop-1; its id and secret.
fn add(dev: &Dev, asked: &Value) -> (i64, String) {
    let made = dev.http.post("/v1/webhooks", &[KEY, JSON], asked.to_string()).expect(201).json();
    (made["id"].as_i64().unwrap(), made["secret"].as_str().unwrap().to_owned())
}

fn standing(dev: &Dev, id: i64) -> Value {
    dev.http.get_with(&format!("/v1/webhooks/{id}"), &[KEY]).expect(200).json()
}

fn happen(dev: &Dev, names: std::ops::Range<usize>) {
    for at in names {
        dev.add_key("shop-1", &format!("k{at}")).expect(200);
    }
}

/// The name of the key that an event tells of.
fn key_name(request: &Request) -> String {
    let event: Value = serde_json::from_str(&request.body).unwrap();
    event["data"]["name"].as_str().unwrap().to_owned()
}

/// What libraries that others wrote make of requests.
fn events(secret: &str, requests: &[Request]) -> Option<Vec<Value>> {
    let present =
        Command::new("python3").args(["-c", "import standardwebhooks, cloudevents.core.bindings.http"]).output();
    if !present.is_ok_and(|run| run.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has them: pip install standardwebhooks cloudevents");
        println!("skipped, no standardwebhooks and cloudevents 2 (pip install standardwebhooks cloudevents)");
        return None;
    }
    let mut python = Command::new("python3").arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = requests.iter().map(|one| json!({"secret": secret, "headers": one.headers, "body": one.body}));
    let lines: Vec<_> = lines.map(|line| line.to_string()).collect();
    python.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn events_arrive_in_order_signed_as_the_standard_says_and_go_on_after_a_crash() {
    let mut dev = Dev::alone();
    let receiver = Receiver::start(&[500, 500, 204]);
    let (id, secret) = add(&dev, &json!({"url": receiver.url, "events": ["member."], "retry_after_s": [0, 0, 0, 0]}));
    happen(&dev, 0..3);
    let (first, second) = (receiver.next(), receiver.next());
    assert_eq!((key_name(&first), key_name(&second)), ("k0".to_owned(), "k0".to_owned()), "none before its turn");
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"], "the same event has the same id");
    let mut taken: Vec<Request> = (0..3).map(|_| receiver.next()).collect();
    dev.kill();
    dev.again();
    happen(&dev, 3..5);
    // One that was taken may come again after a crash: at least once, with the id by which it is known.
    while taken.last().map(key_name).as_deref() != Some("k4") {
        taken.push(receiver.next());
    }
    taken.dedup_by_key(|one| one.headers["webhook-id"].clone());
    assert_eq!(taken.iter().map(key_name).collect::<Vec<_>>(), ["k0", "k1", "k2", "k3", "k4"]);

    let Some(events) = events(&secret, &taken) else { return };
    assert!(events.iter().all(|event| event["type"] == "member.added_key"), "{events:?}");
    let status = dev.http.get("/v1/status").json();
    assert_eq!(events[0]["source"], format!("/ledgers/{}", status["ledger"].as_str().unwrap()));
    let sequences: Vec<_> = events.iter().map(|event| event["sequence"].as_str().unwrap()).collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
    let at = events[0]["id"].as_str().unwrap().split('-').next().unwrap();
    let transaction = events[0]["transaction"].as_str().unwrap();
    let found = dev.http.get(&format!("/v1/transactions/{transaction}")).expect(200).json();
    assert_eq!(found["height"].to_string(), at);
    assert_eq!(standing(&dev, id)["last_failure"], Value::Null);
}

#[test]
fn what_is_given_up_is_a_dead_letter_that_can_be_sent_again() {
    let dev = Dev::alone();
    let receiver = Receiver::start(&[503, 503, 200]);
    let (id, _) = add(&dev, &json!({"url": receiver.url, "retry_after_s": [0]}));
    happen(&dev, 0..1);
    assert_eq!([receiver.next(), receiver.next()].map(|one| key_name(&one)), ["k0", "k0"]);
    happen(&dev, 1..2);
    assert_eq!(key_name(&receiver.next()), "k1", "one that does not arrive does not stop the next");

    let letters = |dev: &Dev| dev.http.get_with(&format!("/v1/webhooks/{id}/dead-letters"), &[KEY]).expect(200).json();
    let dead = letters(&dev);
    assert_eq!((dead[0]["name"].as_str(), dead[0]["tries"].as_u64()), (Some("member.added_key"), Some(2)), "{dead}");
    assert_eq!(dead[0]["failure"], "it answered 503");
    let send = format!("/v1/webhooks/{id}/dead-letters/{}/send", dead[0]["event"].as_str().unwrap());
    receiver.answer(&[500, 200]);
    dev.http.post(&send, &[KEY], "").problem(502, "http/webhook-failed");
    dev.http.post(&send, &[KEY], "").expect(200);
    assert_eq!(
        [receiver.next(), receiver.next()].map(|one| (key_name(&one), one.status)),
        [("k0".to_owned(), 500), ("k0".to_owned(), 200)]
    );
    assert_eq!(letters(&dev), json!([]));
    dev.http.post(&send, &[KEY], "").problem(404, "http/not-found");
}

#[test]
fn who_is_gone_gets_nothing_until_he_asks_for_everything_again() {
    let dev = Dev::alone();
    let receiver = Receiver::start(&[410]);
    let (id, _) = add(&dev, &json!({"url": receiver.url, "events": ["member.added_key"]}));
    happen(&dev, 0..1);
    assert_eq!(receiver.next().status, 410);
    happen(&dev, 1..3);
    let stopped = standing(&dev, id);
    assert_eq!((stopped["active"].as_bool(), stopped["last_failure"].as_str()), (Some(false), Some("it answered 410")));

    receiver.answer(&[200]);
    dev.http.post(&format!("/v1/webhooks/{id}/replay"), &[KEY, JSON], r#"{"from": 0}"#).expect(200);
    assert_eq!([receiver.next(), receiver.next(), receiver.next()].map(|one| key_name(&one)), ["k0", "k1", "k2"]);
    dev.http.post(&format!("/v1/webhooks/{id}/remove"), &[KEY], "").expect(200);
    dev.http.get_with(&format!("/v1/webhooks/{id}"), &[KEY]).problem(404, "http/not-found");
}

#[test]
fn a_webhook_is_its_members_alone_and_a_wrong_one_is_refused_with_the_field() {
    let dev = Dev::alone();
    let (id, secret) = add(&dev, &json!({"url": "http://127.0.0.1:9/"}));
    let of_others = [("counterfoil-key", "shop-2/dev")];
    dev.http.get_with(&format!("/v1/webhooks/{id}"), &of_others).problem(404, "http/not-found");
    dev.http.post(&format!("/v1/webhooks/{id}/remove"), &of_others, "").problem(404, "http/not-found");
    assert_eq!(dev.http.get_with("/v1/webhooks", &of_others).expect(200).json(), json!([]));
    assert!(!dev.http.get_with("/v1/webhooks", &[KEY]).expect(200).text().contains(&secret), "shown once");
    for (asked, field) in [
        (json!({"url": "http://erp.example/"}), "/url"),
        (json!({"url": "https://a:b@erp.example/"}), "/url"),
        (json!({"url": "https://erp.example/", "retry_after_s": vec![1; 21]}), "/retry_after_s"),
        (json!({"url": "https://erp.example/", "events": vec!["x"; 33]}), "/events"),
        (json!({"url": "https://erp.example/", "events": ["invoice.", "invoices."]}), "/events"),
    ] {
        let problem = dev.http.post("/v1/webhooks", &[KEY, JSON], asked.to_string()).problem(422, "http/webhook");
        assert_eq!(problem["field"], field, "{problem}");
    }
    dev.http.post("/v1/webhooks", &[KEY, JSON], r#"{"urls": ""}"#).problem(422, "http/invalid");
    dev.http.post("/v1/webhooks", &[JSON], r#"{"url": "https://erp.example/"}"#).problem(400, "http/malformed");
}
