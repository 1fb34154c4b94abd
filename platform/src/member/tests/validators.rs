//! Who orders follows the votes.

use super::{
    governance::{GOVERNORS, decide, fails, organisation, propose, suspend},
    *,
};
use crate::{
    Registry,
    member::{Remove, SetValidators, Validator},
};
use counterfoil_state::{Program as _, rusqlite};
use counterfoil_types::{Call, machine::Machine as _};

fn voting_key(member: &str) -> SigningKey {
    SigningKey::for_tests(&format!("validator {member}"))
}

fn validator(member: &str) -> Validator {
    Validator { member: member.into(), public_key: voting_key(member).public_key().to_string() }
}

pub(super) fn set(follows_epoch: i64, members: &[&str]) -> Call {
    call(&SetValidators { validators: members.iter().map(|member| validator(member)).collect(), follows_epoch })
}

/// From which epochs who orders, as order learns it.
fn order(ledger: &Ledger) -> Vec<(u64, Vec<String>)> {
    let members = ["tax-bureau", "core-corp", "bank-a", "cloud-provider", "shop-1"];
    let name = |key: &[u8; 32]| members.iter().find(|member| voting_key(member).public_key().ed25519() == Some(*key));
    let names = |keys: &[[u8; 32]]| {
        let mut names: Vec<_> = keys.iter().map(|key| (*name(key).expect("known")).to_owned()).collect();
        names.sort_unstable();
        names
    };
    ledger.state().validators().unwrap().iter().map(|set| (set.from_epoch, names(&set.keys))).collect()
}

const ALL: [&str; 4] = ["bank-a", "cloud-provider", "core-corp", "tax-bureau"];

#[test]
fn validators_follow_the_votes_from_the_epoch_after_the_next() {
    let mut ledger = ledger();
    assert_eq!(order(&ledger), [(0, ALL.map(str::to_owned).to_vec())]);
    let output = decide(&mut ledger, &[set(0, &["bank-a", "core-corp", "tax-bureau"])]);
    assert_eq!(output["state"], "passed", "{output}");
    let three = ["bank-a", "core-corp", "tax-bureau"].map(str::to_owned).to_vec();
    assert_eq!(order(&ledger), [(0, ALL.map(str::to_owned).to_vec()), (2, three.clone())]);
    // A second change in the same epoch counts one epoch later, and follows the first. The one voted out can come back.
    assert_eq!(decide(&mut ledger, &[set(2, &["cloud-provider"])])["state"], "passed");
    let changes = order(&ledger);
    assert_eq!(changes[1..], [(2, three), (3, vec!["cloud-provider".to_owned()])]);
    let rows = ledger.query("member.validator_changes", &[]).unwrap();
    let newest = format!("cloud-provider {}", voting_key("cloud-provider").public_key());
    assert_eq!((&rows["items"][1]["from_epoch"], &rows["items"][1]["validators"]), (&3.into(), &newest.into()));
    let lines: Vec<_> = rows["items"][0]["validators"].as_str().unwrap().lines().collect();
    assert!(lines.len() == 3 && lines.is_sorted_by_key(|line| line.split_once(' ').unwrap().1), "{lines:?}");
    let shown = ledger.query("member.validators", &[]).unwrap();
    assert_eq!((&shown["items"][0]["member"], &shown["items"][0]["from_epoch"]), (&"cloud-provider".into(), &3.into()));
}

#[test]
fn a_change_counts_two_epochs_after_that_of_its_decision() {
    let mut genesis = sample_genesis();
    genesis.epoch_length = 2;
    let mut ledger = Ledger::with_genesis(vec![MODULE, PROBE], &genesis);
    // Height 1 is of epoch 0, heights 2 and 3 of epoch 1, 4 and 5 of epoch 2.
    ledger.run("shop-1/dev", &NOTHING).applied();
    ledger.run("shop-1/dev", &NOTHING).applied();
    assert_eq!(decide(&mut ledger, &[set(0, &["bank-a"])])["state"], "passed");
    assert_eq!(decide(&mut ledger, &[set(3, &["bank-a", "core-corp"])])["state"], "passed");
    assert_eq!(decide(&mut ledger, &[set(4, &["core-corp"])])["state"], "passed");
    let epochs: Vec<_> = order(&ledger).into_iter().map(|(epoch, _)| epoch).collect();
    assert_eq!(epochs, [0, 3, 4, 5], "decided in epochs 1, 2 and 2");
}

#[test]
fn what_the_registry_reads_is_what_the_table_says() {
    let mut ledger = ledger();
    decide(&mut ledger, &[set(0, &["bank-a", "core-corp"])]);
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let table =
        "CREATE TABLE member_committee (from_epoch INTEGER PRIMARY KEY, validators TEXT, decided_height INTEGER)";
    connection.execute(table, []).unwrap();
    for row in ledger.sql("SELECT from_epoch, validators, decided_height FROM member_committee") {
        let [Value::Integer(from), Value::Text(validators), Value::Integer(height)] = &row[..] else {
            panic!("{row:?}")
        };
        connection.execute("INSERT INTO member_committee VALUES (?1, ?2, ?3)", (from, validators, height)).unwrap();
    }
    let read = Registry::new(vec![MODULE]).validators(&connection).unwrap();
    assert_eq!(read, ledger.state().validators().unwrap()[1..]);
    let mut keys = ["bank-a", "core-corp"].map(|member| voting_key(member).public_key().ed25519().unwrap()).to_vec();
    keys.sort_unstable();
    assert_eq!((read[0].from_epoch, &read[0].keys), (2, &keys));
}

#[test]
fn a_wrong_change_of_the_validators_is_refused() {
    let mut ledger = ledger();
    let with = |validators: Vec<Validator>| call(&SetValidators { validators, follows_epoch: 0 });
    let keyed = |member: &str, public_key: &str| Validator { member: member.into(), public_key: public_key.into() };
    let p256 = SigningKey::p256([7; 32]).unwrap().public_key().to_string();
    let many = (0..65).map(|n| keyed(&format!("m{n}"), &voting_key(&n.to_string()).public_key().to_string())).collect();
    for (calls, code, field) in [
        (with(vec![]), "member/45", "/calls/0/with/validators"),
        (with(many), "member/20", "/calls/0/with/validators"),
        (with(vec![keyed("Bank", &p256)]), "member/3", "/calls/0/with/validators/0/member"),
        (with(vec![validator("bank-a"), keyed("shop-1", &p256)]), "member/48", "/calls/0/with/validators/1/public_key"),
        (with(vec![validator("bank-a"), keyed("shop-1", "x")]), "member/48", "/calls/0/with/validators/1/public_key"),
        (
            with(vec![validator("bank-a"), keyed("bank-a", &validator("shop-1").public_key)]),
            "member/47",
            "/calls/0/with/validators/1/member",
        ),
        (
            with(vec![validator("bank-a"), keyed("shop-1", &validator("bank-a").public_key)]),
            "member/47",
            "/calls/0/with/validators/1/public_key",
        ),
    ] {
        let refusal = ledger.run("tax-bureau/dev", &propose(&[calls])).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field));
    }
    assert_eq!(
        fails(&mut ledger, &[set(0, &["bank-a", "nobody"])]),
        ("member/46".into(), Some("/validators/1/member".into()))
    );
    assert_eq!(
        fails(&mut ledger, &[set(0, &["bank-a", "alice"])]),
        ("member/44".into(), Some("/validators/1/member".into()))
    );
    assert_eq!(fails(&mut ledger, &[set(2, &["bank-a"])]), ("member/49".into(), Some("/follows_epoch".into())));
    assert_eq!(fails(&mut ledger, &[set(0, &ALL)]), ("member/50".into(), Some("/validators".into())));
    decide(&mut ledger, &[suspend("shop-1")]);
    assert_eq!(fails(&mut ledger, &[set(0, &["bank-a", "shop-1"])]).0, "member/46");
    // A node that is not of genesis: nobody knows where it is, so order would stop everywhere.
    let stranger = with(vec![validator("bank-a"), validator("shop-2")]);
    assert_eq!(fails(&mut ledger, &[stranger]), ("member/58".into(), Some("/validators/1/public_key".into())));
    let another_key = with(vec![keyed("bank-a", &voting_key("bank-a's next").public_key().to_string())]);
    assert_eq!(fails(&mut ledger, &[another_key]), ("member/58".into(), Some("/validators/0/public_key".into())));
    // Two changes of which neither knows the other: the second is refused.
    let stale = set(0, &["bank-a", "core-corp"]);
    assert_eq!(decide(&mut ledger, &[set(0, &["bank-a"])])["state"], "passed");
    assert_eq!(fails(&mut ledger, &[stale]).0, "member/49");
}

#[test]
fn changes_are_decided_for_a_few_epochs_ahead() {
    let mut ledger = ledger();
    let sets = [&["bank-a"][..], &["bank-a", "core-corp"]];
    let mut follows = 0;
    for change in 0..9 {
        assert_eq!(decide(&mut ledger, &[set(follows, sets[change % 2])])["state"], "passed");
        follows = change as i64 + 2;
    }
    assert_eq!(fails(&mut ledger, &[set(follows, sets[1])]).0, "member/51");
}

#[test]
fn two_validators_can_exchange_their_keys() {
    let mut ledger = ledger();
    let swapped = |member: &str, with: &str| Validator { member: member.into(), ..validator(with) };
    let validators = vec![
        swapped("bank-a", "core-corp"),
        swapped("core-corp", "bank-a"),
        validator("tax-bureau"),
        validator("cloud-provider"),
    ];
    let output = decide(&mut ledger, &[call(&SetValidators { validators, follows_epoch: 0 })]);
    assert_eq!(output["state"], "passed", "{output}");
}

#[test]
fn a_member_that_runs_a_validator_is_neither_suspended_nor_removed() {
    let mut ledger = ledger();
    let remove = call(&Remove { member: "bank-a".into(), reason: "it left".into() });
    for command in [suspend("bank-a"), remove.clone()] {
        assert_eq!(fails(&mut ledger, &[command]), ("member/42".into(), Some("/member".into())));
    }
    let rest = ["tax-bureau", "core-corp", "cloud-provider"];
    assert_eq!(decide(&mut ledger, &[set(0, &rest), suspend("bank-a")])["state"], "passed");
    ledger.run("bank-a/dev", &NOTHING).refused("transaction/7");
    // One that was admitted in the same proposal can take its node over.
    let admit = call(&organisation("shop-9", &[]));
    let taken_over = Validator { member: "shop-9".into(), ..validator("bank-a") };
    let more = call(&SetValidators {
        validators: rest.iter().map(|member| validator(member)).chain([taken_over]).collect(),
        follows_epoch: 2,
    });
    let kids = ["tax-bureau/dev", "core-corp/dev", "cloud-provider/dev"];
    assert_eq!(ledger.run_calls(&kids, &[call(&propose(&[admit, more, remove]))]).applied()["state"], "passed");
    assert!(GOVERNORS.contains(&"bank-a/dev"));
    let shown = ledger.query("member.get", &[("id", "bank-a")]).unwrap();
    assert_eq!(shown["state"], "removed");
}
