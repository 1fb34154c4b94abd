//! What happens to an invoice after its issue.

mod booking;
mod claims;
mod european;
mod model;
mod printing;
mod random;
mod reading;
mod red;
mod tampering;
mod using;

use super::*;
use counterfoil_platform::{call, testing::Done, types::money::format_decimal};

/// The secret half of the claim key of [`bill`]s.
const SECRET: [u8; 32] = [5; 32];

/// What the example's rates are called; 4,299.00 at 13 % and 318.00 at 6 %.
const GOODS: (&str, &str) = ("standard", "0.13");
const SERVICE: (&str, &str) = ("standard", "0.06");

/// What is taken back: of which rate, net and tax.
type Amounts<'a> = &'a [((&'a str, &'a str), &'a str, &'a str)];

/// The public half of a claim key, as an issue gives it.
fn claim_key(secret: [u8; 32]) -> String {
    SigningKey::ed25519(secret).public_key().to_string().replace("ed25519:", "")
}

/// The example as a special invoice over 4,617.00 of `supplier-1`, with a claim key, perhaps to a member.
fn unissued(member: Option<&str>) -> Json {
    let mut invoice = example();
    set(&mut invoice, "/kind", Some("special".into()));
    set(&mut invoice, "/buyer/member", member.map(Json::from));
    set(&mut invoice, "/claim_key", Some(claim_key(SECRET).into()));
    invoice
}

/// Issues it; its id.
#[track_caller]
fn bill(ledger: &mut Ledger, member: Option<&str>) -> String {
    issue(ledger, &unissued(member)).applied()["id"].as_str().unwrap().to_owned()
}

/// Has the node of `supplier-1` seal an invoice and runs it.
#[track_caller]
fn issue(ledger: &mut Ledger, invoice: &Json) -> Done {
    let call = sealed(ledger, "supplier-1/dev", invoice);
    ledger.run_calls(&["supplier-1/dev"], &[call])
}

/// Tax on an amount of either sign, rounded half away from zero.
fn tax(net: i64, rate: i64) -> i64 {
    (net.abs() * rate + 5_000) / 10_000 * net.signum()
}

/// A document of EN 16931 by `supplier-1`, in the terms of the standard, with a line for each rate (of 10,000) and net amount.
fn document(number: &str, type_code: &str, day: &str, lines: &[(i64, i64)]) -> Json {
    let money = |minor: i64| format_decimal(minor, 2);
    let mut rates = std::collections::BTreeMap::<i64, i64>::new();
    lines.iter().for_each(|(rate, net)| *rates.entry(*rate).or_default() += net);
    let group = |(rate, net): (&i64, &i64)| json!({"BT-116": money(*net), "BT-117": money(tax(*net, *rate)), "BT-118": "S", "BT-119": (rate / 100).to_string()});
    let line = |(at, (rate, net)): (usize, &(i64, i64))| {
        json!({"BT-126": at.to_string(), "BT-129": net.signum().to_string(), "BT-130": "C62", "BT-131": money(*net),
               "BG-29": {"BT-146": money(net.abs())}, "BG-30": {"category": "S", "rate": (rate / 100).to_string()},
               "BG-31": {"BT-153": "Sensor"}})
    };
    let net: i64 = lines.iter().map(|(_, net)| net).sum();
    let taxes: i64 = rates.iter().map(|(rate, net)| tax(*net, *rate)).sum();
    let (sum, all) = (money(net), money(net + taxes));
    json!({
        "BT-1": number, "BT-2": day, "BT-3": type_code, "BT-5": "EUR", "BG-2": {"BT-24": "urn:cen.eu:en16931:2017"},
        "BG-4": {"BT-27": "Qiming Electronics Europe GmbH", "BT-31": "DE129273398", "BG-5": {"country": "DE"}},
        "BG-7": {"BT-44": "Atelier Martin SA", "BG-8": {"country": "BE"}},
        "BG-22": {"BT-106": sum, "BT-109": sum, "BT-110": money(taxes), "BT-112": all, "BT-115": all},
        "BG-23": rates.iter().map(group).collect::<Vec<_>>(),
        "BG-25": lines.iter().enumerate().map(line).collect::<Vec<_>>(),
    })
}

/// What the node of a seller signs.
#[track_caller]
fn sealed(ledger: &mut Ledger, kid: &str, invoice: &Json) -> Call {
    ledger.seal(kid, &Call::new("invoice.issue", invoice)).expect("an invoice that a node signs")
}

/// The claim of a member.
fn claim(ledger: &Ledger, invoice: &str, member: &str) -> Claim {
    let signature = claim::sign(SECRET, &ledger.state().ledger(), invoice, member);
    Claim { invoice: invoice.to_owned(), signature }
}

fn pass_on(invoice: &str, to: &str) -> PassOn {
    PassOn { invoice: invoice.to_owned(), to: to.to_owned() }
}

fn ids(invoices: &[&str]) -> Vec<String> {
    invoices.iter().map(|id| (*id).to_owned()).collect()
}

fn lock(organisation: &str, invoices: &[&str]) -> Lock {
    Lock { organisation: organisation.to_owned(), reference: "trip 7".to_owned(), invoices: ids(invoices) }
}

fn unlock(organisation: &str, invoices: &[&str]) -> Unlock {
    Unlock { organisation: organisation.to_owned(), invoices: ids(invoices) }
}

fn close(organisation: &str, invoices: &[&str]) -> Close {
    Close { organisation: organisation.to_owned(), invoices: ids(invoices) }
}

fn book(organisation: &str, invoices: &[&str]) -> Book {
    let (period, r#as) = ("2026-01".to_owned(), Deduction::Deductible);
    Book { organisation: organisation.to_owned(), period, r#as, invoices: ids(invoices) }
}

fn revoke(organisation: &str, invoices: &[&str]) -> RevokeBooking {
    RevokeBooking { organisation: organisation.to_owned(), invoices: ids(invoices) }
}

/// A red letter over all that is left, or over some of a rate.
fn ask(invoice: &str, reason: Reason, amounts: Amounts<'_>) -> RequestRed {
    let amount = |((category, rate), net, tax): &((&str, &str), &str, &str)| RedAmount {
        category: (*category).to_owned(),
        rate: serde_json::from_value(json!(rate)).unwrap(),
        net: serde_json::from_value(json!(net)).unwrap(),
        tax: serde_json::from_value(json!(tax)).unwrap(),
    };
    let amounts = (!amounts.is_empty()).then(|| amounts.iter().map(amount).collect());
    RequestRed { invoice: invoice.to_owned(), reason, amounts }
}

/// Asks for a red letter; the form's id.
#[track_caller]
fn form(ledger: &mut Ledger, kid: &str, ask: &RequestRed) -> String {
    ledger.run(kid, ask).applied()["form"].as_str().unwrap().to_owned()
}

/// The refusal's code and field.
#[track_caller]
fn refused_at(done: &Done, code: &str, field: &str) {
    assert_eq!(done.refused(code).field.as_deref(), Some(field));
}

/// A member of how an invoice stands.
fn stands(ledger: &Ledger, invoice: &str, name: &str) -> Json {
    ledger.query("invoice.use", &[("invoice", invoice)]).unwrap()[name].clone()
}

fn form_state(ledger: &Ledger, form: &str) -> String {
    ledger.query("invoice.red_form", &[("form", form)]).unwrap()["state"].as_str().unwrap().to_owned()
}

/// The steps of an invoice.
fn steps(ledger: &Ledger, invoice: &str) -> Vec<String> {
    let history = ledger.query("invoice.history", &[("invoice", invoice)]).unwrap();
    history["items"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap().to_owned()).collect()
}

/// All rows of the module that a refusal must leave as they are.
fn everything(ledger: &Ledger) -> Vec<Vec<Vec<Value>>> {
    let tables = [
        "invoice",
        "invoice_tax",
        "invoice_sequence",
        "invoice_holder",
        "invoice_pass",
        "invoice_reimbursement",
        "invoice_booking",
        "invoice_red",
        "invoice_red_tax",
        "invoice_reversal",
        "invoice_step",
    ];
    tables.iter().map(|table| ledger.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2"))).collect()
}
