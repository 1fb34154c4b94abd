//! What no statement that writes may say: each with the rule and line of its finding.

mod support;

use support::fixture;

const REFUSED: &[(&str, &str, u32)] = &[
    // Numbers
    ("SELECT\n1.5", "number/fraction", 2),
    ("SELECT 1e3", "number/fraction", 1),
    ("SELECT .5", "number/fraction", 1),
    ("SELECT 9223372036854775808", "number/fraction", 1),
    ("SELECT 0x10000000000000000", "number/fraction", 1),
    ("SELECT CAST(quantity\nAS REAL) FROM warehouse.receipt", "number/cast", 2),
    ("SELECT CAST(quantity AS NUMERIC) FROM warehouse.receipt", "number/cast", 1),
    ("SELECT format('%.2f', quantity) FROM warehouse.receipt", "number/format", 1),
    ("SELECT printf(owner, quantity) FROM warehouse.receipt", "number/format", 1),
    ("SELECT DISTINCT quantity + 1 FROM warehouse.receipt", "number/merge", 1),
    ("SELECT count(*) FROM warehouse.receipt GROUP BY quantity * 2", "number/merge", 1),
    ("SELECT max(abs(quantity)) FROM warehouse.receipt", "number/merge", 1),
    ("SELECT - owner FROM warehouse.receipt UNION SELECT 1", "number/merge", 1),
    ("SELECT DISTINCT q FROM (SELECT owner + 0 AS q FROM warehouse.receipt)", "number/merge", 1),
    // Functions
    ("SELECT\n\nrandom()", "function/unknown", 3),
    ("SELECT datetime('now')", "function/unknown", 1),
    ("SELECT CURRENT_TIMESTAMP", "function/unknown", 1),
    ("SELECT avg(quantity) FROM warehouse.receipt", "function/unknown", 1),
    ("SELECT group_concat(owner) FROM warehouse.receipt", "function/unknown", 1),
    ("SELECT changes()", "function/unknown", 1),
    ("SELECT last_insert_rowid()", "function/unknown", 1),
    ("SELECT load_extension('x')", "function/unknown", 1),
    ("SELECT json_extract('{}', '$.a')", "function/unknown", 1),
    ("SELECT only(1)", "function/unknown", 1),
    ("SELECT abs(1, 2)", "function/unknown", 1),
    ("SELECT new_id()", "function/unknown", 1),
    ("SELECT lower(DISTINCT owner) FROM warehouse.receipt", "function/form", 1),
    ("SELECT sum(*) FROM warehouse.receipt", "function/unknown", 1),
    ("SELECT json_object('a')", "function/form", 1),
    ("SELECT sum(quantity) OVER (ORDER BY id) FROM warehouse.receipt", "function/window", 1),
    ("SELECT count(*) OVER w FROM warehouse.receipt WINDOW w AS (ORDER BY id)", "function/window", 1),
    ("SELECT row_number() OVER () FROM warehouse.receipt", "function/unknown", 1),
    ("SELECT '{\"a\":1}' -> 'a'", "expression/json", 1),
    ("SELECT json_object('a', j) FROM (SELECT json_array(1) AS j)", "expression/json", 1),
    ("SELECT max(json_array(id)) FROM warehouse.receipt", "expression/json", 1),
    ("SELECT require(1, 'x')", "effect/place", 1),
    ("SELECT owner MATCH 'x' FROM warehouse.receipt", "expression/like", 1),
    ("SELECT owner REGEXP 'x' FROM warehouse.receipt", "expression/like", 1),
    // Order
    ("SELECT id FROM warehouse.receipt\nLIMIT 1", "order/limit", 2),
    ("SELECT id, owner FROM warehouse.receipt ORDER BY owner LIMIT 1", "order/limit", 1),
    ("SELECT place FROM warehouse.move ORDER BY receipt LIMIT 1", "order/limit", 1),
    ("SELECT lower(id) AS id, owner FROM warehouse.receipt ORDER BY id LIMIT 1", "order/limit", 1),
    ("SELECT owner FROM warehouse.receipt ORDER BY id COLLATE NOCASE LIMIT 1", "order/limit", 1),
    ("SELECT DISTINCT owner, goods FROM warehouse.receipt ORDER BY owner LIMIT 1", "order/limit", 1),
    ("SELECT r.owner FROM warehouse.receipt r, warehouse.move m ORDER BY r.id LIMIT 1", "order/limit", 1),
    ("SELECT id, owner FROM warehouse.receipt UNION SELECT id, owner FROM other.receipt LIMIT 1", "column/unknown", 1),
    ("SELECT id FROM warehouse.receipt UNION SELECT id FROM other.receipt LIMIT 1", "order/limit", 1),
    ("SELECT id FROM warehouse.receipt ORDER BY id LIMIT 2, 1", "order/offset", 1),
    ("SELECT 1 WHERE EXISTS (SELECT owner FROM warehouse.receipt LIMIT 1)", "order/limit", 1),
    ("SELECT id FROM warehouse.receipt UNION SELECT id FROM other.receipt ORDER BY lower(id)", "order/compound", 1),
    // Groups
    ("SELECT owner, max(quantity) FROM warehouse.receipt", "group/bare", 1),
    ("SELECT goods, count(*) FROM warehouse.receipt GROUP BY owner", "group/bare", 1),
    ("SELECT *, count(*) FROM warehouse.receipt", "group/bare", 1),
    ("SELECT owner FROM warehouse.receipt GROUP BY owner HAVING quantity > 1", "group/bare", 1),
    ("SELECT owner FROM warehouse.receipt GROUP BY owner ORDER BY goods", "group/bare", 1),
    ("SELECT count(*), (SELECT o.id FROM other.receipt o WHERE o.id = r.id) FROM warehouse.receipt r", "group/bare", 1),
    ("SELECT owner, (SELECT sum(r.quantity)) FROM warehouse.receipt r", "aggregate/place", 1),
    ("SELECT id FROM warehouse.receipt WHERE sum(quantity) > 1", "aggregate/place", 1),
    ("SELECT sum(max(quantity)) FROM warehouse.receipt", "aggregate/place", 1),
    ("SELECT owner FROM warehouse.receipt HAVING quantity > 1", "group/having", 1),
    ("SELECT count(id ORDER BY id) FROM warehouse.receipt", "aggregate/order", 1),
    ("SELECT -7, count(*) FROM warehouse.receipt GROUP BY -7", "group/term", 1),
    ("SELECT owner, count(*) FROM warehouse.receipt GROUP BY (1)", "group/term", 1),
    ("SELECT owner, count(*) FROM warehouse.receipt GROUP BY 3", "group/term", 1),
    ("SELECT id, owner FROM warehouse.receipt ORDER BY +1", "order/term", 1),
    ("SELECT id, owner FROM warehouse.receipt ORDER BY 'id'", "order/term", 1),
    ("SELECT id FROM warehouse.receipt ORDER BY sum(quantity)", "aggregate/place", 1),
    // Case
    ("SELECT DISTINCT owner COLLATE NOCASE FROM warehouse.receipt", "text/collate", 1),
    ("SELECT count(*) FROM warehouse.receipt GROUP BY owner COLLATE NOCASE", "text/collate", 1),
    ("SELECT owner = 'a' COLLATE RTRIM FROM warehouse.receipt", "text/collate", 1),
    ("SELECT min(owner COLLATE NOCASE) FROM warehouse.receipt", "text/collate", 1),
    // Names
    ("SELECT id FROM\nwarehouse.absent", "table/unknown", 2),
    ("SELECT id FROM receipt", "table/unknown", 1),
    ("SELECT id FROM warehouse.closed", "table/closed", 1),
    ("SELECT * FROM invoice", "table/unknown", 1),
    ("SELECT absent FROM warehouse.receipt", "column/unknown", 1),
    ("SELECT rowid FROM warehouse.receipt", "column/unknown", 1),
    ("SELECT \"text\" FROM warehouse.receipt", "column/unknown", 1),
    ("SELECT id FROM warehouse.receipt r, other.receipt o", "column/ambiguous", 1),
    ("SELECT quantity AS q FROM warehouse.receipt WHERE q > 1", "column/alias", 1),
    ("SELECT * FROM warehouse.receipt, other.receipt", "from/alias", 1),
    ("SELECT id FROM \"Warehouse\".receipt", "name/form", 1),
    ("SELECT id AS 'x' FROM warehouse.receipt", "name/form", 1),
    ("SELECT id FROM \"warehouse.receipt\"", "name/form", 1),
    ("SELECT * FROM sqlite_schema", "name/form", 1),
    ("SELECT * FROM pragma_table_info", "name/form", 1),
    ("WITH ledger_block AS (SELECT 1) SELECT 1", "name/form", 1),
    ("SELECT 'ledger_block'", "name/reserved", 1),
    // FROM
    ("SELECT * FROM json_each('[1]')", "from/function", 1),
    ("SELECT * FROM warehouse.receipt NATURAL JOIN warehouse.move", "from/natural", 1),
    ("SELECT id FROM warehouse.receipt INDEXED BY by_owner", "from/indexed", 1),
    ("SELECT 1 FROM (warehouse.receipt r JOIN warehouse.move m ON 1)", "from/parentheses", 1),
    ("WITH RECURSIVE n AS (SELECT 1) SELECT 1 FROM n", "select/recursive", 1),
    ("WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", "select/recursive", 1),
    ("WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS i) SELECT * FROM a", "select/recursive", 1),
    ("SELECT * FROM (SELECT quantity + 1 FROM warehouse.receipt)", "select/star", 1),
    ("SELECT *", "select/star", 1),
    ("VALUES (1), (1, 2)", "select/values", 1),
    ("VALUES (1), (2) ORDER BY 1", "select/values", 1),
    ("SELECT RAISE(ABORT, 'x')", "expression/form", 1),
    ("WITH a(x, y) AS (SELECT 1) SELECT x FROM a", "select/with", 1),
    // Values
    ("SELECT (SELECT id, owner FROM warehouse.receipt)", "expression/row", 1),
    ("SELECT (1, 2)", "expression/row", 1),
    ("SELECT 1 IN (SELECT id, owner FROM warehouse.receipt)", "expression/row", 1),
    ("SELECT (1, 2) = (1, 2, 3)", "expression/row", 1),
    ("SELECT 1 WHERE (1, 2) = (SELECT 1)", "expression/row", 1),
    ("SELECT 1 < (SELECT 1, 2)", "expression/row", 1),
    ("SELECT 1 UNION SELECT 1, 2", "select/compound", 1),
    ("SELECT :a, ?", "parameter/form", 1),
    ("SELECT $a", "parameter/form", 1),
    ("SELECT :A", "parameter/form", 1),
    // INSERT
    ("INSERT OR REPLACE INTO warehouse.move (receipt, step) VALUES ('a', 1)", "write/conflict", 1),
    ("REPLACE INTO warehouse.move (receipt, step) VALUES ('a', 1)", "write/conflict", 1),
    ("INSERT OR IGNORE INTO warehouse.move (receipt, step) VALUES ('a', 1)", "write/conflict", 1),
    ("INSERT OR FAIL INTO warehouse.move (receipt, step) VALUES ('a', 1)", "write/conflict", 1),
    ("INSERT OR ROLLBACK INTO warehouse.move (receipt, step) VALUES ('a', 1)", "write/conflict", 1),
    ("INSERT INTO warehouse.move DEFAULT VALUES", "insert/default", 1),
    ("INSERT INTO warehouse.move (receipt, step) VALUES ('a')", "insert/columns", 1),
    ("INSERT INTO warehouse.move (receipt, absent) VALUES ('a', 1)", "column/unknown", 1),
    ("INSERT INTO other.receipt (id) VALUES ('a')", "table/foreign", 1),
    ("INSERT INTO warehouse.move (receipt, step) VALUES ('a', 1) RETURNING step", "write/returning", 1),
    ("INSERT INTO warehouse.move (receipt, step) VALUES ('a', 1) ON CONFLICT DO NOTHING", "insert/conflict", 1),
    ("INSERT INTO warehouse.move (receipt, step) VALUES ('a', 1) ON CONFLICT (step) DO NOTHING", "insert/conflict", 1),
    (
        "INSERT INTO warehouse.move (receipt, step) SELECT id, 1 FROM warehouse.receipt WHERE 1\n\
         ON CONFLICT (receipt, step) DO NOTHING",
        "insert/conflict",
        2,
    ),
    (
        "INSERT INTO warehouse.receipt (id, owner, goods) VALUES ('a', 'b', 'c')\n\
         ON CONFLICT (id) DO UPDATE SET id = 'd'",
        "update/key",
        1,
    ),
    // UPDATE and DELETE
    ("UPDATE warehouse.receipt SET id = 'a' WHERE id = 'b'", "update/key", 1),
    ("UPDATE warehouse.receipt SET number = 1 WHERE owner = 'b'", "update/unique", 1),
    ("UPDATE warehouse.receipt SET number = number + 1", "update/unique", 1),
    ("UPDATE warehouse.receipt SET number = 1 WHERE id = owner", "update/unique", 1),
    ("UPDATE warehouse.receipt SET number = 1 WHERE id = 'a' OR id = 'b'", "update/unique", 1),
    ("UPDATE warehouse.receipt SET number = 1 WHERE id = 'a' COLLATE NOCASE", "update/unique", 1),
    ("UPDATE warehouse.receipt SET number = 1 WHERE id = lower('a' COLLATE NOCASE)", "update/unique", 1),
    ("UPDATE warehouse.receipt SET goods = 'a', goods = 'b'", "update/twice", 1),
    (
        "UPDATE warehouse.receipt AS r SET\nquantity = (SELECT max(o.quantity) FROM warehouse.receipt o WHERE o.id <> r.id)",
        "update/self",
        1,
    ),
    (
        "WITH o AS (SELECT sum(quantity) AS s FROM warehouse.receipt)\n\
         UPDATE warehouse.receipt SET quantity = (SELECT s FROM o)",
        "update/self",
        2,
    ),
    ("UPDATE warehouse.receipt SET goods = m.place FROM warehouse.move m", "update/from", 1),
    ("UPDATE OR IGNORE warehouse.receipt SET goods = 'a'", "write/conflict", 1),
    ("UPDATE warehouse.receipt SET goods = 'a' LIMIT 1", "write/limit", 1),
    ("UPDATE warehouse.receipt SET goods = 'a' RETURNING id", "write/returning", 1),
    ("UPDATE warehouse.receipt INDEXED BY by_owner SET goods = 'a'", "from/indexed", 1),
    ("UPDATE warehouse.receipt SET (goods, owner) = ('a', 'b', 'c')", "expression/row", 1),
    ("UPDATE other.receipt SET warehouse = 'a'", "table/foreign", 1),
    ("DELETE FROM warehouse.receipt ORDER BY id LIMIT 1", "write/limit", 1),
    ("DELETE FROM warehouse.receipt RETURNING id", "write/returning", 1),
    ("DELETE FROM warehouse.closed", "table/foreign", 1),
    // Other statements
    ("PRAGMA user_version = 1", "statement/kind", 1),
    ("ATTACH 'x' AS y", "statement/kind", 1),
    ("EXPLAIN SELECT 1", "statement/kind", 1),
    ("BEGIN", "statement/kind", 1),
    ("COMMIT", "statement/kind", 1),
    ("SAVEPOINT a", "statement/kind", 1),
    ("VACUUM", "statement/kind", 1),
    ("ANALYZE", "statement/kind", 1),
    ("REINDEX", "statement/kind", 1),
    ("DROP TABLE warehouse.receipt", "statement/kind", 1),
    ("CREATE TABLE warehouse.x (id TEXT PRIMARY KEY)", "statement/kind", 1),
    ("CREATE VIEW v AS SELECT 1", "statement/kind", 1),
    ("ALTER TABLE warehouse.receipt ADD COLUMN x TEXT", "statement/kind", 1),
    // No SQL
    ("", "syntax", 1),
    ("SELECT 1; SELECT 2", "syntax", 1),
    ("SELECT\n\nFROM", "syntax", 3),
    ("SELECT 'a", "syntax", 1),
    ("SELECT 1 +", "syntax", 1),
    ("SELECT 1\u{0}", "syntax", 1),
];

#[test]
fn each_refused_statement_has_its_rule_and_line() {
    let fixture = fixture();
    let mut wrong = Vec::new();
    for (text, rule, line) in REFUSED {
        match fixture.check(text) {
            Ok(statement) => wrong.push(format!("{text}: accepted as {}", statement.sql)),
            Err(found) if !found.iter().any(|finding| (finding.rule, finding.line) == (*rule, *line)) => {
                wrong.push(format!("{text}: {found:?}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(REFUSED.len() >= 60);
}

#[test]
fn lines_count_from_where_the_statement_stands() {
    let fixture = fixture();
    let found = counterfoil_sql::statement("SELECT\n  random()", 40, &fixture.scope()).expect_err("refused");
    assert_eq!(found[0].line, 41);
    assert_eq!(
        found[0].to_string(),
        "line 41: random is not allowed: there is no chance: pass the value as a parameter (function/unknown)"
    );
}

#[test]
fn who_drops_a_table_or_writes_one_of_a_module_is_told_why_not() {
    let fixture = fixture();
    for (text, why) in [
        ("DROP TABLE warehouse.receipt", "nothing is dropped or altered"),
        ("ALTER TABLE warehouse.receipt ADD COLUMN x TEXT", "nothing is dropped or altered"),
        ("UPDATE member SET name = 'a'", "tables without one are modules'"),
    ] {
        let found = fixture.check(text).expect_err("refused");
        assert!(found[0].message.contains(why), "{text}: {found:?}");
    }
    let found = fixture.check("UPDATE ledger_block SET height = 1").expect_err("refused");
    assert_eq!((found.len(), found[0].rule), (1, "name/form"), "{found:?}");
}

#[test]
fn the_host_knows_its_functions_only_where_it_says_so() {
    let fixture = fixture();
    let scope = counterfoil_sql::Scope { host_functions: false, ..fixture.scope() };
    let found = counterfoil_sql::statement("SELECT caller()", 1, &scope).expect_err("refused");
    assert_eq!(found[0].rule, "function/host");
}
