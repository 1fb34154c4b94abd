//! Readers write `schema.table` and keep all of SQL.

mod support;

use counterfoil_sql::public_select;

#[test]
fn names_of_tables_are_resolved_and_nothing_else_is_touched() {
    let fixture = support::fixture();
    let rewritten = [
        ("SELECT * FROM warehouse.receipt", "SELECT * FROM \"warehouse.receipt\" AS \"receipt\""),
        ("select r.id from Warehouse.Receipt r", "select r.id from \"warehouse.receipt\" r"),
        ("SELECT 1 FROM \"warehouse\".[receipt] AS r", "SELECT 1 FROM \"warehouse.receipt\" AS r"),
        (
            "SELECT a.id FROM invoice a, warehouse.receipt, (SELECT 1 FROM warehouse.move m)",
            "SELECT a.id FROM invoice a, \"warehouse.receipt\" AS \"receipt\", (SELECT 1 FROM \"warehouse.move\" m)",
        ),
        (
            "SELECT 1 FROM (warehouse.receipt JOIN warehouse.move ON 1) WHERE 1",
            "SELECT 1 FROM (\"warehouse.receipt\" AS \"receipt\" JOIN \"warehouse.move\" AS \"move\" ON 1) WHERE 1",
        ),
        (
            "SELECT warehouse.receipt.id, sum(quantity) OVER () FROM warehouse.receipt -- warehouse.receipt",
            "SELECT \"receipt\".id, sum(quantity) OVER () FROM \"warehouse.receipt\" AS \"receipt\" -- warehouse.receipt",
        ),
        ("SELECT 'x' IN warehouse.closed", "SELECT 'x' IN \"warehouse.closed\""),
        (
            "WITH RECURSIVE w AS (SELECT * FROM warehouse.move LIMIT 1) SELECT * FROM w LEFT JOIN other.receipt USING (id)",
            "WITH RECURSIVE w AS (SELECT * FROM \"warehouse.move\" AS \"move\" LIMIT 1) SELECT * FROM w LEFT JOIN \
             \"other.receipt\" AS \"receipt\" USING (id)",
        ),
        (
            "SELECT (1, 2) IS DISTINCT FROM warehouse.receipt FROM other.receipt AS warehouse",
            "SELECT (1, 2) IS DISTINCT FROM warehouse.receipt FROM \"other.receipt\" AS warehouse",
        ),
    ];
    for (sql, expected) in rewritten {
        assert_eq!(public_select(sql, &fixture.catalog), expected);
    }
}

#[test]
fn other_texts_come_back_as_they_are() {
    let fixture = support::fixture();
    for sql in [
        "SELECT * FROM invoice WHERE total > 1.5",
        "SELECT warehouse.receipt FROM other AS warehouse",
        "SELECT warehouse.absent FROM warehouse.absent",
        "SELECT * FROM warehouse.receipt('x')",
        "SELECT ' FROM warehouse.receipt",
        "EXPLAIN QUERY PLAN SELECT 1",
        "(((((warehouse.",
        "",
    ] {
        assert_eq!(public_select(sql, &fixture.catalog), sql);
    }
}

#[test]
fn what_readers_ask_runs() {
    let fixture = support::fixture();
    let connection = fixture.database();
    for sql in [
        "SELECT receipt.id, m.step FROM warehouse.receipt, warehouse.move m WHERE warehouse.receipt.id = m.receipt",
        "SELECT avg(quantity) OVER (PARTITION BY owner) FROM warehouse.receipt WINDOW w AS (ORDER BY id)",
        "SELECT id FROM warehouse.receipt WHERE id IN (SELECT id FROM other.receipt) UNION ALL SELECT id FROM other.receipt ORDER BY 1",
        "SELECT count(*) FROM warehouse.receipt LEFT JOIN other.receipt AS o ON o.id = receipt.id, warehouse.move GROUP BY 1.5",
    ] {
        let sql = public_select(sql, &fixture.catalog);
        connection.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
