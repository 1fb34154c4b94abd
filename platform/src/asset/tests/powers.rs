use super::*;
use crate::{
    asset::{Capture, CloseAccount, Freeze, Hold, Number, SetLimit, Unfreeze},
    member::roles,
    testing::sample_genesis,
};

fn freeze(account: &str) -> Freeze {
    Freeze { account: account.into(), reason: "order 12".into() }
}

fn unfreeze(account: &str) -> Unfreeze {
    Unfreeze { account: account.into(), reason: "order 13".into() }
}

fn limit(account: &str, limit: &str) -> SetLimit {
    SetLimit { account: account.into(), asset: CNY.into(), limit: limit.into() }
}

fn close(account: &str) -> CloseAccount {
    CloseAccount { account: account.into() }
}

/// The usual accounts, and `cloud-provider` is a court.
pub fn ledger_with_court() -> Ledger {
    let mut genesis = sample_genesis();
    genesis.members[3].roles.push(roles::COURT.to_owned());
    fill(Ledger::with_genesis(vec![member::MODULE, MODULE], &genesis))
}

#[test]
fn nothing_leaves_a_frozen_account_but_money_arrives() {
    let mut ledger = ledger_with_court();
    let hold = Hold {
        account: "alice/cny".into(),
        beneficiary: "shop-1".into(),
        asset: CNY.into(),
        amount: "10.00".into(),
        expires_ms: (ledger.time_ms() + 1_000_000) as i64,
        reference: None,
    };
    let placed = Number(number(&ledger.run("alice/dev", &hold), "hold").parse().unwrap());
    ledger.run("bank-a/dev", &issue("bob/cny", "5.00")).applied();
    ledger.run("bank-a/dev", &freeze("alice/cny")).applied();
    let before = everything(&ledger);
    refused_at(&ledger.run("alice/dev", &pay("alice/cny", "bob/cny", "1.00")), "asset/16", "/from");
    refused_at(&ledger.run("alice/dev", &batch("alice/cny", vec![leg("bob/cny", "1.00")])), "asset/16", "/legs/0/from");
    let redeem =
        crate::asset::Redeem { account: "alice/cny".into(), asset: CNY.into(), amount: "1.00".into(), reference: None };
    refused_at(&ledger.run("alice/dev", &redeem), "asset/16", "/account");
    refused_at(&ledger.run("alice/dev", &hold), "asset/16", "/account");
    let capture = Capture { hold: placed, to: "bob/cny".into(), amount: None, r#final: false, reference: None };
    refused_at(&ledger.run("shop-1/dev", &capture), "asset/16", "/hold");
    refused_at(&ledger.run("alice/dev", &close("alice/cny")), "asset/16", "/account");
    assert_eq!(everything(&ledger), before);
    ledger.run("bob/dev", &pay("bob/cny", "alice/cny", "5.00")).applied();
    assert_funds(&ledger, "alice/cny", "95.00", "10.00");
    ledger.run("bank-a/dev", &unfreeze("alice/cny")).applied();
    ledger.run("shop-1/dev", &capture).applied();
    assert_funds(&ledger, "alice/cny", "95.00", "0.00");
}

#[test]
fn what_a_court_froze_only_a_court_lets_go() {
    let mut ledger = ledger_with_court();
    let account = "alice/cny";
    ledger.run("cloud-provider/dev", &freeze(account)).applied();
    let state = |ledger: &Ledger| ledger.query("asset.account", &[("account", account)]).unwrap()["state"].clone();
    let before = everything(&ledger);
    refused_at(&ledger.run("bank-a/dev", &unfreeze(account)), "asset/38", "/account");
    refused_at(&ledger.run("cloud-provider/dev", &freeze(account)), "asset/36", "/account");
    refused_at(&ledger.run("alice/dev", &unfreeze(account)), "asset/35", "/account");
    refused_at(&ledger.run("shop-1/dev", &freeze("bob/cny")), "asset/35", "/account");
    refused_at(&ledger.run("bank-a/dev", &freeze("alice/points")), "asset/35", "/account");
    refused_at(&ledger.run("bank-a/dev", &unfreeze("bob/cny")), "asset/37", "/account");
    refused_at(&ledger.run("cloud-provider/dev", &unfreeze("bob/cny")), "asset/37", "/account");
    refused_at(&ledger.run("bank-a/dev", &freeze("bob/usd")), "asset/12", "/account");
    refused_at(&ledger.run("bank-a/dev", &Freeze { reason: String::new(), ..freeze("bob/cny") }), "asset/3", "/reason");
    assert_eq!(everything(&ledger), before);
    // Both at once: each lets go what it froze.
    ledger.run("bank-a/dev", &freeze(account)).applied();
    ledger.run("cloud-provider/dev", &unfreeze(account)).applied();
    assert_eq!(state(&ledger), "frozen");
    refused_at(&ledger.run("cloud-provider/dev", &unfreeze(account)), "asset/37", "/account");
    ledger.run("bank-a/dev", &unfreeze(account)).applied();
    assert_eq!(state(&ledger), "open");
    let shown = ledger.query("asset.freezes", &[("account", account)]).unwrap();
    let powers: Vec<_> = shown["items"].as_array().unwrap().iter().map(|freeze| &freeze["power"]).collect();
    assert_eq!(powers, ["issuer", "court"]);
}

#[test]
fn a_frozen_issuers_side_issues_nothing() {
    let mut ledger = ledger_with_court();
    ledger.run("cloud-provider/dev", &freeze(CNY)).applied();
    refused_at(&ledger.run("bank-a/dev", &issue("bob/cny", "1.00")), "asset/16", "/asset");
}

#[test]
fn an_account_is_overdrawn_as_far_as_the_issuer_lets_it() {
    let mut ledger = ledger();
    refused_at(&ledger.run("bob/dev", &limit("bob/cny", "50.00")), "member/12", "/asset");
    ledger.run("bank-a/dev", &limit("bob/cny", "50.00")).applied();
    refused_at(&ledger.run("bob/dev", &pay("bob/cny", "alice/cny", "50.01")), "asset/17", "/amount");
    ledger.run("bob/dev", &pay("bob/cny", "alice/cny", "50.00")).applied();
    assert_funds(&ledger, "bob/cny", "-50.00", "0.00");
    let before = everything(&ledger);
    refused_at(&ledger.run("bank-a/dev", &limit("bob/cny", "49.99")), "asset/39", "/limit");
    refused_at(&ledger.run("bank-a/dev", &limit("bob/cny", "-1")), "asset/8", "/limit");
    refused_at(&ledger.run("bank-a/dev", &limit("bob/cny", "1.001")), "asset/5", "/limit");
    refused_at(&ledger.run("bank-a/dev", &limit("bob/cny", "99999999999999999999")), "asset/6", "/limit");
    refused_at(&ledger.run("bank-a/dev", &limit("bob/usd", "1")), "asset/12", "/account");
    refused_at(&ledger.run("bank-a/dev", &limit("alice/points", "1")), "asset/13", "/account");
    refused_at(&ledger.run("bank-a/dev", &limit(CNY, "1")), "asset/20", "/account");
    refused_at(&ledger.run("bob/dev", &close("bob/cny")), "asset/34", "/account");
    assert_eq!(everything(&ledger), before);
    ledger.run("alice/dev", &pay("alice/cny", "bob/cny", "50.00")).applied();
    ledger.run("bank-a/dev", &limit("bob/cny", "0")).applied();
    // The issuer's side does not notice: nothing was issued or redeemed.
    assert_eq!(ledger.query("asset.get", &[("asset", CNY)]).unwrap()["outstanding"], "100.00");
}

#[test]
fn an_account_is_closed_by_its_owner_when_nothing_is_left_and_never_comes_back() {
    let mut ledger = ledger();
    let before = everything(&ledger);
    refused_at(&ledger.run("alice/dev", &close("alice/cny")), "asset/34", "/account");
    refused_at(&ledger.run("bank-a/dev", &close("bob/cny")), "member/12", "/account");
    refused_at(&ledger.run("bank-a/dev", &close(CNY)), "asset/20", "/account");
    refused_at(&ledger.run("bob/dev", &close("bob/usd")), "asset/12", "/account");
    assert_eq!(everything(&ledger), before);
    ledger.run("bob/dev", &close("bob/cny")).applied();
    for (done, code, field) in [
        (ledger.run("bob/dev", &close("bob/cny")), "asset/15", "/account"),
        (ledger.run("bob/dev", &open("bob/cny", CNY)), "asset/14", "/account"),
        (ledger.run("bank-a/dev", &issue("bob/cny", "1.00")), "asset/15", "/account"),
        (ledger.run("bank-a/dev", &freeze("bob/cny")), "asset/15", "/account"),
        (ledger.run("bank-a/dev", &limit("bob/cny", "1.00")), "asset/15", "/account"),
    ] {
        refused_at(&done, code, field);
    }
}
