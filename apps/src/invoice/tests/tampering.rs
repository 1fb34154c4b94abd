//! Each invariant finds what it is there to find: a module that writes into the tables of this one is caught.

use super::*;
use counterfoil_platform::{Command, CommandDeclaration, Module};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Writes past all rules.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    statement: String,
}

impl Command for Write {
    const NAME: &'static str = "probe.write";
    type Output = ();
    type Refused = Refusal;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        ctx.run(&self.statement, []).map(drop)
    }
}

const PROBE: Module =
    Module { name: "probe", title: "Probe", commands: &[CommandDeclaration::of::<Write>()], ..Module::EMPTY };

/// An invoice without payment, one for a payment, one for the first part of an application of two.
fn filled() -> Ledger {
    let mut ledger = ledger_with(&[PROBE]);
    for sample in &samples()[5..] {
        give(&mut ledger, sample.kid, &sample.call).unwrap();
    }
    give_json(&mut ledger, "supplier-1/dev", "invoice.issue", &example()).unwrap();
    let pay = json!({
        "reference": "wx-2", "payer": "x", "payee": SUPPLIER, "currency": "CNY", "amount": "9000.00", "paid_ms": 1,
    });
    ledger.run_json("cloud-provider/dev", "invoice.register_payment", &pay).applied();
    let buyer = json!({"kind": "individual", "name": "x"});
    let with = json!({"payment": "cloud-provider/wx-2", "amounts": ["4617.00", "1.00"], "buyer": buyer});
    let made = give_json(&mut ledger, "cloud-provider/dev", "invoice.apply", &with).unwrap();
    let mut invoice = example();
    set(&mut invoice, "/paid", Some(json!({"application": {"number": made["application"], "part": 1}})));
    give_json(&mut ledger, "supplier-1/dev", "invoice.issue", &invoice).unwrap();
    ledger
}

#[test]
fn what_breaks_a_rule_behind_its_back_is_found() {
    for (invariant, statement) in [
        ("net and tax make the total", "UPDATE invoice SET total_minor = total_minor + 1"),
        ("net and tax make the total", "UPDATE invoice SET payable_minor = 1"),
        (
            "every tax belongs to an invoice",
            "INSERT INTO invoice_tax (invoice, position, category, rate, items, net_minor, tax_minor)
             VALUES ('x', 1, 'standard', 600, 1, 0, 0)",
        ),
        ("the tax by rate makes the tax", "UPDATE invoice SET tax_minor = tax_minor + 1, net_minor = net_minor - 1"),
        (
            "the net amounts by rate",
            "UPDATE invoice SET net_minor = net_minor + 1, total_minor = total_minor + 1, payable_minor = payable_minor + 1",
        ),
        (
            "to within the rounding of its items",
            "INSERT INTO invoice_tax (invoice, position, category, rate, items, net_minor, tax_minor)
             SELECT id, 9, 'standard', 600, 1, 1, 9 FROM invoice WHERE payment IS NULL",
        ),
        ("of a series have no gap", "UPDATE invoice_sequence SET last = last + 1"),
        ("has 20 digits and a series", "UPDATE invoice SET number = number || '0' WHERE payment IS NULL"),
        ("a registered taxpayer", "UPDATE invoice SET seller = 'DE129273398' WHERE payment IS NULL"),
        (
            "belongs to a member and has a status",
            "INSERT INTO invoice_taxpayer (id, name, member, regime) VALUES ('x', 'x', 'shop-1', 'cn-vat')",
        ),
        ("sealed by the member of its seller", "UPDATE invoice SET subject = 'invoice:nobody/x' WHERE payment IS NULL"),
        ("the months of a taxpayer are", "UPDATE invoice_month SET invoices = invoices + 1"),
        ("the months of a taxpayer are", "UPDATE invoice_month SET red_minor = -1"),
        ("the months of a taxpayer are", "DELETE FROM invoice_month"),
        ("the output tax of a month", "UPDATE invoice_month_tax SET tax_minor = tax_minor + 1"),
        ("the output tax of a month", "DELETE FROM invoice_month_tax"),
        (
            "what is left of a payment",
            "UPDATE invoice_payment SET left_minor = left_minor + 1 WHERE left_minor < amount_minor",
        ),
        ("what is left of a payment", "UPDATE invoice_payment_use SET returned_minor = 1"),
        ("takes its total of one payment", "UPDATE invoice SET payment = 'cloud-provider/wx-2' WHERE payment IS NULL"),
        ("takes its total of one payment", "UPDATE invoice_payment SET payee = '92440300MA5DL0029P'"),
        ("is open while a part of it is", "UPDATE invoice_application SET state = 'issued', ended_ms = 1"),
        ("is open while a part of it is", "UPDATE invoice_application SET amount_minor = amount_minor + 1"),
        (
            "has one invoice, of at most its amount",
            "UPDATE invoice_application_part SET state = 'issued' WHERE position = 2",
        ),
        ("of the kind that is asked for", "UPDATE invoice_application SET kind = 'special'"),
        ("a transfer is a payment once", "UPDATE invoice_payment SET transfer = 7"),
    ] {
        let mut ledger = filled();
        let write = Write { statement: statement.to_owned() };
        let found = catch_unwind(AssertUnwindSafe(|| ledger.run("bob/dev", &write).applied()));
        let panic = found.expect_err(statement);
        let text = panic.downcast_ref::<String>().expect("a panic has a text");
        assert!(text.contains("invariants do not hold") && text.contains(invariant), "{statement}: {text}");
    }
}

#[test]
fn more_than_a_quota_cannot_even_be_written() {
    let mut ledger = filled();
    let write = Write { statement: "UPDATE invoice_month SET invoices_max = 0".to_owned() };
    ledger.run("bob/dev", &write).refused("transaction/14");
}
