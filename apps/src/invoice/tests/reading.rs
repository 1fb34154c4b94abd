//! Queries: the public check, lists and pages.

use super::*;

#[test]
fn the_public_check_tells_only_what_number_and_total_tell_together() {
    let mut ledger = ledger();
    let output = give_json(&mut ledger, "supplier-1/dev", "invoice.issue", &example()).unwrap();
    let number = output["number"].as_str().unwrap();
    let check = |number: &str, total: &str| ledger.query("invoice.check", &[("number", number), ("total", total)]);
    assert_eq!(check(number, "4617.00").unwrap(), json!({"state": "valid"}));
    assert_eq!(check(number, "4617").unwrap(), json!({"state": "valid"}));
    for (number, total) in [(number, "4617.01"), (number, "0"), ("26441000000000000002", "4617.00"), ("", "4617.00")] {
        assert_eq!(check(number, total).unwrap(), json!({"state": "unknown"}));
    }
    assert_eq!(check(number, "4617.000").unwrap_err().code, "platform/3");
    assert_eq!(ledger.query("invoice.check", &[("number", number)]).unwrap_err().code, "platform/3");
}

#[test]
fn lists_are_paged_from_the_newest_and_by_seller() {
    let mut ledger = ledger();
    for at in 0..5 {
        give(&mut ledger, "supplier-1/dev", &clear(&workload(at, SUPPLIER, 1)[0])).unwrap();
        give(&mut ledger, "shop-1/dev", &clear(&workload(at, SHOP, 1)[0])).unwrap();
    }
    for (seller, expected) in [(Some(SUPPLIER), 5), (Some(SHOP), 5), (Some("nobody"), 0), (None, 10)] {
        let mut cursor: Option<String> = None;
        let mut numbers = Vec::new();
        loop {
            let mut given = vec![("limit", "2")];
            given.extend(seller.map(|seller| ("seller", seller)));
            given.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = ledger.query("invoice.list", &given).unwrap();
            for item in page["items"].as_array().unwrap() {
                assert!(seller.is_none_or(|seller| item["seller"] == seller));
                numbers.push(item["number"].as_str().unwrap().to_owned());
            }
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(numbers.len(), expected);
        assert!(numbers.windows(2).all(|two| two[0] > two[1]), "{numbers:?}");
    }
}

#[test]
fn lists_and_lookups_follow_an_index() {
    let ledger = ledger();
    let plan = |sql: &str| {
        let rows = ledger.sql(&format!("EXPLAIN QUERY PLAN {sql}"));
        rows.iter().map(|row| text(&row[3]).to_owned()).collect::<Vec<_>>().join("; ")
    };
    for name in [
        "invoice.list",
        "invoice.check",
        "invoice.get",
        "invoice.output_tax",
        "invoice.months",
        "invoice.sales_book",
        "invoice.payments",
    ] {
        let sql = ledger.registry().query(name).unwrap().sql;
        let plan = plan(sql);
        assert!(!plan.contains("SCAN i;") && !plan.contains("SCAN invoice"), "{name}: {plan}");
        assert!(plan.contains("SEARCH"), "{name}: {plan}");
    }
}

#[test]
fn taxpayers_and_rates_can_be_read() {
    let ledger = ledger();
    let taxpayers = ledger.query("invoice.taxpayers", &[("member", "supplier-1")]).unwrap();
    assert_eq!(taxpayers["items"].as_array().unwrap().len(), 2);
    let taxpayer = ledger.query("invoice.taxpayer", &[("id", SUPPLIER)]).unwrap();
    assert_eq!(taxpayer["status"][0]["region"], "44");
    let rates =
        ledger.query("invoice.rates", &[("day", "2026-01-01"), ("regime", "en16931"), ("limit", "500")]).unwrap();
    assert_eq!(rates["items"].as_array().unwrap().len(), 10);
    let first = ledger.query("invoice.rates", &[("day", "2026-01-01"), ("regime", "cn-vat"), ("limit", "3")]).unwrap();
    let next = first["next"].as_str().unwrap();
    let rest = ledger.query("invoice.rates", &[("day", "2026-01-01"), ("regime", "cn-vat"), ("cursor", next)]).unwrap();
    assert_eq!(first["items"].as_array().unwrap().len() + rest["items"].as_array().unwrap().len(), 14);
}
