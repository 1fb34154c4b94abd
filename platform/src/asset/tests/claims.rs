use super::*;
use crate::asset::{AcceptOffer, Capture, Hold, Number, Offer, RefuseOffer, Void, WithdrawOffer};
use serde_json::json;

/// How long claims of these tests last.
const AHEAD_MS: u64 = 100_000;

fn hold(ledger: &Ledger, amount: &str) -> Hold {
    Hold {
        account: "alice/cny".into(),
        beneficiary: "shop-1".into(),
        asset: CNY.into(),
        amount: amount.into(),
        expires_ms: (ledger.time_ms() + AHEAD_MS) as i64,
        reference: Some("room 7".into()),
    }
}

fn place(ledger: &mut Ledger, amount: &str) -> Number {
    let hold = hold(ledger, amount);
    Number(number(&ledger.run("alice/dev", &hold), "hold").parse().unwrap())
}

fn capture(hold: Number, amount: Option<&str>) -> Capture {
    Capture { hold, to: "bob/cny".into(), amount: amount.map(Into::into), r#final: false, reference: None }
}

fn offer(ledger: &Ledger, to: &str, amount: &str) -> Offer {
    Offer {
        from: "alice/cny".into(),
        to: to.into(),
        asset: CNY.into(),
        amount: amount.into(),
        expires_ms: (ledger.time_ms() + AHEAD_MS) as i64,
        reference: None,
        end_to_end_id: Some("E2E-7".into()),
    }
}

fn make(ledger: &mut Ledger, to: &str, amount: &str) -> Number {
    let offer = offer(ledger, to, amount);
    Number(number(&ledger.run("alice/dev", &offer), "offer").parse().unwrap())
}

fn accept(offer: Number, account: Option<&str>) -> AcceptOffer {
    AcceptOffer { offer, account: account.map(Into::into) }
}

/// State of a hold or offer.
fn state(ledger: &Ledger, name: &str, number: Number) -> String {
    let text = number.to_string();
    let shown = ledger.query(&format!("asset.{name}_details"), &[(name, &text)]).unwrap();
    shown["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_hold_is_captured_in_parts_until_nothing_is_left() {
    let mut ledger = ledger();
    let hold = place(&mut ledger, "50.00");
    assert_funds(&ledger, "alice/cny", "50.00", "50.00");
    refused_at(&ledger.run("alice/dev", &pay("alice/cny", "bob/cny", "50.01")), "asset/17", "/amount");
    let captured = ledger.run("shop-1/dev", &capture(hold, Some("20.00"))).applied();
    assert_eq!((&captured["amount"], &captured["left"]), (&json!("20.00"), &json!("30.00")));
    assert_funds(&ledger, "alice/cny", "50.00", "30.00");
    refused_at(&ledger.run("shop-1/dev", &capture(hold, Some("30.01"))), "asset/25", "/amount");
    ledger.run("shop-1/dev", &capture(hold, None)).applied();
    assert_eq!(state(&ledger, "hold", hold), "captured");
    assert_funds(&ledger, "alice/cny", "50.00", "0.00");
    assert_funds(&ledger, "bob/cny", "50.00", "0.00");
    refused_at(&ledger.run("shop-1/dev", &capture(hold, Some("0.01"))), "asset/23", "/hold");
}

#[test]
fn a_final_capture_gives_the_rest_back_and_so_does_a_void() {
    let mut ledger = ledger();
    let hold = place(&mut ledger, "50.00");
    let last = Capture { r#final: true, ..capture(hold, Some("12.34")) };
    assert_eq!(ledger.run("shop-1/dev", &last).applied()["left"], "0.00");
    assert_funds(&ledger, "alice/cny", "87.66", "0.00");
    let second = place(&mut ledger, "50.00");
    ledger.run("shop-1/dev", &capture(second, Some("1.00"))).applied();
    ledger.run("shop-1/dev", &Void { hold: second }).applied();
    assert_funds(&ledger, "alice/cny", "86.66", "0.00");
    assert_eq!(state(&ledger, "hold", second), "voided");
    refused_at(&ledger.run("shop-1/dev", &Void { hold: second }), "asset/23", "/hold");
    let shown = ledger.query("asset.holds", &[("beneficiary", "shop-1"), ("account", "alice/cny")]).unwrap();
    let holds: Vec<_> = shown["items"].as_array().unwrap().iter().map(|hold| &hold["captured"]).collect();
    assert_eq!(holds, ["1.00", "12.34"]);
}

#[test]
fn a_hold_lapses_at_its_time_and_cannot_be_used_in_that_block() {
    let mut ledger = ledger();
    let hold = place(&mut ledger, "50.00");
    ledger.wait_ms(AHEAD_MS - 2_001);
    // One millisecond before: still good.
    ledger.run("shop-1/dev", &capture(hold, Some("1.00"))).applied();
    refused_at(&ledger.run("shop-1/dev", &capture(hold, Some("1.00"))), "asset/23", "/hold");
    assert_eq!(state(&ledger, "hold", hold), "lapsed");
    assert_funds(&ledger, "alice/cny", "99.00", "0.00");
}

#[test]
fn a_hold_that_breaks_a_rule_leaves_no_trace() {
    let mut ledger = ledger();
    let standing = place(&mut ledger, "10.00");
    let now = ledger.time_ms() as i64;
    let with = |change: &dyn Fn(&mut Hold)| {
        let mut hold = hold(&ledger, "1.00");
        change(&mut hold);
        hold
    };
    let cases = [
        ("alice/dev", "asset/17", "/amount", with(&|hold| hold.amount = "90.01".into())),
        ("alice/dev", "asset/7", "/amount", with(&|hold| hold.amount = "0".into())),
        ("alice/dev", "asset/8", "/amount", with(&|hold| hold.amount = "-5".into())),
        ("alice/dev", "asset/5", "/amount", with(&|hold| hold.amount = "0.001".into())),
        ("alice/dev", "asset/6", "/amount", with(&|hold| hold.amount = "99999999999999999".into())),
        ("alice/dev", "asset/12", "/account", with(&|hold| hold.account = "alice/usd".into())),
        ("alice/dev", "asset/13", "/account", with(&|hold| hold.account = "alice/points".into())),
        ("bank-a/dev", "asset/20", "/account", with(&|hold| hold.account = CNY.into())),
        ("alice/dev", "asset/21", "/beneficiary", with(&|hold| hold.beneficiary = "nobody".into())),
        ("alice/dev", "asset/33", "/expires_ms", with(&|hold| hold.expires_ms = now)),
        ("alice/dev", "asset/33", "/expires_ms", with(&|hold| hold.expires_ms = i64::MAX)),
        ("alice/dev", "asset/33", "/expires_ms", with(&|hold| hold.expires_ms = i64::MIN)),
        ("bob/dev", "member/12", "/account", with(&|_| {})),
    ];
    let before = everything(&ledger);
    for (kid, code, field, hold) in cases {
        refused_at(&ledger.run(kid, &hold), code, field);
    }
    let to = |account: &str| Capture { to: account.into(), ..capture(standing, None) };
    refused_at(&ledger.run("alice/dev", &capture(standing, None)), "asset/26", "/hold");
    refused_at(&ledger.run("shop-1/dev", &capture(Number(7), None)), "asset/22", "/hold");
    refused_at(&ledger.run("shop-1/dev", &to("alice/cny")), "asset/9", "/to");
    refused_at(&ledger.run("shop-1/dev", &to("alice/points")), "asset/13", "/to");
    refused_at(&ledger.run("shop-1/dev", &to("bob/usd")), "asset/12", "/to");
    refused_at(&ledger.run("shop-1/dev", &to(CNY)), "asset/20", "/to");
    refused_at(&ledger.run("shop-1/dev", &capture(standing, Some("0.00"))), "asset/7", "/amount");
    refused_at(&ledger.run("shop-1/dev", &capture(standing, Some("1.001"))), "asset/5", "/amount");
    refused_at(&ledger.run("alice/dev", &Void { hold: standing }), "asset/26", "/hold");
    for text in [json!(7), json!("07"), json!("x"), json!("-7"), json!("99999999999999999999")] {
        let done = ledger.run_json("shop-1/dev", "asset.void", &json!({ "hold": text }));
        refused_at(&done, "platform/2", "/hold");
    }
    assert_eq!(everything(&ledger), before);
}

#[test]
fn an_offer_is_accepted_refused_withdrawn_or_lapses() {
    let mut ledger = ledger();
    let offers: Vec<_> = ["1.00", "2.00", "4.00", "8.00"].map(|amount| make(&mut ledger, "bob", amount)).to_vec();
    assert_funds(&ledger, "alice/cny", "85.00", "15.00");
    let accepted = ledger.run("bob/dev", &accept(offers[0], Some("bob/cny")));
    let text = number(&accepted, "number");
    let shown = ledger.query("asset.transfer_details", &[("number", &text)]).unwrap();
    assert_eq!(
        (&shown["kind"], &shown["claim"], &shown["end_to_end_id"]),
        (&json!("offer"), &json!(offers[0].to_string()), &json!("E2E-7"))
    );
    ledger.run("bob/dev", &RefuseOffer { offer: offers[1], reason: Some("not mine".into()) }).applied();
    ledger.run("alice/dev", &WithdrawOffer { offer: offers[2] }).applied();
    ledger.wait_ms(AHEAD_MS);
    refused_at(&ledger.run("bob/dev", &accept(offers[3], Some("bob/cny"))), "asset/28", "/offer");
    let states: Vec<_> = offers.iter().map(|offer| state(&ledger, "offer", *offer)).collect();
    assert_eq!(states, ["accepted", "refused", "withdrawn", "lapsed"]);
    assert_funds(&ledger, "alice/cny", "99.00", "0.00");
    assert_funds(&ledger, "bob/cny", "1.00", "0.00");
    for offer in offers {
        refused_at(&ledger.run("alice/dev", &WithdrawOffer { offer }), "asset/28", "/offer");
    }
    let shown = ledger.query("asset.offers", &[("receiver", "bob"), ("state", "refused")]).unwrap();
    assert_eq!(shown["items"][0]["reason"], "not mine");
}

#[test]
fn an_offer_goes_to_the_account_that_it_names() {
    let mut ledger = ledger();
    ledger.run("bob/dev", &open("bob/other", CNY)).applied();
    let offer = make(&mut ledger, "bob/cny", "5.00");
    let before = everything(&ledger);
    refused_at(&ledger.run("bob/dev", &accept(offer, Some("bob/other"))), "asset/32", "/account");
    refused_at(&ledger.run("alice/dev", &accept(offer, None)), "asset/30", "/offer");
    assert_eq!(everything(&ledger), before);
    ledger.run("bob/dev", &accept(offer, None)).applied();
    assert_funds(&ledger, "bob/cny", "5.00", "0.00");
}

#[test]
fn an_offer_that_breaks_a_rule_leaves_no_trace() {
    let mut ledger = ledger();
    let standing = make(&mut ledger, "bob", "5.00");
    let to_herself = make(&mut ledger, "alice", "5.00");
    let now = ledger.time_ms() as i64;
    let with = |change: &dyn Fn(&mut Offer)| {
        let mut offer = offer(&ledger, "bob", "1.00");
        change(&mut offer);
        offer
    };
    let cases = [
        ("alice/dev", "asset/17", "/amount", with(&|offer| offer.amount = "90.01".into())),
        ("alice/dev", "asset/9", "/to", with(&|offer| offer.to = "alice/cny".into())),
        ("alice/dev", "asset/12", "/to", with(&|offer| offer.to = "bob/usd".into())),
        ("alice/dev", "asset/13", "/to", with(&|offer| offer.to = "alice/points".into())),
        ("alice/dev", "asset/20", "/to", with(&|offer| offer.to = CNY.into())),
        ("alice/dev", "asset/21", "/to", with(&|offer| offer.to = "nobody".into())),
        ("alice/dev", "asset/2", "/to", with(&|offer| offer.to = "bob/".into())),
        ("alice/dev", "asset/12", "/from", with(&|offer| offer.from = "alice/usd".into())),
        ("alice/dev", "asset/13", "/from", with(&|offer| offer.from = "alice/points".into())),
        ("alice/dev", "asset/33", "/expires_ms", with(&|offer| offer.expires_ms = now + 1_000)),
        ("bob/dev", "member/12", "/from", with(&|_| {})),
    ];
    let before = everything(&ledger);
    for (index, (kid, code, field, mut offer)) in cases.into_iter().enumerate() {
        if code == "asset/33" {
            // The block's time is a second later than the one before: now.
            offer.expires_ms += 1_000 * index as i64;
        }
        refused_at(&ledger.run(kid, &offer), code, field);
    }
    refused_at(&ledger.run("bob/dev", &accept(Number(7), None)), "asset/27", "/offer");
    refused_at(&ledger.run("bob/dev", &accept(standing, None)), "asset/32", "/account");
    refused_at(&ledger.run("bob/dev", &accept(standing, Some("supplier-1/cny"))), "asset/32", "/account");
    refused_at(&ledger.run("bob/dev", &accept(standing, Some("bob/usd"))), "asset/12", "/account");
    refused_at(&ledger.run("bob/dev", &accept(standing, Some("alice/points"))), "asset/13", "/account");
    refused_at(&ledger.run("alice/dev", &accept(to_herself, Some("alice/cny"))), "asset/9", "/account");
    refused_at(&ledger.run("alice/dev", &RefuseOffer { offer: standing, reason: None }), "asset/30", "/offer");
    refused_at(&ledger.run("bob/dev", &WithdrawOffer { offer: standing }), "asset/31", "/offer");
    assert_eq!(everything(&ledger), before);
}

#[test]
fn more_claims_than_a_block_ends_lapse_in_the_next_ones_and_are_useless_meanwhile() {
    let mut ledger = ledger();
    let calls: Vec<_> = (0..60).map(|_| crate::call(&hold(&ledger, "0.01"))).collect();
    for _ in 0..9 {
        ledger.run_calls(&["alice/dev"], &calls);
    }
    let newest = place(&mut ledger, "0.01");
    assert_funds(&ledger, "alice/cny", "94.59", "5.41");
    ledger.wait_ms(AHEAD_MS);
    // 500 of 541 lapse with this block; the newest is not among them.
    refused_at(&ledger.run("shop-1/dev", &capture(newest, None)), "asset/24", "/hold");
    assert_funds(&ledger, "alice/cny", "99.59", "0.41");
    ledger.block(vec![]);
    assert_funds(&ledger, "alice/cny", "100.00", "0.00");
}
