use crate::{
    node::Door,
    postgres::Cluster,
    support::{Dev, Process, run},
};
use serde_json::json;
use std::process::Command;

const PACKAGE: &str = "PACKAGE tally VERSION 1 OWNERS ('core-corp');
CREATE TABLE mark (id INTEGER PRIMARY KEY, by TEXT NOT NULL);
CREATE ACTION add (id INTEGER) AS BEGIN
    INSERT INTO mark VALUES (:id, caller());
    SELECT id, by FROM mark WHERE id = :id;
END;";

pub fn execute(dev: &Dev, sql: &str, params: &serde_json::Value) -> u64 {
    let with = json!({"statements": [{"sql": sql, "params": params}]});
    dev.command("sql.execute", "core-corp/dev", &with)["receipt"]["height"].as_u64().expect("a height")
}

pub fn create_lot(dev: &Dev) {
    let sql = "CREATE TABLE yard.lot (id TEXT PRIMARY KEY, owner TEXT NOT NULL, weight INTEGER, mark BLOB) \
               WITH (mode = update, owner_column = owner)";
    execute(dev, sql, &json!([]));
}

/// Compares the mirror with the ledger; what it says, and its exit code.
pub fn verify(node: &str, dev: &Dev, cluster: &Cluster) -> (String, Option<i32>) {
    let genesis = dev.data().join("genesis.json");
    let genesis = genesis.to_str().unwrap();
    let output = run(&["mirror", "verify", "--to", &cluster.url(), "--genesis", genesis, "--url", node]);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (text, output.status.code())
}

pub fn mirror(node: &str, cluster: &Cluster, more: &[&str]) -> Process {
    let url = cluster.url();
    let arguments = [&["mirror", "--to", &url, "--url", node][..], more].concat();
    Process::start(&arguments)
}

/// Mirrors up to where the node is now.
pub fn catch_up(dev: &Dev, cluster: &Cluster, more: &[&str]) {
    let url = cluster.url();
    let output = run(&[&["mirror", "--once", "--to", &url, "--url", dev.http.url()][..], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn tables_and_rows_come_as_the_ledger_has_them() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let following = mirror(dev.http.url(), &cluster, &["--history"]);
    create_lot(&dev);
    let put = "INSERT INTO yard.lot VALUES (?, 'core-corp', ?, ?)";
    execute(&dev, put, &json!(["plain", 7, {"hex": "00ff"}]));
    execute(&dev, put, &json!(["gone", 1, null]));
    execute(&dev, put, &json!(["with a \u{0} in it", null, null]));
    execute(&dev, put, &json!(["0123456789".repeat(700), 3, null]));
    execute(&dev, "UPDATE yard.lot SET weight = 8 WHERE id = 'plain'", &json!([]));
    dev.command("package.propose", "core-corp/dev", &json!({"source": PACKAGE}));
    let height = execute(&dev, "DELETE FROM yard.lot WHERE id = 'gone'", &json!([]));
    cluster.wait_for_height(height);

    let (text, code) = verify(dev.http.url(), &dev, &cluster);
    assert!(code == Some(0) && text.contains("signed at height"), "{text}");
    assert_eq!(cluster.sql("SELECT id, weight, mark FROM yard.lot ORDER BY id"), "plain|8|\\x00ff\nwith a ␀0 in it||");
    assert_eq!(cluster.sql("SELECT table_name FROM ledger_mirror.aside"), "yard.lot");
    assert_eq!(
        cluster.sql(
            "SELECT ledger_operation, weight FROM ledger_history_yard.lot WHERE id IN ('plain', 'gone') \
             ORDER BY ledger_height, ledger_seq"
        ),
        "insert|7\ninsert|1\nupdate|8\ndelete|1"
    );
    for table in ["member", "member_key", "invoice", "asset_account", "document"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(cluster.sql(&count), dev.http.value(&count).to_string(), "{table}");
    }
    assert_eq!(cluster.sql("SELECT count(*) FROM tally.mark"), "0");
    inspect(&cluster);
    drop(following);
}

/// A tool for reports finds the tables with their columns and keys, and reads.
fn inspect(cluster: &Cluster) {
    let there = Command::new("python3").args(["-c", "import sqlalchemy, psycopg"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI has them: pip install sqlalchemy psycopg[binary]");
        return eprintln!("not tested: python3 with sqlalchemy and psycopg is not there");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mirror/inspect_mirror.py");
    let output = Command::new("python3").args([script, &cluster.url()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn restarts_of_either_side_lose_and_double_no_row() {
    let Some(cluster) = Cluster::start() else { return };
    let mut dev = Dev::alone();
    let door = Door::to(&dev);
    create_lot(&dev);
    let put = "INSERT INTO yard.lot VALUES (?, 'core-corp', ?, NULL)";
    let mut at = 0;
    let mut more = |dev: &Dev| {
        at += 1;
        execute(dev, put, &json!([format!("lot {at}"), at]))
    };
    let following = mirror(&door.url, &cluster, &["--history"]);
    let height = more(&dev);
    cluster.wait_for_height(height);
    cluster.restart();
    let height = more(&dev);
    cluster.wait_for_height(height);
    dev.kill();
    dev.again();
    door.lead_to(&dev);
    let height = more(&dev);
    cluster.wait_for_height(height);
    let (text, code) = verify(dev.http.url(), &dev, &cluster);
    assert_eq!(code, Some(0), "{text}");
    let counts = "SELECT count(*), count(DISTINCT id) FROM ledger_history_yard.lot";
    assert_eq!(cluster.sql(counts), format!("{at}|{at}"));
    let (said, code) = following.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("PostgreSQL") && said.contains("the node") && said.contains("trying again"), "{said}");
}
