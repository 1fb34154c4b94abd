use super::*;
use crate::asset::{OpenAccounts, Redeem, SetLimit};
use serde_json::json;

#[test]
fn a_payment_moves_money_and_leaves_two_equal_legs() {
    let mut ledger = ledger();
    let payment = Transfer {
        reference: Some("invoice 4711".into()),
        end_to_end_id: Some("E2E-1".into()),
        ..pay("alice/cny", "bob/cny", "30.5")
    };
    let done = ledger.run("alice/dev", &payment);
    let number = number(&done, "number");
    assert_eq!(
        done.events(),
        [(
            "asset.transferred".to_owned(),
            json!({"number": number, "asset": CNY, "from": "alice/cny", "to": "bob/cny",
            "amount": "30.50", "end_to_end_id": "E2E-1"})
        )]
    );
    assert_funds(&ledger, "alice/cny", "69.50", "0.00");
    assert_funds(&ledger, "bob/cny", "30.50", "0.00");
    let shown = ledger.query("asset.transfer_details", &[("number", &number)]).unwrap();
    assert_eq!(
        (&shown["amount"], &shown["from_balance"], &shown["to_balance"], &shown["reference"]),
        (&json!("30.50"), &json!("69.50"), &json!("30.50"), &json!("invoice 4711"))
    );
    let redeem = Redeem { account: "bob/cny".into(), asset: CNY.into(), amount: "30.50".into(), reference: None };
    ledger.run("bob/dev", &redeem).applied();
    assert_funds(&ledger, "bob/cny", "0.00", "0.00");
    let asset = ledger.query("asset.get", &[("asset", CNY)]).unwrap();
    assert_eq!(asset["outstanding"], "69.50");
}

#[test]
fn a_payment_that_breaks_a_rule_leaves_no_trace() {
    let mut ledger = ledger();
    ledger.run("alice/dev", &open("alice/old", CNY)).applied();
    ledger.run_json("alice/dev", "asset.close_account", &json!({"account": "alice/old"})).applied();
    let before = everything(&ledger);
    let long = "x".repeat(141);
    let with = |change: fn(&mut Transfer)| {
        let mut payment = pay("alice/cny", "bob/cny", "1.00");
        change(&mut payment);
        payment
    };
    let cases = [
        ("asset/17", "/amount", pay("alice/cny", "bob/cny", "100.01")),
        ("asset/17", "/amount", pay("alice/cny", "bob/cny", "46116860184273879.03")),
        ("asset/7", "/amount", pay("alice/cny", "bob/cny", "0.00")),
        ("asset/8", "/amount", pay("alice/cny", "bob/cny", "-1.00")),
        ("asset/4", "/amount", pay("alice/cny", "bob/cny", "1e2")),
        ("asset/4", "/amount", pay("alice/cny", "bob/cny", "")),
        ("asset/4", "/amount", pay("alice/cny", "bob/cny", "１")),
        ("asset/5", "/amount", pay("alice/cny", "bob/cny", "1.001")),
        ("asset/6", "/amount", pay("alice/cny", "bob/cny", "46116860184273879.04")),
        ("asset/6", "/amount", pay("alice/cny", "bob/cny", "92233720368547758.08")),
        ("asset/9", "/to", pay("alice/cny", "alice/cny", "1.00")),
        ("asset/10", "/asset", with(|payment| payment.asset = "bank-a/USD".into())),
        ("asset/1", "/asset", with(|payment| payment.asset = "CNY".into())),
        ("asset/2", "/from", with(|payment| payment.from = "Alice".into())),
        ("asset/2", "/to", with(|payment| payment.to = "bob/".into())),
        ("asset/12", "/from", pay("alice/usd", "bob/cny", "1.00")),
        ("asset/12", "/to", pay("alice/cny", "bob/usd", "1.00")),
        ("asset/13", "/to", pay("alice/cny", "alice/points", "1.00")),
        ("asset/13", "/from", pay("alice/points", "bob/cny", "1.00")),
        ("asset/13", "/from", with(|payment| payment.asset = POINTS.into())),
        ("asset/15", "/to", pay("alice/cny", "alice/old", "1.00")),
        ("asset/15", "/from", pay("alice/old", "bob/cny", "1.00")),
        ("asset/20", "/to", pay("alice/cny", CNY, "1.00")),
        ("asset/3", "/reference", Transfer { reference: Some(long.clone()), ..pay("alice/cny", "bob/cny", "1.00") }),
        ("asset/3", "/end_to_end_id", with(|payment| payment.end_to_end_id = Some("x\ny".into()))),
        ("asset/3", "/end_to_end_id", with(|payment| payment.end_to_end_id = Some("x".repeat(36)))),
        ("asset/3", "/reference", with(|payment| payment.reference = Some(String::new()))),
    ];
    for (code, field, payment) in cases {
        refused_at(&ledger.run("alice/dev", &payment), code, field);
    }
    refused_at(&ledger.run("bob/dev", &pay("alice/cny", "bob/cny", "1.00")), "member/12", "/from");
    refused_at(&ledger.run("bank-a/dev", &pay(CNY, "bob/cny", "1.00")), "asset/20", "/from");
    assert_eq!(everything(&ledger), before);
}

#[test]
fn only_the_issuer_issues_and_only_the_holder_redeems() {
    let mut ledger = ledger();
    let before = everything(&ledger);
    let redeem = |account: &str, amount: &str| Redeem {
        account: account.into(),
        asset: CNY.into(),
        amount: amount.into(),
        reference: None,
    };
    refused_at(&ledger.run("alice/dev", &issue("alice/cny", "1.00")), "member/12", "/asset");
    refused_at(&ledger.run("bank-a/dev", &issue("alice/points", "1.00")), "asset/13", "/account");
    refused_at(&ledger.run("bank-a/dev", &issue(CNY, "1.00")), "asset/20", "/account");
    refused_at(&ledger.run("bank-a/dev", &issue("alice/cny", "46116860184273879.03")), "asset/18", "/amount");
    refused_at(&ledger.run("bank-a/dev", &redeem("alice/cny", "1.00")), "member/12", "/account");
    refused_at(&ledger.run("alice/dev", &redeem("alice/cny", "100.01")), "asset/17", "/amount");
    refused_at(&ledger.run("bank-a/dev", &redeem(CNY, "1.00")), "asset/20", "/account");
    assert_eq!(everything(&ledger), before);
    ledger.run("bank-a/dev", &issue("bob/cny", "46116860184273779.03")).applied();
    refused_at(&ledger.run("bank-a/dev", &issue("supplier-1/cny", "0.01")), "asset/18", "/amount");
    // By credit the holders can have more than is outstanding, but nobody more than can be counted.
    let limit = SetLimit { account: "alice/cny".into(), asset: CNY.into(), limit: "1.00".into() };
    ledger.run("bank-a/dev", &limit).applied();
    refused_at(&ledger.run("alice/dev", &pay("alice/cny", "bob/cny", "100.01")), "asset/18", "/to");
    ledger.run("alice/dev", &pay("alice/cny", "supplier-1/cny", "100.01")).applied();
}

#[test]
fn a_source_is_used_once_for_ever() {
    let mut ledger = ledger();
    let with = |account: &str, source: &str| Issue { source: Some(source.into()), ..issue(account, "5.00") };
    ledger.run("bank-a/dev", &with("alice/cny", "bill 1")).applied();
    refused_at(&ledger.run("bank-a/dev", &with("alice/cny", "bill 1")), "asset/19", "/source");
    refused_at(&ledger.run("bank-a/dev", &with("bob/cny", "bill 1")), "asset/19", "/source");
    ledger.run("bank-a/dev", &with("bob/cny", "bill 2")).applied();
    // Another asset has its own sources.
    ledger
        .run("shop-1/dev", &Issue { asset: POINTS.into(), amount: "7".into(), ..with("alice/points", "bill 1") })
        .applied();
    // In one transaction too, and then nothing of it stays.
    let before = everything(&ledger);
    let twice = [crate::call(&with("bob/cny", "bill 3")), crate::call(&with("bob/cny", "bill 3"))];
    ledger.run_calls(&["bank-a/dev"], &twice).refused("asset/19");
    assert_eq!(everything(&ledger), before);
}

#[test]
fn an_asset_is_defined_by_who_may_and_never_again() {
    let mut ledger = ledger();
    let before = everything(&ledger);
    let with = |change: fn(&mut Define)| {
        let mut definition = define("bank-a/EUR", 2);
        change(&mut definition);
        definition
    };
    let cases = [
        ("bank-a/dev", "asset/11", "/asset", define(CNY, 2)),
        ("bank-a/dev", "asset/1", "/asset", define("bank-a/€", 2)),
        ("bank-a/dev", "asset/1", "/asset", define("EUR", 2)),
        ("bank-a/dev", "asset/3", "/title", with(|asset| asset.title = String::new())),
        ("bank-a/dev", "asset/41", "/decimals", define("bank-a/EUR", 10)),
        ("bank-a/dev", "asset/42", "/day_offset_minutes", with(|asset| asset.day_offset_minutes = 1_440)),
        ("bank-a/dev", "asset/43", "/currency", with(|asset| asset.currency = None)),
        ("bank-a/dev", "asset/43", "/currency", with(|asset| asset.currency = Some("eur".into()))),
        ("bank-a/dev", "asset/43", "/currency", with(|asset| asset.kind = AssetKind::Points)),
        ("shop-1/dev", "asset/40", "/asset", define("shop-1/EUR", 2)),
        (
            "alice/dev",
            "asset/40",
            "/asset",
            Define { kind: AssetKind::Other, currency: None, ..define("alice/thanks", 0) },
        ),
    ];
    for (kid, code, field, definition) in cases {
        refused_at(&ledger.run(kid, &definition), code, field);
    }
    ledger.run("shop-1/dev", &define("bank-a/EUR", 2)).refused("member/12");
    assert_eq!(everything(&ledger), before);
    // An account's id and an asset's are one space.
    ledger.run("bank-a/dev", &open("bank-a/gold", CNY)).applied();
    refused_at(&ledger.run("bank-a/dev", &define("bank-a/gold", 2)), "asset/11", "/asset");
    let lower = Define { kind: AssetKind::Other, currency: None, ..define("bank-a/silver", 2) };
    ledger.run("bank-a/dev", &lower).applied();
    refused_at(&ledger.run("bank-a/dev", &open("bank-a/silver", CNY)), "asset/14", "/account");
}

#[test]
fn accounts_are_opened_by_their_owners_and_the_issuer_of_a_restricted_asset() {
    let mut ledger = ledger();
    let gold = Define { kind: AssetKind::Security, currency: None, restricted: true, ..define("bank-a/gold", 3) };
    ledger.run("bank-a/dev", &gold).applied();
    let before = everything(&ledger);
    let many = |accounts: &[&str]| OpenAccounts {
        asset: CNY.into(),
        accounts: accounts.iter().map(|account| (*account).to_owned()).collect(),
    };
    refused_at(&ledger.run("bob/dev", &open("alice/more", CNY)), "member/12", "/account");
    refused_at(&ledger.run("alice/dev", &open("alice/cny", CNY)), "asset/14", "/account");
    refused_at(&ledger.run("alice/dev", &open("alice/CNY", CNY)), "asset/2", "/account");
    refused_at(&ledger.run("alice/dev", &open("alice/more", "bank-a/USD")), "asset/10", "/asset");
    refused_at(&ledger.run("alice/dev", &open("alice/gold", "bank-a/gold")), "member/12", "/asset");
    refused_at(&ledger.run("alice/dev", &many(&["alice/a", "bob/a"])), "member/12", "/accounts/1");
    refused_at(&ledger.run("alice/dev", &many(&["alice/a", "alice/a"])), "asset/14", "/accounts/1");
    refused_at(&ledger.run("alice/dev", &many(&["alice/a", "a"])), "asset/2", "/accounts/1");
    refused_at(&ledger.run("alice/dev", &many(&[])), "asset/46", "/accounts");
    refused_at(&ledger.run("alice/dev", &many(&["alice/a"; 1_001])), "asset/46", "/accounts");
    assert_eq!(everything(&ledger), before);
    ledger.run_calls(&["alice/dev", "bob/dev"], &[crate::call(&many(&["alice/a", "bob/a"]))]).applied();
    ledger.run_calls(&["alice/dev", "bank-a/dev"], &[crate::call(&open("alice/gold", "bank-a/gold"))]).applied();
    assert_funds(&ledger, "alice/gold", "0.000", "0.000");
}
