//! How SQLite finds what the pages of an account show: by an index, however many accounts and movements there are.

use super::{
    account::HELD,
    claims::{WAITING, WAITING_OF_ASSET},
    statement::ENTRIES,
};
use crate::console::explain::{plan, schema};

#[test]
fn no_page_of_an_account_reads_a_table_of_all() {
    let connection = schema();
    for sql in [ENTRIES, HELD, WAITING, WAITING_OF_ASSET] {
        let plan = plan(&connection, sql);
        // The walk along the movements and the kinds of what waits are made by the SELECT itself, up to its limit.
        let is_made = |line: &str| line == "SCAN w" || line.starts_with("SCAN (subquery-");
        let read: Vec<_> = plan.iter().filter(|line| line.starts_with("SCAN ") && !is_made(line)).collect();
        assert!(read.is_empty(), "{read:?}\n{plan:#?}");
    }
    let held = plan(&connection, HELD);
    assert!(!held.iter().any(|line| line.contains("TEMP B-TREE")), "{held:#?}");
}
