//! Who has to sign what, over HTTP: what waits is never taken for done.

use crate::support::{Dev, Reply, run};
use counterfoil_client::{Call, Client, Error, Kid, SigningKey, general};
use serde_json::{Value, json};
use std::{fs, time::Duration};

const MONEY: &str = "bank-a/CNY";

/// The consortium's samples: `core-corp` has a policy, a maker `ann`, a checker `bea`, money, and a payment that waits.
fn start() -> Dev {
    Dev::start_with_samples(&["--members", "1"])
}

fn post(dev: &Dev, path: &str, key: &str, body: &Value) -> Reply {
    dev.http.post(path, &[("content-type", "application/json"), ("counterfoil-key", key)], body.to_string())
}

fn payment(amount: &str) -> Value {
    json!({"from": "core-corp/cny", "to": "shop-1/cny", "asset": MONEY, "amount": amount})
}

fn payments(dev: &Dev) -> Value {
    dev.http.value("SELECT count(*) FROM asset_transfer WHERE from_account = 'core-corp/cny'")
}

/// The proposal in an answer of 202, and the hash of its calls.
fn held(reply: Reply) -> (String, String) {
    let reply = reply.expect(202);
    let answer = reply.json();
    let text = |name: &str| answer["waiting"][name].as_str().unwrap().to_owned();
    let proposal = text("proposal");
    assert_eq!(reply.header("location"), Some(format!("/v1/approvals/{proposal}").as_str()));
    assert_eq!(answer["receipt"]["transaction"], proposal, "{answer}");
    assert!(answer["waiting"]["lapses_ms"].is_u64(), "{answer}");
    (proposal, text("calls_hash"))
}

fn sign(dev: &Dev, (proposal, hash): &(String, String), key: &str) -> Reply {
    post(dev, &format!("/v1/approvals/{proposal}/sign"), key, &json!({"calls_hash": hash}))
}

fn state(dev: &Dev, proposal: &str) -> String {
    dev.http.get(&format!("/v1/approvals/{proposal}")).expect(200).json()["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_payment_waits_until_a_checker_signs_or_refuses_it() {
    let dev = start();
    let inbox = |key: &str| {
        let items = dev.http.get(&format!("/v1/members/core-corp/inbox?key={key}")).expect(200).json();
        items["items"].as_array().unwrap().len()
    };
    assert_eq!((inbox("ann"), inbox("bea")), (0, 1), "the payment of the samples");
    post(&dev, "/v1/transfers", "core-corp/ann", &payment("9999.99")).expect(201);
    assert_eq!(payments(&dev), 1);
    // From 10,000.00 on two sign; so do two payments in a batch that reach it together.
    let legs = json!([{"to": "shop-1/cny", "amount": "5000"}, {"to": "shop-2/cny", "amount": "5000"}]);
    let batch = json!({"from": "core-corp/cny", "asset": MONEY, "legs": legs});
    post(&dev, "/v1/transfer-batches", "core-corp/ann", &batch).expect(200);
    let waiting = held(post(&dev, "/v1/transfers", "core-corp/ann", &payment("10000.00")));
    assert_eq!((payments(&dev), inbox("ann"), inbox("bea")), (3.into(), 0, 2));
    let shown = dev.http.get(&format!("/v1/approvals/{}", waiting.0)).expect(200).json();
    assert_eq!(
        shown["calls"],
        json!([{"do": "asset.transfer", "with": payment("10000.00")}]),
        "what is signed is shown"
    );

    sign(&dev, &waiting, "core-corp/ann").problem(409, "approval/29");
    sign(&dev, &waiting, "core-corp/dev").problem(403, "approval/28");
    sign(&dev, &waiting, "shop-1/dev").problem(403, "approval/27");
    sign(&dev, &(waiting.0.clone(), "00".repeat(32)), "core-corp/bea").problem(409, "approval/26");
    sign(&dev, &("00".repeat(32), waiting.1.clone()), "core-corp/bea").problem(404, "approval/23");
    let done = sign(&dev, &waiting, "core-corp/bea").expect(200).json();
    assert_eq!((&done["state"], done["outputs"].as_array().unwrap().len()), (&json!("executed"), 1));
    assert_eq!(payments(&dev), 4);
    sign(&dev, &waiting, "core-corp/bea").problem(409, "approval/24");

    let refused = held(post(&dev, "/v1/transfers", "core-corp/ann", &payment("20000.00")));
    let why = json!({"reason": "not ordered"});
    post(&dev, &format!("/v1/approvals/{}/refuse", refused.0), "core-corp/bea", &why).expect(200);
    let withdrawn = held(post(&dev, "/v1/transfers", "core-corp/ann", &payment("30000.00")));
    post(&dev, &format!("/v1/approvals/{}/withdraw", withdrawn.0), "core-corp/ann", &json!({})).expect(200);
    // Complete, but its calls can no longer be done.
    let failing = held(post(&dev, "/v1/transfers", "core-corp/ann", &payment("90000000.00")));
    let failed = sign(&dev, &failing, "core-corp/bea").expect(200).json();
    assert_eq!((&failed["state"], &failed["code"]), (&json!("failed"), &json!("asset/17")));
    let states = [&refused, &withdrawn, &failing].map(|(proposal, _)| state(&dev, proposal));
    assert_eq!(states, ["refused", "withdrawn", "failed"]);
    assert_eq!(payments(&dev), 4);
    post(&dev, "/v1/transfers", "core-corp/dev", &payment("10000.00")).problem(403, "approval/19");
}

/// Keys of `core-corp` that the node in `dev` hosts.
fn keys(dev: &Dev) -> [(Kid, SigningKey); 2] {
    ["ann", "bea"].map(|name| {
        let path = dev.data().join(format!("tax-bureau/keys/core-corp/{name}.key"));
        let text = fs::read_to_string(path).unwrap();
        let secret = hex::decode(text.trim().strip_prefix("ed25519:").unwrap()).unwrap();
        (Kid::new("core-corp", name).unwrap(), SigningKey::ed25519(secret.try_into().unwrap()))
    })
}

#[test]
fn two_signatures_in_one_transaction_count_at_once_and_one_waits() {
    let dev = start();
    let client = Client::new(dev.http.url());
    let [(ann, ann_key), (bea, bea_key)] = keys(&dev);
    let calls = [Call::new("asset.transfer", &payment("10000.00"))];
    let both = [(&ann, &ann_key), (&bea, &bea_key)];
    let both = client.sign_all(&both, "both", &calls, Duration::from_secs(60)).unwrap();
    let receipt = client.submit(&both).unwrap();
    assert!(receipt.waiting().is_none());
    assert_eq!(payments(&dev), 1);

    let one = client.sign(&ann, &ann_key, "one", &calls).unwrap();
    let reply = dev.http.post("/v1/transactions", &[("content-type", "application/json")], general(&one)).expect(202);
    let location = format!("/v1/approvals/{}", one.identity());
    assert_eq!(reply.header("location"), Some(location.as_str()));
    let waiting = client.submit(&one).unwrap().waiting().expect("it waits, however often it is sent");
    assert_eq!(waiting.proposal, one.identity());
    assert_eq!(payments(&dev), 1);
    let with = json!({"proposal": waiting.proposal, "calls_hash": waiting.calls_hash});
    let signed = client.sign(&bea, &bea_key, "sign", &[Call::new("approval.sign", &with)]).unwrap();
    assert!(client.submit(&signed).unwrap().waiting().is_none());
    assert_eq!(payments(&dev), 2);
    // What waited stays what it was.
    assert!(client.wait(one.identity()).unwrap().waiting().is_some());

    let waits = client.call("asset.transfer", &payment("10000.00"), &ann, Some("again"));
    assert!(matches!(waits, Err(Error::Waiting { .. })), "{waits:?}");
}

#[test]
fn an_opening_that_waits_shows_nothing() {
    const RENT: &str = "18800.00 a month";
    let dev = start();
    let contract = json!({
        "document": "shop-1/lease", "type": "tax-bureau/lease", "sealed": [{"name": "rent", "value": RENT}],
        "readers": ["core-corp"],
    });
    post(&dev, "/v1/documents/seal", "shop-1/dev", &contract).expect(201);
    // Whoever opens for core-corp needs a second signature from now on.
    let money = json!({"command": "asset.transfer", "asset": MONEY, "from_minor": 1_000_000, "signers": 2});
    let rules = json!([money, {"command": "document.*", "signers": 2}]);
    let policy = json!({"member": "core-corp", "version": 2, "rules": rules});
    let changed = held(post(&dev, "/v1/members/core-corp/policy", "core-corp/dev", &{
        let mut policy = policy;
        policy.as_object_mut().unwrap().remove("member");
        policy
    }));
    sign(&dev, &changed, "core-corp/ann").expect(200);
    assert_eq!(sign(&dev, &changed, "core-corp/bea").expect(200).json()["state"], "executed");

    let ask = |rest: &str, id: &str| {
        let headers =
            [("content-type", "application/json"), ("counterfoil-key", "core-corp/ann"), ("idempotency-key", id)];
        dev.http.post(&format!("/v1/sealed/shop-1%2Flease/1/{rest}"), &headers, r#"{"reason":"audit"}"#)
    };
    let openings = || dev.http.value("SELECT count(*) FROM document_opening");
    let vault = || {
        let body = json!({"sql": "SELECT value FROM vault.vault_field"});
        post(&dev, "/v1/sql", "core-corp/ann", &body).expect(200).json()["rows"].clone()
    };
    let mut waiting = Vec::new();
    for (rest, id) in [("open", "o-1"), ("fields/rent/disclosure", "d-1")] {
        let reply = ask(rest, id);
        assert!(!reply.text().contains("18800") && !reply.text().contains("salt"), "{}", reply.text());
        waiting.push(held(reply));
        // Nor does asking again help.
        assert_eq!(held(ask(rest, id)), waiting[waiting.len() - 1]);
    }
    assert_eq!((openings(), vault()), (0.into(), json!([])));

    sign(&dev, &waiting[0], "core-corp/bea").expect(200);
    assert_eq!((openings(), vault()), (1.into(), json!([[RENT]])));
    let opened = ask("open", "o-1").expect(200).json();
    assert_eq!((&opened["fields"][0]["value"], &opened["reader"]), (&json!(RENT), &json!("core-corp")), "{opened}");
    assert_eq!((&opened["subject"], &opened["version"]), (&json!("shop-1/lease"), &json!(1)), "{opened}");
    held(ask("fields/rent/disclosure", "d-1"));
    sign(&dev, &waiting[1], "core-corp/bea").expect(200);
    assert!(ask("fields/rent/disclosure", "d-1").expect(200).text().contains(RENT));
    assert_eq!(openings(), 2);

    // What is refused stays closed, and the command line writes no file.
    let refused = held(ask("open", "o-2"));
    let why = json!({"reason": "no need"});
    post(&dev, &format!("/v1/approvals/{}/refuse", refused.0), "core-corp/bea", &why).expect(200);
    held(ask("open", "o-2"));
    let file = dev.data().join("shown.json");
    let arguments = ["document", "show", "shop-1/lease", "--field", "rent", "--out", file.to_str().unwrap()];
    let output = run(&[&arguments[..], &["--key", "core-corp/ann", "--url", dev.http.url()]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!file.exists());
    let seal =
        json!({"document": "core-corp/plan", "type": "tax-bureau/lease", "sealed": [{"name": "rent", "value": "1"}]});
    held(post(&dev, "/v1/documents/seal", "core-corp/ann", &seal));
    held(post(&dev, "/v1/sealed/shop-1%2Flease/1/share", "core-corp/ann", &json!({"reader": "shop-2"})));
    assert_eq!(dev.http.value("SELECT count(*) FROM document"), 1);
}

#[test]
fn the_command_line_says_who_has_to_sign_and_the_command_does() {
    let dev = start();
    let arguments = ["asset", "transfer", "--from", "core-corp/cny", "--to", "shop-1/cny", "--asset", MONEY];
    let amount = ["--amount", "10000.00", "--key", "core-corp/ann", "--url", dev.http.url()];
    let output = run(&[&arguments[..], &amount].concat());
    assert_eq!(output.status.code(), Some(4), "not done, not refused");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let proposal = answer["waiting"]["proposal"].as_str().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nothing is done yet") && said.contains("1 of 2 holders of keys of core-corp"), "{said}");
    assert!(said.contains(&format!("counterfoil approval get --proposal {proposal}")), "{said}");
    let commands: Vec<_> = said.lines().filter_map(|line| line.split("counterfoil approval sign ").nth(1)).collect();
    assert_eq!(commands.len(), 1, "ann has signed, and core-corp/dev is neither maker nor checker: {said}");
    assert!(commands[0].ends_with(&format!("--key core-corp/bea --url {}", dev.http.url())), "{said}");
    let sign: Vec<_> = ["approval", "sign"].into_iter().chain(commands[0].split(' ')).collect();
    let signed = run(&sign);
    assert_eq!(signed.status.code(), Some(0), "{}", String::from_utf8_lossy(&signed.stderr));
    let shown = run(&["approval", "get", "--proposal", proposal, "--url", dev.http.url()]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["state"], "executed");
    assert_eq!(payments(&dev), 1);
}
