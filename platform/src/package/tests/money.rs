//! Packages that own accounts and move money.

use super::{call, ledger, propose};
use crate::testing::Ledger;
use counterfoil_types::Call;
use serde_json::json;

const POT: &str = "PACKAGE pot VERSION 1 OWNERS ('alice');
CREATE TABLE share (member TEXT PRIMARY KEY, account TEXT NOT NULL, minor INTEGER NOT NULL CHECK (minor >= 0));
CREATE ACTION open_up () AS BEGIN
    SELECT call('asset.open_account', json_object('account', 'pot/cny', 'asset', 'bank-a/CNY'));
END;
CREATE ACTION pay_in (account TEXT, minor INTEGER) AS BEGIN
    INSERT INTO share VALUES (caller(), :account, :minor)
        ON CONFLICT (member) DO UPDATE SET minor = minor + excluded.minor;
    SELECT transfer(:account, 'pot/cny', 'bank-a/CNY', :minor, 'into the pot');
END;
CREATE ACTION pay_out () AS BEGIN
    SELECT transfer('pot/cny', account, 'bank-a/CNY', minor, NULL) FROM share WHERE minor > 0 ORDER BY member;
    UPDATE share SET minor = 0;
END;
CREATE ACTION grab (account TEXT) AS BEGIN
    SELECT transfer(:account, 'pot/cny', 'bank-a/CNY', 1, NULL);
END;";

/// A ledger with `CNY` of `bank-a`, accounts of `alice` and `bob` with 100.00 each, and the pot with an account of its own.
fn banking() -> Ledger {
    let mut ledger = ledger();
    propose(&mut ledger, "alice", POT).applied();
    let mut run = |kid: &str, name: &str, with: serde_json::Value| ledger.run_json(kid, name, &with).applied();
    let define =
        json!({"asset": "bank-a/CNY", "title": "Renminbi", "kind": "currency", "currency": "CNY", "decimals": 2});
    run("bank-a/dev", "asset.define", define);
    for owner in ["alice", "bob"] {
        let account = format!("{owner}/cny");
        run(&format!("{owner}/dev"), "asset.open_account", json!({"account": account, "asset": "bank-a/CNY"}));
        run("bank-a/dev", "asset.issue", json!({"asset": "bank-a/CNY", "account": account, "amount": "100.00"}));
    }
    run("shop-2/dev", "package.call", json!({"action": "pot.open_up"}));
    ledger
}

fn balance(ledger: &Ledger, account: &str) -> String {
    ledger.query("asset.account", &[("account", account)]).unwrap()["available"].as_str().unwrap().to_owned()
}

#[test]
fn a_package_keeps_money_and_gives_it_back() {
    let mut ledger = banking();
    call(&mut ledger, "alice", "pot.pay_in", &json!({"account": "alice/cny", "minor": 1250})).applied();
    call(&mut ledger, "bob", "pot.pay_in", &json!({"account": "bob/cny", "minor": 1})).applied();
    assert_eq!((balance(&ledger, "pot/cny"), balance(&ledger, "bob/cny")), ("12.51".into(), "99.99".into()));
    // Whoever calls: the package has the right to its own account.
    call(&mut ledger, "shop-1", "pot.pay_out", &json!({})).applied();
    assert_eq!((balance(&ledger, "pot/cny"), balance(&ledger, "alice/cny")), ("0.00".into(), "100.00".into()));
}

#[test]
fn a_package_has_its_callers_rights_and_nobody_elses() {
    let mut ledger = banking();
    let refusal = call(&mut ledger, "bob", "pot.grab", &json!({"account": "alice/cny"})).refused("package/17");
    assert!(refusal.detail.contains("asset.transfer was refused"), "{refusal}");
    let refusal = call(&mut ledger, "bob", "pot.pay_in", &json!({"account": "bob/cny", "minor": 1_000_000}))
        .refused("package/17");
    assert!(refusal.detail.contains("asset/"), "{refusal}");
    call(&mut ledger, "bob", "pot.pay_in", &json!({"account": "bob/cny", "minor": -1})).refused("package/14");
    assert!(ledger.sql("SELECT * FROM \"pot.share\"").is_empty(), "a refused call leaves nothing");
    // Nobody but the package moves what is in its account.
    let steal = json!({"from": "pot/cny", "to": "alice/cny", "asset": "bank-a/CNY", "amount": "0.01"});
    call(&mut ledger, "alice", "pot.pay_in", &json!({"account": "alice/cny", "minor": 5})).applied();
    ledger.run_json("alice/dev", "asset.transfer", &steal);
    assert_eq!(balance(&ledger, "pot/cny"), "0.05");
}

#[test]
fn a_policy_binds_what_a_package_does_in_a_members_name() {
    let mut ledger = banking();
    let rule = json!({
        "member": "bob", "version": 1,
        "rules": [{"command": "asset.transfer", "asset": "bank-a/CNY", "from_minor": 1000, "signers": 2, "roles": ["admin", "maker"]}],
    });
    let public_key = counterfoil_types::SigningKey::for_tests("bob/second").public_key().to_string();
    let second =
        json!({"member": "bob", "name": "second", "public_key": public_key, "roles": ["maker"], "holder": "second"});
    ledger.run_json("bob/dev", "member.add_key", &second).applied();
    ledger.run_json("bob/dev", "approval.set_policy", &rule).applied();
    call(&mut ledger, "bob", "pot.pay_in", &json!({"account": "bob/cny", "minor": 900})).applied();
    let refusal =
        call(&mut ledger, "bob", "pot.pay_in", &json!({"account": "bob/cny", "minor": 1100})).refused("package/23");
    assert!(refusal.detail.contains("2 holders"), "{refusal}");
    assert_eq!(balance(&ledger, "pot/cny"), "9.00");
    // What one transaction moves is added up, whoever moves it.
    let pay = |minor: i64| {
        Call::new("package.call", &json!({"action": "pot.pay_in", "with": {"account": "bob/cny", "minor": minor}}))
    };
    let transfer = json!({"from": "bob/cny", "to": "alice/cny", "asset": "bank-a/CNY", "amount": "6.00"});
    for calls in [
        [pay(500), pay(500)],
        [Call::new("asset.transfer", &transfer), pay(400)],
        [pay(400), Call::new("asset.transfer", &transfer)],
    ] {
        ledger.run_calls(&["bob/dev"], &calls).refused("package/23");
    }
    ledger.run_calls(&["bob/dev"], &[pay(500), pay(499)]).outputs();
    let both = ["bob/dev", "bob/second"];
    ledger.run_calls(&both, &[pay(1000)]).outputs();
}
