//! What is a transaction and what is not.

use bytes::Bytes;
use counterfoil_types::{Call, Hash, Kid, PayloadDraft, Refusal, SigningKey, Transaction, verify};
use proptest::prelude::*;
use serde_json::json;

fn kid(text: &str) -> Kid {
    text.parse().expect("kid")
}

fn payload(signers: &[Kid]) -> Vec<u8> {
    let calls = [Call::new("invoice.issue", &json!({"total": "198.00"}))];
    PayloadDraft { ledger: Hash::ZERO, id: "bill-1", expires_ms: 5, signers, calls: &calls }.to_bytes()
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64UrlUnpadded::encode_string(bytes)
}

/// A general JWS of `payload` by `signers` in this order.
fn general(payload: &[u8], signers: &[&str]) -> Vec<u8> {
    let signatures: Vec<_> = signers
        .iter()
        .map(|signer| {
            let (protected, signature) = SigningKey::for_tests(signer).sign_part(&kid(signer), payload);
            json!({"protected": base64(&protected), "signature": base64(&signature)})
        })
        .collect();
    json!({"payload": base64(payload), "signatures": signatures}).to_string().into_bytes()
}

fn code(result: Result<Transaction, Refusal>) -> String {
    result.expect_err("refused").code
}

/// A compact JWS with the given header and payload, signed whatever they are.
fn compact(protected: &str, payload: &[u8]) -> Vec<u8> {
    let input = format!("{}.{}", base64(protected.as_bytes()), base64(payload));
    let signature = SigningKey::for_tests("a/k").sign(input.as_bytes());
    format!("{input}.{}", base64(&signature)).into_bytes()
}

const HEADER: &str = r#"{"alg":"EdDSA","kid":"a/k"}"#;

#[test]
fn the_three_forms_are_the_same_transaction() {
    let signers = [kid("a/k")];
    let payload = payload(&signers);
    let key = SigningKey::for_tests("a/k");
    let text = key.sign_compact(&signers[0], &payload);
    let one = Transaction::from_compact(text.as_bytes()).expect("compact");
    let two = Transaction::from_json(&general(&payload, &["a/k"])).expect("general");
    let three = Transaction::from_wire(one.wire().clone()).expect("wire");
    assert_eq!((one.identity(), one.leaf()), (two.identity(), two.leaf()));
    assert_eq!((one.identity(), one.leaf()), (three.identity(), three.leaf()));
    assert_eq!(three.to_compact(), Some(text));
    assert!(three.checks(&[key.public_key()]).all(verify));
    assert!(!three.checks(&[SigningKey::for_tests("other").public_key()]).all(verify));
}

#[test]
fn the_order_of_signatures_does_not_matter() {
    let signers = [kid("b/k"), kid("a/k")];
    let payload = payload(&signers);
    let one = Transaction::from_json(&general(&payload, &["a/k", "b/k"])).expect("one order");
    let two = Transaction::from_json(&general(&payload, &["b/k", "a/k"])).expect("the other");
    assert_eq!(one.wire(), two.wire());
    assert_eq!(one.signatures[0].kid, signers[0]);
}

#[test]
fn exactly_the_named_signers_sign() {
    let both = payload(&[kid("a/k"), kid("b/k")]);
    assert_eq!(code(Transaction::from_json(&general(&both, &["a/k"]))), "transaction/9");
    assert_eq!(code(Transaction::from_json(&general(&both, &["a/k", "b/k", "c/k"]))), "transaction/10");
    assert_eq!(code(Transaction::from_json(&general(&both, &["a/k", "b/k", "b/k"]))), "transaction/10");
    assert_eq!(code(Transaction::from_json(&general(&payload(&[]), &[]))), "transaction/1");
    assert_eq!(code(Transaction::from_json(&general(&payload(&[kid("a/k"), kid("a/k")]), &["a/k"]))), "transaction/1");
}

#[test]
fn headers_other_than_ours_are_refused() {
    let payload = payload(&[kid("a/k")]);
    assert!(Transaction::from_compact(&compact(HEADER, &payload)).is_ok());
    assert!(Transaction::from_compact(&compact(r#"{"alg":"EdDSA","kid":"a/k","typ":"JOSE"}"#, &payload)).is_ok());
    for (header, expected) in [
        (r#"{"alg":"none","kid":"a/k"}"#, "transaction/11"),
        (r#"{"alg":"HS256","kid":"a/k"}"#, "transaction/11"),
        (r#"{"alg":"EdDSA","kid":"a/k","crit":["b64"],"b64":false}"#, "transaction/1"),
        (r#"{"alg":"EdDSA","kid":"a/k","b64":true}"#, "transaction/1"),
        (r#"{"alg":"EdDSA","kid":"a/k","alg":"EdDSA"}"#, "transaction/1"),
        (r#"{"alg":"EdDSA","kid":"a/k","jwk":{}}"#, "transaction/1"),
        (r#"{"alg":"EdDSA","kid":"a/k","typ":"JWT"}"#, "transaction/1"),
        (r#"{"alg":"EdDSA"}"#, "transaction/1"),
        (r#"{"alg":"EdDSA","kid":"A/K"}"#, "transaction/1"),
    ] {
        assert_eq!(code(Transaction::from_compact(&compact(header, &payload))), expected, "{header}");
    }
    let mut unprotected: serde_json::Value = serde_json::from_slice(&general(&payload, &["a/k"])).expect("JSON");
    unprotected["signatures"][0]["header"] = json!({"x": 1});
    assert_eq!(code(Transaction::from_json(unprotected.to_string().as_bytes())), "transaction/1");
}

#[test]
fn payloads_other_than_ours_are_refused() {
    let zero = "0".repeat(64);
    let call = r#"{"do":"a.b","with":{}}"#;
    let build = |id: &str, calls: &str, more: &str| {
        format!(r#"{{"ledger":"{zero}","id":"{id}","expires":5,"signers":["a/k"],"calls":{calls}{more}}}"#)
    };
    let good = build("x", &format!("[{call}]"), "");
    assert!(Transaction::from_compact(&compact(HEADER, good.as_bytes())).is_ok());
    let many = format!("[{}]", vec![call; 65].join(","));
    for bad in [
        build("", &format!("[{call}]"), ""),
        build("two words", &format!("[{call}]"), ""),
        build(&"x".repeat(129), &format!("[{call}]"), ""),
        build("x", "[]", ""),
        build("x", &many, ""),
        build("x", r#"[{"do":"a.b","with":[]}]"#, ""),
        build("x", r#"[{"do":"a.b"}]"#, ""),
        build("x", r#"[{"do":"a.b","with":{},"with":{}}]"#, ""),
        build("x", &format!("[{call}]"), r#","more":1"#),
        build("x", &format!("[{call}]"), r#","id":"y""#),
        good.replace("5", "-5"),
        good.replace("5", "5.5"),
        good.replace(&zero, "00"),
        format!("{good} trailing"),
        String::new(),
        "[]".into(),
    ] {
        assert_eq!(code(Transaction::from_compact(&compact(HEADER, bad.as_bytes()))), "transaction/1", "{bad}");
    }
    assert_eq!(code(Transaction::from_compact(&compact(HEADER, b"\xff\xfe{}"))), "transaction/1");
    let huge = build(
        "x",
        &format!(
            r#"[{{"do":"a.b","with":{{"x":"{}"}}}}]"#,
            "y".repeat(counterfoil_types::limits::TRANSACTION_BYTES_MAX)
        ),
        "",
    );
    assert_eq!(code(Transaction::from_compact(&compact(HEADER, huge.as_bytes()))), "transaction/2");
}

#[test]
fn base64url_has_one_form() {
    let text = String::from_utf8(compact(HEADER, &payload(&[kid("a/k")]))).expect("ASCII");
    // 64 bytes of signature leave four unused bits in the last character.
    let (rest, last) = text.split_at(text.len() - 1);
    let other = char::from(last.as_bytes()[0] + 1);
    assert_eq!(code(Transaction::from_compact(format!("{rest}{other}").as_bytes())), "transaction/1");
    assert_eq!(code(Transaction::from_compact(format!("{text}=").as_bytes())), "transaction/1");
    assert_eq!(code(Transaction::from_compact(format!("{text}\n").as_bytes())), "transaction/1");
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Transaction::from_compact(&bytes);
        let _ = Transaction::from_json(&bytes);
        prop_assert!(Transaction::from_wire(Bytes::from(bytes)).is_err());
    }

    #[test]
    fn a_flipped_bit_of_the_wire_is_another_transaction_or_none(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let signers = [kid("a/k")];
        let payload = payload(&signers);
        let key = SigningKey::for_tests("a/k");
        let good = Transaction::from_compact(key.sign_compact(&signers[0], &payload).as_bytes()).expect("good");
        let mut wire = good.wire().to_vec();
        let at = at.index(wire.len());
        wire[at] ^= 1 << bit;
        if let Ok(other) = Transaction::from_wire(wire.into()) {
            let verdict = other.checks(&[key.public_key()]).all(verify);
            prop_assert!(!verdict, "byte {} bit {}", at, bit);
        }
    }
}
