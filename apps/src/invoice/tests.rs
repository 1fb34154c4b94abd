//! Scenarios on a real ledger; the module's invariants run after every block.

mod chinese;
mod european;
mod reading;
mod xml;

use super::*;
use counterfoil_platform::{
    call, member,
    testing::{Done, Ledger, sample_genesis},
    types::{Call, GenesisKey, GenesisMember, SigningKey, Value},
};
use serde_json::{Value as Json, json};

const SUPPLIER: &str = "91440300MA5EN1680G";
const SHOP: &str = "92440300MA5DL0010T";

/// A ledger with the sample taxpayers and no invoice yet.
fn ledger() -> Ledger {
    let mut ledger = bare();
    for sample in samples() {
        if sample.call.r#do == "invoice.register_taxpayer" {
            ledger.run_calls(&[sample.kid], &[sample.call]).applied();
        }
    }
    ledger
}

/// A ledger without taxpayers.
fn bare() -> Ledger {
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
    Ledger::with_genesis(vec![member::MODULE, MODULE], &genesis)
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
