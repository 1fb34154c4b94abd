//! Types, documents and their versions, and how they are found.

use super::{CONTRACT, LEASE, NOTE, clear, create_lease, ledger, note_type, seal_lease};
use crate::{
    call,
    document::{Create, Revise},
    testing::Ledger,
};
use counterfoil_types::Value;
use serde_json::{Value as Json, json};

fn note(document: &str, text: &str) -> Create {
    Create { document: document.into(), r#type: NOTE.into(), fields: clear(&[("text", text)]), sealed: None }
}

fn revise(document: &str, version: i64, text: &str) -> Revise {
    Revise { document: document.into(), version, fields: clear(&[("text", text)]), sealed: None }
}

fn list(ledger: &Ledger, given: &[(&str, &str)]) -> Vec<String> {
    ids(&ledger.query("document.list", given).unwrap())
}

fn ids(page: &Json) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["document"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_type_says_which_fields_there_are_and_who_must_read() {
    let ledger = ledger();
    let shown = ledger.query("document.type", &[("type", CONTRACT)]).unwrap();
    assert_eq!(
        shown,
        json!({
            "type": CONTRACT, "title": "Contracts", "height": 1, "mandatory_readers": ["tax-bureau"],
            "fields": [
                {"name": "matter", "sealed": 0, "required": 1}, {"name": "note", "sealed": 1, "required": 0},
                {"name": "party", "sealed": 0, "required": 0}, {"name": "price", "sealed": 1, "required": 1},
            ],
        })
    );
    let all = ledger.query("document.types", &[]).unwrap();
    let types: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(types, [CONTRACT, NOTE]);
}

#[test]
fn every_version_stays_and_stands_for_itself() {
    let mut ledger = ledger();
    let done = ledger.run("alice/dev", &note("alice/diary", "first"));
    assert_eq!(done.applied(), json!({"document": "alice/diary", "version": 1}));
    let created_ms = ledger.time_ms();
    ledger.run("alice/dev", &revise("alice/diary", 2, "second")).applied();
    let done = ledger.run("alice/dev", &Revise { fields: vec![], ..revise("alice/diary", 3, "") });
    assert_eq!(done.applied(), json!({"document": "alice/diary", "version": 3}));
    assert_eq!(done.events(), [("document.revised".into(), json!({"document": "alice/diary", "version": 3}))]);
    let newest = ledger.query("document.get", &[("document", "alice/diary")]).unwrap();
    assert_eq!(
        newest,
        json!({
            "document": "alice/diary", "owner": "alice", "type": NOTE, "version": 3, "created_ms": created_ms,
            "signers": "alice/dev", "height": ledger.height(), "time_ms": ledger.time_ms(),
            "fields": [], "sealed": false, "sealed_fields": [], "readers": [],
        })
    );
    let first = ledger.query("document.version", &[("document", "alice/diary"), ("version", "1")]).unwrap();
    assert_eq!(
        (&first["fields"], &first["time_ms"]),
        (&json!([{"name": "text", "value": "first"}]), &created_ms.into())
    );
    let history = ledger.query("document.versions", &[("document", "alice/diary"), ("limit", "2")]).unwrap();
    let versions: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| &item["version"]).collect();
    assert_eq!((versions, &history["next"]), (vec![&json!(3), &json!(2)], &json!("2")));
    let none = [("document", "alice/diary"), ("version", "4")];
    assert_eq!(ledger.query("document.version", &none).unwrap_err().code, "platform/4");
}

#[test]
fn a_version_is_sealed_or_not_as_the_owner_wants() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "tax-bureau"]);
    let shown = ledger.query("document.get", &[("document", LEASE)]).unwrap();
    assert_eq!((&shown["sealed"], &shown["readers"]), (&json!(true), &json!(["shop-1", "tax-bureau"])));
    let names: Vec<_> = shown["sealed_fields"].as_array().unwrap().iter().map(|field| &field["name"]).collect();
    assert_eq!(names, ["price", "note"], "in the order of sealing");
    assert_eq!(shown["sealed_fields"][0]["commitment"].as_str().unwrap().len(), 64);
    assert!(!shown.to_string().contains("188000.50"), "{shown}");
}

#[test]
fn documents_are_found_by_clear_field_owner_type_time_and_height() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["tax-bureau"]);
    let lease_height = ledger.height();
    for (kid, document, text) in
        [("alice/dev", "alice/a", "red"), ("alice/dev", "alice/b", "blue"), ("bob/dev", "bob/a", "red")]
    {
        ledger.run(kid, &note(document, text)).applied();
    }
    ledger.run("alice/dev", &revise("alice/b", 2, "red")).applied();
    ledger.run("bob/dev", &revise("bob/a", 2, "green")).applied();
    let time = ledger.time_ms().to_string();
    let after = (lease_height + 1).to_string();
    for (given, expected) in [
        (&[][..], &["alice/a", "alice/b", "bob/a", LEASE][..]),
        (&[("field", "text"), ("value", "red")], &["alice/a", "alice/b"]),
        (&[("field", "text"), ("value", "blue")], &[]),
        (&[("field", "text"), ("value", "re")], &[]),
        (&[("field", "matter"), ("value", "lease")], &[LEASE]),
        (&[("field", "matter"), ("value", "red")], &[]),
        (&[("field", "price"), ("value", "188000.50")], &[]),
        (&[("field", "text")], &[]),
        (&[("value", "red")], &[]),
        (&[("owner", "alice")], &["alice/a", "alice/b"]),
        (&[("owner", "bob"), ("field", "text"), ("value", "red")], &[]),
        (&[("owner", "bob"), ("field", "text"), ("value", "green")], &["bob/a"]),
        (&[("type", CONTRACT)], &[LEASE]),
        (&[("type", NOTE), ("owner", "shop-1")], &[]),
        (&[("to_height", &after)], &[LEASE]),
        (&[("from_height", &after), ("owner", "bob")], &["bob/a"]),
        (&[("from_ms", &time)], &["bob/a"]),
        (&[("to_ms", &time), ("type", NOTE)], &["alice/a", "alice/b"]),
    ] {
        assert_eq!(list(&ledger, given), expected, "{given:?}");
    }
    for given in [&[][..], &[("field", "text"), ("value", "red")], &[("type", NOTE)], &[("owner", "alice")]] {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                ledger.query("document.list", &[given, &[("limit", "1"), ("cursor", &cursor)]].concat()).unwrap();
            all.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(all, list(&ledger, given), "{given:?}: page by page");
    }
}

#[test]
fn calls_of_one_transaction_take_effect_together() {
    let mut ledger = ledger();
    let calls =
        [call(&note("alice/a", "one")), call(&revise("alice/a", 2, "two")), call(&revise("alice/a", 4, "four"))];
    ledger.run_calls(&["alice/dev"], &calls).refused("document/19");
    assert_eq!(ledger.sql("SELECT count(*) FROM document"), [[Value::Integer(0)]]);
    ledger.run_calls(&["alice/dev"], &calls[..2]).outputs();
    assert_eq!(ledger.sql("SELECT version FROM document"), [[Value::Integer(2)]]);
}

#[test]
fn several_owners_sign_one_transaction_and_all_signers_are_kept() {
    let mut ledger = ledger();
    let calls = [call(&note("alice/a", "ours")), call(&note("bob/a", "ours"))];
    ledger.run_calls(&["alice/dev"], &calls).refused("member/12");
    ledger.run_calls(&["alice/dev", "bob/dev"], &calls).outputs();
    let signers = Value::Text("alice/dev bob/dev".into());
    assert_eq!(ledger.sql("SELECT signers FROM document_version"), [[signers.clone()], [signers]]);
}

#[test]
fn everybody_uses_a_type_and_only_the_owner_revises() {
    let mut ledger = ledger();
    ledger.run("alice/dev", &note_type()).refused("member/12");
    ledger.run("bob/dev", &note("bob/a", "x")).applied();
    ledger.run("alice/dev", &revise("bob/a", 2, "y")).refused("member/12");
    ledger.run("alice/dev", &note("bob/b", "x")).refused("member/12");
    let sealed = Some(seal_lease(&ledger, 1, &["tax-bureau"]));
    let theirs = Create { sealed, ..super::lease(&ledger, &["tax-bureau"]) };
    ledger.run("alice/dev", &theirs).refused("member/12");
}
