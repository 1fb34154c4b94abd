//! What only the consortium can do.

use super::{
    governance::{
        GOVERNORS, decide, fails, made, organisation, propose, reinstate, remove, roles_of, suspend, threshold, vote,
    },
    *,
};
use crate::member::{Admit, Choice, CountVotes, NewKey, WithdrawProposal};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn only_the_consortium_does_what_concerns_all() {
    let mut ledger = ledger();
    let commands = [
        call(&organisation("bank-b", &[])),
        suspend("shop-1"),
        reinstate("shop-1"),
        remove("shop-1"),
        roles_of("shop-1", &["bank"]),
        threshold(1, 2),
        validators::set(0, &["tax-bureau"]),
    ];
    let declared = MODULE.commands.iter().filter(|command| command.by_vote).map(|command| command.name);
    assert_eq!(commands.iter().map(|call| call.r#do.as_str()).collect::<BTreeSet<_>>(), declared.collect());
    for command in commands {
        ledger.run_calls(&GOVERNORS, std::slice::from_ref(&command)).refused("member/27");
        ledger.run_calls(&["shop-1/dev"], &[command]).refused("member/27");
    }
    ledger.run_calls(&["consortium/vote"], &[suspend("shop-1")]).refused("transaction/6");
}

#[test]
fn the_consortium_does_not_vote_itself() {
    let mut ledger = ledger();
    let made = made(&ledger.run("cloud-provider/dev", &propose(&[suspend("shop-1")])));
    for (command, code) in [
        (call(&vote(&made, Choice::For)), "member/28"),
        (call(&propose(&[suspend("shop-1")])), "member/28"),
        (call(&WithdrawProposal { proposal: made.id.clone() }), "member/35"),
        (call(&add("shop-1", "ours")), "member/2"),
    ] {
        assert_eq!(fails(&mut ledger, &[command]).0, code);
    }
}

#[test]
fn a_suspended_member_reads_and_does_not_write_until_it_is_reinstated() {
    let mut ledger = ledger();
    assert_eq!(decide(&mut ledger, &[suspend("shop-1")])["state"], "passed");
    ledger.run("shop-1/dev", &NOTHING).refused("transaction/7");
    ledger.run_calls(&["shop-2/dev", "shop-1/dev"], &[call(&NOTHING)]).refused("transaction/7");
    let shown = ledger.query("member.get", &[("id", "shop-1")]).unwrap();
    assert_eq!((&shown["state"], &shown["state_reason"]), (&"suspended".into(), &"as agreed".into()));
    let (code, field) = fails(&mut ledger, &[suspend("shop-1")]);
    assert_eq!((code.as_str(), field.as_deref()), ("member/41", Some("/member")));
    assert_eq!(decide(&mut ledger, &[reinstate("shop-1")])["state"], "passed");
    ledger.run("shop-1/dev", &NOTHING).applied();
    assert_eq!(fails(&mut ledger, &[reinstate("shop-1")]).0, "member/41");
    assert_eq!(decide(&mut ledger, &[suspend("alice")])["state"], "passed");
    ledger.run("alice/dev", &NOTHING).refused("transaction/7");
}

#[test]
fn a_suspension_counts_for_the_later_transactions_of_the_same_block() {
    let mut ledger = ledger();
    let block = vec![
        ledger.sign(&["shop-1/dev"], &[call(&NOTHING)]),
        ledger.sign(&GOVERNORS[..3], &[call(&propose(&[suspend("shop-1")]))]),
        ledger.sign(&["shop-1/dev"], &[call(&NOTHING)]),
    ];
    let done = ledger.block(block);
    done[0].applied();
    done[1].applied();
    done[2].refused("transaction/7");
}

#[test]
fn a_removed_member_stays_removed_and_its_id_with_it() {
    let mut ledger = ledger();
    assert_eq!(decide(&mut ledger, &[suspend("shop-1"), remove("shop-1")])["state"], "passed");
    assert_eq!(decide(&mut ledger, &[remove("bob")])["state"], "passed");
    ledger.run("shop-1/dev", &NOTHING).refused("transaction/7");
    for again in [reinstate("shop-1"), suspend("shop-1"), remove("shop-1"), roles_of("shop-1", &[])] {
        assert_eq!(fails(&mut ledger, &[again]).0, "member/41");
    }
    let (code, field) = fails(&mut ledger, &[call(&organisation("shop-1", &[]))]);
    assert_eq!((code.as_str(), field.as_deref()), ("member/22", Some("/member")));
}

#[test]
fn a_wrong_admission_is_refused() {
    let mut ledger = ledger();
    let good = organisation("bank-b", &["bank"]);
    let key = good.keys[0].clone();
    let with = |keys: Vec<NewKey>| Admit { keys, ..good.clone() };
    let ends = NewKey { valid_until_ms: Some(i64::MAX), ..key.clone() };
    let second = NewKey { name: "two".into(), ..NewKey::admin("two", &add("x", "two").public_key) };
    for (admit, code, field) in [
        (Admit { member: "consortium".into(), ..good.clone() }, "member/23", "/calls/0/with/member"),
        (Admit { member: "p-bank".into(), ..good.clone() }, "member/24", "/calls/0/with/member"),
        (Admit { member: "Bank".into(), ..good.clone() }, "member/3", "/calls/0/with/member"),
        (Admit { member: "bank_b".into(), ..good.clone() }, "member/59", "/calls/0/with/member"),
        (Admit { name: String::new(), ..good.clone() }, "member/19", "/calls/0/with/name"),
        (Admit { roles: vec!["A".into()], ..good.clone() }, "member/53", "/calls/0/with/roles/0"),
        (Admit { roles: vec!["a".into(), "a".into()], ..good.clone() }, "member/7", "/calls/0/with/roles/1"),
        (Admit { roles: vec!["a".into(); 33], ..good.clone() }, "member/20", "/calls/0/with/roles"),
        (with(vec![]), "member/26", "/calls/0/with/keys"),
        (with(vec![ends.clone()]), "member/26", "/calls/0/with/keys"),
        (with(vec![NewKey { roles: vec![], ..key.clone() }]), "member/26", "/calls/0/with/keys"),
        (with(vec![key.clone(); 17]), "member/20", "/calls/0/with/keys"),
        (
            with(vec![key.clone(), NewKey { name: "dev".into(), ..second.clone() }]),
            "member/4",
            "/calls/0/with/keys/1/name",
        ),
        (
            with(vec![key.clone(), NewKey { name: "two".into(), ..key.clone() }]),
            "member/5",
            "/calls/0/with/keys/1/public_key",
        ),
        (
            with(vec![key.clone(), NewKey { roles: vec!["x".into()], ..second.clone() }]),
            "member/6",
            "/calls/0/with/keys/1/roles/0",
        ),
    ] {
        let refusal = ledger.run("tax-bureau/dev", &propose(&[call(&admit)])).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{admit:?}");
    }
    let over = with(vec![key.clone(), NewKey { valid_until_ms: Some(9), ..second }]);
    assert_eq!(fails(&mut ledger, &[call(&over)]), ("member/18".into(), Some("/keys/1/valid_until_ms".into())));
    assert_eq!(fails(&mut ledger, &[call(&organisation("shop-2", &[]))]).0, "member/22");
    assert_eq!(decide(&mut ledger, &[call(&with(vec![key, ends_two(&ends)]))])["state"], "passed");
    ledger.run("bank-b/dev", &NOTHING).applied();
}

#[test]
fn names_of_organisations_and_packages_are_apart() {
    let mut ledger = ledger();
    let (catalog, none) = (counterfoil_sql::Catalog::default(), BTreeSet::new());
    let around = counterfoil_sql::Surroundings { catalog: &catalog, readable: &none, reserved: &none };
    let is_a_packages = |name: &str| {
        let source = format!("PACKAGE {name} VERSION 1 OWNERS ('bob');");
        counterfoil_sql::package(&source, &around).is_ok()
    };
    for member in ["bank", "bank2", "b_2"] {
        let refusal = ledger.run("tax-bureau/dev", &propose(&[call(&organisation(member, &[]))])).refused("member/59");
        assert!(refusal.detail.contains(&format!("{member}-1")) && is_a_packages(member), "{refusal}");
    }
    for member in ["b-2", "bank.example", "3bank", "b_2.example"] {
        assert_eq!(decide(&mut ledger, &[call(&organisation(member, &[]))])["state"], "passed", "{member}");
        assert!(!is_a_packages(member), "{member}");
        assert!(!is_a_packages(&format!("\"{member}\"")), "{member}");
    }
}

fn ends_two(ends: &NewKey) -> NewKey {
    NewKey { name: "two".into(), public_key: add("bank-b", "two").public_key, ..ends.clone() }
}

#[test]
fn who_governs_and_how_many_are_needed_can_be_decided() {
    let mut ledger = ledger();
    // A fifth organisation governs: more than two thirds of five are four.
    assert_eq!(decide(&mut ledger, &[call(&organisation("bank-b", &["bank", "governor"]))])["state"], "passed");
    let waiting = made(&ledger.run_calls(&GOVERNORS[..3], &[call(&propose(&[suspend("shop-1")]))]));
    let state = ledger.run("bank-b/dev", &vote(&waiting, Choice::Against)).applied();
    assert_eq!((&state["state"], &state["needed"], &state["governing"]), (&"open".into(), &4.into(), &5.into()));
    let refusal =
        ledger.run("bank-a/dev", &CountVotes { proposal: waiting.id.clone(), calls_hash: waiting.hash.clone() });
    refusal.refused("member/36");
    ledger
        .run("shop-1/dev", &CountVotes { proposal: waiting.id.clone(), calls_hash: waiting.hash.clone() })
        .refused("member/28");
    // It governs no longer: its vote does not count, and three of four are enough without a further vote.
    let all_but = ["tax-bureau/dev", "core-corp/dev", "bank-a/dev", "cloud-provider/dev"];
    let less = ledger.run_calls(&all_but, &[call(&propose(&[roles_of("bank-b", &["bank"])]))]).applied();
    assert_eq!(less["state"], "passed");
    ledger
        .run("bank-a/dev", &CountVotes { proposal: waiting.id.clone(), calls_hash: "00".into() })
        .refused("member/33");
    let counted =
        ledger.run("bank-a/dev", &CountVotes { proposal: waiting.id.clone(), calls_hash: waiting.hash.clone() });
    assert_eq!(
        (counted.applied()["state"].clone(), counted.applied()["votes_against"].clone()),
        ("passed".into(), 0.into())
    );
    ledger.run("bank-b/dev", &propose(&[suspend("shop-2")])).refused("member/28");
    // More than half of four are three, and all four are needed above three quarters.
    for (numerator, denominator, needed) in [(1, 2, 3), (3, 4, 4), (999, 1_000, 4)] {
        let set = ledger.run_calls(&GOVERNORS, &[call(&propose(&[threshold(numerator, denominator)]))]).applied();
        assert_eq!(set["state"], "passed");
        assert_eq!(ledger.query("member.governance", &[]).unwrap()["needed"], needed);
    }
    let three = ledger.run_calls(&GOVERNORS[..3], &[call(&propose(&[threshold(1, 2)]))]).applied();
    assert_eq!(three["state"], "open");
}

#[test]
fn a_threshold_is_at_least_one_half_and_less_than_the_whole() {
    let mut ledger = ledger();
    for (numerator, denominator) in [
        (0, 0),
        (0, 1),
        (1, 1),
        (1, 3),
        (49, 100),
        (2, 2),
        (3, 2),
        (-1, -2),
        (i64::MAX, i64::MAX),
        (501, 1_001),
        (i64::MIN, 2),
    ] {
        let refusal = ledger.run("tax-bureau/dev", &propose(&[threshold(numerator, denominator)])).refused("member/52");
        assert_eq!(refusal.field.as_deref(), Some("/calls/0/with/numerator"));
    }
}

#[test]
fn a_vote_of_one_that_was_suspended_since_does_not_count() {
    let mut ledger = ledger();
    let governor = call(&organisation("bank-b", &["governor"]));
    decide(&mut ledger, &[governor]);
    let waiting = made(&ledger.run_calls(&["bank-b/dev", "bank-a/dev"], &[call(&propose(&[suspend("shop-1")]))]));
    let gone = ledger.run_calls(&GOVERNORS, &[call(&propose(&[suspend("bank-b")]))]).applied();
    assert_eq!(gone["state"], "passed");
    let next = ledger.run("core-corp/dev", &vote(&waiting, Choice::For)).applied();
    assert_eq!((&next["state"], &next["votes_for"], &next["governing"]), (&"open".into(), &2.into(), &4.into()));
    assert_eq!(ledger.run("tax-bureau/dev", &vote(&waiting, Choice::For)).applied()["state"], "passed");
}

#[test]
fn somebody_always_governs() {
    let mut genesis = sample_genesis();
    genesis.members[6].roles.push("governor".into());
    let mut ledger = Ledger::with_genesis(vec![MODULE, PROBE], &genesis);
    assert_eq!(ledger.query("member.governance", &[]).unwrap()["members"], json!(["supplier-1"]));
    ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])).refused("member/28");
    for call_ in [suspend("supplier-1"), remove("supplier-1"), roles_of("supplier-1", &["enterprise"])] {
        let output = ledger.run("supplier-1/dev", &propose(&[call_])).applied();
        assert_eq!((&output["state"], &output["refusal"]["code"]), (&"failed".into(), &"member/43".into()));
    }
    let person = ledger.run("supplier-1/dev", &propose(&[roles_of("alice", &["person", "governor"])])).applied();
    assert_eq!((&person["refusal"]["code"], &person["refusal"]["field"]), (&"member/44".into(), &"/roles/1".into()));
    let both = [roles_of("bank-a", &["bank", "governor"]), roles_of("supplier-1", &["enterprise"])];
    assert_eq!(ledger.run("supplier-1/dev", &propose(&both)).applied()["state"], "passed");
    ledger.run("bank-a/dev", &propose(&[suspend("supplier-1")])).applied();
    ledger.run("supplier-1/dev", &NOTHING).refused("transaction/7");
}
