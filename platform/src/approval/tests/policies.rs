//! What a policy can be, and who changes it.

use super::*;
use crate::{
    CallInput,
    approval::{LAPSE_MS_DEFAULT, LiftPolicy, RULES_MAX},
    member::{Choice, Propose, RevokeKey, RotateKey, SetKeyRoles, Vote},
};

fn set(version: i64, rules: Vec<Rule>) -> Call {
    call(&SetPolicy { member: "shop-1".into(), version, rules })
}

#[test]
fn a_wrong_policy_is_refused_at_the_field_that_is_wrong() {
    let mut ledger = staffed();
    let four_eyes = || rule("bank.pay", 2, &["maker", "checker"]);
    let of = |asset: &str, from: Option<i64>| Rule { asset: Some(asset.into()), from_minor: from, ..four_eyes() };
    for (rules, code, field) in [
        (vec![four_eyes(), rule("bank.fly", 1, &["maker"])], "approval/4", "/rules/1/command"),
        (vec![rule("shop.*", 1, &["maker"])], "approval/4", "/rules/0/command"),
        (vec![rule("ban*", 1, &["maker"])], "approval/4", "/rules/0/command"),
        (vec![rule("", 1, &["maker"])], "approval/4", "/rules/0/command"),
        (vec![rule("approval.sign", 1, &["maker"])], "approval/5", "/rules/0/command"),
        (vec![of("", None)], "approval/6", "/rules/0/asset"),
        (vec![of("bank a", None)], "approval/6", "/rules/0/asset"),
        (vec![Rule { from_minor: Some(1), ..four_eyes() }], "approval/7", "/rules/0/asset"),
        (vec![of("CNY", Some(-1))], "approval/8", "/rules/0/from_minor"),
        (vec![rule("*", 0, &["maker"])], "approval/9", "/rules/0/signers"),
        (vec![rule("*", 17, &["maker"])], "approval/9", "/rules/0/signers"),
        (vec![rule("*", u32::MAX, &["maker"])], "approval/9", "/rules/0/signers"),
        (vec![rule("*", 1, &["maker", "checker"])], "approval/10", "/rules/0/signers"),
        (vec![rule("*", 1, &[])], "approval/11", "/rules/0/roles"),
        (vec![rule("*", 1, &["maker", "boss"])], "approval/12", "/rules/0/roles/1"),
        (vec![rule("*", 1, &["maker", "maker"])], "approval/13", "/rules/0/roles/1"),
        (vec![Rule { lapse_after_ms: Some(59_999), ..four_eyes() }], "approval/14", "/rules/0/lapse_after_ms"),
        (vec![Rule { lapse_after_ms: Some(i64::MAX), ..four_eyes() }], "approval/14", "/rules/0/lapse_after_ms"),
        (vec![four_eyes(), four_eyes()], "approval/15", "/rules/1"),
        (vec![four_eyes(), rule("bank.pay", 2, &["checker", "maker"])], "approval/15", "/rules/1"),
        (vec![rule("bank.pay", 2, &["checker"]), rule("bank.*", 3, &["checker"])], "approval/15", "/rules/0"),
        (vec![rule("bank.*", 2, &["checker"]), rule("*", 2, &["checker"])], "approval/15", "/rules/0"),
        (vec![of("CNY", Some(5)), of("CNY", Some(9))], "approval/15", "/rules/1"),
        (vec![of("CNY", Some(5)), four_eyes()], "approval/15", "/rules/0"),
        (vec![rule("*", 5, &["checker"])], "approval/16", "/rules/0"),
        (vec![four_eyes(), rule("bank.note", 3, &["maker"])], "approval/16", "/rules/1"),
        (vec![rule("*", 2, &["admin", "device"]), rule("*", 2, &["system"])], "approval/16", "/rules/1"),
    ] {
        let text = serde_json::to_string(&rules).unwrap();
        let refusal = refused(&mut ledger, "dev", &[set(1, rules)], code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{text}");
    }
    let many = (0..=RULES_MAX).map(|at| of(&format!("asset-{at}"), None)).collect();
    refused(&mut ledger, "dev", &[set(1, many)], "approval/3");
    refused(&mut ledger, "dev", &[set(2, vec![])], "approval/17");
    refused(&mut ledger, "ann", &[set(1, vec![])], "approval/2");
    refused(&mut ledger, "shop-2/dev", &[set(1, vec![])], "approval/2");
    refused(
        &mut ledger,
        "dev",
        &[call(&SetPolicy { member: "nobody".into(), version: 1, rules: vec![] })],
        "approval/1",
    );
    let unknown = json!({"member": "shop-1", "version": 1, "rules": [{"command": "*", "signers": 2, "maker": true}]});
    refused(&mut ledger, "dev", &[Call::new("approval.set_policy", &unknown)], "platform/2");
    // Rules that look alike and differ.
    let differ = vec![
        rule("bank.*", 2, &["checker"]),
        rule("bank.pay", 3, &["checker"]),
        rule("*", 1, &["checker", "maker", "admin", "system"]).two(),
        rule("member.*", 2, &["checker"]),
        of("CNY", Some(5)),
        Rule { signers: 3, ..of("CNY", Some(9)) },
        of("EUR", Some(5)),
    ];
    by(&mut ledger, "dev", &[set(1, differ)]).applied();
}

impl Rule {
    fn two(self) -> Self {
        Self { signers: 2, ..self }
    }
}

#[test]
fn makers_and_checkers_that_are_one_person_never_meet_a_policy() {
    let mut ledger = Ledger::new(vec![member::MODULE, MODULE, BANK]);
    let four_eyes = || vec![rule("*", 2, &["maker", "checker"])];
    for (name, roles) in [("one", &["maker"][..]), ("two", &["checker"]), ("three", &["maker", "checker"])] {
        ledger.run("shop-1/dev", &add_key("shop-1", name, roles, Some("ann"))).applied();
    }
    let refusal = refused(&mut ledger, "dev", &[set(1, four_eyes())], "approval/16");
    assert!(refusal.detail.contains("1 holders have such keys"), "{refusal}");
    ledger.run("shop-1/dev", &add_key("shop-1", "four", &["maker"], None)).applied();
    by(&mut ledger, "dev", &[set(1, four_eyes())]).applied();
}

#[test]
fn no_lone_admin_lifts_four_eyes() {
    let mut ledger = with_policy(example());
    // Neither by another policy nor by new keys of people who do not exist.
    let open = propose(&mut ledger, "dev", &[set(2, vec![])]);
    let key = call(&add_key("shop-1", "ghost", &["checker"], None));
    let new_key = propose(&mut ledger, "dev", &[key]);
    for proposal in [&open, &new_key] {
        assert_eq!(brief(&by(&mut ledger, "ann", &[sign(proposal)])), json!(["waiting", 2]));
        assert_eq!(brief(&by(&mut ledger, "bea", &[sign(proposal)])), json!(["waiting", 1]));
    }
    let policy = |ledger: &Ledger| ledger.query("approval.policy", &[("member", "shop-1")]).unwrap();
    assert_eq!(policy(&ledger)["version"], 1);
    let done = by(&mut ledger, "cem", &[sign(&new_key)]);
    assert_eq!(done.applied()["outputs"], json!([{"member": "shop-1", "kid": "shop-1/ghost"}]));
    assert_eq!(brief(&by(&mut ledger, "cem", &[sign(&open)])), json!(["executed", 0]));
    assert_eq!((&policy(&ledger)["version"], &policy(&ledger)["rules"]), (&json!(2), &json!([])));
    let versions = ledger.query("approval.policy_versions", &[("member", "shop-1")]).unwrap();
    assert_eq!(versions["items"][0]["signers"], "shop-1/dev shop-1/ann shop-1/bea shop-1/cem");
    by(&mut ledger, "plain", &[pay(i64::MAX)]).applied();
    // Who can change the rules is checked by the command too: the staff alone are no admin.
    by(&mut ledger, "dev", &[set(3, example())]).applied();
    let proposal = propose(&mut ledger, "ann bea cem", &[set(4, vec![])]);
    refused(&mut ledger, "eve-m", &[sign(&(proposal.0.clone(), "0".repeat(64)))], "approval/26");
    assert_eq!(brief(&by(&mut ledger, "eve-a", &[sign(&proposal)])), json!(["executed", 0]));
}

#[test]
fn a_key_is_replaced_by_itself_alone_and_by_an_admin_only_with_the_others() {
    let rotate = |name: &str| {
        let new_name = format!("{name}-2");
        let public_key = SigningKey::for_tests(&format!("shop-1/{new_name}")).public_key().to_string();
        call(&RotateKey { member: "shop-1".into(), name: name.into(), new_name, public_key })
    };
    let roles = |name: &str, roles: &[&str]| {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        call(&SetKeyRoles { member: "shop-1".into(), name: name.into(), roles })
    };
    for (keys, calls, waits) in [
        ("bea", vec![rotate("bea")], false),
        ("bea", vec![call(&Note {}), rotate("bea")], false),
        ("dev bea", vec![rotate("bea")], false),
        ("bea cem", vec![rotate("bea"), rotate("cem")], false),
        ("dev", vec![rotate("bea")], true),
        ("dev bea", vec![rotate("bea"), rotate("cem")], true),
        ("dev", vec![roles("till", &["checker"])], true),
        ("dev ann bea cem", vec![roles("till", &["checker"])], false),
    ] {
        let mut ledger = with_policy(example());
        let outputs = by(&mut ledger, keys, &calls).outputs();
        assert_eq!(outputs[0]["waiting"].is_object(), waits, "{keys}: {}", serde_json::to_string(&calls).unwrap());
    }
    // Who has replaced the key that signed signs again, and is one signer still.
    let mut ledger = with_policy(example());
    let proposal = propose(&mut ledger, "bea", &[pay(1_000_000)]);
    by(&mut ledger, "bea", &[rotate("bea")]).applied();
    assert_eq!(brief(&by(&mut ledger, "bea-2", &[sign(&proposal)])), json!(["waiting", 1]));
    refused(&mut ledger, "bea-2", &[sign(&proposal)], "approval/29");
    assert_eq!(brief(&by(&mut ledger, "ann", &[sign(&proposal)])), json!(["executed", 0]));
    assert_eq!(payments(&ledger), [(1_000_000, "bea-2 ann".to_owned())]);
}

#[test]
fn of_two_changes_of_a_policy_only_one_takes_effect() {
    let mut ledger = with_policy(vec![rule("*", 2, &["maker", "checker"])]);
    let first = propose(&mut ledger, "dev ann", &[set(2, example())]);
    let second = propose(&mut ledger, "dev ann", &[set(2, vec![])]);
    assert_eq!(brief(&by(&mut ledger, "bea", &[sign(&first)])), json!(["executed", 0]));
    by(&mut ledger, "bea", &[sign(&second)]).applied();
    by(&mut ledger, "cem", &[sign(&second)]).applied();
    assert_eq!(state(&ledger, &second), "failed");
}

#[test]
fn an_admin_revokes_a_key_alone_unless_the_policy_names_it() {
    let revoke = |name: &str| call(&RevokeKey { member: "shop-1".into(), name: name.into() });
    let mut ledger = with_policy(vec![rule("*", 2, &["maker", "checker"])]);
    by(&mut ledger, "dev", &[revoke("till")]).applied();
    for command in ["member.*", "member.revoke_key"] {
        let mut ledger = with_policy(vec![rule(command, 2, &["checker"]), rule("bank.*", 1, &["maker"])]);
        let proposal = propose(&mut ledger, "dev bea", &[revoke("till")]);
        assert_eq!(brief(&by(&mut ledger, "cem", &[sign(&proposal)])), json!(["executed", 0]));
        refused(&mut ledger, "till", &[call(&Note {})], "transaction/7");
    }
}

#[test]
fn a_policy_that_nobody_can_meet_any_more_is_shown_and_lifted_by_the_consortium() {
    let mut ledger = with_policy(vec![rule("bank.*", 3, &["checker"]), rule("bank.note", 2, &["maker", "checker"])]);
    let possible = |ledger: &Ledger| ledger.query("approval.policies", &[]).unwrap()["items"][0]["possible"].clone();
    let rules = |ledger: &Ledger| ledger.query("approval.policy", &[("member", "shop-1")]).unwrap()["rules"].clone();
    assert_eq!(possible(&ledger), json!(true));
    assert_eq!(
        rules(&ledger)[1],
        json!({"command": "bank.note", "asset": null, "from_minor": null, "signers": 2, "roles": ["checker", "maker"],
               "lapse_after_ms": LAPSE_MS_DEFAULT, "holders": 5, "possible": 1})
    );
    for name in ["ann", "bea", "cem", "eve-m"] {
        by(&mut ledger, "dev", &[call(&RevokeKey { member: "shop-1".into(), name: name.into() })]).applied();
    }
    assert_eq!(possible(&ledger), json!(false));
    let shown = rules(&ledger);
    assert_eq!((&shown[0]["holders"], &shown[0]["possible"]), (&json!(2), &json!(0)));
    assert_eq!((&shown[1]["holders"], &shown[1]["possible"]), (&json!(2), &json!(0)));
    let lift = |reason: &str| call(&LiftPolicy { member: "shop-1".into(), reason: reason.into() });
    refused(&mut ledger, "dev", &[lift("we are locked out")], "member/27");
    refused(&mut ledger, "shop-2/dev", &[lift(" ")], "approval/33");
    // A bank votes with four eyes too.
    ledger.run("bank-a/dev", &add_key("bank-a", "kim", &["checker"], None)).applied();
    let rules = vec![rule("member.*", 2, &["admin", "checker"])];
    ledger.run("bank-a/dev", &SetPolicy { member: "bank-a".into(), version: 1, rules }).applied();
    let vote = |made: &Json| {
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        call(&Vote { proposal: text("proposal"), calls_hash: text("calls_hash"), choice: Choice::For })
    };
    let mut decide = || {
        let calls = vec![CallInput::new(&lift("the keys were in the sea"))];
        let propose_lift = call(&Propose { title: "Shop 1 is locked out".into(), calls, expires_ms: None });
        let made = by(&mut ledger, "tax-bureau/dev", &[propose_lift]).applied();
        by(&mut ledger, "core-corp/dev", &[vote(&made)]).applied();
        let held = propose(&mut ledger, "bank-a/dev", &[vote(&made)]);
        by(&mut ledger, "bank-a/kim", &[sign(&held)]).applied()["outputs"][0].clone()
    };
    let (first, second) = (decide(), decide());
    assert_eq!((&first["state"], &first["votes_for"]), (&json!("passed"), &json!(3)));
    assert_eq!((&second["state"], &second["refusal"]["code"]), (&json!("failed"), &json!("approval/18")));
    let shown = ledger.query("approval.policy", &[("member", "shop-1")]).unwrap();
    assert_eq!((&shown["version"], &shown["reason"]), (&json!(2), &json!("the keys were in the sea")));
    assert_eq!(ledger.query("approval.policies", &[]).unwrap()["items"][0]["member"], "bank-a");
    by(&mut ledger, "dev", &[call(&add_key("shop-1", "new", &["checker"], None))]).applied();
}
