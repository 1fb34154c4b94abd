//! Special invoices, told apart from ordinary ones.

use super::*;

const KID: &str = "supplier-1/dev";

/// The example as a special invoice to an organisation that is a member.
fn special() -> Json {
    let mut invoice = example();
    set(&mut invoice, "/kind", Some(json!("special")));
    set(&mut invoice, "/buyer/member", Some(json!("core-corp")));
    invoice
}

fn issue(ledger: &mut Ledger, invoice: &Json) -> Result<Json, Refusal> {
    give_json(ledger, KID, "invoice.issue", invoice)
}

/// The id of what is issued.
fn issued(ledger: &mut Ledger, invoice: &Json) -> String {
    issue(ledger, invoice).unwrap()["id"].as_str().unwrap().to_owned()
}

fn book(invoices: &[&str], how: Deduction) -> Book {
    let invoices = invoices.iter().map(|id| (*id).to_owned()).collect();
    Book { organisation: "core-corp".to_owned(), period: "2026-01".to_owned(), r#as: how, invoices }
}

#[test]
fn an_invoice_says_its_kind_wherever_it_is_read() {
    let mut ledger = ledger();
    let mut ordinary = special();
    set(&mut ordinary, "/kind", None);
    let invoices = [issued(&mut ledger, &special()), issued(&mut ledger, &ordinary)];
    for (id, kind) in invoices.iter().zip(["special", "ordinary"]) {
        let invoice = ledger.query("invoice.get", &[("id", id)]).unwrap();
        assert_eq!(invoice["kind"], kind);
        assert_eq!(ledger.query("invoice.use", &[("invoice", id)]).unwrap()["kind"], kind);
        let (record, opened) = ledger.open("core-corp", invoice["subject"].as_str().unwrap());
        let whole = content(&ledger.state().reader(), &record.subject, opened.unwrap().fields()).unwrap().unwrap();
        let Content::Chinese(whole) = whole else { panic!("{whole:?}") };
        assert_eq!(whole.kind.as_str(), kind);
    }
    let given = [("seller", SUPPLIER), ("from", "2026-01-01"), ("until", "2026-01-31")];
    let book = ledger.query("invoice.sales_book", &given).unwrap();
    let kinds: Vec<_> = book["items"].as_array().unwrap().iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, ["special", "ordinary"]);
    // The tax return asks for the two kinds apart.
    let given = [("seller", SUPPLIER), ("from", "2026-01"), ("until", "2026-01"), ("limit", "3")];
    let tax = ledger.query("invoice.output_tax", &given).unwrap();
    let shown = |row: &Json| [&row["kind"], &row["rate"], &row["tax"]].map(Json::clone);
    assert_eq!(
        tax["items"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>(),
        [["ordinary", "0.0600", "18.00"], ["ordinary", "0.1300", "494.58"], ["special", "0.0600", "18.00"]]
    );
    assert!(tax["next"].is_string());
}

#[test]
fn a_special_invoice_is_for_an_organisation_and_has_nothing_free_of_tax() {
    let mut ledger = ledger();
    let mut person = special();
    set(&mut person, "/buyer/kind", Some(json!("individual")));
    let refusal = refused(issue(&mut ledger, &person), "invoice/8", "/buyer/kind");
    assert!(refusal.detail.starts_with("CN-14"), "{refusal}");
    let mut nobody = special();
    set(&mut nobody, "/buyer/taxpayer", None);
    assert!(refused(issue(&mut ledger, &nobody), "invoice/8", "/buyer/taxpayer").detail.starts_with("CN-1"));
    let mut free = special();
    for (pointer, value) in [
        ("/items/1/rate", json!("0")),
        ("/items/1/preference", json!("exempt")),
        ("/items/1/tax", json!("0.00")),
        ("/items/1/total", json!("300.00")),
        ("/tax", json!("494.58")),
        ("/total", json!("4599.00")),
    ] {
        set(&mut free, pointer, Some(value));
    }
    let refusal = refused(issue(&mut ledger, &free), "invoice/8", "/items/1/rate");
    assert!(refusal.detail.starts_with("CN-15"), "{refusal}");
    set(&mut free, "/kind", None);
    issue(&mut ledger, &free).unwrap();
    // Whoever seals with software of his own is refused by all validators.
    let call = ledger.seal(KID, &Call::new("invoice.issue", &free)).unwrap();
    let mut signed: Json = serde_json::from_str(call.with.get()).unwrap();
    set(&mut signed, "/kind", Some(json!("special")));
    refused(issue(&mut ledger, &signed), "invoice/8", "/taxes/0/rate");
}

#[test]
fn the_tax_authority_says_who_issues_special_invoices() {
    let mut ledger = ledger();
    let rule = |issuer: Json, allowed: bool| json!({"issuer": issuer, "allowed": allowed});
    let set_special =
        |ledger: &mut Ledger, with: Json| ledger.run_json("tax-bureau/dev", "invoice.set_special", &with).applied();
    set_special(&mut ledger, rule(json!({"scale": "general"}), false));
    let refusal = refused(issue(&mut ledger, &special()), "invoice/80", "/kind");
    let detail = format!("{SUPPLIER} issues no special invoice on 2026-01-01, by its own rule or that of its scale");
    assert_eq!(refusal.detail, detail);
    issue(&mut ledger, &example()).unwrap();
    set_special(&mut ledger, rule(json!({"taxpayer": SUPPLIER}), true));
    issue(&mut ledger, &special()).unwrap();
    set_special(&mut ledger, rule(json!({"scale": "general"}), true));
    set_special(&mut ledger, rule(json!({"taxpayer": SUPPLIER}), false));
    refused(issue(&mut ledger, &special()), "invoice/80", "/kind");
    assert!(!issues_special(&ledger.state().reader(), SUPPLIER, "2026-01-01").unwrap());
    let rules = ledger.query("invoice.rules", &[("kind", "invoice_special")]).unwrap();
    assert_eq!((&rules["items"][0]["about"], &rules["items"][0]["says"]), (&json!(SUPPLIER), &json!("not allowed")));
}

#[test]
fn a_taxpayer_that_is_not_active_issues_no_special_invoices() {
    let mut ledger = ledger();
    let issues = |ledger: &Ledger, day: &str| issues_special(&ledger.state().reader(), SUPPLIER, day).unwrap();
    assert!(issues(&ledger, "2026-01-01") && issues(&ledger, "2026-01-02"));
    let suspended = json!({"id": SUPPLIER, "state": "suspended", "scale": "general", "from": "2026-01-02"});
    ledger.run_json("tax-bureau/dev", "invoice.set_taxpayer", &suspended).applied();
    assert!(issues(&ledger, "2026-01-01") && !issues(&ledger, "2026-01-02"));
    assert!(!issues_special(&ledger.state().reader(), "nobody", "2026-01-01").unwrap());
}

#[test]
fn the_tax_of_special_invoices_alone_is_deducted() {
    let mut ledger = ledger();
    let mut ordinary = special();
    set(&mut ordinary, "/kind", None);
    let (first, second) = (issued(&mut ledger, &special()), issued(&mut ledger, &ordinary));
    let both = ledger.run("core-corp/dev", &book(&[&first, &second], Deduction::Deductible));
    assert_eq!(both.refused("invoice/81").field.as_deref(), Some("/invoices/1"));
    ledger.run("core-corp/dev", &book(&[&first], Deduction::Deductible)).applied();
    ledger.run("core-corp/dev", &book(&[&second], Deduction::NotDeductible)).applied();
    let given = [("organisation", "core-corp"), ("from", "2026-01"), ("until", "2026-01")];
    let input = ledger.query("invoice.input_tax", &given).unwrap();
    let taxes: Vec<_> = input["items"].as_array().unwrap().iter().map(|row| row["tax"].clone()).collect();
    assert_eq!(taxes, ["18.00", "494.58"]);
}
