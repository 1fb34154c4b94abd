//! Keys: added, rotated, revoked, valid for a time.

use super::*;
use crate::member::{RotateKey, SetKeyRoles};
use counterfoil_types::machine::Machine as _;

#[test]
fn an_added_key_signs_and_a_revoked_one_does_not() {
    let mut ledger = ledger();
    ledger.run("shop-1/till", &NOTHING).refused("transaction/6");
    let added = ledger.run("shop-1/dev", &add("shop-1", "till"));
    assert_eq!(added.applied(), serde_json::json!({"member": "shop-1", "kid": "shop-1/till"}));
    assert_eq!(added.events()[0].0, "member.added_key");
    ledger.run("shop-1/till", &NOTHING).applied();
    assert_eq!(
        ledger.run("shop-1/dev", &revoke("shop-1", "till")).applied(),
        serde_json::json!({"kid": "shop-1/till"})
    );
    ledger.run("shop-1/till", &NOTHING).refused("transaction/7");
    let shown = ledger.query("member.get", &[("id", "shop-1")]).unwrap();
    assert_eq!(shown["roles"], serde_json::json!(["enterprise"]));
    let till = &shown["keys"][1];
    assert_eq!((&till["name"], &till["state"]), (&"till".into(), &"revoked".into()));
    assert_eq!((&till["added_height"], &till["revoked_height"]), (&2.into(), &4.into()));
    assert_eq!(shown["keys"][0]["roles"], serde_json::json!(["admin"]));
}

#[test]
fn adding_and_revoking_count_for_the_later_transactions_of_the_same_block() {
    let mut ledger = ledger();
    let block = vec![
        ledger.sign(&["shop-1/till"], &[call(&NOTHING)]),
        ledger.sign(&["shop-1/dev"], &[call(&add("shop-1", "till"))]),
        ledger.sign(&["shop-1/till"], &[call(&NOTHING)]),
        ledger.sign(&["shop-1/dev"], &[call(&revoke("shop-1", "till"))]),
        ledger.sign(&["shop-1/till"], &[call(&NOTHING)]),
    ];
    let done = ledger.block(block);
    done[0].refused("transaction/6");
    done[1].applied();
    done[2].applied();
    done[3].applied();
    done[4].refused("transaction/7");
}

#[test]
fn a_p256_key_signs_too() {
    let mut ledger = ledger();
    let key = SigningKey::p256([7; 32]).unwrap();
    let public_key = key.public_key().to_string();
    ledger.run("alice/dev", &AddKey { public_key, ..add("alice", "phone") }).applied();
    ledger.set_key("alice/phone", key);
    ledger.run("alice/phone", &NOTHING).applied();
}

#[test]
fn only_an_admin_key_of_the_member_manages_its_keys() {
    let mut ledger = ledger();
    ledger.run("shop-1/dev", &add("shop-1", "till")).applied();
    for kid in ["shop-1/till", "shop-2/dev", "tax-bureau/dev"] {
        let refusal = ledger.run(kid, &add("shop-1", "other")).refused("member/2");
        assert_eq!(refusal.field.as_deref(), Some("/member"));
        assert!(refusal.detail.contains(kid), "{}", refusal.detail);
        ledger.run(kid, &revoke("shop-1", "till")).refused("member/2");
    }
    ledger.run("shop-1/dev", &add("nobody", "key")).refused("member/1");
    ledger.run_calls(&["shop-2/dev", "shop-1/dev"], &[call(&add("shop-1", "other"))]).applied();
}

#[test]
fn a_wrong_key_is_refused_and_leaves_no_trace() {
    let mut ledger = ledger();
    ledger.run("shop-1/dev", &add("shop-1", "till")).applied();
    ledger.run("shop-1/dev", &revoke("shop-1", "till")).applied();
    let before = ledger.sql("SELECT * FROM member_key ORDER BY member, name");
    let good = add("shop-1", "new");
    let dev = SigningKey::for_tests("shop-1/dev").public_key().to_string();
    for (command, code, field) in [
        (AddKey { name: "Till".into(), ..good.clone() }, "member/3", "/name"),
        (AddKey { name: String::new(), ..good.clone() }, "member/3", "/name"),
        (AddKey { name: "a/b".into(), ..good.clone() }, "member/3", "/name"),
        (AddKey { name: "x".repeat(65), ..good.clone() }, "member/3", "/name"),
        (AddKey { name: "dev".into(), ..good.clone() }, "member/4", "/name"),
        (AddKey { name: "till".into(), ..good.clone() }, "member/4", "/name"),
        (AddKey { public_key: dev, ..good.clone() }, "member/5", "/public_key"),
        (AddKey { public_key: add("shop-1", "till").public_key, ..good.clone() }, "member/5", "/public_key"),
        (AddKey { public_key: "ed25519:00".into(), ..good.clone() }, "member/16", "/public_key"),
        (AddKey { public_key: good.public_key.to_uppercase(), ..good.clone() }, "member/16", "/public_key"),
        (AddKey { public_key: format!("p256:{}", "05".repeat(33)), ..good.clone() }, "member/16", "/public_key"),
        (AddKey { public_key: format!("p256:02{}", "ff".repeat(32)), ..good.clone() }, "member/16", "/public_key"),
        (AddKey { roles: vec!["maker".into(), "root".into()], ..good.clone() }, "member/6", "/roles/1"),
        (AddKey { roles: vec!["maker".into(), "maker".into()], ..good.clone() }, "member/7", "/roles/1"),
        (AddKey { valid_from_ms: Some(-1), ..good.clone() }, "member/17", "/valid_from_ms"),
        (AddKey { valid_until_ms: Some(-1), ..good.clone() }, "member/17", "/valid_until_ms"),
        (AddKey { valid_from_ms: Some(9), valid_until_ms: Some(9), ..good.clone() }, "member/17", "/valid_until_ms"),
        (AddKey { valid_from_ms: Some(9), valid_until_ms: Some(8), ..good.clone() }, "member/17", "/valid_until_ms"),
        (AddKey { valid_until_ms: Some(9), ..good.clone() }, "member/18", "/valid_until_ms"),
        (AddKey { holder: Some(String::new()), ..good.clone() }, "member/19", "/holder"),
        (AddKey { holder: Some(" li".into()), ..good.clone() }, "member/19", "/holder"),
        (AddKey { holder: Some("l\ni".into()), ..good.clone() }, "member/19", "/holder"),
        (AddKey { holder: Some("李".repeat(43)), ..good.clone() }, "member/19", "/holder"),
    ] {
        let refusal = ledger.run("shop-1/dev", &command).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{command:?}");
    }
    for (name, code) in [("gone", "member/8"), ("till", "member/9"), ("dev", "member/10")] {
        let refusal = ledger.run("shop-1/dev", &revoke("shop-1", name)).refused(code);
        assert_eq!(refusal.field.as_deref(), Some("/name"));
    }
    let with = serde_json::json!({"member": "shop-1", "name": "a", "key": "b"});
    assert_eq!(
        ledger.run_json("shop-1/dev", "member.add_key", &with).refused("platform/2").field.as_deref(),
        Some("/key")
    );
    ledger.run_json("shop-1/dev", "member.fly", &with).refused("platform/1");
    assert_eq!(ledger.sql("SELECT * FROM member_key ORDER BY member, name"), before);
    assert_eq!(ledger.sql("SELECT count(*) FROM member_key_role WHERE member = 'shop-1'"), [[Value::Integer(1)]]);
}

#[test]
fn a_member_keeps_one_admin_key_and_can_rotate_it() {
    let mut ledger = ledger();
    ledger.run("shop-1/dev", &admin("shop-1", "next")).applied();
    ledger.run("shop-1/dev", &revoke("shop-1", "dev")).applied();
    ledger.run("shop-1/dev", &NOTHING).refused("transaction/7");
    ledger.run("shop-1/next", &revoke("shop-1", "next")).refused("member/10");
    ledger.run("shop-1/next", &admin("shop-1", "dev")).refused("member/4");
    let both = [call(&admin("shop-1", "third")), call(&revoke("shop-1", "next"))];
    assert_eq!(ledger.run_calls(&["shop-1/next"], &both).outputs().len(), 2);
    let half = [call(&admin("shop-1", "fourth")), call(&revoke("shop-1", "third")), call(&revoke("shop-1", "fourth"))];
    ledger.run_calls(&["shop-1/third"], &half).refused("member/10");
    assert!(ledger.sql("SELECT 1 FROM member_key WHERE name = 'fourth'").is_empty());
}

/// Ten years in milliseconds.
const TEN_YEARS_MS: u64 = 3_652 * 24 * 60 * 60 * 1000;

fn rotate(member: &str, name: &str, new_name: &str) -> RotateKey {
    let public_key = SigningKey::for_tests(&format!("{member}/{new_name}")).public_key().to_string();
    RotateKey { member: member.into(), name: name.into(), new_name: new_name.into(), public_key }
}

fn set_roles(name: &str, roles: &[&str]) -> SetKeyRoles {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    SetKeyRoles { member: "shop-1".into(), name: name.into(), roles }
}

#[test]
fn a_key_is_rotated_in_one_step_and_the_new_one_is_the_same_to_all() {
    let mut ledger = ledger();
    let until = i64::try_from(ledger.time_ms()).unwrap() + 1_000_000;
    let till = AddKey {
        roles: vec!["maker".into(), "device".into()],
        holder: Some("wang".into()),
        valid_from_ms: Some(5),
        valid_until_ms: Some(until),
        ..add("shop-1", "till")
    };
    ledger.run("shop-1/dev", &till).applied();
    // A key does it for itself, an admin key for all of its member.
    let rotated = ledger.run("shop-1/till", &rotate("shop-1", "till", "till-2"));
    assert_eq!(rotated.applied(), serde_json::json!({"kid": "shop-1/till-2", "revoked": "shop-1/till"}));
    assert_eq!(rotated.events()[0].0, "member.rotated_key");
    ledger.run("shop-1/till", &NOTHING).refused("transaction/7");
    ledger.run("shop-1/till-2", &NOTHING).applied();
    ledger.run("shop-1/dev", &rotate("shop-1", "till-2", "till-3")).applied();
    ledger.run("shop-1/dev", &rotate("shop-1", "dev", "boss")).applied();
    ledger.run("shop-1/boss", &rotate("shop-1", "till-3", "till-4")).applied();
    let shown = ledger.query("member.get", &[("id", "shop-1")]).unwrap();
    let key = |name: &str| shown["keys"].as_array().unwrap().iter().find(|key| key["name"] == name).unwrap().clone();
    for (name, state, next) in [("till", "revoked", Some("till-2")), ("till-4", "active", None)] {
        let key = key(name);
        assert_eq!((&key["state"], &key["replaced_by"]), (&state.into(), &serde_json::json!(next)));
        assert_eq!(key["roles"], serde_json::json!(["device", "maker"]));
        let validity = (&key["holder"], &key["valid_from_ms"], &key["valid_until_ms"]);
        assert_eq!(validity, (&"wang".into(), &5.into(), &until.into()));
    }
    assert_eq!(key("boss")["roles"], serde_json::json!(["admin"]));
}

#[test]
fn a_wrong_rotation_is_refused_and_leaves_no_trace() {
    let mut ledger = ledger();
    for name in ["till", "gate", "old"] {
        ledger.run("shop-1/dev", &add("shop-1", name)).applied();
    }
    ledger.run("shop-1/dev", &revoke("shop-1", "old")).applied();
    let before = ledger.sql("SELECT * FROM member_key ORDER BY member, name");
    let good = rotate("shop-1", "till", "till-2");
    for (kid, command, code, field) in [
        ("shop-1/gate", good.clone(), "member/21", "/member"),
        ("shop-2/dev", good.clone(), "member/21", "/member"),
        ("shop-1/dev", RotateKey { member: "nobody".into(), ..good.clone() }, "member/1", "/member"),
        ("shop-1/dev", RotateKey { name: "gone".into(), ..good.clone() }, "member/8", "/name"),
        ("shop-1/dev", RotateKey { name: "old".into(), ..good.clone() }, "member/9", "/name"),
        ("shop-1/dev", RotateKey { new_name: "Till".into(), ..good.clone() }, "member/3", "/new_name"),
        ("shop-1/dev", RotateKey { new_name: "old".into(), ..good.clone() }, "member/4", "/new_name"),
        ("shop-1/dev", RotateKey { new_name: "till".into(), ..good.clone() }, "member/4", "/new_name"),
        (
            "shop-1/dev",
            RotateKey { public_key: add("shop-1", "till").public_key, ..good.clone() },
            "member/5",
            "/public_key",
        ),
        ("shop-1/dev", RotateKey { public_key: "rsa:1".into(), ..good.clone() }, "member/16", "/public_key"),
    ] {
        assert_eq!(ledger.run(kid, &command).refused(code).field.as_deref(), Some(field), "{command:?}");
    }
    assert_eq!(ledger.sql("SELECT * FROM member_key ORDER BY member, name"), before);
}

#[test]
fn a_key_gets_other_roles_and_the_last_admin_key_keeps_its_own() {
    let mut ledger = ledger();
    ledger.run("shop-1/dev", &add("shop-1", "till")).applied();
    ledger.run("shop-1/till", &set_roles("till", &["admin"])).refused("member/2");
    ledger.run("shop-1/dev", &set_roles("dev", &["maker"])).refused("member/10");
    let set = ledger.run("shop-1/dev", &set_roles("till", &["maker", "admin"]));
    assert_eq!(set.applied(), serde_json::json!({"kid": "shop-1/till", "roles": ["maker", "admin"]}));
    ledger.run("shop-1/till", &set_roles("dev", &[])).applied();
    ledger.run("shop-1/dev", &add("shop-1", "more")).refused("member/2");
    ledger.run("shop-1/till", &set_roles("till", &["maker"])).refused("member/10");
    for (command, code, field) in [
        (set_roles("dev", &["boss"]), "member/6", "/roles/0"),
        (set_roles("dev", &["maker", "maker"]), "member/7", "/roles/1"),
        (set_roles("gone", &["maker"]), "member/8", "/name"),
        (SetKeyRoles { member: "nobody".into(), ..set_roles("dev", &[]) }, "member/1", "/member"),
    ] {
        assert_eq!(ledger.run("shop-1/till", &command).refused(code).field.as_deref(), Some(field), "{command:?}");
    }
}

#[test]
fn no_date_leaves_a_member_without_an_admin_key() {
    let mut ledger = ledger();
    let now = i64::try_from(ledger.time_ms()).unwrap();
    let limited =
        |name: &str, from, until| AddKey { valid_from_ms: from, valid_until_ms: until, ..admin("shop-1", name) };
    ledger.run("shop-1/dev", &limited("ends", None, Some(now + 1_000_000))).applied();
    ledger.run("shop-1/dev", &limited("begins", Some(now + 1_000_000), None)).applied();
    for kid in ["shop-1/dev", "shop-1/ends"] {
        ledger.run(kid, &revoke("shop-1", "dev")).refused("member/10");
        ledger.run(kid, &set_roles("dev", &["maker"])).refused("member/10");
    }
    ledger.run("shop-1/ends", &rotate("shop-1", "dev", "dev-2")).applied();
    ledger.run("shop-1/dev-2", &revoke("shop-1", "ends")).applied();
    ledger.run("shop-1/begins", &NOTHING).refused("transaction/7");
    ledger.wait_ms(1_000_000);
    ledger.run("shop-1/begins", &NOTHING).applied();
    ledger.run("shop-1/begins", &revoke("shop-1", "dev-2")).refused("member/10");
}

#[test]
fn the_ledger_goes_on_after_ten_years_and_only_expired_keys_are_refused() {
    let mut ledger = ledger();
    let start = i64::try_from(ledger.time_ms()).unwrap();
    // The block of the third transaction is the last in which the key signs.
    let until = start + 3_000;
    ledger.run("shop-1/dev", &AddKey { valid_until_ms: Some(until), ..add("shop-1", "till") }).applied();
    let later = start + i64::try_from(TEN_YEARS_MS).unwrap();
    ledger.run("shop-1/dev", &AddKey { valid_from_ms: Some(later), ..add("shop-1", "later") }).applied();
    ledger.run("shop-1/till", &NOTHING).applied();
    ledger.run("shop-1/till", &NOTHING).refused("transaction/7");
    ledger.run("shop-1/later", &NOTHING).refused("transaction/7");
    let (validators, height) = (ledger.state().validators().unwrap(), ledger.height());
    ledger.wait_ms(TEN_YEARS_MS);
    let kids = ["shop-1/dev", "shop-1/till", "shop-1/later", "bank-a/dev", "alice/dev"];
    let block = kids.map(|kid| ledger.sign(&[kid], &[call(&NOTHING)])).to_vec();
    let done = ledger.block(block);
    done[1].refused("transaction/7");
    for at in [0, 2, 3, 4] {
        done[at].applied();
    }
    assert_eq!(ledger.height(), height + 1);
    assert_eq!(ledger.state().validators().unwrap(), validators, "who orders does not depend on dates");
    ledger.run("shop-1/dev", &rotate("shop-1", "till", "till-2")).applied();
    ledger.run("shop-1/till-2", &NOTHING).refused("transaction/7");
}

#[test]
fn a_signature_that_was_kept_counts_while_its_key_signs() {
    let mut ledger = ledger();
    let now = i64::try_from(ledger.time_ms()).unwrap();
    let till = AddKey { valid_from_ms: Some(now + 3_000), valid_until_ms: Some(now + 4_000), ..add("shop-1", "till") };
    ledger.run("shop-1/dev", &till).applied();
    let mut signs = |kid: &str| ledger.run("bank-a/dev", &Signs { kid: kid.into() }).applied()["now"].clone();
    assert_eq!([(); 4].map(|()| signs("shop-1/till")), [false, true, true, false]);
    assert_eq!(["shop-1/dev", "shop-1/gone", "nobody/dev", "consortium/vote"].map(signs), [true, false, false, false]);
    ledger.run("shop-2/dev", &rotate("shop-2", "dev", "next")).applied();
    super::governance::decide(&mut ledger, &[super::governance::suspend("shop-1")]);
    let mut signs = |kid: &str| ledger.run("bank-a/dev", &Signs { kid: kid.into() }).applied()["now"].clone();
    assert_eq!(["shop-1/dev", "shop-2/dev", "shop-2/next"].map(&mut signs), [false, false, true]);
}
