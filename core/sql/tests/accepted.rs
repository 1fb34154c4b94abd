//! What is accepted prepares, and leaves the same rows whatever the physical order.

mod support;

use counterfoil_sql::{Parameters, StatementKind};
use support::{fixture, pair, rows};

/// Each is checked, prepared, and executed on two databases that hold the same rows.
const ACCEPTED: &[&str] = &[
    "INSERT INTO warehouse.receipt (id, owner, goods, quantity) VALUES ('x1', caller(), 'rice', 3), ('x2', 'b', 'tea', -(-2))",
    "INSERT INTO warehouse.receipt VALUES ('x3', 'a', 'wool', 1_000, x'00ff', 900)",
    "INSERT INTO warehouse.receipt AS r (id, owner, goods) VALUES ('x1', 'a', 'new') \
     ON CONFLICT (id) DO UPDATE SET quantity = r.quantity + excluded.quantity, goods = excluded.goods WHERE owner <> 'z'",
    "INSERT INTO warehouse.receipt (id, owner, goods) VALUES ('x1', 'a', 'b') ON CONFLICT (id) DO NOTHING",
    "INSERT INTO warehouse.receipt (id, owner, goods, number) VALUES ('x9', 'a', 'b', 1) ON CONFLICT (number) DO NOTHING",
    "INSERT INTO warehouse.move (receipt, step, place) SELECT id, quantity, owner FROM warehouse.receipt WHERE quantity > 5",
    "INSERT INTO warehouse.move SELECT receipt, step + 100, place FROM warehouse.move WHERE step < 3",
    "INSERT INTO warehouse.receipt (id, owner, goods) \
     SELECT 'top-' || id, owner, goods FROM warehouse.receipt ORDER BY quantity DESC, id LIMIT 3 OFFSET 1",
    "UPDATE warehouse.receipt SET quantity = quantity + 1 WHERE owner = 'b'",
    "UPDATE warehouse.receipt AS r SET goods = (SELECT m.place FROM warehouse.move m WHERE m.receipt = r.id AND m.step = 1) \
     WHERE EXISTS (SELECT 1 FROM warehouse.move WHERE receipt = r.id AND step = 1 AND place IS NOT NULL)",
    "UPDATE warehouse.receipt SET number = 7000, quantity = (SELECT count(*) FROM warehouse.receipt) WHERE id = 'r3'",
    "UPDATE warehouse.receipt SET (goods, quantity) = ('pair', 2) WHERE (id) = 'r4'",
    "UPDATE warehouse.receipt SET (goods, quantity) = (SELECT max(place), count(*) FROM warehouse.move) WHERE owner = 'c'",
    "WITH busy AS (SELECT receipt, count(*) AS n FROM warehouse.move GROUP BY receipt HAVING count(*) > 1) \
     UPDATE warehouse.receipt SET quantity = (SELECT n FROM busy WHERE busy.receipt = warehouse.receipt.id) \
     WHERE id IN (SELECT receipt FROM busy)",
    "UPDATE warehouse.receipt SET quantity = CASE WHEN quantity > 100 THEN 100 ELSE quantity END",
    "DELETE FROM warehouse.move WHERE receipt = 'r5' AND step = 1",
    "DELETE FROM warehouse.move AS m WHERE m.step > (SELECT max(o.step) FROM warehouse.move o WHERE o.receipt = m.receipt) - 1",
    "WITH old(id) AS (SELECT receipt FROM warehouse.move WHERE step < 1) DELETE FROM warehouse.move WHERE receipt IN old",
    "INSERT INTO warehouse.move (receipt, step, place) \
     SELECT r.id, 500, o.warehouse FROM warehouse.receipt r LEFT JOIN other.receipt o USING (id) WHERE r.quantity < 10",
    "INSERT INTO warehouse.move (receipt, step, place) \
     SELECT owner_id, 600 + n, NULL FROM (SELECT min(id) AS owner_id, count(DISTINCT goods) AS n FROM warehouse.receipt GROUP BY owner)",
];

/// SELECTs whose result is the same, in its order, on both.
const SELECTS: &[&str] = &[
    "SELECT id, quantity FROM warehouse.receipt WHERE id = 'r1'",
    "SELECT owner, sum(quantity) AS total, max(goods), count(*) FROM warehouse.receipt GROUP BY owner ORDER BY owner, total, 3, 4",
    "SELECT DISTINCT owner FROM warehouse.receipt ORDER BY owner LIMIT 2",
    "SELECT owner FROM warehouse.receipt UNION SELECT warehouse FROM other.receipt ORDER BY 1 DESC",
    "SELECT * FROM warehouse.move ORDER BY step DESC, receipt LIMIT 4",
    "SELECT count(*) FILTER (WHERE quantity > 3), sum(DISTINCT quantity), min(id) FROM warehouse.receipt",
    "SELECT (SELECT goods FROM warehouse.receipt ORDER BY quantity DESC, id LIMIT 1) AS g",
    "SELECT (SELECT quantity FROM warehouse.receipt WHERE quantity = -5) IS NULL",
    "SELECT warehouse.receipt.id FROM warehouse.receipt WHERE lower(owner) LIKE 'B%' ESCAPE '!' ORDER BY receipt.id",
    "SELECT iif(1 = 2, 'a', 'b'), 7 / 2, 7 % 4, 1 << 3, ~1, NOT 0, 'a' || 'b', x'00', NULL IS NOT TRUE, -9223372036854775808",
    "SELECT json_object('a', json_array(1, 'x', caller()), 'b', now())",
    "SELECT max(1, 2), min('a', 'b'), coalesce(NULL, 3), format('%05d %s', 7, 'x'), hex(unhex('00')), typeof(zeroblob(2))",
    "SELECT id FROM warehouse.receipt WHERE (owner, quantity) IN (SELECT owner, max(quantity) FROM warehouse.receipt GROUP BY owner) ORDER BY id",
    "SELECT (1, 2) < (1, 3), (SELECT 1, 2) = (1, 2), 1 = 1 = 1 WHERE (1, 'a') = (SELECT 1, 'a')",
    "SELECT lower(owner), count(*) FROM warehouse.receipt GROUP BY lower(owner) ORDER BY lower(owner), 2",
    "SELECT owner AS o, count(*) AS n FROM warehouse.receipt GROUP BY o HAVING n > 1 ORDER BY n, o",
    "SELECT id FROM warehouse.receipt WHERE owner = 'B' COLLATE NOCASE AND quantity BETWEEN 1 AND 50 ORDER BY id",
    "SELECT a.id FROM warehouse.receipt a JOIN warehouse.receipt b ON b.id = a.id CROSS JOIN (SELECT 1 AS one) ORDER BY a.id",
    "SELECT id, warehouse FROM warehouse.receipt FULL JOIN other.receipt AS o USING (id) ORDER BY 1, 2",
    "VALUES (1, 'a'), (2, 'b')",
    "WITH a AS (SELECT 1 AS i), b AS (SELECT i, i AS j FROM a) SELECT b.i, j FROM b, a WHERE a.i = b.j ORDER BY 1, 2",
    "SELECT CASE owner WHEN 'a' THEN 1 ELSE 2 END AS c FROM warehouse.receipt ORDER BY c",
    "SELECT 1 WHERE 1 IN (1, 2) AND 'r1' NOT IN (SELECT id FROM other.receipt) AND 'a' GLOB '*'",
    "SELECT id FROM other.receipt WHERE id > 'r2' INTERSECT SELECT id FROM warehouse.receipt ORDER BY id",
];

#[test]
fn what_is_accepted_leaves_the_same_rows_whatever_their_order() {
    let fixture = fixture();
    let (straight, reversed) = pair(&fixture);
    for text in ACCEPTED {
        let statement = fixture.accept(text);
        let changed = straight.execute(&statement.sql, []).unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
        assert_eq!(reversed.execute(&statement.sql, []), Ok(changed), "{}", statement.sql);
        for table in ["warehouse.receipt", "warehouse.move"] {
            let mut both =
                [&straight, &reversed].map(|one| rows(one, &format!("SELECT * FROM \"{table}\"")).expect("reads"));
            both.iter_mut().for_each(|rows| rows.sort());
            assert_eq!(both[0], both[1], "{text}: {table}");
        }
    }
}

#[test]
fn ordered_selects_give_the_same_whatever_the_order_of_rows() {
    let fixture = fixture();
    let (straight, reversed) = pair(&fixture);
    for text in SELECTS {
        let statement = fixture.accept(text);
        assert!(statement.ordered, "{text}");
        let one = rows(&straight, &statement.sql).unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
        let other = rows(&reversed, &statement.sql).expect("runs");
        assert_eq!(one, other, "{text}");
        assert!(!one.is_empty(), "{text} shows nothing");
    }
}

#[test]
fn a_subquery_that_gives_two_rows_is_an_error_on_every_member() {
    let fixture = fixture();
    let (straight, reversed) = pair(&fixture);
    let statement =
        fixture.accept("SELECT (SELECT id FROM warehouse.receipt r WHERE r.owner = o.warehouse) FROM other.receipt o");
    assert!(!statement.ordered);
    for one in [straight, reversed] {
        let error = rows(&one, &statement.sql).expect_err("two rows");
        assert!(error.to_string().contains("more than one row"), "{error}");
    }
}

#[test]
fn a_sum_does_not_depend_on_the_order_of_its_rows() {
    let fixture = fixture();
    let statement = fixture.accept("SELECT sum(quantity) FROM warehouse.receipt");
    for order in [[i64::MAX, 1, -1], [i64::MAX, -1, 1]] {
        let connection = fixture.database();
        connection.execute_batch("PRAGMA ignore_check_constraints = ON").expect("sets");
        for (at, quantity) in order.into_iter().enumerate() {
            let row = (format!("r{at}"), quantity);
            connection
                .execute(
                    "INSERT INTO \"warehouse.receipt\" (id, owner, goods, quantity) VALUES (?1, 'a', 'b', ?2)",
                    row,
                )
                .expect("inserts");
        }
        assert_eq!(rows(&connection, &statement.sql).expect("fits"), [format!("[Integer({})]", i64::MAX)]);
    }
}

#[test]
fn names_are_rewritten_wherever_they_stand() {
    let fixture = fixture();
    let rewritten = [
        (
            "SELECT Receipt.ID FROM Warehouse.Receipt",
            "SELECT \"receipt\".\"id\" FROM \"warehouse.receipt\" AS \"receipt\"",
        ),
        (
            "SELECT warehouse.receipt.id FROM warehouse.receipt r",
            "SELECT \"r\".\"id\" FROM \"warehouse.receipt\" AS \"r\"",
        ),
        (
            "DELETE FROM warehouse.receipt WHERE id=:id",
            "DELETE FROM \"warehouse.receipt\" AS \"receipt\" WHERE \"id\" = :id",
        ),
        (
            "WITH receipt AS (SELECT 1 AS id) SELECT id FROM receipt",
            "WITH \"receipt\" AS (SELECT 1 AS \"id\") SELECT \"id\" FROM \"receipt\" AS \"receipt\"",
        ),
        ("SELECT - -1, 0x1F, 'it''s'", "SELECT - - 1, 0x1F, 'it''s'"),
    ];
    for (text, sql) in rewritten {
        assert_eq!(fixture.accept(text).sql, sql);
    }
}

#[test]
fn a_statement_says_what_it_touches() {
    let fixture = fixture();
    let one = fixture.accept(
        "INSERT INTO warehouse.move (receipt, step, place) VALUES (:id, (SELECT count(*) FROM warehouse.move WHERE receipt = :id), :place)",
    );
    assert_eq!((one.kind, one.single_row), (StatementKind::Insert, true));
    assert_eq!(one.writes.as_deref(), Some("warehouse.move"));
    assert_eq!(one.reads.into_iter().collect::<Vec<_>>(), ["warehouse.move"]);
    assert_eq!(one.parameters, Parameters::Named(vec!["id".into(), "place".into()]));
    let select = fixture
        .accept("SELECT id, quantity + ?, o.warehouse FROM warehouse.receipt JOIN other.receipt AS o USING (id)");
    assert_eq!(select.columns, [Some("id".into()), None, Some("warehouse".into())]);
    assert_eq!(select.parameters, Parameters::Positional(1));
    assert_eq!((select.single_row, select.ordered), (false, false));
    for (text, single) in [
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE id = ?1 AND owner = ?2", true),
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE (owner = ?2 AND (?1 = receipt.id))", true),
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE id = (SELECT max(id) FROM warehouse.receipt)", true),
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE id = goods", false),
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE id = ?1 OR owner = ?2", false),
        ("UPDATE warehouse.receipt SET goods = 'a' WHERE NOT id = ?1", false),
        ("DELETE FROM warehouse.move WHERE receipt = ?1", false),
        ("DELETE FROM warehouse.move WHERE receipt = ?1 AND step = ?2", true),
        ("DELETE FROM warehouse.move WHERE receipt = ?1 AND step = step", false),
        ("INSERT INTO warehouse.move VALUES (1, 2, 3), (4, 5, 6)", false),
        ("INSERT INTO warehouse.move SELECT 'a', 1, 'b'", false),
    ] {
        assert_eq!(fixture.accept(text).single_row, single, "{text}");
    }
}
