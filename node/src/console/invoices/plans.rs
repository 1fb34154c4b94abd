//! How SQLite goes about each SELECT of these pages: by an index wherever a table grows with the invoices.

use super::{one, select, tax};
use crate::console::explain::{plan, schema};

/// Tables that a SELECT may read whole: what a page made itself, and rules and taxpayers, of which there are few.
fn may_scan(name: &str, what: &str) -> bool {
    // Common table expressions, subqueries, and the values of lists.
    let made = [
        "c",
        "l",
        "f",
        "j",
        "x",
        "candidate",
        "looked",
        "found",
        "step",
        "wanted",
        "2",
        "(subquery-1)",
        "(subquery-3)",
    ];
    match name {
        // A row a taxpayer; the list of a member's own goes by an index.
        "alarms" => ["t", "k", "CONSTANT"].contains(&what),
        // Derived tables that an index has narrowed.
        "taxpayers" => what == "t",
        "taxpayer" => ["p", "a", "m", "k", "CONSTANT"].contains(&what),
        "questions" => ["q", "invoice_question"].contains(&what),
        "one" => ["s", "x"].contains(&what),
        "input" => what == "invoice_input_tax",
        _ => made.contains(&what),
    }
}

#[test]
fn no_page_reads_a_table_that_grows_with_the_invoices() {
    let connection = schema();
    for (name, sql) in select::EACH.into_iter().chain(tax::EACH).chain([("one", one::ONE)]) {
        let plan = plan(&connection, sql);
        for line in &plan {
            let scanned = line.strip_prefix("SCAN ").map(|rest| rest.split_whitespace().next().unwrap_or_default());
            assert!(scanned.is_none_or(|what| may_scan(name, what)), "{name}: {line}\n{plan:#?}");
        }
    }
}
