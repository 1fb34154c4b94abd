//! What a transaction costs is a matter of the ledger alone.

use super::*;

fn execute(statements: &[&str]) -> sql::Execute {
    sql::Execute { statements: statements.iter().map(|text| sql::SqlStatement::new(*text)).collect() }
}

/// Commands whose cost is looked at, with who sends them: each leaves the ledger so that it costs the same again.
fn commands() -> [(&'static str, counterfoil_types::Call); 3] {
    let with: Arguments = serde_json::from_value(json!({"id": "a", "steps": 0})).expect("arguments");
    [
        ("core-corp", crate::call(&execute(&["UPDATE yard.lot SET weight = 8 - weight WHERE id = 'a'"]))),
        (
            "core-corp",
            crate::call(&execute(&[
                "UPDATE yard.lot SET weight = (SELECT count(*) FROM yard.mark) + 8 - weight WHERE id = 'b'",
            ])),
        ),
        ("alice", crate::call(&CallAction::new("counter.count_up", with))),
    ]
}

/// A ledger on which all commands of [`commands`] take effect.
fn ledger() -> Ledger {
    let mut ledger = counting();
    call(&mut ledger, "alice", "counter.begin_one", &json!({"id": "a"})).applied();
    let tables = [
        "CREATE TABLE yard.lot (id TEXT PRIMARY KEY, weight INTEGER NOT NULL) WITH (mode = update)",
        "CREATE TABLE yard.mark (id TEXT PRIMARY KEY)",
        "INSERT INTO yard.lot VALUES ('a', 4), ('b', 4)",
    ];
    ledger.run("core-corp/dev", &execute(&tables)).applied();
    ledger
}

fn costs(ledger: &mut Ledger) -> Vec<u64> {
    let cost = |(member, call): (&str, counterfoil_types::Call)| {
        ledger.run_calls(&[&format!("{member}/dev")], &[call]).applied();
        ledger.state().steps()
    };
    commands().into_iter().map(cost).collect()
}

#[test]
fn what_a_command_costs_depends_neither_on_what_others_define_nor_on_what_a_member_has_prepared() {
    let mut ledger = ledger();
    let first = costs(&mut ledger);
    assert!(first.iter().all(|steps| *steps > 50), "{first:?}");
    assert_eq!(costs(&mut ledger), first, "prepared before");

    let table = execute(&["CREATE TABLE other.t (id INTEGER PRIMARY KEY, n INTEGER)"]);
    let index = execute(&["CREATE INDEX other.t_by_n ON t (n)"]);
    let twice = "INSERT INTO other.u VALUES (1)";
    let refused = execute(&["CREATE TABLE other.u (id INTEGER PRIMARY KEY)", twice, twice]);
    let package = Propose { source: COUNTER.replace("PACKAGE counter", "PACKAGE tally").replace("counter.", "tally.") };
    let definitions = [
        ("shop-2", crate::call(&table)),
        ("shop-2", crate::call(&index)),
        ("shop-2", crate::call(&refused)),
        ("core-corp", crate::call(&package)),
        ("bank-a", crate::call(&Vote { package: "tally".into(), version: 1, agree: true })),
    ];
    for (member, definition) in definitions {
        ledger.run_calls(&[&format!("{member}/dev")], std::slice::from_ref(&definition));
        assert_eq!(costs(&mut ledger), first, "after {definition:?}");
        assert_eq!(costs(&mut ledger), first, "prepared after {definition:?}");
    }
    ledger = ledger.restarted();
    assert_eq!(costs(&mut ledger), first, "after a restart");
}

#[test]
fn what_a_command_costs_is_the_same_behind_a_definition_in_its_block() {
    let mut ledger = ledger();
    let first = costs(&mut ledger);
    let twice = "INSERT INTO other.u VALUES (1)";
    for (at, statements) in [
        vec!["CREATE TABLE other.t (id INTEGER PRIMARY KEY)"],
        vec!["CREATE TABLE other.u (id INTEGER PRIMARY KEY)", twice, twice],
    ]
    .iter()
    .enumerate()
    {
        for ((member, command), alone) in commands().into_iter().zip(&first) {
            // A name of its own each time, so that the definition does what it did before.
            let fresh: Vec<String> = statements
                .iter()
                .map(|text| text.replace("other.", &format!("other_{at}_{alone}_{}.", ledger.height())))
                .collect();
            let definition = execute(&fresh.iter().map(String::as_str).collect::<Vec<_>>());
            let block = vec![
                ledger.sign(&["shop-2/dev"], &[crate::call(&definition)]),
                ledger.sign(&[&format!("{member}/dev")], &[command]),
            ];
            let done = ledger.block(block);
            done[1].applied();
            assert_eq!(ledger.state().steps(), *alone, "behind {fresh:?}");
        }
    }
}
