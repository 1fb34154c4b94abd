//! Names of packages beside those of members and schemas, and how many one can take.

use super::*;
use counterfoil_types::{Call, SigningKey};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn create(ledger: &mut Ledger, member: &str, table: &str) -> Done {
    let statement = sql::SqlStatement::new(format!("CREATE TABLE {table} (id TEXT PRIMARY KEY)"));
    ledger.run(&format!("{member}/dev"), &sql::Execute { statements: vec![statement] })
}

#[test]
fn while_a_package_is_voted_on_its_name_is_nobodys_schema() {
    let mut ledger = ledger();
    propose(&mut ledger, "core-corp", COUNTER).applied();
    for member in ["shop-2", "core-corp"] {
        let refusal = create(&mut ledger, member, "counter.entry").refused("sql/32");
        assert!(refusal.detail.contains("a package of this name is voted on"), "{refusal}");
    }
    create(&mut ledger, "shop-2", "counters.entry").applied();
    assert_eq!(vote(&mut ledger, "bank-a", "counter", 1, true).applied()["state"], "active");
    create(&mut ledger, "shop-2", "counter.more").refused("sql/32");
}

#[test]
fn a_name_is_free_again_when_the_owners_have_decided_against_it_or_time_is_over() {
    let mut ledger = ledger();
    propose(&mut ledger, "core-corp", COUNTER).applied();
    for member in ["bank-a", "shop-1"] {
        vote(&mut ledger, member, "counter", 1, false).applied();
    }
    create(&mut ledger, "shop-2", "counter.other").applied();
    propose(&mut ledger, "core-corp", COUNTER).refused("package/3");

    let other = COUNTER.replace("PACKAGE counter", "PACKAGE tally").replace("counter.", "tally.");
    propose(&mut ledger, "core-corp", &other).applied();
    ledger.wait_ms(29 * DAY_MS);
    create(&mut ledger, "shop-2", "tally.other").refused("sql/32");
    ledger.wait_ms(2 * DAY_MS);
    create(&mut ledger, "shop-2", "tally.other").applied();
    vote(&mut ledger, "bank-a", "tally", 1, true).refused("package/3");
}

/// Registers `p-clerk` by `bank-a`.
fn register(ledger: &mut Ledger) {
    let key = member::PersonKey {
        name: "dev".into(),
        public_key: SigningKey::for_tests("p-clerk/dev").public_key().to_string(),
    };
    let person = member::RegisterPerson { member: Some("p-clerk".into()), name: None, key };
    ledger.run("bank-a/dev", &person).applied();
}

#[test]
fn an_organisation_has_so_many_packages_with_the_people_whom_it_registered() {
    let mut ledger = ledger();
    register(&mut ledger);
    let package = |name: &str, owner: &str| Propose { source: format!("PACKAGE {name} VERSION 1 OWNERS ('{owner}');") };
    for (owner, from, to) in [("bank-a", 0, 50), ("p-clerk", 50, 100)] {
        let calls: Vec<Call> = (from..to).map(|at| crate::call(&package(&format!("p{at}"), owner))).collect();
        ledger.run_calls(&[&format!("{owner}/dev")], &calls).outputs();
    }
    for owner in ["bank-a", "p-clerk"] {
        let refusal = ledger.run(&format!("{owner}/dev"), &package("more", owner)).refused("package/25");
        assert!(refusal.detail.contains("100"), "{refusal}");
    }
    ledger.run("alice/dev", &package("more", "alice")).applied();
    // What it has goes on, also what takes the place of its own.
    let next = Propose { source: "PACKAGE p0 VERSION 2 OWNERS ('bank-a');".into() };
    ledger.run("bank-a/dev", &next).applied();
}

#[test]
fn a_package_that_waits_for_votes_counts_however_long() {
    let mut ledger = ledger();
    let package = |name: String, approvals: u8| Propose {
        source: format!("PACKAGE {name} VERSION 1 OWNERS ('bank-a', 'alice') APPROVALS {approvals};"),
    };
    let all: Vec<Call> = (0..100).map(|at| crate::call(&package(format!("p{at}"), 2))).collect();
    for calls in all.chunks(50) {
        ledger.run_calls(&["bank-a/dev"], calls).outputs();
    }
    ledger.wait_ms(31 * DAY_MS);
    ledger.run("bank-a/dev", &package("more".into(), 2)).refused("package/25");
    vote(&mut ledger, "alice", "p0", 1, true).applied();
    ledger.run("bank-a/dev", &package("p1".into(), 1)).applied();
    vote(&mut ledger, "alice", "p2", 1, false).applied();
    ledger.run("bank-a/dev", &package("more".into(), 2)).applied();
    ledger.run("bank-a/dev", &package("p2".into(), 2)).refused("package/25");
}

#[test]
fn an_organisation_has_so_many_tables_with_the_people_whom_it_registered() {
    let mut ledger = ledger();
    register(&mut ledger);
    let tables = |schema: &str, count: usize| {
        let table = |at: usize| sql::SqlStatement::new(format!("CREATE TABLE {schema}.t{at} (id TEXT PRIMARY KEY)"));
        sql::Execute { statements: (0..count).map(table).collect() }
    };
    ledger.run("bank-a/dev", &tables("vaults", 60)).applied();
    ledger.run("p-clerk/dev", &tables("clerk", 40)).applied();
    create(&mut ledger, "bank-a", "vaults.more").refused("sql/37");
    create(&mut ledger, "p-clerk", "clerk.more").refused("sql/37");
    create(&mut ledger, "alice", "alices.more").applied();
}
