//! How SQLite goes about the SELECTs of pages, for tests that look whether an index leads it.

use rusqlite::Connection;

/// The tables of all modules, empty.
pub fn schema() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let registry = crate::registry();
    for module in registry.modules() {
        connection.execute_batch(module.schema_sql).unwrap();
    }
    // The ledger's own view of its blocks, as far as it is asked.
    connection
        .execute_batch("CREATE TABLE block (height INTEGER PRIMARY KEY, digest TEXT, time_ms INTEGER) STRICT")
        .unwrap();
    connection
}

/// What SQLite says that it does, a line a step.
pub fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines
}
