use super::*;
use counterfoil_state::{SqlLimits, SqlParams};
use counterfoil_types::{Value, money::format_decimal};
use serde_json::{Value as Json, json};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// Lets the next block be at a time of the sample ledger's first day, 2026-01-01 UTC, or later.
fn at(ledger: &mut Ledger, hours: u64) {
    let target = sample_start() + hours * 3_600_000;
    let next = ledger.time_ms() + 1_000;
    assert!(target >= next, "time goes on");
    ledger.wait_ms(target - next);
}

fn sample_start() -> u64 {
    crate::testing::sample_genesis().time_ms
}

fn items(ledger: &Ledger, query: &str, given: &[(&str, &str)]) -> Vec<Json> {
    ledger.query(query, given).unwrap()["items"].as_array().unwrap().clone()
}

fn column<'a>(items: &'a [Json], name: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[name].as_str().unwrap_or("null")).collect()
}

/// Payments on three business days of UTC+8, of which the second has none of alice's.
fn three_days() -> Ledger {
    let mut ledger = ledger();
    let pays = |ledger: &mut Ledger, hours, payments: &[(&str, &str, &str)]| {
        for (index, (from, to, amount)) in payments.iter().enumerate() {
            at(ledger, hours + index as u64);
            ledger.run(&owner(from), &pay(from, to, amount)).applied();
        }
    };
    // 15:00 UTC is 23:00, 16:00 UTC the next day in China.
    pays(&mut ledger, 14, &[("alice/cny", "bob/cny", "10.00"), ("bob/cny", "supplier-1/cny", "4.00")]);
    pays(&mut ledger, 16, &[("supplier-1/cny", "bob/cny", "1.00")]);
    pays(&mut ledger, 40, &[("alice/cny", "bob/cny", "20.00"), ("bob/cny", "alice/cny", "5.00")]);
    ledger
}

#[test]
fn a_statement_says_what_moved_on_a_business_day() {
    let ledger = three_days();
    let cases = [
        ("2025-12-31", ["0.00", "0.00", "0.00", "0.00"], [0, 0]),
        ("2026-01-01", ["0.00", "100.00", "10.00", "90.00"], [1, 1]),
        ("2026-01-02", ["90.00", "0.00", "0.00", "90.00"], [0, 0]),
        ("2026-01-03", ["90.00", "5.00", "20.00", "75.00"], [1, 1]),
        ("2026-01-04", ["75.00", "0.00", "0.00", "75.00"], [0, 0]),
    ];
    for (day, texts, counts) in cases {
        let shown = ledger.query("asset.statement", &[("account", "alice/cny"), ("day", day)]).unwrap();
        assert_eq!(["opening", "in", "out", "closing"].map(|name| shown[name].as_str().unwrap()), texts, "{day}");
        assert_eq!(["in_count", "out_count"].map(|name| shown[name].as_i64().unwrap()), counts, "{day}");
        assert_eq!(shown["day"], day);
    }
    for (account, day) in [("alice/usd", "2026-01-01"), ("alice/cny", "tomorrow")] {
        ledger.query("asset.statement", &[("account", account), ("day", day)]).unwrap_err();
    }
    let days = items(&ledger, "asset.statements", &[("account", "bob/cny")]);
    assert_eq!(column(&days, "day"), ["2026-01-03", "2026-01-02", "2026-01-01"]);
    assert_eq!(column(&days, "closing"), ["22.00", "7.00", "6.00"]);
    let page = ledger.query("asset.statements", &[("account", "bob/cny"), ("limit", "2")]).unwrap();
    let rest =
        items(&ledger, "asset.statements", &[("account", "bob/cny"), ("cursor", page["next"].as_str().unwrap())]);
    assert_eq!(column(&rest, "day"), ["2026-01-01"]);
}

#[test]
fn the_entries_of_an_account_are_read_backwards_page_by_page() {
    let ledger = three_days();
    let all = items(&ledger, "asset.entries", &[("account", "alice/cny")]);
    assert_eq!(column(&all, "amount"), ["5.00", "-20.00", "-10.00", "100.00"]);
    assert_eq!(column(&all, "balance"), ["75.00", "70.00", "90.00", "100.00"]);
    assert_eq!(column(&all, "counterparty"), ["bob/cny", "bob/cny", "bob/cny", CNY]);
    let mut paged = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut given = vec![("account", "alice/cny"), ("limit", "1")];
        given.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = ledger.query("asset.entries", &given).unwrap();
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let of = |day: &str| items(&ledger, "asset.entries", &[("account", "alice/cny"), ("day", day)]);
    assert_eq!(column(&of("2026-01-03"), "amount"), ["5.00", "-20.00"]);
    assert_eq!(column(&of("2026-01-01"), "amount"), ["-10.00", "100.00"]);
    assert_eq!(of("2026-01-02"), [] as [Json; 0]);
    // A cursor from elsewhere leads nowhere.
    let foreign = items(&ledger, "asset.entries", &[("account", "bob/cny")]);
    let foreign = foreign[1]["number"].as_str().unwrap();
    assert_eq!(items(&ledger, "asset.entries", &[("account", "alice/points"), ("cursor", foreign)]), [] as [Json; 0]);
}

#[test]
fn both_sides_of_a_day_reconcile_by_sum_and_by_detail() {
    let ledger = three_days();
    let sum = |member: &str, counterparty: &str, day: &str| {
        let given = [("member", member), ("counterparty", counterparty), ("day", day)];
        let items = items(&ledger, "asset.reconciliation", &given);
        let sides = ["in_count", "in", "out_count", "out"];
        items.first().map_or(Json::Null, |item| json!(sides.map(|side| item[side].clone())))
    };
    assert_eq!(sum("alice", "bob", "2026-01-03"), json!([1, "5.00", 1, "20.00"]));
    assert_eq!(sum("bob", "alice", "2026-01-03"), json!([1, "20.00", 1, "5.00"]));
    assert_eq!(sum("alice", "bank-a", "2026-01-01"), json!([1, "100.00", 0, "0.00"]));
    assert_eq!(sum("bank-a", "alice", "2026-01-01"), json!([0, "0.00", 1, "100.00"]));
    assert_eq!(sum("alice", "bob", "2026-01-02"), Json::Null);
    let detail = |member: &str, counterparty: &str| {
        let given = [("member", member), ("counterparty", counterparty), ("day", "2026-01-03")];
        items(&ledger, "asset.reconciliation_entries", &given)
    };
    let (alice, bob) = (detail("alice", "bob"), detail("bob", "alice"));
    assert_eq!(column(&alice, "number"), column(&bob, "number"));
    assert_eq!(column(&alice, "amount"), ["-20.00", "5.00"]);
    assert_eq!(column(&bob, "amount"), ["20.00", "-5.00"]);
    let paged = ledger
        .query("asset.reconciliation_entries", &[("member", "bob"), ("day", "2026-01-03"), ("limit", "1")])
        .unwrap();
    let next = paged["next"].as_str().unwrap();
    let rest =
        items(&ledger, "asset.reconciliation_entries", &[("member", "bob"), ("day", "2026-01-03"), ("cursor", next)]);
    assert_eq!(column(&rest, "amount"), ["-5.00"]);
}

#[test]
fn an_account_writes_a_day_once_however_often_it_moves() {
    let mut ledger = three_days();
    let rows = |ledger: &Ledger| ledger.sql("SELECT count(*) FROM asset_day WHERE account = 'alice/cny'");
    assert_eq!(rows(&ledger), [[Value::Integer(1)]]);
    ledger.wait_ms(30 * DAY_MS);
    for _ in 0..3 {
        ledger.run("alice/dev", &pay("alice/cny", "bob/cny", "1.00")).applied();
    }
    assert_eq!(rows(&ledger), [[Value::Integer(2)]]);
}

#[test]
fn amounts_are_shown_with_the_places_of_their_asset() {
    let mut ledger = ledger();
    for (decimals, amount) in [(0, "7"), (1, "0.5"), (9, "4611686018.427387903"), (3, "1234.005")] {
        let asset = format!("bank-a/X{decimals}");
        ledger.run("bank-a/dev", &define(&asset, decimals)).applied();
        let account = format!("bob/x{decimals}");
        ledger.run("bob/dev", &open(&account, &asset)).applied();
        ledger.run("bank-a/dev", &Issue { asset: asset.clone(), ..issue(&account, amount) }).applied();
        assert_funds(&ledger, &account, amount, &format_decimal(0, u32::from(decimals)));
        let side = ledger.query("asset.account", &[("account", &asset)]).unwrap();
        assert_eq!(side["balance"], format!("-{amount}"));
    }
    let accounts = items(&ledger, "asset.accounts", &[("owner", "bob")]);
    assert_eq!(column(&accounts, "account"), ["bob/cny", "bob/x0", "bob/x1", "bob/x3", "bob/x9"]);
    let accounts = items(&ledger, "asset.accounts", &[("asset", "bank-a/X1")]);
    assert_eq!(column(&accounts, "account"), ["bank-a/X1", "bob/x1"]);
    let assets = items(&ledger, "asset.list", &[("issuer", "shop-1")]);
    assert_eq!(column(&assets, "asset"), [POINTS]);
}

#[test]
fn no_named_read_looks_through_a_table_that_grows() {
    let ledger = ledger();
    for query in ledger.registry().queries().filter(|query| query.name.starts_with("asset.")) {
        let values: Vec<_> = query.placeholders().into_iter().map(|name| (name, Json::Null)).collect();
        let sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let plan = ledger.state().reader().sql(&sql, SqlParams::Named(&values), SqlLimits::default()).unwrap();
        for step in plan.rows {
            let step = step[3].as_str().unwrap();
            let tables = ["account", "transfer", "day", "source", "hold", "offer", "freeze"];
            let scan = tables.iter().any(|table| step.starts_with(&format!("SCAN asset_{table}")));
            assert!(!scan && !step.contains("AUTOMATIC"), "{}: {step}", query.name);
        }
    }
}
