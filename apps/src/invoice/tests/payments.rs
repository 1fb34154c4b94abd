//! Payments and applications: never an invoice beyond what was paid.

use super::*;
use counterfoil_platform::asset::{self as money, AssetKind};
use decimal::Fixed;

const SELLER: &str = "shop-1/dev";

/// A payment of a person to the restaurant.
fn pay(ledger: &mut Ledger, reference: &str, amount: &str) -> String {
    let with = json!({
        "reference": reference, "payer": "oUpF8", "payer_member": "person-1", "payee": SHOP, "currency": "CNY", "amount": amount,
        "paid_ms": 1_767_000_000_000_u64,
    });
    let paid = ledger.run_json("cloud-provider/dev", "invoice.register_payment", &with).applied();
    paid["payment"].as_str().unwrap().to_owned()
}

fn apply(ledger: &mut Ledger, kid: &str, payment: &str, amounts: &[&str]) -> Result<Json, Refusal> {
    let with = json!({"payment": payment, "amounts": amounts, "buyer": {"kind": "individual", "name": "张晓雨"}});
    give_json(ledger, kid, "invoice.apply", &with)
}

/// A meal of so much.
fn meal(total: i64, paid: Json) -> Call {
    let mut invoice: ClearInvoice = serde_json::from_str(include_str!("../examples/restaurant.json")).unwrap();
    let item = &mut invoice.items[0];
    (item.quantity, item.price) = (None, None);
    (item.total, item.amount) = (Fixed(total), Fixed(net_of_gross(total, 600)));
    item.tax = Fixed(total - item.amount.0);
    (invoice.net, invoice.tax, invoice.total) = (item.amount, item.tax, item.total);
    invoice.paid = serde_json::from_value(paid).unwrap();
    clear(&invoice)
}

fn left(ledger: &Ledger, payment: &str) -> Json {
    ledger.query("invoice.payment", &[("payment", payment)]).unwrap()["left"].clone()
}

fn part(application: &Json, part: u8) -> Json {
    json!({"application": {"number": application["application"], "part": part}})
}

#[test]
fn a_diner_applies_and_the_shop_issues_part_by_part() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "198.00");
    let key = SigningKey::ed25519([9; 32]).public_key().to_string().replace("ed25519:", "");
    let with = json!({
        "payment": payment, "reference": "dinner", "amounts": ["100.00", "50.00", "20.00"], "claim_key": key,
        "buyer": {"kind": "organisation", "name": "深圳市核心制造股份有限公司", "taxpayer": "91440300MA5FC0013E"},
    });
    let application = give_json(&mut ledger, "person-1/dev", "invoice.apply", &with).unwrap();
    assert_eq!(left(&ledger, &payment), "28.00");
    // The shop reads whom it is for.
    let opened = ledger.open("shop-1", "invoice:person-1/dinner").1.unwrap();
    assert!(opened.field("buyer").unwrap().value.as_text().unwrap().contains("核心制造"));
    let first = give(&mut ledger, SELLER, &meal(10_000, part(&application, 1))).unwrap();
    let invoice = ledger.query("invoice.get", &[("id", first["id"].as_str().unwrap())]).unwrap();
    assert_eq!((&invoice["claim_key"], &invoice["payment"]), (&json!(key), &json!(payment)));
    refused(give(&mut ledger, SELLER, &meal(10_000, part(&application, 1))), "invoice/41", "");
    let refusal = refused(give(&mut ledger, SELLER, &meal(5_001, part(&application, 2))), "invoice/39", "/total");
    assert!(refusal.detail.contains("has 50.00 left for it, 50.01 asked"), "{refusal}");
    // What a smaller invoice leaves of its part is free again.
    give(&mut ledger, SELLER, &meal(4_500, part(&application, 2))).unwrap();
    assert_eq!(left(&ledger, &payment), "33.00");
    refused(give(&mut ledger, SELLER, &meal(1_000, part(&application, 4))), "invoice/40", "");
    give(&mut ledger, SELLER, &meal(2_000, part(&application, 3))).unwrap();
    let number = application["application"].as_str().unwrap();
    let shown = ledger.query("invoice.application", &[("application", number)]).unwrap();
    assert_eq!(
        (&shown["state"], &shown["applicant"], &shown["seller"]),
        (&json!("issued"), &json!("person-1"), &json!(SHOP))
    );
    assert_eq!(shown["parts"][0], json!({"part": 1, "amount": "100.00", "state": "issued", "invoice": first["id"]}));
    let listed = ledger.query("invoice.applications", &[("seller", SHOP), ("state", "issued")]).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    ledger
        .run_json("person-1/dev", "invoice.withdraw_application", &json!({"application": number}))
        .refused("invoice/41");
}

#[test]
fn an_application_asks_for_special_invoices_where_the_rules_allow_them() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "198.00");
    let company =
        json!({"kind": "organisation", "name": "深圳市核心制造股份有限公司", "taxpayer": "91440300MA5FC0013E"});
    let special = |buyer: &Json| json!({"payment": payment, "kind": "special", "amounts": ["100.00"], "buyer": buyer});
    let kid = "person-1/dev";
    let person = special(&json!({"kind": "individual", "name": "张晓雨"}));
    let refusal = refused(give_json(&mut ledger, kid, "invoice.apply", &person), "invoice/8", "/buyer/kind");
    assert!(refusal.detail.starts_with("CN-14"), "{refusal}");
    let nobody = special(&json!({"kind": "organisation", "name": "x"}));
    refused(give_json(&mut ledger, kid, "invoice.apply", &nobody), "invoice/8", "/buyer/taxpayer");
    let rule = |allowed: bool| json!({"issuer": {"taxpayer": SHOP}, "allowed": allowed});
    let signed = ledger.seal(kid, &Call::new("invoice.apply", &special(&company))).unwrap();
    ledger.run_json("tax-bureau/dev", "invoice.set_special", &rule(false)).applied();
    // The node says so before anything is signed, and every validator of what was.
    refused(give_json(&mut ledger, kid, "invoice.apply", &special(&company)), "invoice/80", "/kind");
    refused(give(&mut ledger, kid, &signed), "invoice/80", "/kind");
    ledger.run_json("tax-bureau/dev", "invoice.set_special", &rule(true)).applied();
    let application = give_json(&mut ledger, kid, "invoice.apply", &special(&company)).unwrap();
    let number = application["application"].as_str().unwrap();
    assert_eq!(ledger.query("invoice.application", &[("application", number)]).unwrap()["kind"], "special");

    let call = meal(10_000, part(&application, 1));
    let mut asked: Json = serde_json::from_str(call.with.get()).unwrap();
    set(&mut asked, "/buyer", Some(company));
    let other = refused(give_json(&mut ledger, SELLER, "invoice.issue", &asked), "invoice/84", "/kind");
    assert!(other.detail.ends_with("asks for an invoice of kind special, this is of kind ordinary"), "{other}");
    set(&mut asked, "/kind", Some(json!("special")));
    give_json(&mut ledger, SELLER, "invoice.issue", &asked).unwrap();
    let plain = apply(&mut ledger, kid, &payment, &["50.00"]).unwrap();
    set(&mut asked, "/paid", Some(part(&plain, 1)));
    refused(give_json(&mut ledger, SELLER, "invoice.issue", &asked), "invoice/84", "/kind");
}

#[test]
fn of_a_thousand_applications_at_once_exactly_the_allowed_ones_take_effect() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "1234.00");
    let mut calls = Vec::new();
    for _ in 0..1_000 {
        let with = json!({"payment": payment, "amounts": ["10.00", "7.00"], "buyer": {"kind": "individual", "name": "张晓雨"}});
        calls.push(ledger.seal("person-1/dev", &Call::new("invoice.apply", &with)).unwrap());
    }
    let mut applied = 0;
    for calls in calls.chunks(500) {
        let block = calls.iter().map(|call| ledger.sign(&["person-1/dev"], std::slice::from_ref(call))).collect();
        for done in ledger.block(block) {
            match &done.receipt.outcome {
                Outcome::Applied { .. } => applied += 1,
                Outcome::Refused(refusal) => assert_eq!(refusal.code, "invoice/39", "{refusal}"),
            }
        }
    }
    // 72 x 17.00 = 1,224.00: for one more, 10.00 are not enough.
    assert_eq!(applied, 72);
    assert_eq!(left(&ledger, &payment), "10.00");
    apply(&mut ledger, "person-1/dev", &payment, &["10.00"]).unwrap();
    refused(apply(&mut ledger, "person-1/dev", &payment, &["0.01"]), "invoice/39", "/amounts");
}

#[test]
fn an_application_is_declined_or_withdrawn_and_the_rest_is_free_again() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "100.00");
    let first = apply(&mut ledger, "person-1/dev", &payment, &["60.00", "40.00"]).unwrap();
    give(&mut ledger, SELLER, &meal(6_000, part(&first, 1))).unwrap();
    let end = |application: &Json| json!({"application": application["application"]});
    ledger.run_json("shop-2/dev", "invoice.decline_application", &end(&first)).refused("member/12");
    ledger.run_json("shop-1/dev", "invoice.withdraw_application", &end(&first)).refused("member/12");
    ledger.run_json("shop-1/dev", "invoice.decline_application", &json!({"application": "7"})).refused("invoice/40");
    let mut why = end(&first);
    set(&mut why, "/reason", Some(json!("no such meal")));
    ledger.run_json("shop-1/dev", "invoice.decline_application", &why).applied();
    ledger.run_json("shop-1/dev", "invoice.decline_application", &why).refused("invoice/41");
    assert_eq!(left(&ledger, &payment), "40.00");
    refused(give(&mut ledger, SELLER, &meal(4_000, part(&first, 2))), "invoice/41", "");
    let second = apply(&mut ledger, "shop-1/dev", &payment, &["40.00"]).unwrap();
    ledger.run_json("shop-1/dev", "invoice.withdraw_application", &end(&second)).applied();
    // The provider, who knows the payer, applies for him.
    apply(&mut ledger, "cloud-provider/dev", &payment, &["1.00", "1.00", "1.00", "1.00", "1.00"]).unwrap();
    assert_eq!(left(&ledger, &payment), "35.00");
    // Two of its invoices have different holders, which shows.
    for member in ["person-1", "core-corp"] {
        let meal = meal(1_000, json!({"payment": {"id": payment}}));
        let mut asked: Json = serde_json::from_str(meal.with.get()).unwrap();
        set(&mut asked, "/buyer/member", Some(json!(member)));
        give_json(&mut ledger, SELLER, "invoice.issue", &asked).unwrap();
    }
    let alarms = ledger.query("invoice.alarms", &[("kind", "several_buyers")]).unwrap();
    assert_eq!(
        alarms["items"],
        json!([{"kind": "several_buyers", "who": SHOP, "period": payment, "what": "", "figure": 2}])
    );
}

#[test]
fn a_payment_is_told_once_by_a_provider_and_used_by_those_who_have_to_do_with_it() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "100.00");
    assert_eq!(payment, "cloud-provider/wx-1");
    let with = |pointer: &str, value: Json| {
        let mut with = json!({
            "reference": "wx-2", "payer": "oUpF8", "payee": SHOP, "currency": "CNY", "amount": "100.00", "paid_ms": 1_767_000_000_000_u64,
        });
        set(&mut with, pointer, Some(value));
        with
    };
    for (kid, with, code, field) in [
        ("shop-1/dev", with("/payer", json!("x")), "member/11", ""),
        ("cloud-provider/dev", with("/reference", json!("wx-1")), "invoice/36", ""),
        ("cloud-provider/dev", with("/reference", json!("wx 1")), "invoice/6", "/reference"),
        ("cloud-provider/dev", with("/payer", json!("")), "invoice/6", "/payer"),
        ("cloud-provider/dev", with("/payer_member", json!("nobody")), "invoice/3", "/payer_member"),
        ("cloud-provider/dev", with("/payee", json!("nobody")), "invoice/31", "/payee"),
        ("cloud-provider/dev", with("/currency", json!("yuan")), "invoice/6", "/currency"),
        ("cloud-provider/dev", with("/amount", json!("0")), "invoice/7", "/amount"),
        ("cloud-provider/dev", with("/amount", json!("10000000000000.01")), "invoice/14", "/total"),
        ("cloud-provider/dev", with("/paid_ms", json!(1_800_000_000_000_u64)), "invoice/14", "/paid_ms"),
    ] {
        refused(give_json(&mut ledger, kid, "invoice.register_payment", &with), code, field);
    }
    refused(apply(&mut ledger, "person-1/dev", "wx-9", &["1.00"]), "invoice/37", "/payment");
    refused(apply(&mut ledger, "shop-2/dev", &payment, &["1.00"]), "invoice/42", "");
    refused(apply(&mut ledger, "person-1/dev", &payment, &[]), "invoice/43", "/amounts");
    refused(apply(&mut ledger, "person-1/dev", &payment, &["1.00"; 6]), "invoice/43", "/amounts");
    refused(apply(&mut ledger, "person-1/dev", &payment, &["1.00", "0"]), "invoice/7", "/amounts/1");
    refused(apply(&mut ledger, "person-1/dev", &payment, &["60.00", "40.01"]), "invoice/39", "/amounts");
    refused(give(&mut ledger, SELLER, &meal(10_001, json!({"payment": {"id": payment}}))), "invoice/39", "/total");
    // Another seller's invoice, and one in another currency.
    let mut other = serde_json::to_value(&workload(1, SUPPLIER, 1)[0]).unwrap();
    set(&mut other, "/paid", Some(json!({"payment": {"id": payment}})));
    let refusal = refused(give_json(&mut ledger, "supplier-1/dev", "invoice.issue", &other), "invoice/38", "/paid");
    assert_eq!(refusal.detail, format!("payment cloud-provider/wx-1 is to {SHOP} in CNY"));
    ledger.run_json("cloud-provider/dev", "invoice.register_payment", &with("/currency", json!("USD"))).applied();
    refused(
        give(&mut ledger, SELLER, &meal(100, json!({"payment": {"id": "cloud-provider/wx-2"}}))),
        "invoice/38",
        "/paid",
    );
    give(&mut ledger, SELLER, &meal(10_000, json!({"payment": {"id": payment}}))).unwrap();
    assert_eq!(left(&ledger, &payment), "0.00");
}

#[test]
fn a_european_invoice_is_paid_in_its_currency_and_a_credit_note_needs_no_payment() {
    let mut ledger = ledger();
    let unpaid = json!({"regime": "en16931", "allowed": false, "from": "2026-11-01"});
    ledger.run_json("tax-bureau/dev", "invoice.set_unpaid", &unpaid).applied();
    let mut asked = json!({"invoice": ubl::read(EXAMPLE_XML.as_bytes()).unwrap().invoice});
    let issue = |ledger: &mut Ledger, asked: &Json| give_json(ledger, "supplier-1/dev", "invoice.issue_en16931", asked);
    refused(issue(&mut ledger, &asked), "invoice/34", "/paid");
    let payment = json!({
        "reference": "sepa-1", "payer": "x", "payee": "DE129273398", "currency": "EUR", "amount": "500.00", "paid_ms": 1,
    });
    ledger.run_json("cloud-provider/dev", "invoice.register_payment", &payment).applied();
    set(&mut asked, "/paid", Some(json!({"payment": {"id": "cloud-provider/sepa-1"}})));
    issue(&mut ledger, &asked).unwrap();
    assert_eq!(left(&ledger, "cloud-provider/sepa-1"), "24.12");
    set(&mut asked, "/invoice/BT-1", Some(json!("C-1")));
    set(&mut asked, "/invoice/BT-3", Some(json!("381")));
    refused(issue(&mut ledger, &asked), "invoice/7", "/total");
    set(&mut asked, "/paid", None);
    issue(&mut ledger, &asked).unwrap();
}

/// Money of a bank with two decimals, and points of a shop without.
fn bank(ledger: &mut Ledger) {
    for (kid, asset, decimals) in [
        ("bank-a/dev", "bank-a/CNY", 2_u8),
        ("bank-a/dev", "bank-a/mill", 3),
        ("supplier-1/dev", "supplier-1/points", 0),
    ] {
        let currency = asset.starts_with("bank").then(|| "CNY".to_owned());
        let define = money::Define {
            asset: asset.to_owned(),
            title: "Money".to_owned(),
            kind: if currency.is_some() { AssetKind::Currency } else { AssetKind::Points },
            currency,
            decimals,
            day_offset_minutes: 480,
            restricted: false,
        };
        ledger.run(kid, &define).applied();
        for owner in ["alice", "shop-1", "shop-2"] {
            let account = format!("{owner}/{}", asset.rsplit_once('/').unwrap().1.to_lowercase());
            ledger.run(&format!("{owner}/dev"), &money::OpenAccount { account, asset: asset.to_owned() }).applied();
        }
        let account = format!("alice/{}", asset.rsplit_once('/').unwrap().1.to_lowercase());
        let issue =
            money::Issue { account, asset: asset.to_owned(), amount: "1000".to_owned(), source: None, reference: None };
        ledger.run(kid, &issue).applied();
    }
}

fn transfer(ledger: &mut Ledger, from: &str, to: &str, asset: &str, amount: &str) -> Json {
    let kid = format!("{}/dev", from.split('/').next().unwrap());
    let with = json!({"from": from, "to": to, "asset": asset, "amount": amount});
    ledger.run_json(&kid, "asset.transfer", &with).applied()["number"].clone()
}

#[test]
fn a_transfer_on_the_ledger_is_a_payment_once() {
    let mut ledger = ledger();
    bank(&mut ledger);
    let paid = transfer(&mut ledger, "alice/cny", "shop-1/cny", "bank-a/CNY", "198.00");
    let take = |transfer: &Json, payee: &str| json!({"transfer": transfer, "payee": payee});
    ledger.run_json("shop-2/dev", "invoice.use_transfer", &take(&paid, SHOP)).refused("member/12");
    ledger.run_json("alice/dev", "invoice.use_transfer", &take(&paid, "nobody")).refused("invoice/31");
    ledger.run_json("alice/dev", "invoice.use_transfer", &take(&json!("7"), SHOP)).refused("invoice/44");
    let refusal =
        ledger.run_json("alice/dev", "invoice.use_transfer", &take(&paid, "92440300MA5DL0029P")).refused("invoice/44");
    assert!(refusal.detail.contains("it went to shop-1"), "{refusal}");
    let payment = ledger.run_json("alice/dev", "invoice.use_transfer", &take(&paid, SHOP)).applied()["payment"].clone();
    let payment = payment.as_str().unwrap();
    assert_eq!(payment, format!("asset:{}", paid.as_str().unwrap()));
    ledger.run_json("shop-1/dev", "invoice.use_transfer", &take(&paid, SHOP)).refused("invoice/36");
    let application = apply(&mut ledger, "alice/dev", payment, &["198.00"]).unwrap();
    give(&mut ledger, SELLER, &meal(19_800, part(&application, 1))).unwrap();
    let shown = ledger.query("invoice.payment", &[("payment", payment)]).unwrap();
    assert_eq!(
        (&shown["payer"], &shown["payer_member"], &shown["left"]),
        (&json!("alice/cny"), &json!("alice"), &json!("0.00"))
    );

    for (from, to, asset, amount, reason) in [
        ("alice/points", "shop-1/points", "supplier-1/points", "10", "is no currency"),
        ("alice/mill", "shop-1/mill", "bank-a/mill", "1.005", "smaller than hundredths"),
    ] {
        let other = transfer(&mut ledger, from, to, asset, amount);
        let refusal = ledger.run_json("alice/dev", "invoice.use_transfer", &take(&other, SHOP)).refused("invoice/44");
        assert!(refusal.detail.contains(reason), "{refusal}");
    }
    let fine = transfer(&mut ledger, "alice/mill", "shop-1/mill", "bank-a/mill", "1.010");
    let fine = ledger.run_json("shop-1/dev", "invoice.use_transfer", &take(&fine, SHOP)).applied();
    assert_eq!(left(&ledger, fine["payment"].as_str().unwrap()), "1.01");
    // What a bank issues is nobody's payment, and what a shop moves between its own accounts is none either.
    let issue = json!({"account": "shop-1/cny", "asset": "bank-a/CNY", "amount": "5.00"});
    let issued = ledger.run_json("bank-a/dev", "asset.issue", &issue).applied()["number"].clone();
    ledger
        .run_json("shop-1/dev", "asset.open_account", &json!({"account": "shop-1/till", "asset": "bank-a/CNY"}))
        .applied();
    let own = transfer(&mut ledger, "shop-1/cny", "shop-1/till", "bank-a/CNY", "5.00");
    for none in [issued, own] {
        let refusal = ledger.run_json("shop-1/dev", "invoice.use_transfer", &take(&none, SHOP)).refused("invoice/44");
        assert!(refusal.detail.contains("nobody paid somebody else"), "{refusal}");
    }
}

#[test]
fn money_that_comes_back_is_an_alarm() {
    let mut ledger = ledger();
    bank(&mut ledger);
    let there = transfer(&mut ledger, "alice/cny", "shop-1/cny", "bank-a/CNY", "500.00");
    let on = transfer(&mut ledger, "shop-1/cny", "shop-2/cny", "bank-a/CNY", "495.00");
    let back = transfer(&mut ledger, "shop-2/cny", "shop-1/cny", "bank-a/CNY", "470.00");
    let mut take = |transfer: &Json, kid: &str, payee: &str| {
        let with = json!({"transfer": transfer, "payee": payee});
        ledger.run_json(kid, "invoice.use_transfer", &with).applied()["payment"].as_str().unwrap().to_owned()
    };
    take(&there, "alice/dev", SHOP);
    let on = take(&on, "shop-1/dev", "92440300MA5DL0029P");
    let back = take(&back, "shop-2/dev", SHOP);
    let alarms = ledger.query("invoice.alarms", &[("kind", "round_trip")]).unwrap();
    assert_eq!(
        alarms["items"],
        json!([{"kind": "round_trip", "who": "shop-1", "period": "shop-2", "what": format!("{on} {back}"), "figure": 47_000}])
    );
}

#[test]
fn what_red_letters_take_back_is_left_of_the_payment_again() {
    let mut ledger = ledger();
    let payment = pay(&mut ledger, "wx-1", "100.00");
    let direct = give(&mut ledger, SELLER, &meal(6_000, json!({"payment": {"id": payment}}))).unwrap();
    let application = apply(&mut ledger, "person-1/dev", &payment, &["30.00"]).unwrap();
    let applied = give(&mut ledger, SELLER, &meal(3_000, part(&application, 1))).unwrap();
    let unpaid = give(&mut ledger, SELLER, &meal(3_000, Json::Null)).unwrap();
    assert_eq!(left(&ledger, &payment), "10.00");
    let part = json!([{"category": "standard", "rate": "0.06", "net": "20.00", "tax": "1.20"}]);
    for (invoice, reason, amounts, rest) in [
        (&direct, "04", part.clone(), "31.20"),
        (&direct, "04", part, "52.40"),
        (&direct, "01", Json::Null, "70.00"),
        (&applied, "02", Json::Null, "100.00"),
        (&unpaid, "01", Json::Null, "100.00"),
    ] {
        let asked = json!({"invoice": invoice["id"], "reason": reason, "amounts": amounts});
        let form = ledger.run_json(SELLER, "invoice.request_red", &asked).applied();
        ledger.run_json(SELLER, "invoice.issue_red", &json!({"form": form["form"]})).applied();
        assert_eq!(left(&ledger, &payment), rest, "{asked}");
    }
    give(&mut ledger, SELLER, &meal(10_000, json!({"payment": {"id": payment}}))).unwrap();
    assert_eq!(left(&ledger, &payment), "0.00");
}
