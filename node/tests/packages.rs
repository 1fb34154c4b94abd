//! Packages and shared tables: the files offline, and a node by HTTP and by the command line.

use crate::support::{Dev, run};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Output};

/// Counters that their owners count up.
const COUNTER: &str = "-- Counters.
PACKAGE counter VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;
CREATE TABLE entry (id TEXT PRIMARY KEY, owner TEXT NOT NULL, value INTEGER NOT NULL, mark BLOB, since_ms INTEGER);
-- Begins a counter.
CREATE ACTION begin_one (id TEXT, value INTEGER, mark BLOB NULL, since_ms INTEGER NULL) AS BEGIN
    INSERT INTO entry VALUES (:id, caller(), :value, :mark, :since_ms);
    SELECT id, value FROM entry WHERE id = :id;
END;
CREATE PRIVATE ACTION inner_one () AS BEGIN
    DELETE FROM entry;
END;
";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command of the command line wrote, which ended with `code`.
#[track_caller]
fn ended(output: &Output, code: i32) -> (String, String) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    (out, err)
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_package_is_begun_checked_and_tested_offline() {
    let folder = tempfile::tempdir().unwrap();
    let mine = path(folder.path(), "mine");
    for template in ["escrow", "loyalty", "tender", "warehouse"] {
        let out = path(folder.path(), template);
        ended(&run(&["package", "new", "mine", "--template", template, "--out", &out]), 0);
        ended(&run(&["package", "check", &format!("{out}/package.sql")]), 0);
        let (table, _) = ended(&run(&["package", "test", &out]), 0);
        assert!(table.contains("holds") && !table.contains("FAILS"), "{table}");
    }
    let (_, err) = ended(&run(&["package", "new", "invoice", "--out", &mine]), 2);
    assert!(err.contains("\"invoice\" cannot be the name"), "{err}");
    assert!(!folder.path().join("mine").exists());
    ended(&run(&["package", "new", "mine", "--out", &mine]), 0);
    ended(&run(&["package", "new", "mine", "--out", &mine]), 3);

    let source = path(folder.path(), "mine/package.sql");
    let written = fs::read_to_string(&source).unwrap();
    fs::write(&source, written.replace("'the deal is closed'", "random()")).unwrap();
    let (table, err) = ended(&run(&["package", "check", &source]), 1);
    assert!(table.contains("function/unknown") && err.trim_end().ends_with(": 1 finding"), "{table}{err}");
    let (json, _) = ended(&run(&["package", "check", &source, "-o", "json"]), 1);
    let line = 1 + written.lines().position(|line| line.contains("'the deal is closed'")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["rows"][0][0], line);
    let (table, _) = ended(&run(&["package", "test", &mine]), 1);
    assert!(table.contains("FAILS") && table.contains(&format!("package.sql:{line}: ")), "{table}");

    fs::write(&source, written.replace("minor - released - refunded AS held", "released AS held")).unwrap();
    let (table, err) = ended(&run(&["package", "test", &mine]), 1);
    assert!(table.contains("expected result = [[40000]], found [[20000]]"), "{table}");
    assert!(err.contains("1 of 1 scenarios fail"), "{err}");
    ended(&run(&["package", "test", folder.path().to_str().unwrap()]), 2);
}

#[test]
fn a_package_is_proposed_voted_on_called_and_shown() {
    let dev = Dev::alone();
    let (url, folder) = (dev.http.url(), tempfile::tempdir().unwrap());
    let file = path(folder.path(), "counter.sql");
    fs::write(&file, COUNTER).unwrap();
    let package = |arguments: &[&str]| run(&[&["package"], arguments, &["--url", url]].concat());
    let (out, err) = ended(&package(&["propose", &file, "--as", "core-corp/dev"]), 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["missing"], 1);
    assert!(err.contains("vote counter 1 --as bank-a/KEY") && !err.contains("--as core-corp/KEY"), "{err}");
    ended(&package(&["call", "counter.begin_one", "id=a", "value=1", "--as", "shop-1/dev"]), 1);
    let (_, err) = ended(&package(&["vote", "counter", "1", "--as", "shop-1/dev"]), 1);
    assert!(err.contains("package/6"), "{err}");
    let (out, _) = ended(&package(&["vote", "counter", "1", "--as", "bank-a/dev"]), 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["state"], "active");

    let since = "since_ms=2026-01-01T00:00:00Z";
    let begin = ["call", "counter.begin_one", "id=17", "value=42", "mark=00ff", since, "--as", "shop-1/dev"];
    let (out, _) = ended(&package(&begin), 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["rows"], json!([["17", 42]]));
    let row = dev.http.sql("SELECT owner, mark, since_ms FROM counter.entry WHERE id = '17'").expect(200).json();
    assert_eq!(row["rows"], json!([["shop-1", {"hex": "00ff"}, 1_767_225_600_000_u64]]));
    for (argument, says) in [
        ("value=x", "a whole number"),
        ("more=1", "no parameter more"),
        ("value", "NAME=VALUE"),
        ("mark=00", "counter.begin_one needs value=INTEGER too"),
    ] {
        let (_, err) = ended(&package(&["call", "counter.begin_one", "id=b", argument, "--as", "shop-1/dev"]), 2);
        assert!(err.contains(says), "{err}");
    }

    let (out, _) = ended(&package(&["show", "counter"]), 0);
    assert!(out.contains("counter version 1, active\nCounters."), "{out}");
    assert!(out.contains("id TEXT, value INTEGER, mark BLOB NULL, since_ms INTEGER NULL"), "{out}");
    let (out, _) = ended(&package(&["list"]), 0);
    assert!(out.contains("counter"), "{out}");

    let retire = ["retire", "--package", "counter", "--version", "1", "--as", "core-corp/dev"];
    for (agree, missing) in [(&[][..], 1), (&["--agree", "false"][..], 2), (&["--agree", "true"][..], 1)] {
        let (out, _) = ended(&package(&[&retire[..], agree].concat()), 0);
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["missing"], missing, "{agree:?}");
    }
}

#[test]
fn each_action_has_a_route_and_an_operation() {
    let dev = Dev::alone();
    let before = dev.http.get("/openapi.json").expect(200).json();
    let propose = dev.command("package.propose", "core-corp/dev", &json!({"source": COUNTER}));
    assert_eq!(propose["missing"], 1);
    dev.command("package.vote", "bank-a/dev", &json!({"package": "counter", "version": 1, "agree": true}));

    let post = |path: &str, more: &[(&str, &str)], body: &str| {
        let headers = [("content-type", "application/json"), ("counterfoil-key", "shop-1/dev")];
        dev.http.post(path, &[&headers, more].concat(), body)
    };
    let path = "/v1/packages/counter/actions/begin_one";
    let once = [("idempotency-key", "k-1")];
    let first = post(path, &once, "{\"id\": \"a\", \"value\": 1}").expect(200).json();
    assert_eq!((&first["columns"], &first["rows"]), (&json!(["id", "value"]), &json!([["a", 1]])));
    let again = post(path, &once, "{\"value\": 1, \"id\": \"a\"}").expect(200).json();
    assert_eq!(first["receipt"]["transaction"], again["receipt"]["transaction"]);
    let refused = post(path, &[], "{\"id\": \"b\", \"value\": \"1\"}").problem(422, "package/12");
    assert_eq!(refused["field"], "/value");
    post(path, &[], "{\"id\": \"a\", \"value\": 1}").problem(409, "package/14");
    post(path, &[], "{\"id\": \"a\", \"id\": \"b\", \"value\": 1}").expect(422);
    post(path, &[], "[]").problem(400, "http/malformed");
    post("/v1/packages/counter/actions/inner_one", &[], "").problem(404, "package/9");
    post("/v1/packages/none/actions/x", &[], "{}").problem(404, "package/8");

    let document = dev.http.get("/openapi.json").expect(200).json();
    assert!(before["paths"][path].is_null());
    let operation = &document["paths"][path]["post"];
    assert_eq!(
        (&operation["operationId"], &operation["summary"]),
        (&json!("counter.begin_one"), &json!("Begins a counter."))
    );
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["required"], json!(["id", "value"]));
    assert_eq!(schema["properties"]["value"]["type"], "integer");
    assert!(document["paths"]["/v1/packages/counter/actions/inner_one"].is_null(), "a private action");
    dev.command("package.freeze", "bank-a/dev", &json!({"package": "counter"}));
    let frozen = dev.http.get("/openapi.json").expect(200).json();
    assert_eq!(frozen, before, "what is frozen cannot be called");
}

#[test]
fn the_command_line_writes_shared_tables_with_a_key() {
    let dev = Dev::alone();
    let sql = |arguments: &[&str]| run(&[&["sql", "--url", dev.http.url()], arguments].concat());
    let create = "CREATE TABLE stock.item (id TEXT PRIMARY KEY, count INTEGER NOT NULL) WITH (mode = update);
                  INSERT INTO stock.item VALUES (:id, :count);
                  INSERT INTO stock.item VALUES ('b', :count)";
    let (out, err) =
        ended(&sql(&["--as", "core-corp/dev", create, "--param", "id=a", "--param", "count=7", "-o", "json"]), 0);
    let done: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&done["rows"][0][1], &done["rows"][1][1]), (&json!(0), &json!(1)));
    assert!(err.contains(&format!("done at height {}", done["height"])), "{err}");
    ended(&sql(&["--as", "core-corp/dev", "UPDATE stock.item SET count = count + ? WHERE id = ?", "3", "a"]), 0);
    let (out, _) = ended(&sql(&["SELECT id, count FROM stock.item ORDER BY id", "-o", "csv"]), 0);
    assert_eq!(out, "id,count\na,10\nb,7\n");
    // A key alone does not make a SELECT a transaction.
    ended(&sql(&["--as", "core-corp/dev", "SELECT count(*) FROM stock.item"]), 0);
    for (arguments, code, says) in [
        (&["--as", "shop-1/dev", "DELETE FROM stock.item WHERE id = 'a'"][..], 1, "sql/"),
        (&["DELETE FROM stock.item"], 1, "sql/1"),
        (&["--as", "core-corp/dev", "DELETE FROM stock.item; DELETE FROM stock.item WHERE id = ?", "a"], 2, "--param"),
        (&["--param", "id=a", "SELECT 1"], 2, "--param"),
        (&["--as", "core-corp/dev", "DELETE FROM stock.item; DELETE FROM stock.none"], 1, "stock.none"),
    ] {
        let (_, err) = ended(&sql(arguments), code);
        assert!(err.contains(says), "{arguments:?}: {err}");
    }
    assert_eq!(dev.http.value("SELECT count(*) FROM stock.item"), 2, "a refused transaction leaves nothing");
    let (out, _) = ended(&run(&["sql", "tables", "--url", dev.http.url()]), 0);
    assert!(out.contains("stock.item"), "{out}");
}
