use crate::support::{Dev, run};
use serde_json::json;
use std::time::Instant;

#[test]
fn a_select_answers_with_its_height_and_refuses_all_else() {
    let dev = Dev::alone();
    let table = dev.http.sql("SELECT id, name FROM member WHERE kind = 'person' ORDER BY id").expect(200).json();
    assert_eq!(table["columns"], json!(["id", "name"]));
    assert_eq!(table["rows"][0][0], "person-1");
    assert!(table["height"].is_u64());
    let params = json!({"sql": "SELECT count(*) FROM member WHERE id = ?", "params": ["shop-1"]});
    assert_eq!(dev.http.post_json("/v1/sql", &params).expect(200).json()["rows"][0][0], 1);

    for (sql, status, code) in [
        ("INSERT INTO member VALUES ('x','x','person','active',0)", 403, "sql/1"),
        ("UPDATE member SET name = 'x'", 403, "sql/1"),
        ("DELETE FROM member", 403, "sql/1"),
        ("DROP TABLE member", 403, "sql/1"),
        ("ATTACH 'x.db' AS x", 403, "sql/1"),
        ("PRAGMA journal_mode = DELETE", 403, "sql/1"),
        ("SELECT 1; SELECT 2", 403, "sql/1"),
        ("SELECT * FROM ledger_meta", 403, "sql/3"),
        ("SELECT * FROM pragma_table_info('member')", 403, "sql/3"),
        ("SELECT load_extension('x')", 403, "sql/3"),
        ("SELECT nothing FROM member", 422, "sql/2"),
        ("SELECT ?", 422, "sql/5"),
        ("", 422, "sql/2"),
    ] {
        let document = dev.http.sql(sql);
        assert_eq!(document.status, status, "{sql}: {}", document.text());
        document.problem(status, code);
    }
    let body = |text: &str| dev.http.post("/v1/sql", &[("content-type", "application/json")], text);
    body("{").problem(400, "http/malformed");
    body("{\"sql\": 7}").problem(422, "http/invalid");
    body("{\"sql\": \"SELECT 1\", \"sql\": \"SELECT 2\"}").problem(422, "http/invalid");
    body("{\"sql\": \"SELECT 1\", \"more\": 1}").problem(422, "http/invalid");
}

#[test]
fn an_endless_select_is_stopped_and_a_long_one_says_that_it_is_cut() {
    let dev = Dev::alone();
    let begun = Instant::now();
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    dev.http.sql(endless).problem(413, "sql/4");
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000) SELECT x FROM n";
    let table = dev.http.sql(many).expect(200).json();
    assert_eq!(table["rows"].as_array().unwrap().len(), 10_000);
    assert_eq!(table["truncated"], "rows");
    // Others are served meanwhile and after.
    assert_eq!(dev.http.value("SELECT 1"), 1);
}

#[test]
fn the_command_line_prints_tables_json_and_csv() {
    let dev = Dev::alone();
    let sql = "SELECT id, name FROM member WHERE id = 'shop-1'";
    let run = |more: &[&str]| {
        let output = run(&[&["sql", "--url", dev.http.url(), sql], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&[]).starts_with("id      name\n──────  "), "{}", run(&[]));
    assert!(run(&["-o", "csv"]).starts_with("id,name\nshop-1,"), "{}", run(&["-o", "csv"]));
    let json: serde_json::Value = serde_json::from_str(&run(&["-o", "json"])).unwrap();
    assert_eq!(json["rows"][0][0], "shop-1");
    let refused = crate::support::run(&["sql", "--url", dev.http.url(), "DELETE FROM member"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("sql/1"));
}
