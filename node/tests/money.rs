//! Money as its users meet it: routes in, rows and statements out.

use crate::support::{Dev, Reply, now_ms, run};
use serde_json::{Value, json};

const MONEY: &str = "bank-a/CNY";

/// A ledger with money in three accounts, through the friendly routes.
fn start() -> Dev {
    let dev = Dev::alone();
    let asset = json!({
        "asset": MONEY, "title": "Renminbi", "kind": "currency", "currency": "CNY", "decimals": 2, "day_offset_minutes": 480,
    });
    let defined = post(&dev, "/v1/assets", "bank-a", &asset).expect(201);
    assert_eq!(defined.header("location"), Some("/v1/assets/bank-a%2FCNY"));
    for (member, amount) in [("supplier-1", "1000.00"), ("shop-1", "50.00"), ("shop-2", "0.50")] {
        let account = format!("{member}/cny");
        let opened = post(&dev, "/v1/accounts", member, &json!({"account": account, "asset": MONEY})).expect(201);
        assert_eq!(opened.header("location"), Some(format!("/v1/accounts/{member}%2Fcny").as_str()));
        let issue = json!({"account": account, "amount": amount, "source": format!("deposit of {member}")});
        let issued = post(&dev, "/v1/assets/bank-a%2FCNY/issue", "bank-a", &issue).expect(201);
        let number = issued.json()["number"].as_str().unwrap().to_owned();
        assert_eq!(issued.header("location"), Some(format!("/v1/transfers/{number}").as_str()));
    }
    dev
}

fn post(dev: &Dev, path: &str, member: &str, body: &Value) -> Reply {
    let key = format!("{member}/dev");
    dev.http.post(path, &[("content-type", "application/json"), ("counterfoil-key", &key)], body.to_string())
}

fn get(dev: &Dev, path: &str) -> Value {
    dev.http.get(path).expect(200).json()
}

/// What is available and held in each account.
fn balances(dev: &Dev) -> Value {
    let accounts = ["supplier-1", "shop-1", "shop-2"].map(|member| {
        let account = get(dev, &format!("/v1/accounts/{member}%2Fcny"));
        json!([account["available"], account["held"]])
    });
    json!(accounts)
}

fn payment(from: &str, to: &str, amount: &str) -> Value {
    json!({"from": format!("{from}/cny"), "to": format!("{to}/cny"), "asset": MONEY, "amount": amount})
}

fn in_an_hour() -> u64 {
    now_ms() + 3_600_000
}

#[test]
fn money_is_issued_paid_held_offered_and_reconciled() {
    let dev = start();
    let mut transfer = payment("supplier-1", "shop-1", "198.00");
    transfer["reference"] = "dinner".into();
    transfer["end_to_end_id"] = "E2E-1".into();
    let paid = post(&dev, "/v1/transfers", "supplier-1", &transfer).expect(201);
    let shown = get(&dev, paid.header("location").unwrap());
    for (name, value) in
        [("amount", "198.00"), ("reference", "dinner"), ("end_to_end_id", "E2E-1"), ("kind", "transfer")]
    {
        assert_eq!(shown[name], value, "{shown}");
    }
    assert_eq!(balances(&dev), json!([["802.00", "0.00"], ["248.00", "0.00"], ["0.50", "0.00"]]));

    let legs = json!([{"to": "shop-1/cny", "amount": "1"}, {"to": "shop-2/cny", "amount": "1.50"}]);
    let batch = json!({"from": "supplier-1/cny", "asset": MONEY, "legs": legs});
    assert_eq!(post(&dev, "/v1/transfer-batches", "supplier-1", &batch).expect(200).json()["legs"], 2);
    assert_eq!(balances(&dev), json!([["799.50", "0.00"], ["249.00", "0.00"], ["2.00", "0.00"]]));

    // Set aside, taken in part, and the rest given up.
    let hold = json!({
        "account": "shop-1/cny", "beneficiary": "shop-2", "asset": MONEY, "amount": "100.00", "expires_ms": in_an_hour(),
    });
    let held = post(&dev, "/v1/holds", "shop-1", &hold).expect(201);
    let place = held.header("location").unwrap().to_owned();
    assert_eq!(balances(&dev)[1], json!(["149.00", "100.00"]));
    let taken = post(&dev, &format!("{place}/capture"), "shop-2", &json!({"to": "shop-2/cny", "amount": "40.00"}));
    assert_eq!(taken.expect(200).json()["left"], "60.00");
    post(&dev, &format!("{place}/void"), "shop-2", &json!({})).expect(200);
    assert_eq!(get(&dev, &place)["state"], "voided");
    assert_eq!(balances(&dev), json!([["799.50", "0.00"], ["209.00", "0.00"], ["42.00", "0.00"]]));

    // An offer is accepted, another refused, a third withdrawn.
    let ends = [("accept", "shop-2", "accepted"), ("refuse", "shop-2", "refused"), ("withdraw", "shop-1", "withdrawn")];
    for (end, signer, state) in ends {
        let offer = json!({
            "from": "shop-1/cny", "to": "shop-2", "asset": MONEY, "amount": "9.00", "expires_ms": in_an_hour(),
        });
        let place = post(&dev, "/v1/offers", "shop-1", &offer).expect(201).header("location").unwrap().to_owned();
        let with = if end == "accept" { json!({"account": "shop-2/cny"}) } else { json!({}) };
        post(&dev, &format!("{place}/{end}"), signer, &with).expect(200);
        assert_eq!(get(&dev, &place)["state"], state);
    }
    assert_eq!(balances(&dev), json!([["799.50", "0.00"], ["200.00", "0.00"], ["51.00", "0.00"]]));

    // A frozen account takes money and gives none.
    let freeze = |what: &str| {
        post(&dev, &format!("/v1/accounts/shop-2%2Fcny/{what}"), "bank-a", &json!({"reason": "order 7"})).expect(200)
    };
    freeze("freeze");
    post(&dev, "/v1/transfers", "shop-2", &payment("shop-2", "shop-1", "1.00")).problem(409, "asset/16");
    post(&dev, "/v1/transfers", "supplier-1", &payment("supplier-1", "shop-2", "1.00")).expect(201);
    freeze("unfreeze");
    post(&dev, "/v1/transfers", "shop-2", &payment("shop-2", "shop-1", "1.00")).expect(201);
    let redeem = json!({"account": "shop-2/cny", "amount": "1.00"});
    post(&dev, "/v1/assets/bank-a%2FCNY/redeem", "shop-2", &redeem).expect(201);

    statements_agree(&dev);
    let audit = run(&["audit", "--url", dev.http.url()]);
    assert_eq!(audit.status.code(), Some(0), "{}", String::from_utf8_lossy(&audit.stdout));
}

/// The statement of the day is what was paid, and both sides of a pair of members see the same sums with in and out exchanged.
fn statements_agree(dev: &Dev) {
    let day = get(dev, "/v1/accounts/shop-2%2Fcny")["day"].as_str().unwrap().to_owned();
    let statement = get(dev, &format!("/v1/accounts/shop-2%2Fcny/statements/{day}"));
    let expected =
        json!({"opening": "0.00", "in": "52.00", "in_count": 5, "out": "2.00", "out_count": 2, "closing": "50.00"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(statement[name], *value, "{name} in {statement}");
    }
    let sums = |member: &str, other: &str| {
        let path = format!("/v1/reconciliation?member={member}&day={day}&counterparty={other}");
        let found = get(dev, &path)["items"][0].clone();
        ["in_count", "in", "out_count", "out"].map(|name| found[name].clone())
    };
    let [in_count, received, out_count, paid] = sums("shop-2", "shop-1");
    assert_eq!((&received, &paid), (&json!("49.00"), &json!("1.00")));
    assert_eq!(sums("shop-1", "shop-2"), [out_count, paid, in_count, received]);
    let entries = |member: &str, other: &str| {
        let path = format!("/v1/reconciliation/entries?member={member}&day={day}&counterparty={other}");
        let items = get(dev, &path)["items"].clone();
        items.as_array().unwrap().iter().map(|entry| entry["number"].clone()).collect::<Vec<_>>()
    };
    let numbers = entries("shop-2", "shop-1");
    assert_eq!(numbers.len(), 3);
    assert_eq!(entries("shop-1", "shop-2"), numbers, "the same transfers on both sides");
    dev.http.get("/v1/reconciliation?member=shop-1&day=2026-02-30").problem(422, "platform/3");
    dev.http.get("/v1/accounts/shop-9%2Fcny").problem(404, "platform/4");
}

#[test]
fn what_money_cannot_do_is_refused_by_its_field_and_leaves_no_trace() {
    let dev = start();
    let hold = json!({
        "account": "shop-1/cny", "beneficiary": "shop-2", "asset": MONEY, "amount": "10.00", "expires_ms": in_an_hour(),
    });
    let place = post(&dev, "/v1/holds", "shop-1", &hold).expect(201).header("location").unwrap().to_owned();
    let before = (balances(&dev), dev.http.value("SELECT count(*) FROM asset_transfer"));
    let pay = |change: &dyn Fn(&mut Value)| {
        let mut with = payment("supplier-1", "shop-1", "1.00");
        change(&mut with);
        with
    };
    let batch = |legs: Value| json!({"from": "supplier-1/cny", "asset": MONEY, "legs": legs});
    let leg = |to: &str, amount: &str| json!({"to": to, "amount": amount});
    let capture = format!("{place}/capture");
    let cases: Vec<(&str, &str, Value, u16, &str, &str)> = vec![
        ("/v1/transfers", "supplier-1", pay(&|w| w["amount"] = "1000.01".into()), 409, "asset/17", "/amount"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["amount"] = "0.00".into()), 422, "asset/7", "/amount"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["amount"] = "-1".into()), 422, "asset/8", "/amount"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["amount"] = "1.001".into()), 422, "asset/5", "/amount"),
        (
            "/v1/transfers",
            "supplier-1",
            pay(&|w| w["amount"] = "92233720368547758.08".into()),
            422,
            "asset/6",
            "/amount",
        ),
        ("/v1/transfers", "supplier-1", pay(&|w| w["amount"] = 1.into()), 422, "platform/2", "/amount"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["to"] = "supplier-1/cny".into()), 422, "asset/9", "/to"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["to"] = "shop-9/cny".into()), 404, "asset/12", "/to"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["to"] = MONEY.into()), 422, "asset/20", "/to"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["asset"] = "bank-a/USD".into()), 404, "asset/10", "/asset"),
        ("/v1/transfers", "shop-1", pay(&|_| ()), 403, "member/12", "/from"),
        ("/v1/transfers", "supplier-1", pay(&|w| w["more"] = 1.into()), 422, "platform/2", "/more"),
        (
            "/v1/transfer-batches",
            "supplier-1",
            batch(json!([leg("shop-1/cny", "999"), leg("shop-2/cny", "1.01")])),
            409,
            "asset/17",
            "/legs/1/amount",
        ),
        (
            "/v1/transfer-batches",
            "supplier-1",
            batch(json!([leg("shop-1/cny", "1"), leg("shop-9/cny", "1")])),
            404,
            "asset/12",
            "/legs/1/to",
        ),
        ("/v1/transfer-batches", "supplier-1", batch(json!([])), 413, "asset/44", "/legs"),
        (capture.as_str(), "shop-2", json!({"to": "shop-2/cny", "amount": "10.01"}), 409, "asset/25", "/amount"),
        (capture.as_str(), "shop-1", json!({"to": "shop-1/cny"}), 403, "asset/26", "/hold"),
        ("/v1/holds/7/void", "shop-2", json!({}), 404, "asset/22", "/hold"),
        ("/v1/holds/seven/void", "shop-2", json!({}), 422, "platform/2", "/hold"),
        ("/v1/accounts/shop-1%2Fcny/freeze", "shop-2", json!({"reason": "x"}), 403, "asset/35", "/account"),
        ("/v1/accounts", "shop-2", json!({"account": "shop-1/usd", "asset": MONEY}), 403, "member/12", "/account"),
        (
            "/v1/assets/bank-a%2FCNY/issue",
            "bank-a",
            json!({"account": "shop-1/cny", "amount": "1", "source": "deposit of shop-1"}),
            409,
            "asset/19",
            "/source",
        ),
        (
            "/v1/assets/bank-a%2FCNY/issue",
            "shop-1",
            json!({"account": "shop-1/cny", "amount": "1"}),
            403,
            "member/12",
            "/asset",
        ),
    ];
    for (path, member, with, status, code, field) in cases {
        let problem = post(&dev, path, member, &with).problem(status, code);
        assert_eq!(problem["field"], field, "{path} {with}: {problem}");
    }
    assert_eq!((balances(&dev), dev.http.value("SELECT count(*) FROM asset_transfer")), before);
}

#[test]
fn the_command_line_takes_every_member_as_an_option_and_says_what_is_wrong() {
    let dev = start();
    let ask = |line: &str| {
        let arguments: Vec<_> = line.split(' ').chain(["--url", dev.http.url()]).collect();
        let output = run(&arguments);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let pay = "asset transfer --key supplier-1/dev --asset bank-a/CNY --from supplier-1/cny";
    let batch = "asset transfer-batch --key supplier-1/dev --asset bank-a/CNY --from supplier-1/cny";
    let hold = "asset hold --key shop-1/dev --account shop-1/cny --beneficiary shop-2 --asset bank-a/CNY --amount 1";
    for (line, code, says) in [
        (format!("{pay} --to shop-1/cny --amount 2.50"), 0, "\"state\": \"final\""),
        (format!("{batch} --legs [{{\"to\":\"shop-1/cny\",\"amount\":\"1\"}}]"), 0, "\"legs\": 1"),
        ("asset accounts --owner shop-1 -o csv".to_owned(), 0, "53.50"),
        ("asset accounts --limit 1".to_owned(), 0, "there is more: --cursor"),
        (format!("{pay} --to shop-1/cny --amount -5"), 1, "asset/8: -5 is negative (/amount)"),
        (format!("{pay} --amount 5"), 2, "--to <TEXT>"),
        (format!("{batch} --legs [{{"), 2, "--legs: not JSON"),
        (format!("{batch} --legs @/none.json"), 3, "/none.json"),
        (format!("{hold} --expires-ms tomorrow"), 2, "--expires-ms: expected a whole number, found \"tomorrow\""),
        ("asset capture --key shop-1/dev --hold 1 --to shop-1/cny --final yes".to_owned(), 2, "expected true or false"),
        ("asset statement --account shop-1/cny --day today".to_owned(), 1, "expected a day such as 2026-01-31"),
        ("asset account --account nobody/cny".to_owned(), 1, "nothing found for account \"nobody/cny\""),
        (format!("{pay} --to shop-1/cny --amount 1 --key nobody/dev"), 2, "--key"),
        ("asset pay".to_owned(), 2, "unrecognized subcommand"),
    ] {
        let (status, said) = ask(&line);
        assert_eq!((status, said.contains(says)), (Some(code), true), "{line}: {said}");
    }
}
