//! Real clients: psql, psycopg, asyncpg and SQLAlchemy.

use crate::ledger::{Served, TOKEN, USER, serve, serve_at};
use counterfoil_wire::tls_from_files;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire")
}

/// Whether a client is there; in CI it is.
fn is_there(command: &mut Command, what: &str) -> bool {
    let there = command.output().is_ok_and(|output| output.status.success());
    if !there {
        assert!(std::env::var_os("CI").is_none(), "CI has it: {what}");
        eprintln!("not tested: {what} is not there");
    }
    there
}

fn psql(served: &Served, ssl: &str, commands: &[&str]) -> (bool, String) {
    let port = served.address.port().to_string();
    let mut psql = Command::new("psql");
    psql.args(["-X", "-A", "-t", "-h", "127.0.0.1", "-p", &port, "-U", USER, "-d", "ledger", "-v", "ON_ERROR_STOP=1"]);
    psql.env("PGPASSWORD", TOKEN).env("PGSSLMODE", ssl).env("PGSSLROOTCERT", folder().join("tls/cert.pem"));
    for command in commands {
        psql.args(["-c", command]);
    }
    let output = psql.output().expect("psql runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), text)
}

#[test]
fn psql_reads_writes_and_describes() {
    if !is_there(Command::new("psql").arg("--version"), "psql (postgresql-client)") {
        return;
    }
    let served = serve(20);
    for (command, expected) in [
        ("SELECT id, name, mark FROM stock WHERE id = 3", "3|item 3|\n"),
        ("INSERT INTO stock VALUES (50, 'fifty', 1, x'00ff')", "INSERT 0 1\n"),
        ("SELECT mark FROM stock WHERE id = 50", "\\x00ff\n"),
        ("CALL stock.take(50, 1)", "{\"taken\":1}\n"),
        ("\\dt stock", "public|stock|table|ledger\n"),
        ("\\dt warehouse.*", "warehouse|receipt|table|ledger\n"),
        ("\\dv stock*", "public|stock_scarce|view|ledger\n"),
        ("\\dn", "public|ledger\nstock|ledger\nvault|ledger\nwarehouse|ledger\n"),
        ("\\l", "ledger|ledger|UTF8|C.UTF-8|C.UTF-8||libc|\n"),
        ("\\du", "core-corp/dev|\nledger|Cannot login\n"),
        ("\\df", "stock|take||id, amount|proc\n"),
        ("\\d stock_scarce", "id|bigint|||\nname|text|||\n"),
        ("\\d warehouse.receipt", "id|text||not null|\nstock|bigint||not null|\n"),
    ] {
        let (done, text) = psql(&served, "disable", &[command]);
        assert!(done, "{command}: {text}");
        // Privileges and members of roles have no text of their own.
        let text = text.replace("|{}", "");
        assert_eq!(text, expected, "{command}");
    }
    let all = [
        "\\d",
        "\\dt",
        "\\dt+",
        "\\d+ stock",
        "\\di",
        "\\dp",
        "\\ds",
        "\\dT",
        "\\dx",
        "\\db",
        "\\dtvi public.*",
        "\\dn+",
    ];
    for command in all {
        let (done, text) = psql(&served, "disable", &[command]);
        assert!(done && !text.contains("ERROR"), "{command}: {text}");
    }
    let (done, text) = psql(&served, "disable", &["SELECT nonesuch FROM stock"]);
    assert!(!done && text.contains("ERROR:  no such column: nonesuch\nLINE 1: SELECT nonesuch"), "{text}");
}

#[test]
fn psql_speaks_tls() {
    if !is_there(Command::new("psql").arg("--version"), "psql (postgresql-client)") {
        return;
    }
    let tls = tls_from_files(&folder().join("tls/cert.pem"), &folder().join("tls/key.pem")).expect("a certificate");
    let served = serve_at("127.0.0.1:0".parse().expect("an address"), 1, Some(tls));
    for ssl in ["verify-ca", "require", "prefer", "disable"] {
        let (done, text) = psql(&served, ssl, &["SELECT 1"]);
        assert!(done && text == "1\n", "{ssl}: {text}");
    }
    let plain = serve(1);
    assert!(!psql(&plain, "require", &["SELECT 1"]).0, "there is no TLS");
    assert!(psql(&plain, "prefer", &["SELECT 1"]).0);
}

/// A script of reads: by key, by an aggregate, and of the past.
const READS: &str = "\\set id random(1, 500)
SELECT id, name, amount FROM stock WHERE id = :id;
SELECT count(*) FROM stock WHERE amount < :id % 50;
BEGIN READ ONLY;
SET LOCAL counterfoil.as_of = 1;
SELECT name FROM stock WHERE id = :id;
COMMIT;
";

#[test]
fn pgbench_reads_by_all_protocols() {
    if !is_there(Command::new("pgbench").arg("--version"), "pgbench (postgresql-contrib)") {
        return;
    }
    let served = serve(500);
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("reads.sql");
    std::fs::write(&script, READS).expect("a script");
    for protocol in ["simple", "extended", "prepared"] {
        let mut pgbench = Command::new("pgbench");
        pgbench.args(["-n", "-c", "4", "-j", "2", "-t", "25", "-M", protocol, "-h", "127.0.0.1", "-U", USER, "-f"]);
        pgbench.arg(&script).args(["-p", &served.address.port().to_string(), "ledger"]).env("PGPASSWORD", TOKEN);
        let output = pgbench.env("PGSSLMODE", "disable").output().expect("pgbench runs");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success() && text.contains("actually processed: 100/100"), "{protocol}: {text}");
    }
}

/// Runs a part of `drivers.py`, whose modules are those of `python3` or of the interpreter that `COUNTERFOIL_PYTHON` names.
fn driver(name: &str, modules: &str) {
    let python = std::env::var_os("COUNTERFOIL_PYTHON").unwrap_or_else(|| "python3".into());
    if !is_there(Command::new(&python).args(["-c", &format!("import {modules}")]), modules) {
        return;
    }
    let served = serve(500);
    let port = served.address.port().to_string();
    let script = folder().join("drivers.py");
    let output = Command::new(python).arg(script).args([name, "127.0.0.1", &port, USER, TOKEN]).output();
    let output = output.expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn psycopg_works() {
    driver("psycopg", "psycopg");
}

#[test]
fn asyncpg_works() {
    driver("asyncpg", "asyncpg");
}

#[test]
fn sqlalchemy_reads_writes_and_inspects() {
    driver("sqlalchemy", "sqlalchemy, psycopg");
}
