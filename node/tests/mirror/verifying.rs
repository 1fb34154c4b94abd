use crate::{
    following::{catch_up, create_lot, execute, verify},
    node::{Lie, liar},
    postgres::Cluster,
    support::Dev,
};
use serde_json::json;

fn ledger(rows: usize) -> Dev {
    let dev = Dev::alone();
    create_lot(&dev);
    for at in 0..rows {
        execute(&dev, "INSERT INTO yard.lot VALUES (?, 'core-corp', ?, NULL)", &json!([format!("lot {at}"), at]));
    }
    dev
}

#[test]
fn what_was_tampered_with_is_named() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = ledger(4);
    catch_up(&dev, &cluster, &["--history"]);
    let (text, code) = verify(dev.http.url(), &dev, &cluster);
    assert_eq!(code, Some(0), "{text}");
    for sql in [
        "UPDATE yard.lot SET weight = 1000 WHERE id = 'lot 1'",
        "DELETE FROM yard.lot WHERE id = 'lot 2'",
        "INSERT INTO yard.lot VALUES ('it''s mine', 'shop-1', NULL, NULL)",
        "UPDATE ledger_history_yard.lot SET ledger_operation = 'update' WHERE id = 'lot 3'",
        "UPDATE block SET time_ms = 0 WHERE height = 1",
        "DROP TABLE member_vote",
        "ALTER TABLE member DROP COLUMN name",
    ] {
        cluster.sql(sql);
    }
    let (text, code) = verify(dev.http.url(), &dev, &cluster);
    assert_eq!(code, Some(1), "{text}");
    let at = "ledger_height=";
    let history = text.lines().find(|line| line.starts_with("changed row ledger_history_yard.lot")).unwrap_or_default();
    assert!(history.contains(at), "{text}");
    for line in [
        "changed row yard.lot id='lot 1'",
        "missing row yard.lot id='lot 2'",
        "extra row yard.lot id='it\\'s mine'",
        "changed row public.block height=1",
        "missing table public.member_vote",
        "missing column public.member.name, or of another type",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    // What was not read is not missing too.
    assert!(!text.contains("missing row public.member"), "{text}");
    assert!(text.contains("differs from height"), "{text}");
}

#[test]
fn a_node_that_lies_is_found_out() {
    let Some(cluster) = Cluster::start() else { return };
    let dev = ledger(3);
    catch_up(&dev, &cluster, &[]);
    for (lie, says) in [
        (Lie::LeavesOut, "lead to another changes_root"),
        (Lie::LeavesOutConsistently, "lead to another result of height"),
    ] {
        let (text, code) = verify(&format!("http://{}", liar(&dev, lie)), &dev, &cluster);
        assert_eq!(code, Some(1), "{lie:?}: {text}");
        assert!(text.contains(says), "{lie:?}: {text}");
    }
}
