//! Votes of owners that are changed.

use super::*;

fn votes(ledger: &Ledger) -> serde_json::Value {
    ledger.query("package.get", &[("package", "counter")]).unwrap()["votes"].take()
}

#[test]
fn a_vote_to_retire_is_changed_until_it_is_decided() {
    let mut ledger = counting();
    let retire = |ledger: &mut Ledger, member: &str, agree: bool| {
        ledger.run(&format!("{member}/dev"), &Retire { package: "counter".into(), version: 1, agree })
    };
    let active = |missing: i64| json!({"package": "counter", "version": 1, "state": "active", "missing": missing});
    assert_eq!(retire(&mut ledger, "core-corp", true).applied(), active(1));
    retire(&mut ledger, "core-corp", true).refused("package/20");
    assert_eq!(retire(&mut ledger, "core-corp", false).applied(), active(2));
    retire(&mut ledger, "core-corp", false).refused("package/26");
    assert_eq!(votes(&ledger), json!([]));
    assert_eq!(retire(&mut ledger, "bank-a", true).applied(), active(1), "what was taken back does not count");
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    retire(&mut ledger, "alice", true).refused("package/6");
    assert_eq!(retire(&mut ledger, "core-corp", true).applied()["state"], "retired");
    assert_eq!(votes(&ledger), json!([]));
    retire(&mut ledger, "core-corp", false).refused("package/11");
}

#[test]
fn a_vote_to_unfreeze_is_taken_back_by_who_cast_it_and_no_other_with_it() {
    let mut ledger = ledger();
    propose(&mut ledger, "core-corp", &COUNTER.replace("APPROVALS 2", "APPROVALS 3")).applied();
    vote(&mut ledger, "bank-a", "counter", 1, true).applied();
    assert_eq!(vote(&mut ledger, "shop-1", "counter", 1, true).applied()["state"], "active");
    ledger.run("shop-1/dev", &Freeze { package: "counter".into() }).applied();
    let unfreeze = |ledger: &mut Ledger, member: &str, agree: bool| {
        ledger.run(&format!("{member}/dev"), &Unfreeze { package: "counter".into(), agree })
    };
    let frozen = |missing: i64| json!({"package": "counter", "state": "frozen", "missing": missing});
    assert_eq!(unfreeze(&mut ledger, "core-corp", true).applied(), frozen(2));
    // Who has not agreed takes nothing back, though all three are needed.
    let refusal = unfreeze(&mut ledger, "bank-a", false).refused("package/26");
    assert_eq!(refusal.field.as_deref(), Some("/agree"));
    assert_eq!(unfreeze(&mut ledger, "bank-a", true).applied(), frozen(1));
    assert_eq!(unfreeze(&mut ledger, "core-corp", false).applied(), frozen(2));
    assert_eq!(votes(&ledger), json!([{"motion": "unfreeze", "version": 0, "member": "bank-a", "agrees": 1}]));
    let without = json!({"package": "counter"});
    assert_eq!(
        ledger.run_json("core-corp/dev", "package.unfreeze", &without).applied(),
        frozen(1),
        "agree if not said"
    );
    assert_eq!(unfreeze(&mut ledger, "shop-1", true).applied()["state"], "active");
    assert_eq!(votes(&ledger), json!([]));
}
