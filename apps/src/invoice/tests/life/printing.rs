//! Red letters as documents.

use super::*;
use crate::invoice::output::{Colour, Face, tests::code_of, xml};
use counterfoil_platform::{Rendered, types::Refusal};

/// What a reader's node puts out of an invoice's seal: the invoice, or its red letter.
fn rendered(ledger: &Ledger, blue: &str, document: Option<&str>, media_type: &str) -> Result<Vec<u8>, Refusal> {
    let invoice = ledger.query("invoice.get", &[("id", blue)]).unwrap();
    let (record, opened) = ledger.open("core-corp", invoice["subject"].as_str().unwrap());
    let rendering = MODULE.renderings.iter().find(|rendering| rendering.media_type == media_type).unwrap();
    let (reader, opened) = (ledger.state().reader(), opened.unwrap());
    let english = document.is_some();
    let origin = "https://c.example";
    (rendering.render)(&Rendered { reader: &reader, record: &record, opened: &opened, document, english, origin })
}

fn face(ledger: &Ledger, blue: &str, document: Option<&str>) -> Face {
    xml::read(&rendered(ledger, blue, document, "application/xml").unwrap()).unwrap()
}

/// Issues the red letter of a form; its id.
fn red_letter(ledger: &mut Ledger, asked: &RequestRed) -> (String, String) {
    let form = form(ledger, "supplier-1/dev", asked);
    let red = ledger.run("supplier-1/dev", &IssueRed { form: form.clone() }).applied();
    (red["id"].as_str().unwrap().to_owned(), form)
}

#[test]
fn a_red_letter_is_put_out_with_negative_amounts_its_blue_one_and_its_form() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let blue = face(&ledger, &id, None);
    assert_eq!((blue.kind, blue.colour.clone()), (Kind::Special, Colour::Blue));
    let (red, form) = red_letter(&mut ledger, &ask(&id, Reason::GoodsReturned, &[]));
    let shown = ledger.query("invoice.get", &[("id", &red)]).unwrap();
    assert_eq!((&shown["blue"], &shown["red_form"]), (&json!(id), &json!(form)));
    assert_eq!((&shown["blue_number"], &shown["kind"]), (&json!(blue.number), &json!("special")));
    let face = face(&ledger, &id, Some(&red));
    assert_eq!(face.colour, Colour::Red { blue: blue.number.clone(), confirmation: Some(form) });
    assert_eq!((face.number.as_str(), face.kind), (shown["number"].as_str().unwrap(), Kind::Special));
    assert_eq!((face.buyer.name, face.buyer.taxpayer), (blue.buyer.name, blue.buyer.taxpayer));
    assert_eq!([face.net, face.tax, face.total].map(|sum| sum.to_string()), ["-4104.42", "-512.58", "-4617.00"]);
    assert_eq!(face.items.len(), blue.items.len());
    for item in &blue.items {
        // The ledger has them by rate.
        let back = face.items.iter().find(|red| red.name == item.name).unwrap();
        assert_eq!((back.amount.0, back.tax.0, back.price), (-item.amount.0, -item.tax.0, item.price));
        assert_eq!(back.quantity.map(|quantity| -quantity.0), item.quantity.map(|quantity| quantity.0));
    }
    let pdf = rendered(&ledger, &id, Some(&red), "application/pdf").unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert_ne!(pdf, rendered(&ledger, &id, Some(&id), "application/pdf").unwrap());
}

#[test]
fn a_part_is_taken_back_by_rate() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let asked = ask(&id, Reason::Allowance, &[(GOODS, "1000.00", "130.00"), (SERVICE, "300.00", "18.00")]);
    let (red, _) = red_letter(&mut ledger, &asked);
    let face = face(&ledger, &id, Some(&red));
    let lines: Vec<_> = face.items.iter().map(|item| (item.amount.to_string(), item.quantity.is_some())).collect();
    // Of the service all is taken back, so its item stands whole; of the goods a part.
    assert!(
        lines.contains(&("-1000.00".to_owned(), false)) && lines.contains(&("-300.00".to_owned(), true)),
        "{lines:?}"
    );
    assert_eq!(face.total.to_string(), "-1448.00");
}

#[test]
fn only_red_letters_of_the_opened_invoice_are_put_out() {
    let mut ledger = ledger();
    let id = bill(&mut ledger, Some("core-corp"));
    let other = bill(&mut ledger, Some("core-corp"));
    let (red, _) = red_letter(&mut ledger, &ask(&other, Reason::GoodsReturned, &[]));
    for wrong in [red.as_str(), other.as_str(), "nothing"] {
        let refusal = rendered(&ledger, &id, Some(wrong), "application/pdf").unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invoice/50", Some("/document")), "{wrong}");
    }
}

#[test]
fn the_code_on_a_page_leads_to_the_public_check_of_that_document() {
    let mut ledger = ledger();
    let blue = bill(&mut ledger, Some("core-corp"));
    let (red, _) = red_letter(&mut ledger, &ask(&blue, Reason::GoodsReturned, &[]));
    let european = json!({"ubl": EXAMPLE_XML, "buyer": "core-corp"});
    let european = give_json(&mut ledger, "supplier-1/dev", "invoice.issue_en16931", &european).unwrap();
    let european = european["id"].as_str().unwrap().to_owned();
    for (sealed, document, state) in
        [(&blue, None, "reversed"), (&blue, Some(&red), "red_letter"), (&european, None, "valid")]
    {
        let shown = document.unwrap_or(sealed);
        let pdf = rendered(&ledger, sealed, document.map(String::as_str), "application/pdf").unwrap();
        let Some(code) = code_of(&pdf) else { return };
        let invoice = ledger.query("invoice.get", &[("id", shown)]).unwrap();
        let [number, total] = ["number", "total"].map(|name| invoice[name].as_str().unwrap());
        assert_eq!(code, format!("https://c.example/check?number={number}&total={total}&proof={shown}"));
        let asked = [("number", number), ("total", total), ("proof", shown.as_str())];
        assert_eq!(ledger.query("invoice.check", &asked).unwrap()["state"], state);
    }
}
