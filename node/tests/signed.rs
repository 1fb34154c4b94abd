use crate::support::{Dev, Draft, add_key, now_ms};
use counterfoil_types::{Call, Hash, Kid, SigningKey};
use serde_json::{Value, json};

fn draft(dev: &Dev, id: &str) -> Draft {
    Draft::new(&dev.data().join("tax-bureau"), "supplier-1/dev", id, "member.add_key", &add_key("supplier-1", id))
}

fn general(payload: &[u8], parts: &[(Vec<u8>, Vec<u8>)]) -> String {
    let signatures: Vec<Value> = parts
        .iter()
        .map(|(protected, bytes)| json!({"protected": base64(protected), "signature": base64(bytes)}))
        .collect();
    json!({"payload": base64(payload), "signatures": signatures}).to_string()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().chain(&[0, 0]).take(3).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..=chunk.len() {
            text.push(DIGITS[(word >> (18 - 6 * place) & 63) as usize] as char);
        }
    }
    text
}

#[test]
fn a_transaction_signed_by_its_sender_is_final_when_it_is_answered() {
    let dev = Dev::start(&[]);
    let draft = draft(&dev, "phone");
    let reply = dev.http.submit(&draft.compact()).expect(200);
    let receipt = reply.json();
    assert_eq!(receipt["state"], "final");
    assert_eq!(receipt["outcome"], "applied");
    assert_eq!(receipt["id"], "phone");
    assert_eq!(receipt["outputs"][0]["kid"], "supplier-1/phone");
    assert_eq!(receipt["events"].as_array().unwrap().len(), 1);

    // The very same again: its first receipt, from any member.
    assert_eq!(dev.http.submit(&draft.compact()).expect(200).json(), receipt);
    // The same in the general form is the same transaction.
    let payload = draft.payload();
    let (protected, signature) = draft.key.sign_part(&draft.kid, &payload);
    let text = general(&payload, &[(protected, signature.to_vec())]);
    assert_eq!(
        dev.http.post_json("/v1/transactions", &serde_json::from_str(&text).unwrap()).expect(200).json(),
        receipt
    );

    // The same id with other content is refused.
    let mut other = draft.clone();
    other.calls = vec![Call::new("member.add_key", &add_key("supplier-1", "tablet"))];
    dev.http.submit(&other.compact()).problem(409, "transaction/13");
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'supplier-1'"), 2);
}

#[test]
fn many_transactions_get_their_receipts_in_order() {
    let dev = Dev::start(&[]);
    let mut lines = Vec::new();
    for at in 0..120 {
        lines.push(draft(&dev, &format!("k{at:03}")).compact());
    }
    lines[7] = "rubbish".to_owned();
    lines[50] = lines[49].clone();
    lines[60] = format!("\"{}\"", lines[60]);
    let mut wrong = draft(&dev, "wrong");
    wrong.calls = vec![Call::new("member.add_key", &add_key("shop-1", "x"))];
    lines[80] = wrong.compact();
    let body = lines.join("\n");
    let reply = dev.http.post("/v1/transactions", &[("content-type", "application/x-ndjson")], &body).expect(200);
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    let receipts = reply.lines();
    assert_eq!(receipts.len(), 120);
    for (at, receipt) in receipts.iter().enumerate() {
        match at {
            7 => assert_eq!(receipt["code"], "transaction/1", "{receipt}"),
            50 => assert_eq!(*receipt, receipts[49]),
            80 => {
                assert_eq!(receipt["outcome"], "refused", "{receipt}");
                assert_eq!(receipt["status"], 403);
            }
            _ => {
                assert_eq!(receipt["outcome"], "applied", "{at}: {receipt}");
                assert_eq!(receipt["id"], format!("k{at:03}"));
            }
        }
    }
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'supplier-1'"), 1 + 120 - 3);
    let empty = dev.http.post("/v1/transactions", &[("content-type", "application/x-ndjson")], "\n\n");
    empty.problem(400, "http/malformed");
    let many = "x\n".repeat(10_001);
    let many = dev.http.post("/v1/transactions", &[("content-type", "application/x-ndjson")], many);
    many.problem(413, "http/too-many");
}

#[test]
fn what_is_not_rightly_signed_is_refused() {
    let dev = Dev::alone();
    let good = draft(&dev, "good");
    let refused = |draft: &Draft, status: u16, code: &str| {
        dev.http.submit(&draft.compact()).problem(status, code);
    };
    let with = |change: &dyn Fn(&mut Draft)| {
        let mut draft = good.clone();
        change(&mut draft);
        draft
    };
    refused(&with(&|draft| draft.ledger = Hash::of(&[b"another"])), 422, "transaction/3");
    refused(&with(&|draft| draft.expires_ms = now_ms() - 60_000), 422, "transaction/4");
    refused(&with(&|draft| draft.expires_ms = now_ms() + 30 * 60 * 60 * 1000), 422, "transaction/5");
    refused(&with(&|draft| draft.kid = "supplier-1/none".parse().unwrap()), 401, "transaction/6");
    refused(&with(&|draft| draft.key = SigningKey::for_tests("another")), 401, "transaction/8");
    refused(&with(&|draft| draft.id = "with space".into()), 422, "transaction/1");
    refused(&with(&|draft| draft.calls = Vec::new()), 422, "transaction/1");
    refused(&with(&|draft| draft.calls = vec![Call::new("no.such", &json!({}))]), 404, "platform/1");
    refused(&with(&|draft| draft.calls = vec![Call::new("member.add_key", &json!({"a": 1}))]), 422, "platform/2");

    // Any bit of it changed.
    let compact = good.compact();
    for at in [5, compact.len() / 2, compact.len() - 3] {
        let mut bytes = compact.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let reply = dev.http.submit(std::str::from_utf8(&bytes).unwrap());
        assert!([401, 422].contains(&reply.status), "{at}: {}", reply.text());
    }
    for text in ["", ".", "..", "a.b.c", &compact[..compact.len() - 1], &format!("{compact}=")] {
        dev.http.submit(text).problem(422, "transaction/1");
    }
    assert_eq!(dev.http.value("SELECT count(*) FROM member_key WHERE member = 'supplier-1'"), 1, "nothing was done");
    dev.http.submit(&compact).expect(200);
}

#[test]
fn exactly_the_named_signers_must_sign() {
    let dev = Dev::alone();
    let good = draft(&dev, "several");
    let payload = good.payload();
    let part = |kid: &str, key: &SigningKey| {
        let kid: Kid = kid.parse().unwrap();
        let (protected, signature) = key.sign_part(&kid, &payload);
        (protected, signature.to_vec())
    };
    let own = part("supplier-1/dev", &good.key);
    let other = part("shop-1/dev", &SigningKey::for_tests("x"));
    let post = |parts: &[(Vec<u8>, Vec<u8>)]| {
        dev.http.post("/v1/transactions", &[("content-type", "application/json")], general(&payload, parts))
    };
    post(&[]).expect(401).problem(401, "transaction/9");
    post(std::slice::from_ref(&other)).problem(401, "transaction/9");
    post(&[own.clone(), other]).problem(401, "transaction/10");
    post(&[own.clone(), own.clone()]).problem(401, "transaction/10");

    for protected in [
        r#"{"alg":"none","kid":"supplier-1/dev"}"#,
        r#"{"alg":"HS256","kid":"supplier-1/dev"}"#,
        r#"{"alg":"ES256","kid":"supplier-1/dev"}"#,
    ] {
        post(&[(protected.into(), own.1.clone())]).problem(401, "transaction/11");
    }
    for protected in [
        r#"{"alg":"EdDSA","alg":"EdDSA","kid":"supplier-1/dev"}"#,
        r#"{"alg":"EdDSA","kid":"supplier-1/dev","crit":["b64"],"b64":false}"#,
        r#"{"alg":"EdDSA"}"#,
        "",
    ] {
        post(&[(protected.into(), own.1.clone())]).problem(422, "transaction/1");
    }
    let duplicated =
        general(&payload, std::slice::from_ref(&own)).replace("{\"payload\"", "{\"payload\":\"\",\"payload\"");
    let reply = dev.http.post("/v1/transactions", &[("content-type", "application/json")], duplicated);
    reply.problem(422, "transaction/1");
    post(&[own]).expect(200);
}

#[test]
fn a_revoked_key_signs_no_more() {
    let dev = Dev::alone();
    let first = draft(&dev, "phone");
    dev.http.submit(&first.compact()).expect(200);
    let phone = SigningKey::for_tests("supplier-1/phone");
    let mut by_phone = draft(&dev, "from-phone");
    by_phone.kid = "supplier-1/phone".parse().unwrap();
    by_phone.key = phone;
    by_phone.calls = vec![Call::new("member.revoke_key", &json!({"member": "supplier-1", "name": "phone"}))];
    dev.http.submit(&by_phone.compact()).problem(403, "member/2");
    let revoke = json!({"member": "supplier-1", "name": "phone"});
    dev.command("member.revoke_key", "supplier-1/dev", &revoke);
    by_phone.id = "again".into();
    dev.http.submit(&by_phone.compact()).problem(401, "transaction/7");
}
