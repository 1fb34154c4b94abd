//! Scenarios on a real ledger; the module's invariants run after every block.

mod chinese;
mod european;
mod life;
mod model;
mod payments;
mod random;
mod reading;
mod reports;
mod round_trip;
mod rules;
mod sealed;
mod special;
mod standard;
mod tampering;
mod xml;

use super::*;
use counterfoil_platform::{
    asset, document, member,
    testing::{Ledger, sample_genesis},
    types::{Call, GenesisKey, GenesisMember, Outcome, Refusal, SigningKey, Value},
};
use serde_json::{Value as Json, json};

const SUPPLIER: &str = "91440300MA5EN1680G";
const SHOP: &str = "92440300MA5DL0010T";

/// A ledger with the sample taxpayers and no invoice yet.
fn ledger() -> Ledger {
    ledger_with(&[])
}

/// The same with further modules.
fn ledger_with(more: &[counterfoil_platform::Module]) -> Ledger {
    let mut ledger = bare_with(more);
    for sample in samples() {
        if sample.call.r#do == "invoice.register_taxpayer" {
            ledger.run_calls(&[sample.kid], &[sample.call]).applied();
        }
    }
    ledger
}

/// A ledger without taxpayers.
fn bare() -> Ledger {
    bare_with(&[])
}

fn bare_with(more: &[counterfoil_platform::Module]) -> Ledger {
    let mut genesis = sample_genesis();
    if !genesis.members.iter().any(|member| member.id == "person-1") {
        genesis.members.push(GenesisMember {
            id: "person-1".to_owned(),
            name: "Person".to_owned(),
            kind: "person".to_owned(),
            roles: vec!["person".to_owned()],
            keys: vec![GenesisKey {
                name: "dev".to_owned(),
                public_key: SigningKey::for_tests("person-1/dev").public_key(),
                roles: vec!["admin".to_owned()],
            }],
        });
    }
    let modules = [&[member::MODULE, document::MODULE, asset::MODULE, MODULE], more].concat();
    let mut ledger = Ledger::with_genesis(modules, &genesis);
    ledger.publish_reading_keys(&["tax-bureau", "shop-1", "supplier-1", "core-corp"]);
    ledger
}

/// What a node does with an input that may be in the clear: check, seal, sign and run.
fn give(ledger: &mut Ledger, kid: &str, asked: &Call) -> Result<Json, Refusal> {
    let call = ledger.seal(kid, asked)?;
    let done = ledger.run_calls(&[kid], &[call]);
    match &done.receipt.outcome {
        Outcome::Applied { .. } => Ok(done.applied()),
        Outcome::Refused(refusal) => Err(refusal.clone()),
    }
}

/// The same with a command by its name.
fn give_json(ledger: &mut Ledger, kid: &str, name: &str, with: &Json) -> Result<Json, Refusal> {
    give(ledger, kid, &Call::new(name, with))
}

/// The refusal, which has this code and is at this field.
#[track_caller]
fn refused(answer: Result<Json, Refusal>, code: &str, field: &str) -> Refusal {
    let refusal = answer.expect_err("it took effect");
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref().unwrap_or_default()), (code, field), "{refusal}");
    refusal
}

/// An invoice in the clear as a call.
fn clear(invoice: &ClearInvoice) -> Call {
    use counterfoil_platform::Command as _;
    Call::new(Issue::NAME, invoice)
}

fn example() -> Json {
    serde_json::from_str(EXAMPLE_JSON).unwrap()
}

/// Puts `value` where a JSON Pointer leads, or takes the member away if there is none.
fn set(json: &mut Json, pointer: &str, value: Option<Json>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (json.pointer_mut(parent).unwrap(), value) {
        (Json::Object(object), Some(value)) => _ = object.insert(name.to_owned(), value),
        (Json::Object(object), None) => _ = object.remove(name),
        (Json::Array(array), Some(value)) => array[name.parse::<usize>().unwrap()] = value,
        (other, value) => panic!("{pointer}: {other} {value:?}"),
    }
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}
