//! Definitions of tables and indexes.

mod support;

use counterfoil_sql::{Catalog, Kind, Naming, OptionValue, create_index, create_table};
use std::collections::BTreeSet;

fn check<T>(read: impl FnOnce(&Naming<'_>) -> T) -> T {
    let fixture = support::fixture();
    let reserved: BTreeSet<String> = ["invoice".to_owned()].into();
    read(&Naming { catalog: &fixture.catalog, home: None, reserved: &reserved })
}

#[test]
fn a_table_is_written_in_one_form() {
    let text = "CREATE TABLE Warehouse.\"lot\" (
        code TEXT NOT NULL, part INTEGER DEFAULT -1, seal BLOB UNIQUE CHECK (length(seal) = 32),
        receipt TEXT REFERENCES receipt ON DELETE RESTRICT,
        CONSTRAINT positive CHECK (part > 0 AND code LIKE 'a%' COLLATE NOCASE),
        PRIMARY KEY (code, part), UNIQUE (receipt, part), FOREIGN KEY (receipt) REFERENCES receipt (id)
    ) STRICT, WITHOUT ROWID
    WITH (writers = ('core-corp', 'bank/checker'), mode = append, keep_days = 30, owner_column = code)";
    let made = check(|naming| create_table(text, 1, naming)).unwrap_or_else(|found| panic!("{found:#?}"));
    assert_eq!(
        made.sql,
        "CREATE TABLE \"warehouse.lot\" (
    \"code\" TEXT NOT NULL,
    \"part\" INTEGER NOT NULL DEFAULT - 1,
    \"seal\" BLOB,
    \"receipt\" TEXT,
    PRIMARY KEY (\"code\", \"part\"),
    UNIQUE (\"seal\"),
    UNIQUE (\"receipt\", \"part\"),
    CHECK (length(\"seal\") = 32),
    CONSTRAINT \"positive\" CHECK (\"part\" > 0 AND \"code\" LIKE 'a%' COLLATE NOCASE),
    FOREIGN KEY (\"receipt\") REFERENCES \"warehouse.receipt\",
    FOREIGN KEY (\"receipt\") REFERENCES \"warehouse.receipt\" (\"id\")
) STRICT, WITHOUT ROWID"
    );
    assert_eq!((made.schema.as_str(), made.name.as_str()), ("warehouse", "lot"));
    assert_eq!(made.shape.columns[2], ("seal".to_owned(), Kind::Blob));
    assert_eq!(made.shape.primary_key, ["code", "part"]);
    assert_eq!(made.shape.unique, [vec!["seal".to_owned()], vec!["receipt".to_owned(), "part".to_owned()]]);
    let text = |text: &str| OptionValue::Text(text.to_owned());
    let word = |word: &str| OptionValue::Word(word.to_owned());
    let options = [
        ("writers", OptionValue::List(vec![text("core-corp"), text("bank/checker")])),
        ("mode", word("append")),
        ("keep_days", OptionValue::Number(30)),
        ("owner_column", word("code")),
    ];
    assert_eq!(made.options, options.map(|(name, value)| (name.to_owned(), value)));
    let connection = support::fixture().database();
    connection.execute_batch(&made.sql).expect("SQLite makes it");
}

#[test]
fn a_key_of_one_integer_is_not_the_row_number() {
    let made = check(|naming| create_table("CREATE TABLE a.b (id INTEGER PRIMARY KEY)", 1, naming)).expect("a table");
    let connection = rusqlite::Connection::open_in_memory().expect("opens");
    connection.execute_batch(&made.sql).expect("makes");
    assert!(connection.execute("INSERT INTO \"a.b\" VALUES (NULL)", []).is_err());
}

const REFUSED: &[(&str, &str)] = &[
    ("CREATE TABLE t (id TEXT PRIMARY KEY)", "table/schema"),
    ("CREATE TABLE main.t (id TEXT PRIMARY KEY)", "name/reserved"),
    ("CREATE TABLE public.t (id TEXT PRIMARY KEY)", "name/reserved"),
    ("CREATE TABLE invoice.t (id TEXT PRIMARY KEY)", "name/reserved"),
    ("CREATE TABLE pg_catalog.t (id TEXT PRIMARY KEY)", "name/form"),
    ("CREATE TABLE a.sqlite_t (id TEXT PRIMARY KEY)", "name/form"),
    ("CREATE TABLE a.\"T\" (id TEXT PRIMARY KEY)", "name/form"),
    ("CREATE TABLE a.t (\"i d\" TEXT PRIMARY KEY)", "name/form"),
    ("CREATE TABLE a.t (id TEXT)", "table/key"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b TEXT PRIMARY KEY)", "table/key"),
    ("CREATE TABLE a.t (id TEXT, PRIMARY KEY (id, id))", "table/key"),
    ("CREATE TABLE a.t (id TEXT, PRIMARY KEY (lower(id)))", "table/key"),
    ("CREATE TABLE a.t (id TEXT, PRIMARY KEY (id COLLATE NOCASE))", "text/collate"),
    ("CREATE TABLE a.t (id TEXT, PRIMARY KEY (other))", "column/unknown"),
    ("CREATE TABLE a.t (id PRIMARY KEY)", "table/type"),
    ("CREATE TABLE a.t (id REAL PRIMARY KEY)", "table/type"),
    ("CREATE TABLE a.t (id VARCHAR(3) PRIMARY KEY)", "table/type"),
    ("CREATE TABLE a.t (id ANY PRIMARY KEY)", "table/type"),
    ("CREATE TABLE a.t (id INTEGER PRIMARY KEY AUTOINCREMENT)", "table/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY DESC)", "table/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER AS (1))", "table/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER GENERATED ALWAYS AS (1) STORED)", "table/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY COLLATE NOCASE)", "text/collate"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY ON CONFLICT REPLACE)", "write/conflict"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b TEXT UNIQUE ON CONFLICT IGNORE)", "write/conflict"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER DEFAULT 1.5)", "number/fraction"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER DEFAULT CURRENT_TIMESTAMP)", "table/default"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER DEFAULT (1 + 1))", "table/default"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER DEFAULT (random()))", "table/default"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (b > now()))", "function/host"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (b > random()))", "function/unknown"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (b > (SELECT 1)))", "expression/subquery"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (id IN u))", "expression/subquery"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (max(b) > 1))", "aggregate/place"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (c > 1))", "column/unknown"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, b INTEGER CHECK (b > :x))", "parameter/form"),
    ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES receipt ON DELETE CASCADE)", "table/reference"),
    ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES receipt ON UPDATE SET NULL)", "table/reference"),
    ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES receipt (owner))", "table/reference"),
    ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES move)", "table/reference"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY REFERENCES receipt)", "table/unknown"),
    ("CREATE TABLE warehouse.t (id TEXT PRIMARY KEY REFERENCES receipt DEFERRABLE INITIALLY DEFERRED)", "table/form"),
    ("CREATE TEMP TABLE t (id TEXT PRIMARY KEY)", "table/form"),
    ("CREATE TABLE IF NOT EXISTS a.t (id TEXT PRIMARY KEY)", "table/form"),
    ("CREATE TABLE a.t AS SELECT 1 AS id", "table/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode)", "table/option"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = )", "name/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = 1, mode = 2)", "table/option"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = (1, (2)))", "name/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = 1.5)", "name/form"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = 1", "table/option"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY) WITH (mode = 1) x", "table/option"),
    ("CREATE VIEW a.v AS SELECT 1", "statement/kind"),
    ("CREATE TABLE a.t (id TEXT PRIMARY KEY, id TEXT)", "syntax"),
];

#[test]
fn each_refused_table_has_its_rule() {
    let mut wrong = Vec::new();
    for (text, rule) in REFUSED {
        match check(|naming| create_table(text, 1, naming)) {
            Ok(made) => wrong.push(format!("{text}: accepted as {}", made.sql)),
            Err(found) if !found.iter().any(|finding| finding.rule == *rule) => {
                wrong.push(format!("{text}: {found:?}"))
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_of_a_table_is_told() {
    let text = "CREATE TABLE a.t (\n  id TEXT PRIMARY KEY,\n  price REAL\n)";
    let found = check(|naming| create_table(text, 10, naming)).expect_err("refused");
    assert_eq!((found[0].rule, found[0].line), ("table/type", 12));
}

#[test]
fn an_index_names_columns_of_its_table() {
    let made = check(|naming| create_index("CREATE UNIQUE INDEX warehouse.i ON receipt (goods, owner)", 1, naming));
    let made = made.expect("an index");
    assert_eq!(made.sql, "CREATE UNIQUE INDEX \"warehouse.i\" ON \"warehouse.receipt\" (\"goods\", \"owner\")");
    assert!(made.unique);
    for (text, rule) in [
        ("CREATE INDEX i ON receipt (goods)", "table/schema"),
        ("CREATE INDEX warehouse.i ON absent (goods)", "table/unknown"),
        ("CREATE INDEX warehouse.i ON receipt (absent)", "column/unknown"),
        ("CREATE INDEX warehouse.move ON receipt (goods)", "name/taken"),
        ("CREATE INDEX warehouse.i ON receipt (lower(goods))", "table/key"),
        ("CREATE INDEX warehouse.i ON receipt (goods COLLATE NOCASE)", "text/collate"),
        ("CREATE INDEX warehouse.i ON receipt (goods) WHERE owner = 'a'", "index/form"),
        ("CREATE INDEX IF NOT EXISTS warehouse.i ON receipt (goods)", "index/form"),
        ("DROP INDEX warehouse.i", "statement/kind"),
    ] {
        let found = check(|naming| create_index(text, 1, naming)).expect_err(text);
        assert!(found.iter().any(|finding| finding.rule == rule), "{text}: {found:?}");
    }
}

#[test]
fn a_package_makes_tables_in_its_own_schema_only() {
    let catalog = Catalog::default();
    let reserved = BTreeSet::new();
    let naming = Naming { catalog: &catalog, home: Some("escrow"), reserved: &reserved };
    let made = create_table("CREATE TABLE deal (id TEXT PRIMARY KEY, last TEXT REFERENCES deal)", 1, &naming);
    assert_eq!(made.expect("a table").schema, "escrow");
    let found = create_table("CREATE TABLE other.deal (id TEXT PRIMARY KEY)", 1, &naming).expect_err("refused");
    assert_eq!(found[0].rule, "table/foreign");
}
