//! Evidence that something existed.

use super::{assert_refused, ledger};
use crate::{call, document::Anchor};
use counterfoil_seal::Hex;
use counterfoil_types::{Hash, Value};
use serde_json::{Value as Json, json};

fn anchor(content: &str) -> Anchor {
    Anchor { hash: Hash::of(&[content.as_bytes()]).into(), r#type: "contract".into(), media_type: None, title: None }
}

fn hashes(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_hash_has_its_type_time_and_all_who_signed() {
    let mut ledger = ledger();
    let full = Anchor { media_type: Some("application/pdf".into()), title: Some("Lease 租约".into()), ..anchor("a") };
    let done = ledger.run_calls(&["shop-1/dev", "bank-a/dev"], &[call(&full)]);
    let output = done.applied();
    let hash = full.hash.to_string();
    assert_eq!(output["hash"], hash.as_str());
    assert_eq!(output["time_ms"], ledger.time_ms());
    assert_eq!(done.events()[0].0, "document.anchored");
    let shown = ledger.query("document.evidence", &[("hash", &hash)]).unwrap();
    assert_eq!(
        shown["items"][0],
        json!({
            "number": output["number"], "hash": hash, "type": "contract", "media_type": "application/pdf",
            "title": "Lease 租约", "member": "shop-1", "signers": "shop-1/dev bank-a/dev",
            "height": ledger.height(), "time_ms": ledger.time_ms(),
        })
    );
    // The number is the key of its row, by which it is proved.
    let by_number = format!("SELECT hash FROM document_anchor WHERE number = {}", output["number"]);
    assert_eq!(ledger.sql(&by_number), [[Value::Blob(full.hash.as_bytes().to_vec())]]);
}

#[test]
fn several_members_anchor_a_hash_and_each_of_them_once() {
    let mut ledger = ledger();
    for kid in ["shop-1/dev", "bank-a/dev", "alice/dev"] {
        ledger.run(kid, &anchor("same")).applied();
        assert_refused(&mut ledger, &[kid], &[call(&anchor("same"))], "document/15", Some("/hash"));
    }
    let shown = ledger.query("document.evidence", &[("hash", &anchor("same").hash.to_string())]).unwrap();
    let members: Vec<_> = shown["items"].as_array().unwrap().iter().map(|item| &item["member"]).collect();
    assert_eq!(members, ["shop-1", "bank-a", "alice"], "the first of them first");
    let nothing = ledger.query("document.evidence", &[("hash", &Hex([0; 32]).to_string())]).unwrap();
    assert_eq!(nothing, json!({"items": [], "next": null}));
}

#[test]
fn anchors_are_found_by_member_type_and_time() {
    let mut ledger = ledger();
    let mut times = Vec::new();
    for (kid, title, r#type) in
        [("shop-1/dev", "one", "contract"), ("bank-a/dev", "two", "contract"), ("shop-1/dev", "three", "photo")]
    {
        let titled = Anchor { title: Some(title.into()), r#type: r#type.into(), ..anchor(title) };
        ledger.run(kid, &titled).applied();
        times.push(ledger.time_ms().to_string());
    }
    let ask = |given: &[(&str, &str)]| ledger.query("document.anchors", given).unwrap();
    assert_eq!(hashes(&ask(&[])), ["three", "two", "one"]);
    assert_eq!(hashes(&ask(&[("member", "shop-1")])), ["three", "one"]);
    assert_eq!(hashes(&ask(&[("type", "contract")])), ["two", "one"]);
    assert_eq!(hashes(&ask(&[("member", "shop-1"), ("type", "photo")])), ["three"]);
    assert_eq!(hashes(&ask(&[("from_ms", &times[1]), ("to_ms", &times[2])])), ["two"]);
    let first = ask(&[("limit", "2")]);
    assert_eq!(hashes(&first), ["three", "two"]);
    assert_eq!(hashes(&ask(&[("limit", "2"), ("cursor", first["next"].as_str().unwrap())])), ["one"]);
}
