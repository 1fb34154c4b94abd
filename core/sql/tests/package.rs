//! A package is read as a whole, and each thing that is wrong with one is found at its line.

mod support;

use counterfoil_sql::{Catalog, Effect, Kind, Naming, PackageText, Role, Surroundings, create_table, package};
use std::collections::BTreeSet;

const ESCROW: &str = include_str!("escrow.sql");

struct World {
    catalog: Catalog,
    readable: BTreeSet<String>,
    reserved: BTreeSet<String>,
}

fn world() -> World {
    let fixture = support::fixture();
    let reserved: BTreeSet<String> = ["invoice".to_owned()].into();
    let mut catalog = fixture.catalog;
    let none = BTreeSet::new();
    for text in
        ["CREATE TABLE escrow.deal (id TEXT PRIMARY KEY)", "CREATE TABLE escrow.old (id TEXT PRIMARY KEY, buyer TEXT)"]
    {
        let made = create_table(text, 1, &Naming { catalog: &catalog, home: None, reserved: &none }).expect("a table");
        catalog.insert(made.schema, made.name, made.shape);
    }
    World { catalog, readable: ["warehouse.receipt".to_owned()].into(), reserved }
}

fn read(text: &str) -> Result<PackageText, Vec<counterfoil_sql::Finding>> {
    let world = world();
    package(text, &Surroundings { catalog: &world.catalog, readable: &world.readable, reserved: &world.reserved })
}

#[test]
fn a_package_is_read_with_its_documentation() {
    let package = read(ESCROW).unwrap_or_else(|found| panic!("{found:#?}"));
    assert_eq!((package.name.as_str(), package.version, package.approvals), ("escrow", 2, Some(2)));
    assert_eq!(package.owners, ["core-corp", "bank"]);
    assert_eq!(package.description, "Money held until milestones are met.");
    let tables: Vec<&str> = package.tables.iter().map(|table| table.definition.name.as_str()).collect();
    assert_eq!(tables, ["deal", "milestone"]);
    assert_eq!(package.tables[0].definition.options.len(), 1);
    assert_eq!(package.indexes.len(), 1);
    let open = &package.actions[0];
    assert_eq!((open.name.as_str(), open.private), ("open", false));
    assert_eq!(open.documentation, "The buyer puts the money aside.");
    let parameters: Vec<(&str, Kind, bool)> =
        open.parameters.iter().map(|one| (one.name.as_str(), one.kind, one.nullable)).collect();
    assert_eq!(
        parameters,
        [
            ("id", Kind::Text, false),
            ("seller", Kind::Text, false),
            ("amount", Kind::Integer, false),
            ("remark", Kind::Text, true)
        ]
    );
    let roles: Vec<Role> = open.steps.iter().map(|step| step.role).collect();
    assert_eq!(
        roles,
        [
            Role::Effect(Effect::Require),
            Role::Write,
            Role::Effect(Effect::Call),
            Role::Effect(Effect::Emit),
            Role::Result
        ]
    );
    assert_eq!(open.steps[0].statement.sql, "SELECT :amount > 0, 'the amount is positive'");
    assert_eq!(open.calls.iter().collect::<Vec<_>>(), ["asset.hold"]);
    let pay = &package.actions[1];
    assert!(pay.private);
    assert_eq!(
        pay.steps[0].statement.sql,
        "SELECT 'escrow', \"seller\", 'CNY', \"amount\", \"id\" FROM \"escrow.deal\" AS \"deal\" WHERE \"paid\" = 0 ORDER BY \"id\""
    );
    assert_eq!(package.invariants[0].name, "nothing_beyond_the_amount");
    let migration = package.migration.expect("a migration");
    assert_eq!((migration.from, migration.statements.len()), (1, 1));
    assert_eq!(migration.statements[0].1.reads.iter().collect::<Vec<_>>(), ["escrow.old"]);
}

#[test]
fn everything_of_a_package_prepares() {
    let package = read(ESCROW).expect("a package");
    let connection = support::fixture().database();
    for table in &package.tables {
        connection
            .execute_batch(&table.definition.sql)
            .unwrap_or_else(|error| panic!("{}: {error}", table.definition.sql));
    }
    for index in &package.indexes {
        connection.execute_batch(&index.sql).unwrap_or_else(|error| panic!("{}: {error}", index.sql));
    }
    connection.execute_batch("CREATE TABLE \"escrow.old\" (id TEXT PRIMARY KEY, buyer TEXT)").expect("makes");
    let steps = package.actions.iter().flat_map(|action| &action.steps).map(|step| &step.statement);
    let invariants = package.invariants.iter().map(|invariant| &invariant.statement);
    let migration =
        package.migration.iter().flat_map(|migration| &migration.statements).map(|(_, statement)| statement);
    for statement in steps.chain(invariants).chain(migration) {
        connection.prepare(&statement.sql).unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    }
}

/// What stands after a header and a table, the rule, and the line.
const REFUSED: &[(&str, &str, u32)] = &[
    ("SELECT 1;", "package/item", 3),
    ("CREATE VIEW v AS SELECT 1;", "package/item", 3),
    ("CREATE TABLE t (id TEXT PRIMARY KEY);", "name/taken", 3),
    ("CREATE TABLE warehouse.u (id TEXT PRIMARY KEY);", "table/foreign", 3),
    ("CREATE INDEX t ON t (n);", "name/taken", 3),
    ("CREATE INDEX i ON receipt (id);", "table/unknown", 3),
    ("CREATE ACTION a (x TEXT) AS BEGIN\nEND;", "parameter/unused", 3),
    ("CREATE ACTION a (x REAL) AS BEGIN END;", "table/type", 3),
    ("CREATE ACTION a (x TEXT, x TEXT) AS BEGIN END;", "name/taken", 3),
    ("CREATE ACTION a () AS BEGIN END;\nCREATE ACTION a () AS BEGIN END;", "name/taken", 4),
    ("CREATE ACTION a () BEGIN END;", "package/action", 3),
    ("CREATE ACTION a () AS BEGIN DELETE FROM t", "package/syntax", 3),
    ("CREATE ACTION a () AS BEGIN\nDELETE FROM t WHERE id = :y;\nEND;", "parameter/form", 4),
    ("CREATE ACTION a () AS BEGIN\nDELETE FROM t WHERE id = ?;\nEND;", "parameter/form", 4),
    ("CREATE ACTION a () AS BEGIN\nDELETE FROM warehouse.receipt;\nEND;", "table/foreign", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT place FROM warehouse.move;\nEND;", "table/closed", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT id FROM t WHERE id = 'a';\nDELETE FROM t;\nEND;", "action/select", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT id FROM t;\nEND;", "order/result", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT n + 1 FROM t WHERE id = 'a';\nEND;", "action/result", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT require(1);\nEND;", "function/unknown", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT require(n, 'x') FROM t;\nEND;", "effect/form", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT require(1, 'x'), 2;\nEND;", "effect/place", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT require(1, 'x') AS y;\nEND;", "effect/place", 4),
    ("CREATE ACTION a () AS BEGIN\nDELETE FROM t WHERE emit('a', 'b');\nEND;", "effect/place", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT emit('a', json_object('n', n)) FROM t;\nEND;", "effect/order", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT emit('a', id) FROM t GROUP BY id;\nEND;", "effect/form", 4),
    ("CREATE ACTION a (x TEXT) AS BEGIN\nSELECT call(:x, json_object());\nEND;", "effect/name", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT call('hold', json_object());\nEND;", "effect/name", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT emit('a b', json_object());\nEND;", "effect/name", 4),
    ("CREATE ACTION a () AS BEGIN\nSELECT call('a.b', DISTINCT json_object());\nEND;", "syntax", 4),
    ("CREATE ACTION a () AS BEGIN\nCOMMIT;\nEND;", "statement/kind", 4),
    ("CREATE INVARIANT i AS DELETE FROM t;", "package/invariant", 3),
    ("CREATE INVARIANT i AS SELECT id FROM t WHERE n > now();", "function/host", 3),
    ("CREATE INVARIANT i AS\nSELECT id FROM t WHERE n > :x;", "parameter/form", 4),
    ("CREATE INVARIANT i AS SELECT 1;\nCREATE INVARIANT i AS SELECT 1;", "name/taken", 4),
    ("MIGRATE FROM 2 AS BEGIN END;", "package/migration", 3),
    ("MIGRATE FROM 1 AS BEGIN END;\nMIGRATE FROM 1 AS BEGIN END;", "package/migration", 4),
    ("MIGRATE FROM 1 AS BEGIN\nSELECT 1;\nEND;", "package/migration", 4),
    ("MIGRATE FROM 1 AS BEGIN\nDELETE FROM old;\nEND;", "table/foreign", 4),
    ("MIGRATE FROM 1 AS BEGIN\nINSERT INTO t SELECT id, 1 FROM warehouse.receipt;\nEND;", "table/closed", 4),
];

#[test]
fn each_refused_item_has_its_rule_and_line() {
    let mut wrong = Vec::new();
    for (item, rule, line) in REFUSED {
        let text =
            format!("PACKAGE escrow VERSION 2 OWNERS ('a');\nCREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER);\n{item}");
        match read(&text) {
            Ok(_) => wrong.push(format!("{item}: accepted")),
            Err(found) if !found.iter().any(|finding| (finding.rule, finding.line) == (*rule, *line)) => {
                wrong.push(format!("{item}: {found:?}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_header_says_who_answers_for_the_package() {
    for (text, rule) in [
        ("", "package/header"),
        ("CREATE TABLE t (id TEXT PRIMARY KEY);", "package/header"),
        ("PACKAGE invoice VERSION 1 OWNERS ('a');", "name/reserved"),
        ("PACKAGE main VERSION 1 OWNERS ('a');", "name/reserved"),
        ("PACKAGE a VERSION 0 OWNERS ('a');", "package/header"),
        ("PACKAGE a VERSION 1 OWNERS ();", "package/header"),
        ("PACKAGE a VERSION 1 OWNERS (b);", "package/header"),
        ("PACKAGE a VERSION 1 OWNERS ('b') APPROVALS 2;", "package/header"),
        ("PACKAGE a VERSION 1 OWNERS ('b') more;", "package/header"),
    ] {
        assert_eq!(read(text).expect_err(text)[0].rule, rule, "{text}");
    }
}

#[test]
fn all_findings_of_a_package_come_at_once_in_order() {
    let text = "PACKAGE a VERSION 1 OWNERS ('b');\nCREATE INVARIANT i AS SELECT random();\nCREATE TABLE t (id TEXT);\n\
                CREATE ACTION x () AS BEGIN\nDELETE FROM absent;\nSELECT 1.5;\nEND;";
    let lines: Vec<u32> = read(text).expect_err("refused").iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [2, 3, 5, 6]);
}

#[test]
fn a_package_has_limits() {
    let head = "PACKAGE a VERSION 1 OWNERS ('b');\nCREATE TABLE t (id TEXT PRIMARY KEY);\n";
    let action = |count: usize| format!("{head}CREATE ACTION x () AS BEGIN\n{}END;", "DELETE FROM t;\n".repeat(count));
    assert!(read(&action(64)).is_ok());
    assert_eq!(read(&action(65)).expect_err("too many")[0].rule, "limit/statements");
    let invariants = |count: usize| -> String {
        head.to_owned()
            + &(0..count).map(|at| format!("CREATE INVARIANT i{at} AS SELECT id FROM t;\n")).collect::<String>()
    };
    assert!(read(&invariants(64)).is_ok());
    assert_eq!(read(&invariants(65)).expect_err("too many")[0].rule, "limit/items");
    assert_eq!(read(&format!("{head}{}", " ".repeat(65_536))).expect_err("too long")[0].rule, "limit/text");
}
