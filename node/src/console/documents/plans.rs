//! How SQLite finds what the pages of documents show: by an index, however many documents, versions, readers and openings there are.

use super::{
    find::FOUND,
    one::{HEAD, PAST, READERS},
};
use crate::console::explain::{plan, schema};

#[test]
fn no_page_of_a_document_reads_or_sorts_all_of_them() {
    let connection = schema();
    for sql in [FOUND, HEAD, PAST, READERS] {
        let plan = plan(&connection, sql);
        let is_made = |line: &str| line == "SCAN h" || line.starts_with("SCAN (subquery-");
        let read: Vec<_> = plan.iter().filter(|line| line.starts_with("SCAN ") && !is_made(line)).collect();
        assert!(read.is_empty(), "{read:?}\n{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:#?}");
    }
}
