//! Proposals and votes.

use super::*;
use crate::{
    CallInput,
    member::{
        Admit, Choice, NewKey, Propose, Reinstate, Remove, SetRoles, SetThreshold, Suspend, Vote, WithdrawProposal,
    },
    testing::Done,
};
use counterfoil_types::{Call, Hash};
use serde_json::json;

pub(super) const GOVERNORS: [&str; 4] = ["tax-bureau/dev", "core-corp/dev", "bank-a/dev", "cloud-provider/dev"];

pub(super) fn propose(calls: &[Call]) -> Propose {
    Propose { title: "As discussed".into(), calls: calls.iter().map(CallInput::new).collect(), expires_ms: None }
}

/// A proposal with its hash.
#[derive(Clone)]
pub(super) struct Made {
    pub id: String,
    pub hash: String,
}

pub(super) fn made(done: &Done) -> Made {
    let output = done.applied();
    let text = |name: &str| output[name].as_str().unwrap().to_owned();
    Made { id: text("proposal"), hash: text("calls_hash") }
}

pub(super) fn vote(made: &Made, choice: Choice) -> Vote {
    Vote { proposal: made.id.clone(), calls_hash: made.hash.clone(), choice }
}

/// Proposes and lets as many vote for it as are needed; the outcome of the deciding vote.
pub(super) fn decide(ledger: &mut Ledger, calls: &[Call]) -> serde_json::Value {
    ledger.run_calls(&GOVERNORS[..3], &[call(&propose(calls))]).applied()
}

/// The code with which the calls of a proposal are refused when enough have voted for it; nothing of them stays.
pub(super) fn fails(ledger: &mut Ledger, calls: &[Call]) -> (String, Option<String>) {
    let tables = ["member", "member_role", "member_key", "member_threshold", "member_validator", "member_committee"];
    let rows = |ledger: &Ledger| tables.map(|table| ledger.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2")));
    let before = rows(ledger);
    let output = decide(ledger, calls);
    assert_eq!(output["state"], "failed", "{output}");
    assert_eq!(rows(ledger), before);
    let text = |name: &str| output["refusal"][name].as_str().map(str::to_owned);
    (text("code").unwrap(), text("field"))
}

pub(super) fn organisation(member: &str, roles: &[&str]) -> Admit {
    let public_key = SigningKey::for_tests(&format!("{member}/dev")).public_key().to_string();
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Admit { member: member.into(), name: member.into(), roles, keys: vec![NewKey::admin("dev", &public_key)] }
}

pub(super) fn suspend(member: &str) -> Call {
    call(&Suspend { member: member.into(), reason: "as agreed".into() })
}

pub(super) fn reinstate(member: &str) -> Call {
    call(&Reinstate { member: member.into(), reason: "all is well".into() })
}

pub(super) fn remove(member: &str) -> Call {
    call(&Remove { member: member.into(), reason: "it left".into() })
}

pub(super) fn roles_of(member: &str, roles: &[&str]) -> Call {
    call(&SetRoles { member: member.into(), roles: roles.iter().map(|role| (*role).to_owned()).collect() })
}

pub(super) fn threshold(numerator: i64, denominator: i64) -> Call {
    call(&SetThreshold { numerator, denominator })
}

#[test]
fn an_organisation_is_admitted_when_more_than_two_thirds_are_for_it() {
    let mut ledger = ledger();
    let governance = ledger.query("member.governance", &[]).unwrap();
    assert_eq!((&governance["governing"], &governance["needed"]), (&4.into(), &3.into()));
    assert_eq!(governance["members"], json!(["bank-a", "cloud-provider", "core-corp", "tax-bureau"]));
    let admit = call(&organisation("bank-b", &["bank"]));
    let proposed = ledger.run("tax-bureau/dev", &propose(&[admit]));
    assert_eq!(
        proposed.events().iter().map(|event| event.0.as_str()).collect::<Vec<_>>(),
        ["member.proposed", "member.voted"]
    );
    let made = made(&proposed);
    let output = proposed.applied();
    assert_eq!((&output["state"], &output["votes_for"], &output["needed"]), (&"open".into(), &1.into(), &3.into()));
    let second = ledger.run("bank-a/dev", &vote(&made, Choice::For)).applied();
    assert_eq!((&second["state"], &second["votes_for"]), (&"open".into(), &2.into()));
    ledger.run("bank-b/dev", &NOTHING).refused("transaction/6");
    let third = ledger.run("core-corp/dev", &vote(&made, Choice::For));
    assert_eq!(third.applied()["state"], "passed");
    let events: Vec<_> = third.events().into_iter().map(|event| event.0).collect();
    assert_eq!(events, ["member.voted", "member.admitted", "member.decided"]);
    ledger.run("bank-b/dev", &Need { role: Some("bank".into()), signature: None }).applied();
    let shown = ledger.query("member.proposal", &[("id", &made.id)]).unwrap();
    assert_eq!(shown["outputs"], json!([{"member": "bank-b"}]));
    assert_eq!((&shown["votes_for"], &shown["votes_against"], &shown["governing"]), (&3.into(), &0.into(), &4.into()));
    let voters: Vec<_> =
        shown["votes"].as_array().unwrap().iter().map(|vote| vote["member"].as_str().unwrap()).collect();
    assert_eq!(voters, ["tax-bureau", "bank-a", "core-corp"]);
    // What is shown has the hash that was signed.
    let canonical = shown["calls"].to_string();
    assert_eq!(Hash::of(&[canonical.as_bytes()]).to_string(), made.hash);
}

#[test]
fn proposals_are_listed_page_by_page_the_newest_first() {
    let mut ledger = ledger();
    let mut ids: Vec<_> = (0..5).map(|_| made(&ledger.run("bank-a/dev", &propose(&[suspend("shop-1")]))).id).collect();
    ids.reverse();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let given = [("limit", "2"), ("cursor", cursor.as_str()), ("state", "open")];
        let page = ledger.query("member.proposals", &given[..if cursor.is_empty() { 1 } else { 3 }]).unwrap();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, ids);
}

#[test]
fn several_organisations_vote_by_one_transaction() {
    let mut ledger = ledger();
    let made = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])));
    let both = ledger.run_calls(&["core-corp/dev", "bank-a/dev"], &[call(&vote(&made, Choice::For))]);
    assert_eq!((both.applied()["votes_for"].clone(), both.applied()["state"].clone()), (3.into(), "passed".into()));
}

#[test]
fn a_proposal_is_rejected_as_soon_as_it_can_no_longer_pass() {
    let mut ledger = ledger();
    let made = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])));
    assert_eq!(ledger.run("bank-a/dev", &vote(&made, Choice::Against)).applied()["state"], "open");
    assert_eq!(ledger.run("core-corp/dev", &vote(&made, Choice::Against)).applied()["state"], "rejected");
    let refusal = ledger.run("cloud-provider/dev", &vote(&made, Choice::For)).refused("member/31");
    assert_eq!(refusal.field.as_deref(), Some("/proposal"));
    ledger.run("shop-1/dev", &NOTHING).applied();
    let open = ledger.query("member.proposals", &[("state", "open")]).unwrap();
    assert_eq!(open["items"], json!([]));
    let rejected = ledger.query("member.proposals", &[("state", "rejected"), ("proposer", "tax-bureau")]).unwrap();
    assert_eq!(rejected["items"][0]["id"], made.id.as_str());
}

#[test]
fn a_wrong_vote_is_refused_and_leaves_no_trace() {
    let mut ledger = ledger();
    let open = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])));
    let other = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-2")])));
    let withdrawn = made(&ledger.run("bank-a/dev", &propose(&[suspend("shop-2")])));
    ledger.run("bank-a/dev", &WithdrawProposal { proposal: withdrawn.id.clone() }).applied();
    ledger.run("bank-a/dev", &add("bank-a", "till")).applied();
    ledger.run("bank-a/dev", &vote(&open, Choice::For)).applied();
    let votes = ledger.sql("SELECT * FROM member_vote ORDER BY proposal, member");
    let good = vote(&open, Choice::For);
    let unknown = Vote { proposal: "x".into(), ..good.clone() };
    for (kids, command, code, field) in [
        (&["shop-1/dev"][..], good.clone(), "member/28", None),
        (&["alice/dev"], good.clone(), "member/28", None),
        (&["core-corp/dev", "shop-1/dev"], good.clone(), "member/28", None),
        (&["bank-a/till"], vote(&other, Choice::For), "member/29", None),
        (&["bank-a/dev"], good.clone(), "member/34", Some("/proposal")),
        (&["bank-a/dev"], vote(&open, Choice::Against), "member/34", Some("/proposal")),
        (&["core-corp/dev", "tax-bureau/dev"], good.clone(), "member/34", Some("/proposal")),
        (&["core-corp/dev"], unknown, "member/30", Some("/proposal")),
        (&["core-corp/dev"], vote(&withdrawn, Choice::For), "member/31", Some("/proposal")),
        (&["core-corp/dev"], Vote { calls_hash: other.hash.clone(), ..good.clone() }, "member/33", Some("/calls_hash")),
        (&["core-corp/dev"], Vote { calls_hash: String::new(), ..good.clone() }, "member/33", Some("/calls_hash")),
    ] {
        let refusal = ledger.run_calls(kids, &[call(&command)]).refused(code);
        assert_eq!(refusal.field.as_deref(), field, "{command:?}");
    }
    let with = json!({"proposal": open.id, "calls_hash": open.hash, "choice": "perhaps"});
    ledger.run_json("core-corp/dev", "member.vote", &with).refused("platform/2");
    assert_eq!(ledger.sql("SELECT * FROM member_vote ORDER BY proposal, member"), votes);
    // A key without a role that signs beside an admin key of its member changes nothing.
    ledger.run_calls(&["bank-a/till", "bank-a/dev"], &[call(&vote(&other, Choice::For))]).applied();
}

#[test]
fn a_wrong_proposal_is_refused_and_leaves_no_trace() {
    let mut ledger = ledger();
    let now = i64::try_from(ledger.time_ms()).unwrap();
    let good = propose(&[suspend("shop-1")]);
    let day = 24 * 60 * 60 * 1000;
    let many = vec![CallInput::new(&suspend("shop-1")); 65];
    let wide: Vec<_> = (0..32).map(|n| format!("{n:0>64}")).collect();
    let long = vec![CallInput::new(&call(&SetRoles { member: "shop-1".into(), roles: wide })); 64];
    for (kid, command, code, field) in [
        ("shop-1/dev", good.clone(), "member/28", None),
        ("tax-bureau/dev", Propose { title: " ".into(), ..good.clone() }, "member/19", Some("/title")),
        ("tax-bureau/dev", Propose { calls: vec![], ..good.clone() }, "member/38", Some("/calls")),
        ("tax-bureau/dev", Propose { calls: many, ..good.clone() }, "member/20", Some("/calls")),
        ("tax-bureau/dev", Propose { calls: long, ..good.clone() }, "member/39", Some("/calls")),
        ("tax-bureau/dev", Propose { expires_ms: Some(now), ..good.clone() }, "member/37", Some("/expires_ms")),
        (
            "tax-bureau/dev",
            Propose { expires_ms: Some(now + 91 * day), ..good.clone() },
            "member/37",
            Some("/expires_ms"),
        ),
    ] {
        assert_eq!(ledger.run(kid, &command).refused(code).field.as_deref(), field, "{command:?}");
    }
    for (do_, with, code, field) in [
        ("member.suspend", json!({"member": "shop-1", "reason": "a", "x": 1}), "platform/2", "/calls/1/with/x"),
        ("member.suspend", json!({"member": "shop-1"}), "platform/2", "/calls/1/with/reason"),
        ("member.suspend", json!({"member": "shop-1", "reason": ""}), "member/19", "/calls/1/with/reason"),
        ("member.fly", json!({}), "platform/1", "/calls/1/do"),
        ("member.set_threshold", json!({"numerator": 1, "denominator": 3}), "member/52", "/calls/1/with/numerator"),
        (
            "member.set_validators",
            json!({"validators": [], "follows_epoch": 0}),
            "member/45",
            "/calls/1/with/validators",
        ),
    ] {
        let calls = [suspend("shop-1"), Call::new(do_, &with)];
        let refusal = ledger.run("tax-bureau/dev", &propose(&calls)).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{with}");
    }
    let text =
        r#"{"title":"t","calls":[{"do":"member.suspend","with":{"member":"a","member":"b","reason":"r"}}]}"#.to_owned();
    let twice = Call { r#do: "member.propose".into(), with: serde_json::value::RawValue::from_string(text).unwrap() };
    let refusal = ledger.run_calls(&["tax-bureau/dev"], &[twice]).refused("platform/2");
    assert_eq!(refusal.field.as_deref(), Some("/calls/0/with/member"));
    assert!(ledger.sql("SELECT 1 FROM member_proposal").is_empty());
    for _ in 0..32 {
        ledger.run("tax-bureau/dev", &good).applied();
    }
    ledger.run("tax-bureau/dev", &good).refused("member/40");
    ledger.run("bank-a/dev", &good).applied();
}

#[test]
fn what_is_decided_and_cannot_be_done_has_failed_and_the_votes_stand() {
    let mut ledger = ledger();
    let calls = [suspend("shop-1"), call(&organisation("bank-b", &[])), suspend("nobody")];
    let made = made(&ledger.run("tax-bureau/dev", &propose(&calls)));
    ledger.run("bank-a/dev", &vote(&made, Choice::For)).applied();
    let last = ledger.run("core-corp/dev", &vote(&made, Choice::For));
    let output = last.applied();
    assert_eq!(output["state"], "failed");
    assert_eq!(output["refusal"], json!({"code": "member/1", "field": "/calls/2/with/member"}));
    let events: Vec<_> = last.events().into_iter().map(|event| event.0).collect();
    assert_eq!(events, ["member.voted", "member.decided"], "nothing is told of what was undone");
    ledger.run("shop-1/dev", &NOTHING).applied();
    let shown = ledger.query("member.proposal", &[("id", &made.id)]).unwrap();
    assert_eq!(
        (&shown["state"], &shown["refusal_code"], &shown["votes_for"]),
        (&"failed".into(), &"member/1".into(), &3.into())
    );
    assert_eq!(shown["votes"].as_array().unwrap().len(), 3);
    assert_eq!(shown["outputs"], json!(null));
    ledger.run("cloud-provider/dev", &vote(&made, Choice::For)).refused("member/31");
}

#[test]
fn a_proposal_lapses_and_is_withdrawn_only_by_who_made_it() {
    let mut ledger = ledger();
    let now = i64::try_from(ledger.time_ms()).unwrap();
    let short = Propose { expires_ms: Some(now + 3_000), ..propose(&[suspend("shop-1")]) };
    let first = made(&ledger.run("tax-bureau/dev", &short));
    let second = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])));
    for kid in ["bank-a/dev", "shop-1/dev"] {
        let refusal = ledger.run(kid, &WithdrawProposal { proposal: second.id.clone() }).refused("member/35");
        assert_eq!(refusal.field.as_deref(), Some("/proposal"));
    }
    let state =
        |ledger: &Ledger, made: &Made| ledger.query("member.proposal", &[("id", &made.id)]).unwrap()["state"].clone();
    assert_eq!(state(&ledger, &first), "lapsed", "at the beginning of the first block after its time");
    ledger.run("bank-a/dev", &vote(&first, Choice::For)).refused("member/31");
    ledger.run("tax-bureau/dev", &WithdrawProposal { proposal: first.id.clone() }).refused("member/31");
    ledger.run("tax-bureau/dev", &WithdrawProposal { proposal: second.id.clone() }).applied();
    assert_eq!(state(&ledger, &second), "withdrawn");
    ledger.run("tax-bureau/dev", &WithdrawProposal { proposal: "x".into() }).refused("member/30");
    let third = made(&ledger.run("tax-bureau/dev", &propose(&[suspend("shop-1")])));
    ledger.wait_ms(7 * 24 * 60 * 60 * 1000);
    ledger.run("bank-a/dev", &vote(&third, Choice::For)).refused("member/31");
}

#[test]
fn of_many_proposals_that_lapse_at_once_none_can_be_voted_on() {
    let mut ledger = ledger();
    let expires_ms = Some(i64::try_from(ledger.time_ms()).unwrap() + 10_000_000);
    let mut all = Vec::new();
    for kid in GOVERNORS {
        for _ in 0..31 {
            all.push(made(&ledger.run(kid, &Propose { expires_ms, ..propose(&[suspend("shop-1")]) })));
        }
    }
    ledger.wait_ms(10_000_000);
    let block = all.iter().map(|made| {
        ledger.sign(&["core-corp/dev", "bank-a/dev", "cloud-provider/dev"], &[call(&vote(made, Choice::For))])
    });
    let block: Vec<_> = block.collect();
    let codes: std::collections::BTreeSet<_> = ledger
        .block(block)
        .iter()
        .map(|done| match &done.receipt.outcome {
            counterfoil_types::Outcome::Refused(refusal) => refusal.code.clone(),
            applied => panic!("{applied:?}"),
        })
        .collect();
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        ["member/31", "member/32"],
        "100 lapse in a block, none waits in use"
    );
    ledger.run("shop-1/dev", &NOTHING).applied();
    assert!(ledger.sql("SELECT 1 FROM member_proposal WHERE state = 'open'").is_empty());
}
