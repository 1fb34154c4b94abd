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
    retire(&mut ledger, "core-corp", false).refused("package/20");
    let taken_back = json!([{"motion": "retire", "version": 1, "member": "core-corp", "agrees": 0}]);
    assert_eq!(votes(&ledger), taken_back);
    assert_eq!(retire(&mut ledger, "bank-a", true).applied(), active(1), "what was taken back does not count");
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    retire(&mut ledger, "alice", true).refused("package/6");
    assert_eq!(retire(&mut ledger, "core-corp", true).applied()["state"], "retired");
    assert_eq!(votes(&ledger), json!([]));
    retire(&mut ledger, "core-corp", false).refused("package/11");
}

#[test]
fn a_vote_to_unfreeze_is_changed_and_a_motion_that_cannot_pass_begins_anew() {
    let mut ledger = counting();
    ledger.run("shop-1/dev", &Freeze { package: "counter".into() }).applied();
    let unfreeze = |ledger: &mut Ledger, member: &str, agree: bool| {
        ledger.run(&format!("{member}/dev"), &Unfreeze { package: "counter".into(), agree }).applied()
    };
    let frozen = |missing: i64| json!({"package": "counter", "state": "frozen", "missing": missing});
    assert_eq!(unfreeze(&mut ledger, "core-corp", true), frozen(1));
    assert_eq!(unfreeze(&mut ledger, "core-corp", false), frozen(2));
    // Of three owners two decide: with two against it, it is over.
    assert_eq!(unfreeze(&mut ledger, "bank-a", false), frozen(2));
    assert_eq!(votes(&ledger), json!([]));
    let without = json!({"package": "counter"});
    assert_eq!(ledger.run_json("bank-a/dev", "package.unfreeze", &without).applied(), frozen(1), "agree if not said");
    assert_eq!(unfreeze(&mut ledger, "core-corp", true)["state"], "active");
}
