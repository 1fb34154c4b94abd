//! The ledger as it was: AS OF a height, and the versions of a row, over HTTP, on the command line and by psql.

use crate::support::{Dev, run};
use serde_json::{Value, json};

/// A ledger with a shared table whose only row weighed 1, 2 and 3, with the heights of that.
fn three() -> (Dev, Vec<u64>) {
    let dev = Dev::alone();
    let execute = |sql: &str| {
        let done = dev.command("sql.execute", "core-corp/dev", &json!({"statements": [{"sql": sql}]}));
        done["receipt"]["height"].as_u64().expect("a height")
    };
    execute(
        "CREATE TABLE yard.lot (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, weight INTEGER) WITH (mode = update, owner_column = owner)",
    );
    let first = execute("INSERT INTO yard.lot VALUES (7, 'core-corp', 1)");
    let rest = [2, 3].map(|weight| execute(&format!("UPDATE yard.lot SET weight = {weight} WHERE id = 7")));
    (dev, [first].into_iter().chain(rest).collect())
}

fn command(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_select_is_answered_as_of_a_height() {
    let (dev, heights) = three();
    let sql = "SELECT lot.weight, (SELECT max(height) FROM block) FROM yard.lot JOIN member ON member.id = lot.owner WHERE lot.id = ?";
    let ask = |as_of: u64| dev.http.post_json("/v1/sql", &json!({"sql": sql, "params": [7], "as_of": as_of}));
    for (height, weight) in heights.iter().zip(1..) {
        let table = ask(*height).expect(200).json();
        assert_eq!((&table["height"], &table["rows"]), (&json!(height), &json!([[weight, height]])));
    }
    ask(0).problem(422, "sql/2");
    ask(u64::from(u32::MAX)).problem(404, "sql/9");
    let body = json!({"sql": "SELECT * FROM main.member", "as_of": heights[0]});
    dev.http.post_json("/v1/sql", &body).problem(403, "sql/3");

    let first = heights[0].to_string();
    let sql = "SELECT weight FROM yard.lot";
    let ask = |more: &[&str]| command(&[&["sql", "--url", dev.http.url(), "-o", "csv", sql], more].concat());
    assert_eq!((ask(&["--as-of", &first]), ask(&[])), ("weight\n1\n".to_owned(), "weight\n3\n".to_owned()));
    let write = ["sql", "--url", dev.http.url(), "--as", "core-corp/dev", "--as-of", &first, "DELETE FROM yard.lot"];
    assert_eq!(run(&write).status.code(), Some(2), "the past is not written to");

    let address = dev.sql_address("tax-bureau");
    let set = format!("SET counterfoil.as_of = {first}");
    let Some(done) = crate::psql::psql(address, "core-corp/dev", &[&set, sql, "RESET counterfoil.as_of", sql]) else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&done.stdout), "SET\n1\nRESET\n3\n");
}

#[test]
fn the_versions_of_a_row_are_listed_and_each_is_proved() {
    let (dev, heights) = three();
    let page = |query: &str| dev.http.get(&format!("/v1/rows/yard.lot/7/history{query}")).expect(200).json();
    let all = page("");
    let seen: Vec<_> = all["items"].as_array().expect("items").iter().map(|item| item["height"].clone()).collect();
    assert_eq!(seen, heights.iter().rev().map(|height| json!(height)).collect::<Vec<_>>());
    let weights = |item: &Value| (item["old"]["weight"].clone(), item["new"]["weight"].clone());
    assert_eq!(weights(&all["items"][0]), (json!(2), json!(3)));
    assert_eq!(all["items"][2]["old"], Value::Null);
    assert_eq!(all["next"], Value::Null);
    let transaction = all["items"][0]["transaction"].as_str().expect("an identity");
    let known = dev.http.get(&format!("/v1/transactions/{transaction}")).expect(200).json();
    assert_eq!(known["height"], json!(heights[2]));
    let (newest, older) = (page("?limit=2"), |next: &str| page(&format!("?limit=2&cursor={next}")));
    let rest = older(newest["next"].as_str().expect("there is more"));
    assert_eq!((newest["items"].as_array().unwrap().len(), &rest["items"][0]), (2, &all["items"][2]));
    for height in &heights {
        dev.http.get(&format!("/v1/rows/yard.lot/7/proof?written={height}")).expect(200);
    }
    assert_eq!(page_of(&dev, "/v1/rows/yard.lot/8/history"), json!([]));
    dev.http.get("/v1/rows/nowhere/8/history").problem(404, "state/1");
    dev.http.get("/v1/rows/yard.lot/x/history").problem(422, "state/2");
    dev.http.get("/v1/rows/yard.lot/7/history?limit=0").problem(400, "http/malformed");

    let shown = command(&["row", "history", "--url", dev.http.url(), "yard.lot", "7", "-o", "json", "--limit", "1"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["rows"][0][5], json!({"id": 7, "owner": "core-corp", "weight": 3}));
}

fn page_of(dev: &Dev, path: &str) -> Value {
    dev.http.get(path).expect(200).json()["items"].clone()
}
