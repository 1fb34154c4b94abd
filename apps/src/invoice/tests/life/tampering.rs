//! Each invariant finds what it is there to find: a module that writes into the tables of this one is caught.

use super::*;
use counterfoil_platform::{Command, CommandDeclaration, Module, types::Refusal};
use counterfoil_state::Context;
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

/// Invoice 1 is core-corp's, 2 alice's by claim and with shop-1, 3 core-corp's and partly reversed by 4, 5 core-corp's with an open
/// form, 6 core-corp's and locked.
fn story() -> Ledger {
    let mut ledger = Ledger::new(vec![member::MODULE, document::MODULE, asset::MODULE, MODULE, PROBE]);
    ledger.publish_reading_keys(&["tax-bureau"]);
    let supplier = samples().into_iter().find(|sample| sample.call.with.get().contains(SUPPLIER)).unwrap();
    ledger.run_calls(&[supplier.kid], &[supplier.call]).applied();
    bill(&mut ledger, Some("core-corp"));
    let second = bill(&mut ledger, None);
    let of_alice = claim(&ledger, &second, "alice");
    ledger.run("alice/dev", &of_alice).applied();
    ledger.run("alice/dev", &pass_on(&second, "shop-1")).applied();
    let part = |id: &str| ask(id, Reason::Allowance, &[(GOODS, "1000.00", "130.00")]);
    let third = bill(&mut ledger, Some("core-corp"));
    let form_id = form(&mut ledger, "supplier-1/dev", &part(&third));
    ledger.run("supplier-1/dev", &IssueRed { form: form_id }).applied();
    let fifth = bill(&mut ledger, Some("core-corp"));
    form(&mut ledger, "supplier-1/dev", &part(&fifth));
    let sixth = bill(&mut ledger, Some("core-corp"));
    ledger.run("core-corp/dev", &lock("core-corp", &[&sixth])).applied();
    ledger
}

#[test]
fn what_breaks_a_rule_behind_its_back_is_found() {
    let cases: &[(&str, &[&str])] = &[
        ("with its claim key only", &["UPDATE invoice SET claim_key = NULL"]),
        ("a person's invoice is passed on", &["INSERT INTO invoice_pass SELECT id, 'shop-1', 'open', 0 FROM #1"]),
        ("is taken while somebody", &["UPDATE invoice_pass SET state = 'taken'"]),
        (
            "used by an organisation that holds it",
            &["INSERT INTO invoice_reimbursement SELECT id, 'shop-1', 'locked', 'x', 0, NULL FROM #1"],
        ),
        (
            "one organisation uses",
            &[
                "INSERT INTO invoice_pass SELECT id, 'bank-a', 'open', 0 FROM #2",
                "UPDATE invoice_pass SET state = 'taken'",
                "INSERT INTO invoice_reimbursement SELECT id, 'shop-1', 'locked', 'x', 0, NULL FROM #2",
                "INSERT INTO invoice_booking SELECT id, 'bank-a', 'deductible', '2026-01', 0, 0, NULL FROM #2",
            ],
        ),
        (
            "is neither passed on nor reimbursed",
            &[
                "INSERT INTO invoice_reimbursement SELECT id, 'core-corp', 'locked', 'x', 0, NULL FROM #1",
                "UPDATE invoice SET sign = -1 WHERE id IN (SELECT id FROM #1)",
            ],
        ),
        ("a red letter has no holder", &["INSERT INTO invoice_holder SELECT id, 'alice', 0, 0 FROM #4"]),
        (
            "while a red letter is asked for",
            &[
                "INSERT INTO invoice_booking SELECT id, 'core-corp', 'deductible', '2026-01', 0, 9223372036854775807, NULL FROM #5",
            ],
        ),
        (
            "its sums are those of its rates",
            &["UPDATE invoice_red SET net_minor = net_minor + 1 WHERE state <> 'issued'"],
        ),
        (
            "what is reserved of an invoice",
            &["UPDATE invoice_reversal SET reserved_net_minor = reserved_net_minor + 1"],
        ),
        (
            "what is reserved of an invoice",
            &["INSERT INTO invoice_reversal SELECT id, 'standard', 600, 0, 0, 0, 0 FROM #1"],
        ),
        ("never more is reserved", &["UPDATE invoice_reversal SET reversed_tax_minor = 49459"]),
        ("never more is reserved", &["INSERT INTO invoice_reversal SELECT id, 'standard', 1, 0, 0, 0, 0 FROM #1"]),
        ("reversed when all of it is", &["UPDATE invoice SET state = 'reversed' WHERE id IN (SELECT id FROM #1)"]),
        ("reversed when all of it is", &["UPDATE invoice SET state = 'issued' WHERE id IN (SELECT id FROM #3)"]),
        ("is its form, negative", &["UPDATE invoice SET net_minor = net_minor - 1 WHERE id IN (SELECT id FROM #4)"]),
        ("is its form, negative", &["INSERT INTO invoice_tax SELECT id, 9, 'standard', 600, 0, 0, 0, NULL FROM #4"]),
        ("with a negative amount", &["UPDATE invoice SET tax_minor = -1 WHERE id IN (SELECT id FROM #1)"]),
        ("issued wrongly is taken back", &["UPDATE invoice_red SET reason = '01' WHERE state = 'issued'"]),
        (
            "numbered from 1 without gaps",
            &["INSERT INTO invoice_step SELECT id, 2, 'locked', 'shop-1', NULL, NULL, zeroblob(32), 1, 0 FROM #1"],
        ),
        ("is how it stands", &["DELETE FROM invoice_reimbursement"]),
        ("is how it stands", &["UPDATE invoice_reimbursement SET state = 'closed', closed_ms = 1"]),
        (
            "is how it stands",
            &["INSERT INTO invoice_step SELECT id, 1, 'claimed', 'alice', NULL, NULL, zeroblob(32), 1, 0 FROM #1"],
        ),
        (
            "is how it stands",
            &[
                "INSERT INTO invoice_step SELECT id, 1, 'booked_deductible', 'core-corp', NULL, '2026-01', zeroblob(32), 1, 0 FROM #1",
            ],
        ),
        ("have no gap", &["UPDATE invoice_sequence SET last = last + 1"]),
    ];
    for (invariant, statements) in cases {
        let mut ledger = story();
        let statements: Vec<_> = statements.iter().map(|statement| with_numbers(statement)).collect();
        let shown = format!("{statements:?}");
        let found = catch_unwind(AssertUnwindSafe(|| ledger.run("bob/dev", &Write { statements }).applied()));
        let panic = found.expect_err(&shown);
        let text = panic.downcast_ref::<String>().expect("a panic has a text");
        assert!(text.contains("invariants do not hold") && text.contains(invariant), "{shown}: {text}");
    }
}

/// Puts an invoice where a statement says the last digit of its number, as in `#1`.
fn with_numbers(statement: &str) -> String {
    let Some((before, after)) = statement.split_once('#') else { return statement.to_owned() };
    let (digit, after) = after.split_at(1);
    format!("{before}(SELECT id FROM invoice WHERE number LIKE '%{digit}'){after}")
}
