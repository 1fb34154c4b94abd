//! EN 16931: UBL in, rows out, and what is refused.

use super::*;
use counterfoil_platform::types::Refusal;

/// What the route does with a document: convert, then sign and run.
fn post(ledger: &mut Ledger, kid: &str, xml: &str) -> Result<Json, Refusal> {
    let call = commands::from_ubl(xml.as_bytes())?;
    let done = ledger.run_calls(&[kid], &[call]);
    match &done.receipt.outcome {
        counterfoil_platform::types::Outcome::Applied { .. } => Ok(done.applied()),
        counterfoil_platform::types::Outcome::Refused(refusal) => Err(refusal.clone()),
    }
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
        ("buyer_name", "Atelier Martin SA"),
        ("issue_date", "2026-11-24"),
        ("currency", "EUR"),
        ("type_code", "380"),
    ] {
        assert_eq!(invoice[name], value, "{name}");
    }
    let hash = counterfoil_platform::types::Hash::of(&[EXAMPLE_XML.as_bytes()]).to_string();
    assert_eq!(invoice["source_sha256"], hash);
    assert_eq!(invoice["lines"][0]["net"], "299.90");
    assert_eq!(invoice["lines"][0]["tax"], Json::Null);
    assert_eq!(invoice["taxes"][0]["rate"], 1_900);
    let check = ledger.query("invoice.check", &[("number", "QE-2026-0042"), ("total", "475.88")]).unwrap();
    assert_eq!(check["state"], "valid");
}

#[test]
fn a_number_is_used_once_by_its_seller() {
    let mut ledger = ledger();
    post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap();
    let refusal = post(&mut ledger, "supplier-1/dev", EXAMPLE_XML).unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invoice/11", Some("/invoice/BT-1")));
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
    assert_eq!(refusal.detail, "BR-CL-04: expected three letters of ISO 4217, found euro");
    assert_eq!(ledger.sql("SELECT count(*) FROM invoice"), [[Value::Integer(0)]]);
}

#[test]
fn every_validator_checks_the_rules_and_not_only_the_node_that_converts() {
    let mut ledger = ledger();
    let call = commands::from_ubl(EXAMPLE_XML.as_bytes()).unwrap();
    let mut with: Json = serde_json::from_str(call.with.get()).unwrap();
    set(&mut with, "/invoice/BG-22/BT-112", Some(json!("475.89")));
    let refusal = ledger.run_json("supplier-1/dev", "invoice.issue_en16931", &with).refused("invoice/9");
    assert!(refusal.detail.starts_with("BR-CO-15"), "{refusal}");
    set(&mut with, "/invoice/BG-22/BT-112", Some(json!("1e3")));
    let refusal = ledger.run_json("supplier-1/dev", "invoice.issue_en16931", &with).refused("platform/2");
    assert_eq!(refusal.field.as_deref(), Some("/invoice/BG-22/BT-112"));
    set(&mut with, "/invoice/BG-22/BT-112", Some(json!("475.88")));
    for (pointer, value) in [
        ("/invoice/BT-2", json!("2026-02-30")),
        ("/invoice/BG-7/BT-44", json!("a\u{0}b")),
        ("/invoice/BG-25/0/BG-31/BT-153", json!("a\u{7}b")),
    ] {
        let mut with = with.clone();
        set(&mut with, pointer, Some(value));
        ledger.run_json("supplier-1/dev", "invoice.issue_en16931", &with).refused("invoice/6");
    }
    set(&mut with, "/source_sha256", Some(json!("AB")));
    ledger.run_json("supplier-1/dev", "invoice.issue_en16931", &with).refused("invoice/15");
}

#[test]
fn the_seller_is_found_by_its_identifiers_in_order_and_must_sign() {
    let mut ledger = ledger();
    let refusal = post(&mut ledger, "shop-1/dev", EXAMPLE_XML).unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invoice/5", Some("/invoice/BG-4")));

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
        assert_eq!(commands::from_ubl(xml.as_bytes()).err().map(|refusal| refusal.code).as_deref(), code, "{to}");
    }
}
