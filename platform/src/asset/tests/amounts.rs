//! What commands say that they move, as a module that limits them asks for it.

use super::*;
use crate::{
    Command, CommandDeclaration, Module, Parsed,
    asset::{AcceptOffer, Capture, Hold, Number, Offer, Redeem, SetLimit},
    call,
};
use counterfoil_state::Context;
use counterfoil_types::{Call, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks what the calls after it would move, and prevents them.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ask {}

impl Command for Ask {
    const NAME: &'static str = "probe.ask";
    type Output = ();
    type Refused = Refusal;

    fn apply(&self, _: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

fn gate(ctx: &mut Context<'_>, calls: &[Call], parsed: &[Box<dyn Parsed>]) -> Result<Option<Vec<String>>, Refusal> {
    if calls[0].r#do != Ask::NAME {
        return Ok(None);
    }
    let amounts = parsed.iter().map(|parsed| {
        let amounts = parsed.amounts(ctx)?;
        let amounts: Vec<_> = amounts.iter().map(|amount| json!([amount.asset, amount.minor])).collect();
        Ok(json!(amounts).to_string())
    });
    amounts.collect::<Result<_, _>>().map(Some)
}

const PROBE: Module = Module {
    name: "probe",
    title: "Probe",
    commands: &[CommandDeclaration::of::<Ask>()],
    gate: Some(gate),
    ..Module::EMPTY
};

#[test]
fn every_command_that_moves_value_says_how_much() {
    let mut ledger = fill(Ledger::new(vec![member::MODULE, MODULE, PROBE]));
    let expires_ms = (ledger.time_ms() + 1_000_000) as i64;
    let hold = Hold {
        account: "alice/cny".into(),
        beneficiary: "shop-1".into(),
        asset: CNY.into(),
        amount: "5.00".into(),
        expires_ms,
        reference: None,
    };
    let offer = Offer {
        from: "alice/cny".into(),
        to: "bob".into(),
        asset: CNY.into(),
        amount: "6.00".into(),
        expires_ms,
        reference: None,
        end_to_end_id: None,
    };
    let held = Number(number(&ledger.run("alice/dev", &hold), "hold").parse().unwrap());
    let offered = Number(number(&ledger.run("alice/dev", &offer), "offer").parse().unwrap());
    let capture = |amount: Option<&str>| Capture {
        hold: held,
        to: "bob/cny".into(),
        amount: amount.map(Into::into),
        r#final: false,
        reference: None,
    };
    let redeem = Redeem { account: "alice/cny".into(), asset: CNY.into(), amount: "2".into(), reference: None };
    let limit = SetLimit { account: "bob/cny".into(), asset: CNY.into(), limit: "9.99".into() };
    let cases = [
        (call(&issue("alice/cny", "1.00")), 100),
        (call(&redeem), 200),
        (call(&pay("alice/cny", "bob/cny", "3.5")), 350),
        (call(&batch("alice/cny", vec![leg("bob/cny", "1.00"), leg("bob/cny", "3.00")])), 400),
        (call(&hold), 500),
        (call(&offer), 600),
        (call(&capture(None)), 500),
        (call(&capture(Some("0.01"))), 1),
        (call(&AcceptOffer { offer: offered, account: None }), 600),
        (call(&limit), 999),
    ];
    for (moving, minor) in cases {
        let what = moving.r#do.clone();
        let kids = ["bob/dev", "shop-1/dev"];
        let answer = ledger.run_calls(&kids, &[call(&Ask {}), moving]).outputs();
        assert_eq!(answer, [json!([]), json!([[CNY, minor]])], "{what}");
    }
    let unknown = Transfer { asset: "bank-a/USD".into(), ..pay("alice/cny", "bob/cny", "1") };
    ledger.run_calls(&["alice/dev"], &[call(&Ask {}), call(&unknown)]).refused("asset/10");
}
