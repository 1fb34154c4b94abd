//! What waits, who signs it, and what becomes of it.

use super::*;
use crate::{
    approval::{LAPSES_PER_BLOCK_MAX, OPEN_MAX, Refuse, Withdraw},
    member::RevokeKey,
};

fn refuse(proposal: &(String, String), reason: &str) -> Call {
    call(&Refuse { proposal: proposal.0.clone(), reason: reason.into() })
}

fn withdraw(proposal: &(String, String)) -> Call {
    call(&Withdraw { proposal: proposal.0.clone() })
}

fn revoke(name: &str) -> Call {
    call(&RevokeKey { member: "shop-1".into(), name: name.into() })
}

#[test]
fn what_the_policy_demands_of_one_transaction() {
    let large = 100_000_000;
    for (rules, keys, calls, then) in [
        (example(), "plain", vec![pay(999_999)], "done"),
        (example(), "plain", vec![call(&Note {})], "done"),
        (example(), "plain", vec![call(&Pay { asset: "USD".into(), minor: i64::MAX, bounces: false })], "done"),
        (example(), "plain", vec![pay(1_000_000)], "approval/19"),
        (example(), "till", vec![pay(1_000_000)], "approval/19"),
        (example(), "dev", vec![pay(1_000_000)], "approval/19"),
        (example(), "ann", vec![pay(1_000_000)], "waits"),
        (example(), "erp", vec![pay(1_000_000)], "waits"),
        (example(), "bea", vec![pay(1_000_000)], "waits"),
        (example(), "plain ann", vec![pay(1_000_000)], "waits"),
        (example(), "ann bea", vec![pay(1_000_000)], "done"),
        (example(), "bea ann", vec![pay(1_000_000)], "done"),
        (example(), "bea cem", vec![pay(1_000_000)], "waits"),
        (example(), "ann eve-m", vec![pay(1_000_000)], "waits"),
        // One person with two keys is one signer.
        (example(), "eve-m eve-c", vec![pay(1_000_000)], "waits"),
        (example(), "eve-m eve-c bea", vec![pay(1_000_000)], "done"),
        // The calls of one transaction are added up.
        (example(), "ann", vec![pay(500_000), call(&Note {}), pay(500_000)], "waits"),
        (example(), "ann", vec![pay(500_000), pay(499_999)], "done"),
        (example(), "ann", vec![pay(i64::MAX), pay(i64::MAX)], "waits"),
        // The most demanding rule counts.
        (example(), "ann bea", vec![pay(large - 1)], "done"),
        (example(), "ann bea", vec![pay(large)], "waits"),
        (example(), "bea cem", vec![pay(large)], "waits"),
        (example(), "ann bea cem", vec![pay(large)], "done"),
        (vec![rule("*", 1, &["maker"])], "ann", vec![call(&Note {})], "done"),
        (vec![rule("*", 1, &["maker"])], "bea", vec![call(&Note {})], "approval/19"),
        (vec![rule("bank.*", 3, &["maker", "checker"])], "ann bea", vec![call(&Note {})], "waits"),
        (vec![rule("bank.*", 3, &["maker", "checker"])], "ann bea eve-c", vec![call(&Note {})], "done"),
        (
            vec![rule("bank.*", 3, &["checker"]), rule("bank.note", 1, &["admin"])],
            "bea cem dan",
            vec![call(&Note {})],
            "waits",
        ),
        (
            vec![rule("bank.*", 3, &["checker"]), rule("bank.note", 1, &["admin"])],
            "bea cem dan dev",
            vec![call(&Note {})],
            "done",
        ),
    ] {
        let mut ledger = with_policy(rules);
        let what = format!("{keys}: {}", serde_json::to_string(&calls).unwrap());
        if then.contains('/') {
            refused(&mut ledger, keys, &calls, then);
            continue;
        }
        let done = by(&mut ledger, keys, &calls);
        let waits = done.outputs().iter().all(|output| output["waiting"].is_object());
        assert_eq!(waits, then == "waits", "{what}");
        assert_eq!(payments(&ledger).is_empty(), waits || !what.contains("bank.pay"), "{what}");
        let open = ledger.query("approval.list", &[("state", "waiting")]).unwrap();
        assert_eq!(open["items"].as_array().unwrap().len(), usize::from(waits), "{what}");
    }
}

#[test]
fn a_call_waits_is_shown_signed_and_executed() {
    let mut ledger = with_policy(example());
    let calls = [pay(100_000_000), call(&Note {})];
    let done = by(&mut ledger, "ann", &calls);
    let outputs = done.outputs();
    assert_eq!(outputs.len(), 2);
    assert_eq!(outputs[0], outputs[1]);
    let (name, event) = &done.events()[0];
    assert_eq!((name.as_str(), &event["members"]), ("approval.proposed", &json!(["shop-1"])));
    let held: super::super::Waiting = serde_json::from_value(outputs[0].clone()).unwrap();
    let proposal = (held.waiting.proposal, held.waiting.calls_hash);
    let shown = ledger.query("approval.get", &[("proposal", &proposal.0)]).unwrap();
    let text = serde_json::to_string(&shown["calls"]).unwrap();
    assert_eq!(counterfoil_types::Hash::of(&[text.as_bytes()]).to_string(), proposal.1, "anybody can compute the hash");
    assert_eq!(shown["calls"], serde_json::to_value(&calls).unwrap());
    assert_eq!(shown["lapses_ms"], json!(ledger.time_ms() as i64 + super::super::LAPSE_MS_DEFAULT));
    assert_eq!(
        shown["needs"],
        json!([{"member": "shop-1", "signers": 2, "signed": 1, "roles": ["checker", "maker"], "met": 0},
               {"member": "shop-1", "signers": 2, "signed": 0, "roles": ["checker"], "met": 0}])
    );
    let inbox = |ledger: &Ledger, key: &str| {
        let given = [("member", "shop-1"), ("key", key)];
        let given = if key.is_empty() { &given[..1] } else { &given[..] };
        ledger.query("approval.inbox", given).unwrap()["items"].as_array().unwrap().len()
    };
    let waiting = |ledger: &Ledger| ["", "ann", "bea", "cem", "eve-m", "eve-c", "plain"].map(|key| inbox(ledger, key));
    assert_eq!(waiting(&ledger), [1, 0, 1, 1, 1, 1, 0]);
    let done = by(&mut ledger, "bea", &[sign(&proposal)]);
    assert_eq!(
        done.applied()["missing"],
        json!([{"member": "shop-1", "signers": 2, "signed": 1, "roles": ["checker"]}])
    );
    assert_eq!(waiting(&ledger), [1, 0, 0, 1, 0, 1, 0]);
    assert_eq!(payments(&ledger), []);
    let done = by(&mut ledger, "eve-c", &[sign(&proposal)]);
    let output = done.applied();
    assert_eq!((&output["state"], &output["outputs"][1]), (&json!("executed"), &json!(null)));
    assert!(output["outputs"][0]["number"].is_i64());
    let events: Vec<_> = done.events().into_iter().map(|(name, _)| name).collect();
    assert_eq!(events, ["approval.signed", "approval.executed"]);
    assert_eq!(payments(&ledger), [(100_000_000, "ann bea eve-c".to_owned())]);
    assert_eq!(waiting(&ledger), [0; 7]);
    let shown = ledger.query("approval.get", &[("proposal", &proposal.0)]).unwrap();
    assert_eq!((&shown["state"], &shown["closed_by"]), (&json!("executed"), &json!("shop-1/eve-c")));
    assert_eq!(shown["signatures"].as_array().unwrap().len(), 3);
    for given in
        [&[("member", "shop-1"), ("state", "executed")][..], &[("member", "shop-1")], &[("state", "executed")], &[]]
    {
        let list = ledger.query("approval.list", given).unwrap();
        assert_eq!(list["items"][0]["commands"], json!(["bank.pay", "bank.note"]), "{given:?}");
    }
    refused(&mut ledger, "cem", &[sign(&proposal)], "approval/24");
}

#[test]
fn several_sign_at_once_and_each_has_to_count() {
    let mut ledger = with_policy(vec![rule("bank.pay", 4, &["maker", "checker"])]);
    let proposal = propose(&mut ledger, "erp", &[pay(1)]);
    refused(&mut ledger, "ann bea plain", &[sign(&proposal)], "approval/28");
    refused(&mut ledger, "ann eve-m eve-c", &[sign(&proposal)], "approval/29");
    assert_eq!(brief(&by(&mut ledger, "bea cem dan", &[sign(&proposal)])), json!(["waiting", 1]));
    assert_eq!(brief(&by(&mut ledger, "eve-c", &[sign(&proposal)])), json!(["waiting", 1]));
    // Four have signed, and none of them is a maker.
    assert_eq!(brief(&by(&mut ledger, "ann", &[sign(&proposal)])), json!(["executed", 0]));
    assert_eq!(payments(&ledger), [(1, "erp bea cem dan eve-c ann".to_owned())]);
}

#[test]
fn a_signature_that_does_not_belong_is_refused_without_a_trace() {
    let mut ledger = with_policy(example());
    let proposal = propose(&mut ledger, "eve-m", &[pay(1_000_000)]);
    let other = propose(&mut ledger, "ann", &[pay(1_000_001)]);
    for (keys, signed, code) in [
        ("eve-m", sign(&proposal), "approval/29"),
        ("eve-c", sign(&proposal), "approval/29"),
        ("plain", sign(&proposal), "approval/28"),
        ("erp", sign(&proposal), "approval/28"),
        ("dev", sign(&proposal), "approval/28"),
        ("shop-2/dev", sign(&proposal), "approval/27"),
        ("bea shop-2/dev", sign(&proposal), "approval/27"),
        ("bea", sign(&("0".repeat(64), proposal.1.clone())), "approval/23"),
        ("bea", sign(&(String::new(), proposal.1.clone())), "approval/23"),
        ("bea", sign(&(proposal.0.clone(), other.1.clone())), "approval/26"),
        ("bea", sign(&(proposal.0.clone(), proposal.1.to_uppercase())), "approval/26"),
        ("plain", refuse(&proposal, "no"), "approval/31"),
        ("shop-2/dev", refuse(&proposal, "no"), "approval/31"),
        ("bea", refuse(&proposal, " \n"), "approval/33"),
        ("bea", refuse(&proposal, &"x".repeat(513)), "approval/33"),
        ("bea", refuse(&proposal, "a\u{7}b"), "approval/33"),
        ("bea", withdraw(&proposal), "approval/32"),
        ("shop-2/dev", withdraw(&proposal), "approval/32"),
    ] {
        refused(&mut ledger, keys, &[signed], code);
    }
    // It does not wait itself, so it cannot be a part of what waits; beside what need not wait it may stand.
    refused(&mut ledger, "bea", &[sign(&proposal), pay(1_000_000)], "approval/20");
    assert_eq!(by(&mut ledger, "bea", &[call(&Note {}), sign(&proposal)]).outputs()[1]["state"], "executed");
}

#[test]
fn a_proposal_is_refused_or_withdrawn() {
    let mut ledger = with_policy(example());
    let first = propose(&mut ledger, "eve-m", &[pay(1_000_000)]);
    let done = by(&mut ledger, "bea", &[refuse(&first, "who is that?")]);
    assert_eq!(done.events()[0].0, "approval.refused");
    let shown = ledger.query("approval.get", &[("proposal", &first.0)]).unwrap();
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("refused"), &json!("who is that?")));
    // With another key of the same holder.
    let second = propose(&mut ledger, "eve-m", &[pay(1_000_000)]);
    assert_eq!(by(&mut ledger, "eve-a", &[withdraw(&second)]).events()[0].0, "approval.withdrawn");
    assert_eq!(state(&ledger, &second), "withdrawn");
    for proposal in [first, second] {
        refused(&mut ledger, "bea", &[sign(&proposal)], "approval/24");
        refused(&mut ledger, "bea", &[refuse(&proposal, "no")], "approval/24");
        refused(&mut ledger, "eve-m", &[withdraw(&proposal)], "approval/24");
    }
    assert_eq!(payments(&ledger), []);
}

#[test]
fn a_proposal_lapses_at_its_time_a_bounded_number_a_block() {
    let short = Rule { lapse_after_ms: Some(60_000), ..rule("bank.pay", 2, &["maker", "checker"]) };
    let mut ledger = with_policy(vec![short]);
    let in_time = propose(&mut ledger, "ann", &[pay(1)]);
    ledger.wait_ms(59_000);
    assert_eq!(brief(&by(&mut ledger, "bea", &[sign(&in_time)])), json!(["executed", 0]));
    let most = LAPSES_PER_BLOCK_MAX as usize;
    let transactions: Vec<_> = (0..2 * most + 3).map(|_| ledger.sign(&["shop-1/ann"], &[pay(2)])).collect();
    let last = transactions.last().unwrap().identity().to_string();
    ledger.block(transactions);
    let lapsed = |ledger: &Ledger| ledger.sql("SELECT 1 FROM approval_proposal WHERE state = 'lapsed'").len();
    ledger.wait_ms(59_000);
    ledger.block(vec![]);
    assert_eq!(lapsed(&ledger), 0);
    ledger.block(vec![]);
    assert_eq!(lapsed(&ledger), most);
    // What the next block leaves to the one after it has lapsed too, in all but name.
    let still_named_waiting = (last, in_time.1);
    by(&mut ledger, "bea", &[sign(&still_named_waiting)]).refused("approval/25");
    assert_eq!((lapsed(&ledger), state(&ledger, &still_named_waiting).as_str()), (2 * most, "waiting"));
    ledger.block(vec![]);
    assert_eq!((lapsed(&ledger), state(&ledger, &still_named_waiting).as_str()), (2 * most + 3, "lapsed"));
    refused(&mut ledger, "ann", &[withdraw(&still_named_waiting)], "approval/25");
    let refusal = refused(&mut ledger, "bea", &[sign(&still_named_waiting)], "approval/25");
    assert_eq!(refusal.kind, RefusalKind::Expired);
}

#[test]
fn calls_that_are_refused_at_the_end_fail_the_proposal_alone() {
    let mut ledger = with_policy(vec![rule("bank.pay", 2, &["maker", "checker"])]);
    let bounces = call(&Pay { asset: "CNY".into(), minor: 2, bounces: true });
    let proposal = propose(&mut ledger, "ann", &[pay(1), bounces]);
    let done = by(&mut ledger, "bea", &[sign(&proposal)]);
    let output = done.applied();
    // Of several calls the field says which.
    let (code, field) = (json!("bank/1"), json!("/calls/1/with"));
    assert_eq!((&output["state"], &output["code"], &output["field"]), (&json!("failed"), &code, &field));
    assert_eq!(done.events()[1].0, "approval.failed");
    assert_eq!((payments(&ledger), state(&ledger, &proposal).as_str()), (vec![], "failed"));
    let shown = ledger.query("approval.get", &[("proposal", &proposal.0)]).unwrap();
    assert_eq!((&shown["code"], &shown["field"]), (&code, &field));
    refused(&mut ledger, "cem", &[sign(&proposal)], "approval/24");
    // What cannot even be judged is refused at once.
    let mut ledger = with_policy(example());
    let unknown = call(&Pay { asset: "unknown".into(), minor: 1, bounces: false });
    refused(&mut ledger, "ann", &[unknown], "bank/2");
}

#[test]
fn a_key_that_no_longer_signs_does_not_count_at_the_end() {
    let mut ledger = with_policy(example());
    let proposal = propose(&mut ledger, "ann", &[pay(1_000_000)]);
    by(&mut ledger, "dev", &[revoke("ann")]).applied();
    assert_eq!(brief(&by(&mut ledger, "bea", &[sign(&proposal)])), json!(["waiting", 1]));
    by(&mut ledger, "eve-m", &[sign(&proposal)]).applied();
    assert_eq!(payments(&ledger), [(1_000_000, "bea eve-m".to_owned())]);
    // A holder whose key was replaced signs with the new one.
    let mut ledger = staffed();
    let until = ledger.time_ms() as i64 + 10_000;
    let short = AddKey { valid_until_ms: Some(until), ..add_key("shop-1", "fay-1", &["checker"], Some("fay")) };
    ledger.run("shop-1/dev", &short).applied();
    ledger.run("shop-1/dev", &add_key("shop-1", "fay-2", &["checker"], Some("fay"))).applied();
    by(&mut ledger, "dev", &[call(&SetPolicy { member: "shop-1".into(), version: 1, rules: example() })]).applied();
    let proposal = propose(&mut ledger, "fay-1", &[pay(1_000_000)]);
    refused(&mut ledger, "fay-2", &[sign(&proposal)], "approval/29");
    let inbox = |ledger: &Ledger| {
        let inbox = ledger.query("approval.inbox", &[("member", "shop-1"), ("key", "fay-2")]).unwrap();
        inbox["items"].as_array().unwrap().len()
    };
    assert_eq!(inbox(&ledger), 0);
    ledger.wait_ms(20_000);
    assert_eq!(brief(&by(&mut ledger, "ann", &[sign(&proposal)])), json!(["waiting", 1]));
    let shown = ledger.query("approval.get", &[("proposal", &proposal.0)]).unwrap();
    assert_eq!([0, 1].map(|at| shown["signatures"][at]["signs"].clone()), [json!(0), json!(1)]);
    assert_eq!(inbox(&ledger), 1);
    assert_eq!(brief(&by(&mut ledger, "fay-2", &[sign(&proposal)])), json!(["executed", 0]));
    assert_eq!(payments(&ledger), [(1_000_000, "ann fay-2".to_owned())]);
}

#[test]
fn each_member_is_judged_by_its_own_policy_and_the_sender_stays_the_sender() {
    let mut ledger = with_policy(example());
    ledger.run("shop-2/dev", &add_key("shop-2", "gus", &["maker"], None)).applied();
    ledger.run("shop-2/dev", &add_key("shop-2", "hal", &["checker"], None)).applied();
    let first = propose(&mut ledger, "ann shop-2/gus", &[pay(1_000_000)]);
    // The other member has no policy, but it has to go on wanting it.
    ledger.run("shop-2/dev", &RevokeKey { member: "shop-2".into(), name: "gus".into() }).applied();
    assert_eq!(brief(&by(&mut ledger, "bea", &[sign(&first)])), json!(["waiting", 1]));
    assert_eq!(brief(&by(&mut ledger, "shop-2/hal", &[sign(&first)])), json!(["executed", 0]));
    assert_eq!(payments(&ledger), [(1_000_000, "ann bea shop-2/hal".to_owned())]);
    // With both under a policy, each needs its own people.
    ledger.run("shop-2/dev", &add_key("shop-2", "ian", &["maker"], None)).applied();
    let rules = vec![rule("*", 2, &["maker", "checker"])];
    ledger.run("shop-2/dev", &SetPolicy { member: "shop-2".into(), version: 1, rules }).applied();
    refused(&mut ledger, "ann bea shop-2/dev", &[pay(1_000_000)], "approval/19");
    let second = propose(&mut ledger, "ann bea shop-2/ian", &[pay(1_000_000)]);
    refused(&mut ledger, "cem shop-2/ian", &[sign(&second)], "approval/29");
    by(&mut ledger, "dev", &[revoke("ann")]).applied();
    assert_eq!(brief(&by(&mut ledger, "shop-2/hal", &[sign(&second)])), json!(["waiting", 1]));
    assert_eq!(brief(&by(&mut ledger, "eve-m", &[sign(&second)])), json!(["executed", 0]));
    let payer = ledger.sql("SELECT payer, signers FROM bank_payment ORDER BY number DESC LIMIT 1");
    assert_eq!(
        payer,
        [["shop-1", "shop-1/bea shop-1/eve-m shop-2/ian shop-2/hal"].map(|text| Value::Text(text.into()))]
    );
}

#[test]
fn the_policy_of_the_moment_of_execution_decides() {
    let mut ledger = with_policy(vec![rule("bank.pay", 2, &["maker", "checker"])]);
    let proposal = propose(&mut ledger, "ann", &[pay(1)]);
    let stricter = SetPolicy { member: "shop-1".into(), version: 2, rules: vec![rule("bank.pay", 3, &["checker"])] };
    by(&mut ledger, "dev ann bea", &[call(&stricter)]).applied();
    assert_eq!(brief(&by(&mut ledger, "bea cem", &[sign(&proposal)])), json!(["waiting", 1]));
    refused(&mut ledger, "eve-m", &[sign(&proposal)], "approval/28");
    assert_eq!(brief(&by(&mut ledger, "dan", &[sign(&proposal)])), json!(["executed", 0]));
}

#[test]
fn a_bounded_number_of_bounded_proposals_waits() {
    let mut ledger = with_policy(vec![rule("bank.pay", 2, &["maker", "checker"])]);
    let asset = "x".repeat(800_000);
    refused(&mut ledger, "ann", &[call(&Pay { asset, minor: 1, bounces: false })], "approval/21");
    let heavy = || call(&Pay { asset: "heavy".into(), minor: 1, bounces: false });
    let first = propose(&mut ledger, "ann", &[heavy()]);
    propose(&mut ledger, "ann", &[heavy()]);
    refused(&mut ledger, "ann", &[heavy()], "approval/30");
    by(&mut ledger, "bea", &[sign(&first)]).applied();
    propose(&mut ledger, "ann", &[heavy()]);
    let transactions: Vec<_> = (2..OPEN_MAX).map(|_| ledger.sign(&["shop-1/ann"], &[pay(2)])).collect();
    ledger.block(transactions).iter().for_each(|done| assert!(done.applied()["waiting"].is_object()));
    refused(&mut ledger, "ann", &[pay(2)], "approval/22");
    let page = ledger.query("approval.inbox", &[("member", "shop-1"), ("key", "bea"), ("limit", "400")]).unwrap();
    let next = page["next"].as_str().unwrap().to_owned();
    let given = [("member", "shop-1"), ("key", "bea"), ("limit", "500"), ("cursor", &next)];
    let second = ledger.query("approval.inbox", &given).unwrap();
    assert_ne!(page["items"][0], second["items"][0]);
    assert!(second["next"].is_string());
}
