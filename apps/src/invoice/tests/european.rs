//! EN 16931: UBL in, rows out, and what is refused.

use super::*;

/// What the route does with a document: convert, then seal, sign and run.
fn post(ledger: &mut Ledger, kid: &str, xml: &str) -> Result<Json, Refusal> {
    give(ledger, kid, &super::super::clear::from_ubl(xml.as_bytes())?)
}

#[test]
fn a_ubl_invoice_is_issued_and_read_back_with_equal_totals() {
    let mut ledger = ledger();
    let output = post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap();
    assert_eq!(output["number"], "QE-2026-0042");
    let invoice = ledger.query("invoice.get", &[("id", output["id"].as_str().unwrap())]).unwrap();
    for (name, value) in [
        ("net", "399.90"),
        ("tax", "75.98"),
        ("total", "475.88"),
        ("allowance", "10.00"),
        ("charge", "0.00"),
        ("prepaid", "75.88"),
        ("payable", "400.00"),
        ("seller", "DE129273398"),
        ("issue_date", "2026-11-24"),
        ("currency", "EUR"),
        ("type_code", "380"),
    ] {
        assert_eq!(invoice[name], value, "{name}");
    }
    let hash = counterfoil_platform::types::Hash::of(&[EXAMPLE_XML.as_bytes()]).to_string();
    assert_eq!(invoice["source_sha256"], hash);
    let (record, opened) = ledger.open("tax-bureau", invoice["subject"].as_str().unwrap());
    let opened = opened.unwrap();
    assert_eq!(opened.fields()[0].value, counterfoil_platform::seal::FieldValue::Bytes(EXAMPLE_XML.into()));
    match content(&ledger.state().reader(), &record.subject, opened.fields()).unwrap().unwrap() {
        Content::European(whole, document) => {
            assert_eq!(whole.buyer.unwrap().name.as_deref(), Some("Atelier Martin SA"));
            assert_eq!(document.as_deref(), Some(EXAMPLE_XML.as_bytes()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(invoice["taxes"][0]["rate"], 1_900);
    let check = ledger.query("invoice.check", &[("number", "QE-2026-0042"), ("total", "475.88")]).unwrap();
    assert_eq!(check["state"], "valid");
}

#[test]
fn a_number_is_used_once_by_its_seller() {
    let mut ledger = ledger();
    post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap();
    let refusal = post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invoice/11", Some("/number")));
    post(&mut ledger, "supplier-1/dev", &EXAMPLE_XML.replace("QE-2026-0042", "QE-2026-0043")).unwrap();
}

#[test]
fn a_broken_rule_is_named_with_expected_and_found() {
    let mut ledger = ledger();
    for (from, to, rule, field, expected, found) in [
        (
            "Amount currencyID=\"EUR\">475.88</cbc:TaxInclusive",
            "Amount currencyID=\"EUR\">475.89</cbc:TaxInclusive",
            "BR-CO-15",
            "/BG-22/BT-112",
            "475.88",
            "475.89",
        ),
        (
            "409.90</cbc:LineExtensionAmount>\n    <cbc:TaxEx",
            "409.91</cbc:LineExtensionAmount>\n    <cbc:TaxEx",
            "BR-CO-10",
            "/BG-22/BT-106",
            "409.90",
            "409.91",
        ),
        ("400.00</cbc:PayableAmount>", "400.01</cbc:PayableAmount>", "BR-CO-16", "/BG-22/BT-115", "400.00", "400.01"),
        (
            "10.00</cbc:AllowanceTotalAmount>",
            "10.01</cbc:AllowanceTotalAmount>",
            "BR-CO-11",
            "/BG-22/BT-107",
            "10.00",
            "10.01",
        ),
        (
            "400.00</cbc:PayableAmount>",
            "400.000</cbc:PayableAmount>",
            "BR-DEC-18",
            "/BG-22/BT-115",
            "at most two digits after the point",
            "400.000",
        ),
        (
            "<cbc:RegistrationName>Atelier Martin SA</cbc:RegistrationName>",
            "",
            "BR-07",
            "/BG-7/BT-44",
            "the buyer's name",
            "none",
        ),
        (
            "<cbc:CompanyID>DE129273398",
            "<cbc:CompanyID>129273398",
            "BR-CO-09",
            "/BG-4/BT-31",
            "a country code in front",
            "129273398",
        ),
    ] {
        let xml = EXAMPLE_XML.replacen(from, to, 1);
        assert_ne!(xml, EXAMPLE_XML, "{from}");
        let refusal = post(&mut ledger, "supplier-1/dev", &xml).unwrap_err();
        assert_eq!(refusal.code, "invoice/9", "{refusal}");
        assert_eq!(refusal.detail, format!("{rule}: expected {expected}, found {found}"));
        assert_eq!(refusal.field, Some(format!("/invoice{field}")));
    }
    let refusal = post(&mut ledger, "supplier-1/dev", &EXAMPLE_XML.replace(">EUR<", ">euro<")).unwrap_err();
    assert_eq!(refusal.detail, "BR-CL-04: expected a currency of ISO 4217, found euro");
    assert_eq!(ledger.sql("SELECT count(*) FROM invoice"), [[Value::Integer(0)]]);
}

#[test]
fn every_validator_checks_what_all_see_and_the_sellers_node_all() {
    let mut ledger = ledger();
    let kid = "supplier-1/dev";
    let asked = super::super::clear::from_ubl(EXAMPLE_XML.as_bytes()).unwrap();
    let call = ledger.seal(kid, &asked).unwrap();
    let signed: Json = serde_json::from_str(call.with.get()).unwrap();
    for (pointer, value, code, field) in [
        ("/total", json!("475.89"), "invoice/9", "/BG-22/BT-112"),
        ("/tax", json!("75.97"), "invoice/9", "/BG-22/BT-110"),
        ("/payable", json!("400.01"), "invoice/9", "/BG-22/BT-115"),
        ("/taxes/0/tax", json!("76.99"), "invoice/9", "/BG-23/0/BT-117"),
        ("/total", json!("1e3"), "platform/2", "/total"),
        ("/issue_date", json!("2026-02-30"), "invoice/6", "/BT-2"),
        ("/currency", json!("euro"), "invoice/6", "/BT-5"),
        ("/number", json!("a\u{0}b"), "invoice/6", "/BT-1"),
        ("/reference", json!(""), "invoice/6", "/reference"),
        ("/taxes", json!([]), "invoice/49", "/taxes"),
        ("/source_sha256", json!("AB"), "platform/2", "/source_sha256"),
        ("/sealed/fields/0/name", json!("pdf"), "invoice/28", "/sealed/fields"),
        ("/total", json!("10000000000000.01"), "invoice/14", "/total"),
    ] {
        let mut with = signed.clone();
        set(&mut with, pointer, Some(value));
        refused(give_json(&mut ledger, kid, "invoice.issue_en16931", &with), code, field);
    }
    let whole = ubl::read(EXAMPLE_XML.as_bytes()).unwrap().invoice;
    let in_terms = json!({"invoice": whole});
    for (pointer, value, code, field) in [
        ("/invoice/BG-22/BT-112", json!("475.89"), "invoice/9", "/invoice/BG-22/BT-112"),
        ("/invoice/BT-2", json!("2026-02-30"), "invoice/6", "/invoice/BT-2"),
        ("/ubl", json!("<Invoice/>"), "invoice/15", "/ubl"),
    ] {
        let mut with = in_terms.clone();
        set(&mut with, pointer, Some(value));
        refused(give_json(&mut ledger, kid, "invoice.issue_en16931", &with), code, field);
    }
    give_json(&mut ledger, kid, "invoice.issue_en16931", &in_terms).unwrap();
}

#[test]
fn the_seller_is_found_by_its_identifiers_in_order_and_must_sign() {
    let mut ledger = ledger();
    let refusal = post(&mut ledger, "shop-1/dev", EXAMPLE_XML).unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invoice/5", Some("/seller")));

    let other = EXAMPLE_XML.replace("DE129273398", "DE999999999");
    let refusal = post(&mut ledger, "supplier-1/dev", &other).unwrap_err();
    assert_eq!(refusal.code, "invoice/4");
    assert!(refusal.detail.ends_with("registered as DE999999999"), "{refusal}");

    // By BT-30, since nobody is registered by this BT-31.
    let legal = "Qiming Electronics Europe GmbH</cbc:RegistrationName><cbc:CompanyID>HRB 77</cbc:CompanyID>";
    let other = other.replace("Qiming Electronics Europe GmbH</cbc:RegistrationName>", legal);
    let register = json!({"id": "HRB 77", "name": "Qiming", "member": "shop-2", "regime": "en16931"});
    ledger.run_json("tax-bureau/dev", "invoice.register_taxpayer", &register).applied();
    let output = post(&mut ledger, "shop-2/dev", &other).unwrap();
    let invoice = ledger.query("invoice.get", &[("id", output["id"].as_str().unwrap())]).unwrap();
    assert_eq!(invoice["seller"], "HRB 77");

    // A Chinese taxpayer is none of the European regime.
    let chinese = EXAMPLE_XML.replace("DE129273398</cbc:CompanyID>", "DE999999999</cbc:CompanyID>");
    let chinese = chinese.replace(
        "GmbH</cbc:RegistrationName>",
        &format!("GmbH</cbc:RegistrationName><cbc:CompanyID>{SUPPLIER}</cbc:CompanyID>"),
    );
    assert_eq!(post(&mut ledger, "supplier-1/dev", &chinese).unwrap_err().code, "invoice/4");
}

#[test]
fn a_rate_that_the_tax_authority_takes_back_is_refused() {
    let mut ledger = ledger();
    let any = |allowed: bool| json!({"regime": "en16931", "category": "S", "allowed": allowed});
    let rate = |rate: &str| json!({"regime": "en16931", "category": "S", "rate": rate, "allowed": true});
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &any(false)).applied();
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate("0.07")).applied();
    let refusal = post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap_err();
    assert_eq!(refusal.code, "invoice/10");
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate("0.19")).applied();
    post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap();
}

#[test]
fn amounts_that_do_not_fit_are_refused() {
    for (from, to, code) in [
        ("29.99</cbc:PriceAmount>", "29.9999999999</cbc:PriceAmount>", None),
        ("29.99</cbc:PriceAmount>", "1234567890123456789</cbc:PriceAmount>", Some("invoice/27")),
        ("29.99</cbc:PriceAmount>", "-29.99</cbc:PriceAmount>", Some("invoice/9")),
        ("29.99</cbc:PriceAmount>", "1e2</cbc:PriceAmount>", Some("invoice/27")),
        ("<cbc:Percent>19</cbc:Percent>", "<cbc:Percent>19.001</cbc:Percent>", Some("invoice/14")),
    ] {
        let xml = EXAMPLE_XML.replace(from, to);
        assert_eq!(
            super::super::clear::from_ubl(xml.as_bytes()).err().map(|refusal| refusal.code).as_deref(),
            code,
            "{to}"
        );
    }
}

/// The example as a UBL CreditNote that names it.
fn credit_note() -> String {
    let mut invoice = ubl::read(EXAMPLE_XML.as_bytes()).unwrap().invoice;
    let preceding = json!([{"BT-25": "QE-2026-0042", "BT-26": "2026-11-24"}]);
    let mut terms = serde_json::to_value(&invoice).unwrap();
    for (term, value) in [("BT-1", json!("QC-2026-0007")), ("BT-3", json!("381")), ("BG-3", preceding)] {
        terms[term] = value;
    }
    invoice = serde_json::from_value(terms).unwrap();
    ubl::write(&invoice, ubl::Root::CreditNote)
}

#[test]
fn a_ubl_credit_note_is_issued_and_takes_back() {
    let mut ledger = ledger();
    post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap();
    let xml = credit_note();
    let output = post(&mut ledger, "supplier-1/dev", &xml).unwrap();
    assert_eq!(output["number"], "QC-2026-0007");
    let invoice = ledger.query("invoice.get", &[("id", output["id"].as_str().unwrap())]).unwrap();
    assert_eq!(
        (&invoice["type_code"], &invoice["total"], &invoice["kind"]),
        (&json!("381"), &json!("475.88"), &Json::Null)
    );
    let given = [("seller", "DE129273398"), ("from", "2026-11"), ("until", "2026-11")];
    let report = ledger.query("invoice.output_tax", &given).unwrap();
    assert_eq!((&report["items"][0]["net"], &report["items"][0]["tax"]), (&json!("0.00"), &json!("0.00")));
    let subject = invoice["subject"].as_str().unwrap();
    let (record, opened) = ledger.open("tax-bureau", subject);
    let whole = content(&ledger.state().reader(), &record.subject, opened.unwrap().fields()).unwrap().unwrap();
    let Content::European(credit, document) = whole else { panic!("{whole:?}") };
    assert_eq!(document.as_deref(), Some(xml.as_bytes()));
    let printed = output::pdf_en16931(&credit, None, xml.as_bytes()).unwrap();
    assert!(printed.missing.is_empty() && printed.pages > 0);
    // What is on one list of types alone does not stand in the other document.
    let refusal = post(&mut ledger, "supplier-1/dev", &xml.replace(">381<", ">380<")).unwrap_err();
    assert!(refusal.detail.starts_with("BR-CL-01"), "{refusal}");
}

#[test]
fn a_credit_note_that_is_booked_takes_off_input_tax() {
    let mut ledger = ledger();
    let mut issue = |ubl: &str| {
        // The ledger of tests is in that month.
        let asked = json!({"ubl": ubl.replace("2026-11-", "2026-01-"), "buyer": "core-corp"});
        let output = give_json(&mut ledger, "supplier-1/dev", "invoice.issue_en16931", &asked).unwrap();
        output["id"].as_str().unwrap().to_owned()
    };
    let ids = [issue(EXAMPLE_XML), issue(&credit_note())];
    let mut booked = |id: &str| {
        let book = json!({"organisation": "core-corp", "period": "2026-01", "as": "deductible", "invoices": [id]});
        ledger.run_json("core-corp/dev", "invoice.book", &book).applied();
        let given = [("organisation", "core-corp"), ("from", "2026-01"), ("until", "2026-01")];
        ledger.query("invoice.input_tax", &given).unwrap()["items"][0]["tax"].clone()
    };
    let [before, after] = [booked(&ids[0]), booked(&ids[1])];
    assert!(before != json!("0.00") && after == json!("0.00"), "{before} {after}");
}

#[test]
fn a_buyer_that_is_a_member_reads_and_holds_its_invoice() {
    let mut ledger = ledger();
    let asked = |buyer: &str| json!({"ubl": EXAMPLE_XML, "buyer": buyer});
    let kid = "supplier-1/dev";
    refused(give_json(&mut ledger, kid, "invoice.issue_en16931", &asked("nobody")), "invoice/3", "/buyer");
    let output = give_json(&mut ledger, kid, "invoice.issue_en16931", &asked("core-corp")).unwrap();
    let id = output["id"].as_str().unwrap();
    let invoice = ledger.query("invoice.get", &[("id", id)]).unwrap();
    let subject = invoice["subject"].as_str().unwrap();
    for member in ["supplier-1", "core-corp", "tax-bureau"] {
        let (record, opened) = ledger.open(member, subject);
        let whole = content(&ledger.state().reader(), &record.subject, opened.unwrap().fields()).unwrap().unwrap();
        assert!(
            matches!(whole, Content::European(_, Some(document)) if document == EXAMPLE_XML.as_bytes()),
            "{member}"
        );
    }
    assert_eq!(ledger.open("shop-1", subject).1.unwrap_err().code(), "seal/1");
    assert_eq!(ledger.query("invoice.use", &[("invoice", id)]).unwrap()["holder"], "core-corp");
    let lock = json!({"organisation": "core-corp", "reference": "trip", "invoices": [id]});
    ledger.run_json("core-corp/dev", "invoice.lock", &lock).applied();
    // Without a name nobody holds it, and the buyer's node cannot open it.
    let other = json!({"ubl": EXAMPLE_XML.replace("QE-2026-0042", "QE-2026-0043")});
    let output = give_json(&mut ledger, kid, "invoice.issue_en16931", &other).unwrap();
    let invoice = ledger.query("invoice.get", &[("id", output["id"].as_str().unwrap())]).unwrap();
    assert!(ledger.open("core-corp", invoice["subject"].as_str().unwrap()).1.is_err());
    // A holder that does not exist is refused by all.
    let third = json!({"ubl": EXAMPLE_XML.replace("QE-2026-0042", "QE-2026-0044"), "buyer": "core-corp"});
    let call = ledger.seal(kid, &Call::new("invoice.issue_en16931", &third)).unwrap();
    let mut signed: Json = serde_json::from_str(call.with.get()).unwrap();
    set(&mut signed, "/holder", Some(json!("nobody")));
    refused(give_json(&mut ledger, kid, "invoice.issue_en16931", &signed), "invoice/3", "/holder");
}
