//! Random people sign random things: nothing is ever executed with fewer of them than the policy says.

use super::*;
use crate::{
    approval::{Refuse, Withdraw},
    member::RevokeKey,
};
use counterfoil_types::Outcome;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::collections::BTreeSet;

const STEPS: usize = 3_000;
const BLOCK: usize = 10;

/// Who there is, each with three keys of the same roles; keys get lost.
const PEOPLE: &[(&str, &[&str])] = &[
    ("ann", &["maker"]),
    ("bea", &["maker"]),
    ("cem", &["checker"]),
    ("dan", &["checker"]),
    ("eve", &["maker", "checker"]),
    ("fay", &["checker"]),
    ("gus", &["checker"]),
    ("erp", &["system"]),
    ("lou", &[]),
];

/// What is demanded, told a second time: amount from, holders, roles that count.
const RULES: &[(i64, usize, &[&str])] =
    &[(10, 2, &["maker", "checker"]), (100, 3, &["checker"]), (1_000, 4, &["maker", "checker"])];

fn ledger() -> Ledger {
    let mut ledger = Ledger::new(vec![member::MODULE, MODULE, BANK]);
    for (person, roles) in PEOPLE {
        let keys = (0..3).map(|at| call(&add_key("shop-1", &format!("{person}-{at}"), roles, Some(person))));
        let keys: Vec<_> = keys.collect();
        by(&mut ledger, "dev", &keys).outputs();
    }
    let rule = |(from, signers, roles): &(i64, usize, &[&str])| Rule {
        asset: Some("bank-a/CNY".into()),
        from_minor: Some(*from),
        lapse_after_ms: Some(60_000),
        ..rule("bank.pay", *signers as u32, roles)
    };
    let rules = RULES.iter().map(rule).collect();
    by(&mut ledger, "dev", &[call(&SetPolicy { member: "shop-1".into(), version: 1, rules })]).applied();
    ledger
}

/// Whether the holders of these keys may pay so much, by the rules as a person would read them.
fn enough(minor: i64, keys: &[&str]) -> bool {
    let signed: BTreeSet<_> = keys.iter().filter_map(|key| key.split('-').next()).collect();
    let with = |wanted: &[&str]| -> BTreeSet<&str> {
        let has = |roles: &[&str]| roles.iter().any(|role| wanted.contains(role));
        PEOPLE
            .iter()
            .filter(|(person, roles)| signed.contains(person) && has(roles))
            .map(|(person, _)| *person)
            .collect()
    };
    RULES.iter().filter(|(from, ..)| minor >= *from).all(|(_, signers, roles)| {
        let apart = || {
            let (makers, checkers) = (with(&["maker"]), with(&["checker"]));
            makers.iter().any(|maker| checkers.iter().any(|checker| maker != checker))
        };
        with(roles).len() >= *signers && (!roles.contains(&"maker") || apart())
    })
}

fn some_call(random: &mut StdRng, proposals: &[(String, String)]) -> Call {
    let recent = proposals.len().saturating_sub(12);
    if recent == proposals.len() || random.random_range(0..10) < 3 {
        return pay([1, 9, 10, 50, 100, 999, 1_000, 5_000][random.random_range(0..8)]);
    }
    let proposal = &proposals[random.random_range(recent..proposals.len())];
    match random.random_range(0..40) {
        0 => call(&Refuse { proposal: proposal.0.clone(), reason: "no".into() }),
        1 => call(&Withdraw { proposal: proposal.0.clone() }),
        _ => sign(proposal),
    }
}

#[test]
fn nothing_is_executed_with_fewer_holders_than_the_policy_says() {
    let mut random = StdRng::seed_from_u64(7);
    let mut ledger = ledger();
    let mut keys: Vec<_> =
        PEOPLE.iter().flat_map(|(person, _)| (0..3).map(move |at| format!("{person}-{at}"))).collect();
    let mut proposals: Vec<(String, String)> = Vec::new();
    let mut paid = 0;
    for _ in 0..STEPS / BLOCK {
        if random.random_range(0..25) == 0 {
            let lost = keys.remove(random.random_range(0..keys.len()));
            by(&mut ledger, "dev", &[call(&RevokeKey { member: "shop-1".into(), name: lost })]).applied();
        }
        let mut block = Vec::new();
        for _ in 0..BLOCK {
            let count = random.random_range(1..=3);
            let kids: BTreeSet<_> = (0..count).map(|_| &keys[random.random_range(0..keys.len())]).collect();
            let kids: Vec<_> = kids.into_iter().map(|key| format!("shop-1/{key}")).collect();
            let kids: Vec<_> = kids.iter().map(String::as_str).collect();
            block.push(ledger.sign(&kids, &[some_call(&mut random, &proposals)]));
        }
        if random.random_range(0..10) == 0 {
            ledger.wait_ms(50_000);
        }
        for done in ledger.block(block) {
            let Outcome::Applied { .. } = done.receipt.outcome else { continue };
            let held = &done.applied()["waiting"];
            if let (Some(id), Some(hash)) = (held["proposal"].as_str(), held["calls_hash"].as_str()) {
                proposals.push((id.to_owned(), hash.to_owned()));
            }
        }
        let all = payments(&ledger);
        for (minor, signers) in &all[paid..] {
            let signers: Vec<_> = signers.split(' ').collect();
            assert!(enough(*minor, &signers), "{minor} was paid by {signers:?}");
            assert!(signers.iter().all(|key| keys.iter().any(|known| known == key)), "{signers:?}: one is revoked");
        }
        paid = all.len();
    }
    // All ways were gone, and every amount was paid by some.
    let count = |state: &str| ledger.sql(&format!("SELECT 1 FROM approval_proposal WHERE state = '{state}'")).len();
    for state in ["executed", "refused", "withdrawn", "lapsed"] {
        assert!(count(state) > 0, "{state}");
    }
    let all = payments(&ledger);
    for minor in [1, 10, 100, 1_000, 5_000] {
        assert!(all.iter().any(|(paid, _)| *paid == minor), "{minor} was never paid");
    }
}
