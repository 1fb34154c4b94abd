//! Readers that are added, removed for later versions, and restored.

use super::{
    LEASE, add_reader, clear, create_lease, ledger, open_lease, price, publish, readers_of, record, seal_lease,
};
use crate::{
    call,
    document::{RemoveReader, RestoreReader, Revise},
    testing::Ledger,
};
use counterfoil_types::Value;
use serde_json::json;

fn remove(reader: &str) -> RemoveReader {
    RemoveReader { subject: LEASE.into(), reader: reader.into() }
}

fn restore(reader: &str) -> RestoreReader {
    RestoreReader { subject: LEASE.into(), reader: reader.into() }
}

fn second(ledger: &Ledger, version: u64, readers: &[&str]) -> Revise {
    let sealed = Some(seal_lease(ledger, version, readers));
    Revise { document: LEASE.into(), version: version as i64, fields: clear(&[("matter", "lease")]), sealed }
}

/// Sealed for shop-1, bank-a and tax-bureau.
fn with_lease() -> Ledger {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    ledger
}

#[test]
fn whoever_reads_lets_another_read_and_it_lets_a_further_one() {
    let mut ledger = with_lease();
    let add = add_reader(&ledger, 1, "bank-a/main", "core-corp/main");
    ledger.run("core-corp/dev", &add).refused("document/29");
    let done = ledger.run("bank-a/dev", &add);
    assert_eq!(done.applied(), json!({"subject": LEASE, "version": 1, "reader": "core-corp"}));
    assert_eq!(done.events()[0].0, "document.added_reader");
    assert_eq!(price(&ledger, 1, "core-corp/main"), Ok("188000.50".to_owned()));
    ledger.run("core-corp/dev", &open_lease(1)).applied();
    ledger.run("alice/dev", &publish("alice", "phone")).applied();
    let further = add_reader(&ledger, 1, "core-corp/main", "alice/phone");
    ledger.run("core-corp/dev", &further).applied();
    assert_eq!(price(&ledger, 1, "alice/phone"), Ok("188000.50".to_owned()));
    let by = "SELECT added_by FROM document_reader WHERE reader IN ('alice', 'core-corp') ORDER BY reader";
    assert_eq!(ledger.sql(by), [[Value::Text("core-corp".into())], [Value::Text("bank-a".into())]]);
    let readable = ledger.query("document.readable", &[("reader", "alice")]).unwrap();
    assert_eq!(
        readable["items"],
        json!([{
            "subject": LEASE, "version": 1, "key": "phone", "sealer": "shop-1", "added_by": "core-corp",
            "height": ledger.height(),
        }])
    );
}

#[test]
fn a_removed_reader_reads_no_later_version_and_keeps_the_earlier_ones() {
    let mut ledger = with_lease();
    let done = ledger.run("shop-1/dev", &remove("bank-a"));
    assert_eq!(done.applied(), json!({"subject": LEASE, "reader": "bank-a", "from_version": 2}));
    assert_eq!(done.events()[0].0, "document.removed_reader");
    let all = second(&ledger, 2, &["shop-1", "bank-a", "tax-bureau"]);
    let refusal = ledger.run("shop-1/dev", &all).refused("document/27");
    assert_eq!(refusal.field.as_deref(), Some("/sealed/readers/1/reader"));
    let without = second(&ledger, 2, &["shop-1", "tax-bureau"]);
    ledger.run("shop-1/dev", &without).applied();
    assert_eq!(readers_of(&ledger, 2), ["shop-1/main", "tax-bureau/main"]);
    assert_eq!(price(&ledger, 2, "bank-a/main"), Err("seal/1"));
    ledger.run("bank-a/dev", &open_lease(2)).refused("document/29");
    // Nobody lets it read by a detour, not even a mandatory reader.
    let detour = add_reader(&ledger, 2, "tax-bureau/main", "bank-a/main");
    let refusal = ledger.run("tax-bureau/dev", &detour).refused("document/27");
    assert_eq!(refusal.field.as_deref(), Some("/wrap/reader"));
    // What it could read it still reads, also by a further key.
    ledger.run("bank-a/dev", &open_lease(1)).applied();
    assert_eq!(price(&ledger, 1, "bank-a/main"), Ok("188000.50".to_owned()));
    ledger.run("bank-a/dev", &publish("bank-a", "next")).applied();
    let further = add_reader(&ledger, 1, "bank-a/main", "bank-a/next");
    ledger.run("bank-a/dev", &further).applied();
    let shown = ledger.query("document.readers", &[("subject", LEASE), ("version", "1")]).unwrap();
    let from: Vec<_> = shown["items"].as_array().unwrap().iter().map(|item| &item["removed_from"]).collect();
    assert_eq!(from, [&json!(null), &json!(2), &json!(null), &json!(2)]);
}

#[test]
fn a_restored_reader_reads_later_versions_again() {
    let mut ledger = with_lease();
    ledger.run("shop-1/dev", &remove("bank-a")).applied();
    let without = second(&ledger, 2, &["shop-1", "tax-bureau"]);
    ledger.run("shop-1/dev", &without).applied();
    let done = ledger.run("shop-1/dev", &restore("bank-a"));
    assert_eq!(done.applied(), json!({"subject": LEASE, "reader": "bank-a"}));
    assert_eq!(done.events()[0].0, "document.restored_reader");
    assert_eq!(price(&ledger, 2, "bank-a/main"), Err("seal/1"), "that alone lets it read nothing");
    let add = add_reader(&ledger, 2, "shop-1/main", "bank-a/main");
    ledger.run("shop-1/dev", &add).applied();
    assert_eq!(price(&ledger, 2, "bank-a/main"), Ok("288000.50".to_owned()));
    let third = second(&ledger, 3, &["shop-1", "bank-a", "tax-bureau"]);
    ledger.run("shop-1/dev", &third).applied();
    assert_eq!(price(&ledger, 3, "bank-a/main"), Ok("388000.50".to_owned()));
    // And may be removed again.
    let done = ledger.run("shop-1/dev", &remove("bank-a"));
    assert_eq!(done.applied()["from_version"], 4);
}

#[test]
fn only_the_sealer_removes_and_restores() {
    let mut ledger = with_lease();
    for kid in ["bank-a/dev", "tax-bureau/dev", "alice/dev"] {
        ledger.run(kid, &remove("bank-a")).refused("document/31");
        ledger.run(kid, &restore("bank-a")).refused("document/31");
    }
    // One of several signers is enough.
    ledger.run_calls(&["bank-a/dev", "shop-1/dev"], &[call(&remove("bank-a"))]).applied();
}

#[test]
fn a_wrongly_wrapped_key_is_found_out_and_put_right_by_another() {
    let mut ledger = with_lease();
    let mut wrong = add_reader(&ledger, 1, "bank-a/main", "core-corp/main");
    wrong.wrap.wrapped.0[0] ^= 1;
    ledger.run("bank-a/dev", &wrong).applied();
    assert_eq!(price(&ledger, 1, "core-corp/main"), Err("seal/2"));
    let again = add_reader(&ledger, 1, "bank-a/main", "core-corp/main");
    ledger.run("bank-a/dev", &again).refused("document/30");
    ledger.run("core-corp/dev", &publish("core-corp", "next")).applied();
    let next = add_reader(&ledger, 1, "bank-a/main", "core-corp/next");
    ledger.run("bank-a/dev", &next).applied();
    // With all keys at hand, the one that opens it is found.
    let (main, next) = (super::reading_key("core-corp/main"), super::reading_key("core-corp/next"));
    let key = |kid: &counterfoil_types::Kid| Some(if kid.key() == "main" { &main } else { &next });
    let (kid, opened) = record(&ledger, LEASE, 1).open_as(ledger.state().ledger(), "core-corp", key).unwrap();
    assert_eq!((kid.as_str(), opened.fields().len()), ("core-corp/next", 2));
}
