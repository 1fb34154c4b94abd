//! How SQLite finds what waits: by an index, in the order of the cursor, however much there is on the ledger.

use super::{
    approvals::APPROVALS,
    count::COUNT,
    decisions::DECISIONS,
    kind::{Group, Kind},
    money::MONEY,
    tasks::TASKS,
};
use crate::console::explain::{plan, schema};

fn groups() -> [&'static Group; 4] {
    [&APPROVALS, &DECISIONS, &MONEY, &TASKS]
}

/// Whether a step goes through a table from its beginning to its end, and not only through what the SELECT has just made of few rows.
fn reads_a_table(line: &str) -> bool {
    let Some(what) = line.strip_prefix("SCAN ") else { return false };
    let made = ["m", "r", "CONSTANT"];
    let first = what.split_whitespace().next().unwrap_or_default();
    // Words of one row are a virtual table.
    !made.contains(&first) && !first.starts_with("(subquery-") && !what.contains("VIRTUAL TABLE")
}

#[test]
fn each_kind_is_found_by_an_index_and_in_order() {
    let connection = schema();
    for Kind { name, sql, .. } in groups().into_iter().flat_map(Group::kinds) {
        let plan = plan(&connection, sql);
        assert!(!plan.iter().any(|line| reads_a_table(line)), "{name}\n{plan:#?}");
        // Sorting would read all that waits before it gives the first. Red letters come from two indexes, joined in order and cut off
        // before the few are joined with their invoices.
        let joined = plan.iter().any(|line| line == "MERGE (UNION ALL)");
        let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
        assert!(joined || !sorts, "{name}\n{plan:#?}");
    }
}

#[test]
fn what_is_counted_is_found_as_what_is_shown() {
    let connection = schema();
    let plan = plan(&connection, &COUNT);
    assert!(!plan.iter().any(|line| reads_a_table(line)), "{plan:#?}");
}
