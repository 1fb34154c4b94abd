use super::*;
use serde_json::json;

#[test]
fn the_legs_of_a_batch_are_made_one_after_the_other() {
    let mut ledger = ledger();
    let onward =
        Leg { from: Some("bob/cny".into()), reference: Some("onward".into()), ..leg("supplier-1/cny", "60.00") };
    let legs = vec![leg("bob/cny", "60.00"), onward, leg("supplier-1/cny", "40.00")];
    let calls = [crate::call(&batch("alice/cny", legs))];
    let done = ledger.run_calls(&["alice/dev", "bob/dev"], &calls);
    let made = done.applied();
    assert_eq!(made["legs"], json!(3));
    let numbers: Vec<i64> = ["first", "last"].map(|name| number(&done, name).parse().unwrap()).to_vec();
    assert_eq!(numbers[1] - numbers[0], 2);
    assert_funds(&ledger, "alice/cny", "0.00", "0.00");
    assert_funds(&ledger, "bob/cny", "0.00", "0.00");
    assert_funds(&ledger, "supplier-1/cny", "100.00", "0.00");
}

#[test]
fn a_leg_that_fails_is_named_and_nothing_of_the_batch_stays() {
    let mut ledger = ledger();
    let before = everything(&ledger);
    let from = |account: &str, leg: Leg| Leg { from: Some(account.to_owned()), ..leg };
    let good = || leg("bob/cny", "1.00");
    let cases = [
        ("asset/17", "/legs/2/amount", vec![leg("bob/cny", "60.00"), leg("bob/cny", "40.00"), leg("bob/cny", "0.01")]),
        ("asset/12", "/legs/1/to", vec![good(), leg("bob/usd", "1.00")]),
        ("asset/13", "/legs/1/to", vec![good(), leg("alice/points", "1.00")]),
        ("asset/9", "/legs/1/to", vec![good(), leg("alice/cny", "1.00")]),
        ("asset/7", "/legs/1/amount", vec![good(), leg("bob/cny", "0")]),
        ("asset/8", "/legs/1/amount", vec![good(), leg("bob/cny", "-1")]),
        ("asset/5", "/legs/1/amount", vec![good(), leg("bob/cny", "1.000")]),
        ("asset/6", "/legs/1/amount", vec![good(), leg("bob/cny", "99999999999999999999")]),
        ("asset/2", "/legs/1/to", vec![good(), leg("bob", "1.00")]),
        ("asset/2", "/legs/1/from", vec![good(), from("bob", good())]),
        ("asset/20", "/legs/1/to", vec![good(), leg(CNY, "1.00")]),
        ("member/12", "/legs/1/from", vec![good(), from("bob/cny", leg("supplier-1/cny", "1.00"))]),
        ("asset/3", "/legs/1/reference", vec![good(), Leg { reference: Some("\u{7}".into()), ..good() }]),
        ("asset/44", "/legs", vec![]),
        ("asset/44", "/legs", vec![good(); 8_001]),
    ];
    for (code, field, legs) in cases {
        refused_at(&ledger.run("alice/dev", &batch("alice/cny", legs)), code, field);
    }
    let nowhere = TransferBatch { from: None, ..batch("", vec![from("alice/cny", good()), good()]) };
    refused_at(&ledger.run("alice/dev", &nowhere), "asset/45", "/legs/1/from");
    refused_at(&ledger.run("alice/dev", &batch("alice/usd", vec![good()])), "asset/12", "/legs/0/from");
    assert_eq!(everything(&ledger), before);
}

#[test]
fn eight_thousand_legs_are_one_transaction() {
    let mut ledger = ledger();
    let legs = (0..8_000).map(|index| leg(["bob/cny", "supplier-1/cny"][index % 2], "0.01")).collect();
    ledger.run("alice/dev", &batch("alice/cny", legs)).applied();
    assert_funds(&ledger, "alice/cny", "20.00", "0.00");
    assert_funds(&ledger, "bob/cny", "40.00", "0.00");
    let rows = ledger.sql("SELECT count(*) FROM asset_transfer WHERE kind = 'transfer'");
    assert_eq!(rows, [[counterfoil_types::Value::Integer(8_000)]]);
}
