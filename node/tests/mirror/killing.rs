//! Mirrors that are killed while several blocks are under way.

use crate::{
    following::{catch_up, create_lot, execute, mirror, verify},
    postgres::{Cluster, Held},
    support::{Dev, Http, Process},
};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long something may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// The row with the height, which a transaction of the mirror writes first.
const PROGRESS: &str = "SELECT FROM ledger_mirror.progress FOR UPDATE";
/// Blocks that a mirror is behind: few enough that PostgreSQL has read all of their transaction when it waits in the middle of it.
const BEHIND: u64 = 8;

/// A mirror and its metrics.
struct Watched {
    process: Process,
    metrics: Http,
}

impl Watched {
    fn start(dev: &Dev, cluster: &Cluster, more: &[&str]) -> Self {
        let process = mirror(dev.http.url(), cluster, &[&["--metrics", "127.0.0.1:0"], more].concat());
        let until = Instant::now() + PATIENCE;
        loop {
            let said = process.output();
            let found = said.lines().find_map(|line| line.split_once("metrics at ")?.1.strip_suffix("/metrics"));
            if let Some(url) = found {
                return Self { metrics: Http::new(url), process };
            }
            assert!(Instant::now() < until, "it serves no metrics: {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn value(&self, name: &str) -> u64 {
        let text = self.metrics.get("/metrics").expect(200).text();
        let name = format!("counterfoil_mirror_{name} ");
        let value =
            text.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_else(|| panic!("{name} in {text}"));
        value.parse().unwrap()
    }

    fn wait_for(&self, name: &str, least: u64) {
        let until = Instant::now() + PATIENCE;
        while self.value(name) < least {
            assert!(Instant::now() < until, "{name} is {}, not {least}", self.value(name));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Lots, each in a block of its own, numbered from the ones before; the height of the last.
fn lots(dev: &Dev, made: &mut u64, count: u64) -> u64 {
    let put = "INSERT INTO yard.lot VALUES (?, 'core-corp', ?, NULL)";
    let one = |at: u64| execute(dev, put, &json!([format!("lot {at}"), at]));
    let newest = (*made + 1..=*made + count).map(one).max().unwrap();
    *made += count;
    newest
}

fn height(cluster: &Cluster) -> u64 {
    cluster.sql("SELECT height FROM ledger_mirror.progress").parse().unwrap()
}

fn whole(dev: &Dev, cluster: &Cluster) {
    let (text, code) = verify(dev.http.url(), dev, cluster);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn transactions_under_way_at_the_newest_block_are_done_once() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = Dev::alone();
    create_lot(&dev);
    let mut made = 0;
    let watched = Watched::start(&dev, &cluster, &["--history"]);
    cluster.wait_for_height(lots(&dev, &mut made, 1));
    let held = cluster.hold(PROGRESS);
    let newest = lots(&dev, &mut made, 6);
    watched.wait_for("pending_blocks", 4);
    cluster.wait_for_waiting(held.pid);
    let before = height(&cluster);
    watched.process.kill();
    assert!(height(&cluster) == before && before < newest, "{before}");
    drop(held);
    // Whatever PostgreSQL has got of it is done or not, but whole blocks with their heights.
    whole(&dev, &cluster);

    let watched = Watched::start(&dev, &cluster, &["--history"]);
    cluster.wait_for_height(newest);
    whole(&dev, &cluster);
    let counts = "SELECT count(*), count(DISTINCT id) FROM ledger_history_yard.lot";
    assert_eq!(cluster.sql(counts), format!("{made}|{made}"));
    // When nothing is in its way a block at the end of the ledger has a transaction of its own.
    let before = watched.value("transactions_total");
    for _ in 0..3 {
        cluster.wait_for_height(lots(&dev, &mut made, 1));
    }
    watched.wait_for("transactions_total", before + 3);
}

/// A mirror that is behind and stands in the middle of a transaction, with several blocks under way.
struct Halted {
    mirror: Watched,
    /// PostgreSQL's process for it.
    pid: u32,
    /// What it waits for.
    lot: Held,
    /// The height before the transaction.
    before: u64,
}

fn in_the_middle(dev: &Dev, cluster: &Cluster, pending: u64) -> Halted {
    // Another has the same row, and neither has committed.
    let lot = cluster.hold(&format!("INSERT INTO yard.lot VALUES ('lot {}', 'core-corp', 0, NULL)", BEHIND / 2));
    let mirror = Watched::start(dev, cluster, &[]);
    let pid = cluster.wait_for_waiting(lot.pid);
    // That transaction, and what comes behind it.
    mirror.wait_for("pending_blocks", pending);
    Halted { mirror, pid, lot, before: height(cluster) }
}

#[test]
fn blocks_under_way_behind_the_newest_are_done_once() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = Dev::alone();
    create_lot(&dev);
    let mut made = 0;
    let watched = Watched::start(&dev, &cluster, &[]);
    cluster.wait_for_height(lots(&dev, &mut made, 1));
    watched.process.kill();
    let newest = lots(&dev, &mut made, BEHIND);

    // PostgreSQL notices that the mirror is gone.
    let Halted { mirror, pid, lot, before } = in_the_middle(&dev, &cluster, BEHIND / 2);
    mirror.process.kill();
    cluster.sql(&format!("SELECT pg_terminate_backend({pid})"));
    drop(lot);
    whole(&dev, &cluster);
    assert_eq!(height(&cluster), before, "half of a transaction is none");

    // PostgreSQL does not notice, and goes on with what it has got while the next mirror is there already.
    let Halted { mirror, pid, lot, .. } = in_the_middle(&dev, &cluster, BEHIND / 2);
    mirror.process.kill();
    let next = Watched::start(&dev, &cluster, &[]);
    cluster.wait_for_waiting(pid);
    drop(lot);
    cluster.wait_for_height(newest);
    whole(&dev, &cluster);
    assert_eq!(cluster.sql("SELECT count(*) FROM yard.lot"), made.to_string());
    // It has seen that the height was moved, and has found it again.
    cluster.wait_for_height(lots(&dev, &mut made, 1));
    let (said, code) = next.process.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("somebody else moved the height") && said.contains("trying again"), "{said}");
}

#[test]
fn a_block_that_creates_a_table_is_done_once() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = Dev::alone();
    create_lot(&dev);
    catch_up(&dev, &cluster, &[]);
    let lot = format!("INSERT INTO yard.lot VALUES ('lot {}', 'core-corp', 1, NULL)", BEHIND / 2);
    let statements = json!([{"sql": "CREATE TABLE yard.crate (id TEXT PRIMARY KEY)"}, {"sql": lot}]);
    dev.command("sql.execute", "core-corp/dev", &json!({"statements": statements}));

    let Halted { mirror, pid, lot, .. } = in_the_middle(&dev, &cluster, 1);
    mirror.process.kill();
    let next = Watched::start(&dev, &cluster, &[]);
    // It waits for the height, not for the table.
    cluster.wait_for_waiting(pid);
    drop(lot);
    cluster.wait_for_height(execute(&dev, "INSERT INTO yard.crate VALUES ('one')", &json!([])));
    whole(&dev, &cluster);
    let (said, code) = next.process.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("somebody else moved the height") && said.contains("trying again"), "{said}");
}
