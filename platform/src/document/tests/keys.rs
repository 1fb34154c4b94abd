//! Keys by which members read.

use super::{LEASE, create_lease, ledger, price, publish, reader, readers_of, reading_key, seal_lease};
use crate::{
    call,
    document::{FieldText, READING_KEYS_MAX, Revise, RevokeReadingKey},
    member::{AddKey, roles},
};
use counterfoil_types::SigningKey;
use serde_json::json;

fn revoke(member: &str, name: &str) -> RevokeReadingKey {
    RevokeReadingKey { member: member.into(), name: name.into() }
}

#[test]
fn a_key_is_published_and_revoked_by_an_admin_key_of_its_member() {
    let mut ledger = ledger();
    let done = ledger.run("alice/dev", &publish("alice", "phone"));
    assert_eq!(done.applied(), json!({"kid": "alice/phone"}));
    assert_eq!(done.events()[0].0, "document.published_reading_key");
    let published = ledger.height();
    let public_key = SigningKey::for_tests("alice/till").public_key().to_string();
    let till = AddKey {
        member: "alice".into(),
        name: "till".into(),
        public_key,
        roles: vec![roles::KEY_ADMIN.into()],
        holder: None,
        valid_from_ms: None,
        valid_until_ms: None,
    };
    let plain = AddKey { roles: vec![], ..till };
    ledger.run("alice/dev", &plain).applied();
    for kid in ["alice/till", "bob/dev", "tax-bureau/dev"] {
        let refusal = ledger.run(kid, &publish("alice", "other")).refused("document/7");
        assert_eq!(refusal.field.as_deref(), Some("/member"));
        ledger.run(kid, &revoke("alice", "phone")).refused("document/7");
    }
    let done = ledger.run("alice/dev", &revoke("alice", "phone"));
    assert_eq!(done.events()[0].0, "document.revoked_reading_key");
    let shown = ledger.query("document.reading_keys", &[("member", "alice")]).unwrap();
    assert_eq!(
        shown["items"],
        json!([{
            "member": "alice", "name": "phone", "public_key": reader("alice/phone").public_key, "state": "revoked",
            "added_height": published, "revoked_height": ledger.height(),
        }])
    );
    let active = ledger.query("document.reading_keys", &[("state", "active"), ("limit", "2")]).unwrap();
    let kids: Vec<_> = active["items"].as_array().unwrap().iter().map(|key| &key["member"]).collect();
    assert_eq!((json!(kids), &active["next"]), (json!(["bank-a", "core-corp"]), &json!("core-corp/main")));
    let further = [("state", "active"), ("cursor", "core-corp/main")];
    assert_eq!(ledger.query("document.reading_keys", &further).unwrap()["items"][0]["member"], "shop-1");
}

#[test]
fn nothing_more_is_sealed_for_a_revoked_key_and_what_was_still_opens() {
    let mut ledger = ledger();
    create_lease(&mut ledger, &["shop-1", "bank-a", "tax-bureau"]);
    ledger.run("bank-a/dev", &revoke("bank-a", "main")).applied();
    assert_eq!(price(&ledger, 1, "bank-a/main"), Ok("188000.50".to_owned()));
    let fields = vec![FieldText { name: "matter".into(), value: "lease".into() }];
    let sealed = Some(seal_lease(&ledger, 2, &["shop-1", "bank-a", "tax-bureau"]));
    let second = Revise { document: LEASE.into(), version: 2, fields, sealed };
    let refusal = ledger.run("shop-1/dev", &second).refused("document/26");
    assert_eq!(refusal.field.as_deref(), Some("/sealed/readers/1/key"));
    ledger.run("bank-a/dev", &publish("bank-a", "next")).applied();
    // Another reader lets the new key read what the old one could.
    let add = super::add_reader(&ledger, 1, "tax-bureau/main", "bank-a/next");
    ledger.run("tax-bureau/dev", &add).applied();
    assert_eq!(readers_of(&ledger, 1), ["bank-a/main", "bank-a/next", "shop-1/main", "tax-bureau/main"]);
    assert_eq!(price(&ledger, 1, "bank-a/next"), Ok("188000.50".to_owned()));
}

#[test]
fn a_member_has_a_bounded_number_of_active_keys() {
    let mut ledger = ledger();
    let calls: Vec<_> = (1..READING_KEYS_MAX).map(|at| call(&publish("shop-1", &format!("k{at}")))).collect();
    for calls in calls.chunks(50) {
        ledger.run_calls(&["shop-1/dev"], calls).outputs();
    }
    let refusal = ledger.run("shop-1/dev", &publish("shop-1", "more")).refused("document/37");
    assert!(refusal.detail.contains("100"), "{refusal}");
    ledger.run("shop-1/dev", &revoke("shop-1", "k1")).applied();
    ledger.run("shop-1/dev", &publish("shop-1", "more")).applied();
}

#[test]
fn the_secret_half_is_nowhere_on_the_ledger() {
    let ledger = ledger();
    let secret = reading_key("bank-a/main").to_text();
    let digits = secret.rsplit(':').next().unwrap();
    assert!(!format!("{:?}", super::trace(&ledger)).contains(digits));
}
