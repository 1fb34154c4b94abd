//! A node as a PostgreSQL database, by the real `psql`.

use crate::support::Dev;
use serde_json::json;
use std::{
    net::SocketAddr,
    process::{Command, Output},
};

const PACKAGE: &str = "PACKAGE tally VERSION 1 OWNERS ('core-corp');
CREATE TABLE mark (id INTEGER PRIMARY KEY, by TEXT NOT NULL);
CREATE ACTION add (id INTEGER) AS BEGIN
    INSERT INTO mark VALUES (:id, caller());
    SELECT id, by FROM mark WHERE id = :id;
END;";

/// Runs psql as a key, statements one after the other; nothing where there is no psql.
pub fn psql(address: SocketAddr, key: &str, statements: &[&str]) -> Option<Output> {
    let connection = format!("host={} port={} user={key} dbname=ledger", address.ip(), address.port());
    let mut command = Command::new("psql");
    command.args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", &connection]);
    command.args(statements.iter().flat_map(|statement| ["-c", statement]));
    match command.output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("psql is not there: not tested");
            None
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn psql_creates_writes_reads_and_calls() {
    let dev = Dev::alone();
    let address = dev.sql_address("tax-bureau");
    let create =
        "CREATE TABLE yard.lot (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, weight INTEGER CHECK (weight > 0))
                  WITH (mode = update, owner_column = owner)";
    let write = [
        create,
        "INSERT INTO yard.lot VALUES (1, 'core-corp', 5), (2, 'shop-1', 7)",
        "SELECT id, weight FROM yard.lot ORDER BY id",
    ];
    let Some(done) = psql(address, "core-corp/dev", &write) else { return };
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stdout).ends_with("INSERT 0 2\n1|5\n2|7\n"), "{}", text(&done.stdout));

    for (key, statement, says) in [
        ("core-corp/dev", "UPDATE yard.lot SET weight = 9 WHERE id = 2", "42501"),
        ("shop-1/dev", "UPDATE yard.lot SET weight = 0 WHERE id = 2", "23514"),
        ("core-corp/dev", "INSERT INTO yard.lot VALUES (1, 'core-corp', 5)", "23505"),
        ("shop-1/dev", "INSERT INTO yard.lot VALUES (3, 'shop-1', 5)", "42501"),
        ("shop-1/dev", "DELETE FROM member", "42P01"),
        ("shop-1/dev", "UPDATE yard.lot SET weight = random()", "42883"),
        ("shop-1/dev", "REPLACE INTO yard.lot VALUES (1, 'shop-1', 5)", "0A000"),
        ("shop-1/dev", "SELECT nosuch FROM yard.lot", "42703"),
        ("shop-1/dev", "SELEC 1", "42601"),
        ("nobody/dev", "SELECT 1", "28P01"),
    ] {
        let refused = psql(address, key, &[statement]).expect("psql is there");
        assert!(!refused.status.success(), "{statement}");
        assert!(text(&refused.stderr).contains(says) || says == "28P01", "{statement}: {}", text(&refused.stderr));
    }

    let both = [
        "BEGIN",
        "UPDATE yard.lot SET weight = 6 WHERE id = 1",
        "INSERT INTO yard.lot VALUES (4, 'core-corp', 1)",
        "COMMIT",
    ];
    let done = psql(address, "core-corp/dev", &both).expect("psql is there");
    assert!(done.status.success(), "{}", text(&done.stderr));
    dev.command("package.propose", "core-corp/dev", &json!({"source": PACKAGE}));
    let done = psql(address, "shop-1/dev", &["CALL tally.add(7)", "SELECT by FROM tally.mark", "\\dt yard.*"]);
    let done = done.expect("psql is there");
    let shown = text(&done.stdout);
    assert!(
        done.status.success() && shown.contains("shop-1") && shown.contains("yard|lot"),
        "{shown}{}",
        text(&done.stderr)
    );
    let rows = dev.http.sql("SELECT id, weight FROM yard.lot ORDER BY id").expect(200).json();
    assert_eq!(rows["rows"], json!([[1, 6], [2, 7], [4, 1]]));
    let proof = dev.http.get("/v1/rows/yard.lot/1/proof").expect(200).json();
    assert!(proof.is_object());
}
