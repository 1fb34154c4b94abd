//! Who signs, and who says so, on a real ledger.

use super::{AddKey, MODULE, RevokeKey, roles};
use crate::{
    Command, CommandDeclaration, Module, call,
    testing::{Ledger, sample_genesis},
};
use counterfoil_state::{Context, State};
use counterfoil_types::{Refusal, SigningKey, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Needs a role of the signer, and does nothing.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Need {
    role: Option<String>,
    signature: Option<String>,
}

impl Command for Need {
    const NAME: &'static str = "probe.need";
    type Output = ();
    type Refused = Refusal;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        if let Some(role) = &self.role {
            super::require_role(ctx, role)?;
        }
        match &self.signature {
            Some(member) => super::require_signature(ctx, member),
            None => Ok(()),
        }
    }
}

const PROBE: Module =
    Module { name: "probe", title: "Probe", commands: &[CommandDeclaration::of::<Need>()], ..Module::EMPTY };

fn ledger() -> Ledger {
    Ledger::new(vec![MODULE, PROBE])
}

fn add(member: &str, name: &str) -> AddKey {
    let public_key = SigningKey::for_tests(&format!("{member}/{name}")).public_key().to_string();
    let (member, name) = (member.into(), name.into());
    AddKey { member, name, public_key, roles: vec![], holder: None, valid_from_ms: None, valid_until_ms: None }
}

fn admin(member: &str, name: &str) -> AddKey {
    AddKey { roles: vec![roles::KEY_ADMIN.into()], ..add(member, name) }
}

fn revoke(member: &str, name: &str) -> RevokeKey {
    RevokeKey { member: member.into(), name: name.into() }
}

const NOTHING: Need = Need { role: None, signature: None };

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

#[test]
fn an_application_asks_for_roles_and_signatures() {
    let mut ledger = ledger();
    let role = |role: &str| Need { role: Some(role.into()), signature: None };
    let signature = |member: &str| Need { role: None, signature: Some(member.into()) };
    ledger.run("tax-bureau/dev", &role(roles::TAX_AUTHORITY)).applied();
    let refusal = ledger.run("shop-1/dev", &role(roles::TAX_AUTHORITY)).refused("member/11");
    assert_eq!(refusal.detail, "only a member with the role tax-authority may do this; signed by shop-1/dev");
    ledger.run_calls(&["shop-1/dev", "bank-a/dev"], &[call(&role(roles::BANK))]).applied();
    ledger.run("shop-1/dev", &signature("shop-1")).applied();
    ledger.run("shop-1/dev", &signature("shop-2")).refused("member/12");
    ledger.run_calls(&["shop-1/dev", "shop-2/dev"], &[call(&signature("shop-2"))]).applied();
}

#[test]
fn members_are_listed_page_by_page() {
    let ledger = ledger();
    let ids = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ledger.query("member.list", &[("limit", "3"), ("cursor", &cursor)]).unwrap();
        all.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(all.len(), 10);
    assert!(all.is_sorted());
    assert_eq!(ids(&ledger.query("member.list", &[("role", "person")]).unwrap()), ["alice", "bob"]);
    assert_eq!(ledger.query("member.get", &[("id", "nobody")]).unwrap_err().code, "platform/4");
}

#[test]
fn a_genesis_without_sense_is_unusable() {
    let open = |change: fn(&mut counterfoil_types::Genesis)| {
        let mut genesis = sample_genesis();
        change(&mut genesis);
        let dir = tempfile::tempdir().unwrap();
        let registry = Arc::new(crate::Registry::new(vec![MODULE]));
        let mut state = State::open(dir.path(), &genesis.to_bytes(), registry).unwrap();
        counterfoil_types::machine::Machine::begin_genesis(&mut state).err().map(|fault| fault.report())
    };
    assert_eq!(open(|_| {}), None);
    for (change, says) in [
        (
            (|genesis| genesis.members[4].keys[0].roles.clear()) as fn(&mut counterfoil_types::Genesis),
            "none with the role admin",
        ),
        (|genesis| genesis.members[4].keys[0].roles.push("root".into()), "is not the name of a role"),
        (|genesis| genesis.members[4].roles.push("Tax Authority".into()), "is not the name of a role"),
    ] {
        let report = open(change).expect(says);
        assert!(report.contains(says) && report.contains("shop-1"), "{report}");
    }
}
