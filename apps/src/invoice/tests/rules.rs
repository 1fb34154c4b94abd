//! Rules of the tax authority: an invoice is judged by those in force on its date.

use super::*;

const KID: &str = "supplier-1/dev";
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn authority(ledger: &mut Ledger, name: &str, with: Json) {
    ledger.run_json("tax-bureau/dev", name, &with).applied();
}

fn issue(ledger: &mut Ledger) -> Result<Json, Refusal> {
    give_json(ledger, KID, "invoice.issue", &example())
}

#[test]
fn only_the_tax_authority_sets_rules() {
    let mut ledger = ledger();
    for (name, with) in [
        ("invoice.set_taxpayer", json!({"id": SUPPLIER, "state": "suspended", "scale": "general"})),
        ("invoice.set_quota", json!({"taxpayer": SUPPLIER, "currency": "CNY", "invoices": 1})),
        ("invoice.set_tax_code", json!({"prefix": "1", "allowed": false})),
        ("invoice.set_numbering", json!({"kind": "channel", "code": "1", "allowed": false})),
        ("invoice.set_unpaid", json!({"regime": "cn-vat", "allowed": false})),
        ("invoice.set_special", json!({"issuer": {"scale": "small"}, "allowed": false})),
    ] {
        ledger.run_json(KID, name, &with).refused("member/11");
    }
    issue(&mut ledger).unwrap();
}

#[test]
fn rules_have_their_form() {
    let mut ledger = ledger();
    let quota = |more: Json| {
        let mut with = json!({"taxpayer": SUPPLIER, "currency": "CNY"});
        with.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with
    };
    let status = |region: &str, id: &str| json!({"id": id, "state": "active", "scale": "small", "region": region});
    for (name, with, code, field) in [
        ("invoice.set_quota", quota(json!({"from": "2026-02-30"})), "invoice/29", "/from"),
        ("invoice.set_quota", quota(json!({"until": "soon"})), "invoice/29", "/until"),
        ("invoice.set_quota", quota(json!({"from": "2026-02-02", "until": "2026-02-01"})), "invoice/29", "/until"),
        // From today, which is after that.
        ("invoice.set_quota", quota(json!({"until": "2025-12-31"})), "invoice/29", "/until"),
        ("invoice.set_quota", quota(json!({"currency": "cny"})), "invoice/6", "/currency"),
        ("invoice.set_quota", quota(json!({"amount": "-1"})), "invoice/7", "/amount"),
        ("invoice.set_quota", quota(json!({"taxpayer": "nobody"})), "invoice/31", "/taxpayer"),
        ("invoice.set_taxpayer", status("4", SUPPLIER), "invoice/17", "/region"),
        ("invoice.set_taxpayer", status("44", "DE129273398"), "invoice/17", "/region"),
        ("invoice.set_taxpayer", status("44", "nobody"), "invoice/31", "/id"),
        ("invoice.set_tax_code", json!({"prefix": "1x", "allowed": true}), "invoice/16", "/prefix"),
        (
            "invoice.set_tax_code",
            json!({"prefix": "1", "allowed": true, "rates": ["0.1", "2"]}),
            "invoice/7",
            "/rates/1",
        ),
        (
            "invoice.set_special",
            json!({"issuer": {"taxpayer": "DE129273398"}, "allowed": true}),
            "invoice/31",
            "/issuer/taxpayer",
        ),
        ("invoice.set_numbering", json!({"kind": "region", "code": "4", "allowed": true}), "invoice/6", "/code"),
        ("invoice.set_numbering", json!({"kind": "channel", "code": "x", "allowed": true}), "invoice/6", "/code"),
        (
            "invoice.set_unpaid",
            json!({"regime": "en16931", "taxpayer": SUPPLIER, "allowed": true}),
            "invoice/31",
            "/taxpayer",
        ),
        (
            "invoice.set_rate",
            json!({"regime": "cn-vat", "category": "standard", "rate": "2", "allowed": true}),
            "invoice/7",
            "/rate",
        ),
    ] {
        let refusal = ledger.run_json("tax-bureau/dev", name, &with).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{with}");
    }
}

#[test]
fn a_taxpayer_issues_on_the_days_on_which_it_is_active() {
    let mut ledger = ledger();
    let status = |state: &str, from: &str, until: Option<&str>| json!({"id": SUPPLIER, "state": state, "scale": "general", "from": from, "until": until});
    authority(&mut ledger, "invoice.set_taxpayer", status("suspended", "2026-01-02", Some("2026-01-03")));
    issue(&mut ledger).unwrap();
    for _ in 0..2 {
        ledger.wait_ms(DAY_MS);
        let refusal = refused(issue(&mut ledger), "invoice/30", "/seller");
        assert!(refusal.detail.contains("is suspended on 2026-01-0"), "{refusal}");
    }
    ledger.wait_ms(DAY_MS);
    issue(&mut ledger).unwrap();
    // A later rule corrects an earlier one on the days that it covers.
    authority(&mut ledger, "invoice.set_taxpayer", status("deregistered", "2026-01-04", None));
    refused(issue(&mut ledger), "invoice/30", "/seller");
    authority(&mut ledger, "invoice.set_taxpayer", status("active", "2026-01-04", None));
    issue(&mut ledger).unwrap();
    let shown = ledger.query("invoice.taxpayer", &[("id", SUPPLIER)]).unwrap();
    let states: Vec<_> = shown["status"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["active", "deregistered", "suspended", "active"]);
    assert_eq!(shown["status"][0]["set_by"], "tax-bureau");
    let rules = ledger.query("invoice.rules", &[("kind", "invoice_taxpayer_status"), ("day", "2026-01-02")]).unwrap();
    let about = rules["items"].as_array().unwrap().iter().filter(|row| row["says"] == "suspended general").count();
    assert_eq!(about, 1);
}

#[test]
fn a_european_invoice_is_judged_by_the_rules_of_the_day_that_it_names() {
    let mut ledger = ledger();
    let call = super::super::clear::from_ubl(EXAMPLE_XML.as_bytes()).unwrap();
    let later = EXAMPLE_XML.replace("2026-11-24", "2026-11-30").replace("QE-2026-0042", "QE-2026-0043");
    assert_ne!(later, EXAMPLE_XML);
    let later = super::super::clear::from_ubl(later.as_bytes()).unwrap();
    let rate =
        json!({"regime": "en16931", "category": "S", "allowed": false, "from": "2026-11-30", "until": "2026-12-31"});
    authority(&mut ledger, "invoice.set_rate", rate);
    give(&mut ledger, KID, &call).unwrap();
    let refusal = refused(give(&mut ledger, KID, &later), "invoice/10", "/taxes/0/rate");
    assert!(refusal.detail.ends_with("regime en16931 on 2026-11-30"), "{refusal}");
}

#[test]
fn rates_can_be_for_taxpayers_of_one_scale() {
    let mut ledger = ledger();
    let small = json!({"id": SUPPLIER, "state": "active", "scale": "small"});
    authority(&mut ledger, "invoice.set_taxpayer", small);
    let refusal = refused(issue(&mut ledger), "invoice/10", "/taxes/0/rate");
    assert!(refusal.detail.starts_with("rate 0.0600 of category standard"), "{refusal}");
    for rate in ["0.06", "0.13"] {
        let allow =
            json!({"regime": "cn-vat", "category": "standard", "rate": rate, "scale": "small", "allowed": true});
        authority(&mut ledger, "invoice.set_rate", allow);
    }
    issue(&mut ledger).unwrap();
}

#[test]
fn a_quota_is_never_exceeded_by_count_or_amount_and_begins_anew_each_month() {
    let mut ledger = ledger();
    let quota =
        |more: Json| json!({"taxpayer": SUPPLIER, "currency": "CNY", "invoices": more["n"], "amount": more["sum"]});
    authority(&mut ledger, "invoice.set_quota", quota(json!({"n": 3, "sum": "10000.00"})));
    // Three of 4,617.00 in one block: the third is beyond the amount.
    let calls: Vec<_> = (0..3).map(|_| ledger.seal(KID, &Call::new("invoice.issue", &example())).unwrap()).collect();
    let block = calls.iter().map(|call| ledger.sign(&[KID], std::slice::from_ref(call))).collect();
    let done = ledger.block(block);
    let refusal = done[2].refused("invoice/32");
    assert_eq!(
        refusal.detail,
        format!("the quota of {SUPPLIER} for 2026-01 is 10000.00 (amount), of which 9234.00 is used")
    );
    authority(&mut ledger, "invoice.set_quota", quota(json!({"n": 2})));
    let refusal = refused(issue(&mut ledger), "invoice/32", "/total");
    assert!(refusal.detail.ends_with("is 2 (invoices), of which 2 is used"), "{refusal}");
    ledger.wait_ms(31 * DAY_MS);
    issue(&mut ledger).unwrap();
    let months = ledger.query("invoice.months", &[("seller", SUPPLIER)]).unwrap();
    let shown: Vec<_> = months["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["month"], &row["invoices"], &row["invoices_max"]))
        .collect();
    assert_eq!(shown, [(&json!("2026-02"), &json!(1), &json!(2)), (&json!("2026-01"), &json!(2), &json!(3))]);
    authority(&mut ledger, "invoice.set_quota", quota(json!({})));
    issue(&mut ledger).unwrap();
    // Half of a quota is no alarm, all of it is.
    authority(&mut ledger, "invoice.set_quota", quota(json!({"n": 3})));
    let alarms =
        |ledger: &Ledger| ledger.query("invoice.alarms", &[("kind", "near_quota"), ("period", "2026-02")]).unwrap();
    assert_eq!(alarms(&ledger)["items"], json!([]));
    issue(&mut ledger).unwrap();
    assert_eq!(
        alarms(&ledger)["items"],
        json!([{"kind": "near_quota", "who": SUPPLIER, "period": "2026-02", "what": "CNY", "figure": 100}])
    );
}

#[test]
fn codes_of_goods_are_judged_by_the_longest_prefix_before_signing() {
    let mut ledger = ledger();
    let code = |prefix: &str, allowed: bool, rates: Json| json!({"prefix": prefix, "allowed": allowed, "rates": rates});
    authority(&mut ledger, "invoice.set_tax_code", code("3", false, Json::Null));
    let refusal = refused(issue(&mut ledger), "invoice/35", "/items/1/tax_code");
    assert!(refusal.detail.starts_with("code 3040201000000000000 is not allowed on 2026-01-01"), "{refusal}");
    authority(&mut ledger, "invoice.set_tax_code", code("3040201", true, json!(["0.13"])));
    let refusal = refused(issue(&mut ledger), "invoice/35", "/items/1/tax_code");
    assert!(refusal.detail.contains("not at rate 0.0600"), "{refusal}");
    authority(&mut ledger, "invoice.set_tax_code", code("3040201", true, json!(["0.13", "0.06"])));
    issue(&mut ledger).unwrap();
}

#[test]
fn a_number_has_the_region_and_the_channel_that_are_allowed() {
    let mut ledger = ledger();
    let allow = |code: &str, allowed: bool| json!({"kind": "channel", "code": code, "allowed": allowed});
    authority(&mut ledger, "invoice.set_numbering", allow("2", true));
    let mut other = example();
    set(&mut other, "/channel", Some(json!(2)));
    let output = give_json(&mut ledger, KID, "invoice.issue", &other).unwrap();
    assert_eq!(output["number"], "26442000000000000001");
    authority(&mut ledger, "invoice.set_numbering", allow("1", false));
    refused(issue(&mut ledger), "invoice/33", "/channel");
    authority(
        &mut ledger,
        "invoice.set_taxpayer",
        json!({"id": SUPPLIER, "state": "active", "scale": "general", "region": "31"}),
    );
    let output = give_json(&mut ledger, KID, "invoice.issue", &other).unwrap();
    assert_eq!(output["number"], "26312000000000000001");
}

#[test]
fn whether_an_invoice_needs_a_payment_is_said_for_a_regime_and_for_a_taxpayer() {
    let mut ledger = ledger();
    let rule =
        |taxpayer: Option<&str>, allowed: bool| json!({"regime": "cn-vat", "taxpayer": taxpayer, "allowed": allowed});
    authority(&mut ledger, "invoice.set_unpaid", rule(None, false));
    let refusal = refused(issue(&mut ledger), "invoice/34", "/paid");
    assert_eq!(refusal.detail, format!("on 2026-01-01 invoices of {SUPPLIER} need a payment"));
    authority(&mut ledger, "invoice.set_unpaid", rule(Some(SUPPLIER), true));
    issue(&mut ledger).unwrap();
    refused(give(&mut ledger, "shop-1/dev", &clear(&workload(1, SHOP, 1)[0])), "invoice/34", "/paid");
    give(&mut ledger, KID, &super::super::clear::from_ubl(EXAMPLE_XML.as_bytes()).unwrap()).unwrap();
}
