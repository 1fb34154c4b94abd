use crate::{
    following::{catch_up, create_lot, verify},
    postgres::Cluster,
    support::{Dev, Process, run},
};

/// Follows once and expects it to fail with this code.
fn refused(dev: &Dev, to: &str, code: i32, says: &str) {
    let output = run(&["mirror", "--once", "--to", to, "--url", dev.http.url()]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(says), "{text}");
}

#[test]
fn a_database_that_is_not_this_ledgers_is_left_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let (dev, other) = (Dev::alone(), Dev::start(&["--members", "2"]));
    create_lot(&dev);
    catch_up(&dev, &cluster, &[]);
    refused(&other, &cluster.url(), 1, "is a mirror of ledger");
    let (text, code) = verify(other.http.url(), &other, &cluster);
    assert!(code == Some(1) && text.contains("is a mirror of ledger"), "{text}");

    let output = run(&["mirror", "--once", "--history", "--to", &cluster.url(), "--url", dev.http.url()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("begun without --history"));

    let kept = cluster.sql("SELECT height, result FROM ledger_mirror.progress");
    let (height, result) = kept.split_once('|').unwrap();
    cluster.sql("UPDATE ledger_mirror.progress SET height = 1000000000");
    refused(&dev, &cluster.url(), 1, "it is behind, or has another history");
    let zeros = "0".repeat(64);
    cluster.sql(&format!("UPDATE ledger_mirror.progress SET height = {height}, result = '{zeros}'"));
    refused(&dev, &cluster.url(), 1, "with another result than the node's");
    cluster.sql(&format!("UPDATE ledger_mirror.progress SET result = '{result}'"));
    catch_up(&dev, &cluster, &[]);

    // A table that is gone stops it, and nothing of the block is half done.
    cluster.sql("DROP TABLE block");
    dev.add_key("shop-1", "one").expect(200);
    refused(&dev, &cluster.url(), 3, "42P01");
}

#[test]
fn a_database_has_one_mirror_that_writes_it() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = Dev::alone();
    catch_up(&dev, &cluster, &[]);
    let begun: u64 = cluster.sql("SELECT height FROM ledger_mirror.progress").parse().unwrap();
    let running = Process::start(&["mirror", "--to", &cluster.url(), "--url", dev.http.url()]);
    dev.add_key("shop-1", "one").expect(200);
    cluster.wait_for_height(begun + 1);
    cluster.sql("UPDATE ledger_mirror.progress SET height = height + 1000");
    dev.add_key("shop-1", "other").expect(200);
    let (text, code) = running.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("one mirror that writes it"), "{text}");
}

#[test]
fn where_there_is_no_database_it_says_so() {
    let dev = Dev::alone();
    refused(&dev, "postgres://nobody@127.0.0.1:1/none", 3, "PostgreSQL: ");
    refused(&dev, "mysql://x", 2, "it begins with postgres://");
}
