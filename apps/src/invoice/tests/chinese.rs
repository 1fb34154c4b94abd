//! Chinese VAT: issuing, numbers, and what is refused.

use super::*;
use counterfoil_platform::types::RefusalKind;

fn issue(ledger: &mut Ledger, invoice: &Json) -> Result<Json, Refusal> {
    give_json(ledger, "supplier-1/dev", "invoice.issue", invoice)
}

#[test]
fn the_first_story_is_told_by_the_samples() {
    let mut ledger = bare();
    let mut last = Json::Null;
    for sample in samples() {
        last = give(&mut ledger, sample.kid, &sample.call).unwrap();
    }
    let invoice = ledger.query("invoice.get", &[("id", last["id"].as_str().unwrap())]).unwrap();
    assert_eq!(invoice["total"], "198.00");
    assert_eq!(invoice["payment"], "cloud-provider/4200001234202611240012345678");
    assert_eq!(invoice["number"], "26441000000000000001");
    let payment = ledger.query("invoice.payment", &[("payment", invoice["payment"].as_str().unwrap())]).unwrap();
    assert_eq!((&payment["amount"], &payment["left"]), (&json!("198.00"), &json!("0.00")));
    assert_eq!(
        invoice["taxes"],
        json!([{"category": "standard", "rate": 600, "items": 1, "net": "186.79", "tax": "11.21", "reason": null}])
    );
}

#[test]
fn an_invoice_costs_a_row_for_itself_its_series_its_month_and_each_rate() {
    let mut ledger = ledger();
    let call = ledger.seal("supplier-1/dev", &Call::new("invoice.issue", &example())).unwrap();
    let done = ledger.run_calls(&["supplier-1/dev"], &[call]);
    let output = done.applied();
    let (name, event) = done.events().remove(0);
    assert_eq!(name, "invoice.issued");
    assert_eq!(event["total"], "4617.00");
    assert_eq!(event["id"], output["id"]);
    assert_eq!(
        ledger.sql("SELECT number, seller, net_minor, tax_minor, total_minor, state, issue_date FROM invoice"),
        [[
            Value::Text("26441000000000000001".into()),
            Value::Text(SUPPLIER.into()),
            Value::Integer(410_442),
            Value::Integer(51_258),
            Value::Integer(461_700),
            Value::Text("issued".into()),
            Value::Text("2026-01-01".into()),
        ]]
    );
    assert_eq!(ledger.sql("SELECT count(*) FROM invoice_tax"), [[Value::Integer(2)]]);
    assert_eq!(
        ledger.sql("SELECT series, last FROM invoice_sequence"),
        [[Value::Text("26441".into()), Value::Integer(1)]]
    );
    assert_eq!(
        ledger.sql("SELECT invoices, issued_minor, (SELECT count(*) FROM invoice_month_tax) FROM invoice_month"),
        [[1, 461_700, 2].map(Value::Integer)]
    );
}

#[test]
fn numbers_have_no_gaps_whoever_is_refused_and_ids_sort_in_order() {
    let mut ledger = ledger();
    let kid = "supplier-1/dev";
    let good: Vec<_> = workload(7, SUPPLIER, 8).iter().map(|one| ledger.seal(kid, &clear(one)).unwrap()).collect();
    // The rate is one that the tax authority knows nothing of, which only the ledger can tell.
    let mut wrong = example();
    set(&mut wrong, "/items/1/rate", Some(json!("0.05")));
    set(&mut wrong, "/items/1/preference", Some(json!("simplified")));
    for (at, value) in
        [("/items/1/tax", "15.00"), ("/items/1/total", "315.00"), ("/tax", "509.58"), ("/total", "4614.00")]
    {
        set(&mut wrong, at, Some(json!(value)));
    }
    let rate = json!({"regime": "cn-vat", "category": "simplified", "rate": "0.05", "allowed": false});
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate).applied();
    let mut block = Vec::new();
    for call in &good[..6] {
        block.push(ledger.sign(&[kid], std::slice::from_ref(call)));
        let wrong = ledger.seal(kid, &Call::new("invoice.issue", &wrong)).unwrap();
        block.push(ledger.sign(&[kid], &[wrong]));
    }
    // Two invoices in one transaction of which the second is wrong: neither is issued.
    let wrong = ledger.seal(kid, &Call::new("invoice.issue", &wrong)).unwrap();
    block.push(ledger.sign(&[kid], &[good[6].clone(), wrong]));
    let done = ledger.block(block);
    let refused = done.iter().filter(|done| matches!(done.receipt.outcome, Outcome::Refused(_))).count();
    assert_eq!(refused, 7);
    ledger.wait_ms(400 * 24 * 60 * 60 * 1000);
    ledger.run_calls(&[kid], &good[6..]);
    let numbers = ledger.sql("SELECT number FROM invoice ORDER BY issued_ms, number");
    let numbers: Vec<_> = numbers.iter().map(|row| text(&row[0])).collect();
    assert_eq!(numbers.len(), 8);
    assert_eq!(numbers[5], "26441000000000000006");
    assert_eq!(numbers[6], "27441000000000000001");
    let ids = ledger.sql("SELECT id FROM invoice ORDER BY issued_ms");
    assert!(ids.windows(2).all(|two| text(&two[0][0])[..10] <= text(&two[1][0])[..10]));
}

#[test]
fn a_region_set_by_the_tax_authority_has_its_own_series() {
    let mut ledger = ledger();
    let id = taxpayer_id::compose("91440300", "MA5ZZ001").unwrap_or_default();
    assert_eq!(id, "", "Z is not a character of GB 32100");
    let id = taxpayer_id::compose("91440300", "MA5YY001").unwrap();
    let register = RegisterTaxpayer {
        id: id.clone(),
        name: "x".into(),
        member: "shop-2".into(),
        regime: Regime::CnVat,
        region: Some("95".to_owned()),
        scale: Scale::General,
        from: None,
    };
    ledger.run("tax-bureau/dev", &register).applied();
    let invoice = clear(&workload(1, &id, 1)[0]);
    let refusal = refused(give(&mut ledger, "shop-2/dev", &invoice), "invoice/33", "/seller");
    assert_eq!(refusal.detail, "region 95 is not allowed in numbers of 2026-01-01");
    let allow = json!({"kind": "region", "code": "95", "allowed": true});
    ledger.run_json("tax-bureau/dev", "invoice.set_numbering", &allow).applied();
    let output = give(&mut ledger, "shop-2/dev", &invoice).unwrap();
    assert_eq!(output["number"], "26951000000000000001");
}

#[test]
fn workload_is_the_same_from_the_same_seed_and_always_valid() {
    let text = |seed| serde_json::to_string(&workload(seed, SHOP, 40)).unwrap();
    assert_eq!(text(3), text(3));
    assert_ne!(text(3), text(4));
    let mut ledger = ledger();
    let mut block = Vec::new();
    for invoice in workload(3, SHOP, 40) {
        let call = ledger.seal("shop-1/dev", &clear(&invoice)).unwrap();
        block.push(ledger.sign(&["shop-1/dev"], &[call]));
    }
    for done in ledger.block(block) {
        done.applied();
    }
    assert_eq!(ledger.sql("SELECT count(*), sum(items) FROM invoice_tax WHERE items > 0")[0][1], Value::Integer(120));
}

#[test]
fn a_wrong_invoice_is_refused_by_rule_or_field_and_leaves_nothing() {
    let mut ledger = ledger();
    let before = ledger.sql("SELECT (SELECT count(*) FROM invoice), (SELECT count(*) FROM invoice_sequence)");
    for (pointer, value, code, field, detail) in [
        (
            "/total",
            json!("4617.01"),
            "invoice/8",
            "/total",
            "CN-9: total is net and tax: expected 4617.00, found 4617.01",
        ),
        (
            "/net",
            json!("4104.41"),
            "invoice/8",
            "/net",
            "CN-7: net is the sum of the items' amounts: expected 4104.42, found 4104.41",
        ),
        ("/tax", json!("512.59"), "invoice/8", "/tax", "CN-8"),
        ("/items/0/total", json!("4299.01"), "invoice/8", "/items/0/total", "CN-3"),
        ("/items/1/tax", json!("18.01"), "invoice/8", "/items/1/total", "CN-3"),
        (
            "/items/1/rate",
            json!("0.07"),
            "invoice/8",
            "/items/1/tax",
            "CN-4: the item's tax is amount x rate, or its amount is total / (1 + rate), rounded to the fen: expected 21.00, found 18.00",
        ),
        (
            "/items/1/quantity",
            json!("2.01"),
            "invoice/8",
            "/items/1/amount",
            "CN-6: the item's amount is quantity x price less the discount: expected 301.50, found 300.00",
        ),
        ("/items/1/discount", json!("1.00"), "invoice/8", "/items/1/amount", "CN-6"),
        ("/items/1/preference", json!("exempt"), "invoice/8", "/items/1/rate", "CN-2"),
        (
            "/items/1/preference",
            json!("simplified"),
            "invoice/10",
            "/taxes/0/rate",
            "rate 0.0600 of category simplified is not allowed",
        ),
        ("/paid", json!({"payment": {"id": "x"}}), "invoice/37", "/paid/payment/id", "there is no payment"),
        ("/paid", json!({"application": {"number": "7", "part": 1}}), "invoice/40", "", "no application 7"),
        ("/reference", json!("A bill"), "invoice/6", "/reference", "is not a reference"),
        ("/channel", json!(2), "invoice/33", "/channel", "channel 2 is not allowed"),
        ("/channel", json!(10), "invoice/8", "/channel", "CN-12"),
        (
            "/items/0/amount",
            json!("3804.420"),
            "platform/2",
            "/items/0/amount",
            "more digits after the point than the 2 allowed",
        ),
        ("/total", json!("92233720368547758.08"), "platform/2", "/total", "out of range"),
        ("/total", json!(4617), "platform/2", "/total", ""),
        ("/items/0/quantity", json!("0.000000001"), "platform/2", "/items/0/quantity", "the 8 allowed"),
        ("/items/0/price", json!("1.1234567"), "platform/2", "/items/0/price", "the 6 allowed"),
        ("/items/0/rate", json!("0.13001"), "platform/2", "/items/0/rate", "the 4 allowed"),
        ("/items/0/amount", json!("-3804.42"), "invoice/7", "/items/0/amount", "expected more than 0, found -3804.42"),
        ("/items/0/tax", json!("-0.01"), "invoice/7", "/items/0/tax", "expected 0 or more"),
        ("/items/0/rate", json!("1.0001"), "invoice/7", "/items/0/rate", ""),
        ("/items/0/total", json!("90000000000000000.00"), "invoice/14", "/items/0/total", "does not fit"),
        ("/items/0/tax_code", json!("109051201000000000"), "invoice/16", "/items/0/tax_code", "19 digits"),
        ("/items/0/name", json!(""), "invoice/6", "/items/0/name", "it is empty"),
        ("/items/0/name", json!("a\u{0}b"), "invoice/6", "/items/0/name", "control characters"),
        ("/remark", json!("x".repeat(1_001)), "invoice/6", "/remark", "1001 characters, at most 1000"),
        ("/items", json!([]), "invoice/13", "/items", "0 items"),
        (
            "/buyer/taxpayer",
            json!("91440300MA5FC0013F"),
            "invoice/1",
            "/buyer/taxpayer",
            "check character by GB 32100 is E",
        ),
        (
            "/seller",
            json!("91350100M000100Y43"),
            "invoice/4",
            "/seller",
            "no taxpayer of regime cn-vat is registered as 91350100M000100Y43",
        ),
        ("/seller", json!(SHOP), "invoice/5", "/seller", "are issued by keys of shop-1; signed by supplier-1/dev"),
        ("/buyer/member", json!("nobody"), "invoice/3", "/buyer/member", "there is no member"),
        ("/colour", json!("red"), "platform/2", "/colour", "unknown field"),
        ("/buyer/colour", json!("red"), "platform/2", "/buyer/colour", "unknown field"),
    ] {
        let mut invoice = example();
        set(&mut invoice, pointer, Some(value.clone()));
        let refusal = refused(issue(&mut ledger, &invoice), code, field);
        assert!(refusal.detail.contains(detail), "{pointer} {value}: {refusal}");
    }
    for (pointer, code, field) in [
        ("/buyer/taxpayer", "invoice/8", "/buyer/taxpayer"),
        ("/items/0/price", "invoice/8", "/items/0/price"),
        ("/total", "platform/2", "/total"),
    ] {
        let mut invoice = example();
        set(&mut invoice, pointer, None);
        refused(issue(&mut ledger, &invoice), code, field);
    }
    let after = ledger.sql("SELECT (SELECT count(*) FROM invoice), (SELECT count(*) FROM invoice_sequence)");
    assert_eq!(after, before);
}

#[test]
fn a_duplicated_member_is_refused_at_any_depth() {
    let mut ledger = ledger();
    for (from, to) in [
        (r#""net": "4104.42""#, r#""net": "4104.42", "net": "4104.42""#),
        (r#""amount": "300.00""#, r#""amount": "300.00", "amount": "300.00""#),
    ] {
        let text = EXAMPLE_JSON.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE_JSON);
        let with = serde_json::value::RawValue::from_string(text).unwrap();
        let call = Call { r#do: "invoice.issue".to_owned(), with };
        let refusal = give(&mut ledger, "supplier-1/dev", &call).unwrap_err();
        assert_eq!(refusal.code, "platform/2");
        assert!(refusal.detail.contains("duplicate field"), "{refusal}");
    }
}

#[test]
fn both_ways_of_computing_tax_are_taken() {
    let mut ledger = ledger();
    // From net: 3,804.42 x 13 % is 494.57; from gross 4,299.00 it is 494.58.
    for (tax, total, item, net_tax, sum) in
        [("494.58", "4299.00", "494.58", "512.58", "4617.00"), ("494.57", "4298.99", "494.57", "512.57", "4616.99")]
    {
        let mut invoice = example();
        for (pointer, value) in [
            ("/items/0/tax", tax),
            ("/items/0/total", total),
            ("/items/0/tax", item),
            ("/tax", net_tax),
            ("/total", sum),
        ] {
            set(&mut invoice, pointer, Some(json!(value)));
        }
        issue(&mut ledger, &invoice).unwrap();
    }
}

#[test]
fn only_the_tax_authority_registers_and_sets_rates() {
    let mut ledger = ledger();
    let id = taxpayer_id::compose("91440300", "MA5GG001").unwrap();
    let register = |id: &str, member: &str| json!({"id": id, "name": "新公司", "member": member, "regime": "cn-vat"});
    ledger.run_json("supplier-1/dev", "invoice.register_taxpayer", &register(&id, "supplier-1")).refused("member/11");
    ledger.run_json("tax-bureau/dev", "invoice.register_taxpayer", &register(&id, "nobody")).refused("invoice/3");
    ledger
        .run_json("tax-bureau/dev", "invoice.register_taxpayer", &register(SUPPLIER, "supplier-1"))
        .refused("invoice/2");
    let refusal = ledger
        .run_json("tax-bureau/dev", "invoice.register_taxpayer", &register("91350100M000100Y4Z", "shop-1"))
        .refused("invoice/1");
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    let mut foreign = register(&id, "shop-1");
    set(&mut foreign, "/regime", Some(json!("us-sales")));
    ledger.run_json("tax-bureau/dev", "invoice.register_taxpayer", &foreign).refused("platform/2");

    let rate = |allowed: bool| json!({"regime": "cn-vat", "category": "standard", "rate": "0.06", "scale": "general", "allowed": allowed});
    ledger.run_json("supplier-1/dev", "invoice.set_rate", &rate(false)).refused("member/11");
    issue(&mut ledger, &example()).unwrap();
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate(false)).applied();
    let refusal = refused(issue(&mut ledger, &example()), "invoice/10", "/taxes/0/rate");
    assert_eq!(refusal.detail, "rate 0.0600 of category standard is not allowed in regime cn-vat on 2026-01-01");
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate(true)).applied();
    ledger.run_json("tax-bureau/dev", "invoice.set_rate", &rate(true)).applied();
    issue(&mut ledger, &example()).unwrap();
}
