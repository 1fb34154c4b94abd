//! Who signs, and who says so, on a real ledger.

mod consortium;
mod governance;
mod keys;
mod model;
mod people;
mod validators;

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

/// Asks whether a key signs now.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Signs {
    kid: String,
}

#[derive(Serialize, JsonSchema)]
struct Answer {
    now: bool,
}

impl Command for Signs {
    const NAME: &'static str = "probe.signs";
    type Output = Answer;
    type Refused = Refusal;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Answer, Refusal> {
        Ok(Answer { now: super::signs_now(ctx, &self.kid.parse().unwrap())? })
    }
}

const PROBE: Module = Module {
    name: "probe",
    title: "Probe",
    commands: &[CommandDeclaration::of::<Need>(), CommandDeclaration::of::<Signs>()],
    ..Module::EMPTY
};

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
        (|genesis| genesis.members[4].id = "consortium".into(), "never the id of a member"),
        (|genesis| genesis.members[8].roles.push("governor".into()), "cannot govern"),
        (
            |genesis| (genesis.members[0].roles.push("governor".into()), genesis.members[0].keys.clear()).1,
            "cannot govern",
        ),
        (|genesis| genesis.members[0].kind = "person".into(), "runs a validator"),
        (|genesis| genesis.members[..4].iter_mut().for_each(|member| member.keys.clear()), "nobody governs"),
    ] {
        let report = open(change).expect(says);
        assert!(report.contains(says), "{report}");
    }
}
