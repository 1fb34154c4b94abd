//! Each invariant finds what it is there to find: a module that writes into the tables of this one is caught.

use super::*;
use crate::{Command, CommandDeclaration, Module};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Writes past all rules.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    statements: Vec<String>,
}

impl Command for Write {
    const NAME: &'static str = "probe.write";
    type Output = ();
    type Refused = Refusal;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        self.statements.iter().try_for_each(|statement| ctx.run(statement, []).map(|_| ()))
    }
}

const PROBE: Module =
    Module { name: "probe", title: "Probe", commands: &[CommandDeclaration::of::<Write>()], ..Module::EMPTY };

/// A transfer of nobody's: `number`, kind, asset, accounts, amount, balances, previous ones, day, claim.
fn transfer(values: &str) -> String {
    format!(
        "INSERT INTO asset_transfer (number, kind, asset, from_account, to_account, amount_minor, from_balance_minor,
             to_balance_minor, from_previous, to_previous, day, claim, time_ms) VALUES ({values}, 0)"
    )
}

#[test]
fn what_breaks_a_rule_behind_its_back_is_found() {
    let hold = "INSERT INTO asset_hold (number, account, beneficiary, amount_minor, captured_minor, state, expires_ms, created_ms)
                VALUES (9, 'alice/cny', 'bob', 100, 0, 'open', 9223372036854775807, 0)";
    let cases = [
        (
            "add up to zero",
            vec!["UPDATE asset_account SET available_minor = available_minor + 1 WHERE id = 'alice/cny'".to_owned()],
        ),
        ("has its issuer's side", vec!["UPDATE asset_account SET owner = 'bob' WHERE id = 'alice/cny'".to_owned()]),
        ("sets nothing aside", vec!["UPDATE asset_account SET limit_minor = 1 WHERE id = 'bank-a/CNY'".to_owned()]),
        ("what its open holds and offers need", vec![hold.to_owned()]),
        (
            "two equal legs",
            vec![transfer("9, 'transfer', 'bank-a/CNY', 'alice/points', 'nobody/cny', 1, 0, 0, NULL, NULL, 0, NULL")],
        ),
        (
            "only issues leave",
            vec![transfer("9, 'transfer', 'bank-a/CNY', 'bank-a/CNY', 'bob/cny', 1, 0, 0, NULL, NULL, 0, NULL")],
        ),
        ("are one list", vec!["UPDATE asset_account SET newest = 9 WHERE id = 'alice/cny'".to_owned()]),
        (
            "are one list",
            vec![transfer(
                "9223372036854775807, 'transfer', 'bank-a/CNY', 'bob/cny', 'supplier-1/cny', 1, 0, 1, NULL, NULL, 0, NULL",
            )],
        ),
        (
            "the sums of each business day",
            vec!["UPDATE asset_account SET day_in_count = 9 WHERE id = 'alice/cny'".to_owned()],
        ),
        (
            "the sums of each business day",
            vec!["UPDATE asset_account SET day = day + 1 WHERE id = 'alice/cny'".to_owned()],
        ),
        (
            "opens as the one before it closed",
            vec!["UPDATE asset_account SET day_opening_minor = 9 WHERE id = 'alice/cny'".to_owned()],
        ),
        (
            "what was captured of a hold",
            vec![hold.to_owned(), "UPDATE asset_hold SET captured_minor = 1 WHERE number = 9".to_owned()],
        ),
        (
            "what was captured of a hold",
            vec![transfer("9, 'capture', 'bank-a/CNY', 'alice/cny', 'bob/cny', 1, 0, 0, NULL, NULL, 0, 7")],
        ),
        (
            "a source belongs to one issue",
            vec![
                "INSERT INTO asset_source SELECT asset, 'a', number FROM asset_transfer WHERE kind = 'issue'
                  UNION ALL SELECT asset, 'b', number FROM asset_transfer WHERE kind = 'issue'"
                    .to_owned(),
            ],
        ),
        (
            "frozen while issuer or court",
            vec!["UPDATE asset_account SET state = 'frozen' WHERE id = 'alice/cny'".to_owned()],
        ),
    ];
    for (invariant, statements) in cases {
        let mut ledger = fill(Ledger::new(vec![member::MODULE, MODULE, PROBE]));
        let shown = format!("{statements:?}");
        let found = catch_unwind(AssertUnwindSafe(|| ledger.run("bob/dev", &Write { statements }).applied()));
        let panic = found.expect_err(&shown);
        let text = panic.downcast_ref::<String>().expect("a panic has a text");
        assert!(text.contains("invariants do not hold") && text.contains(invariant), "{shown}: {text}");
    }
}
