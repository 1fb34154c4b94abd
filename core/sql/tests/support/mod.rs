//! A schema with tables, the host's functions, and two databases that hold the same rows in different orders.

#![allow(dead_code)]

pub mod generate;

use counterfoil_sql::{
    Catalog, EXACT_SUM, Finding, Naming, ONLY, Scope, Statement, create_index, create_table, statement,
};
use rusqlite::{
    Connection, Error,
    functions::{Aggregate, Context, FunctionFlags},
    types::Value,
};
use std::collections::BTreeSet;

pub const TABLES: &[&str] = &[
    "CREATE TABLE warehouse.receipt (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        goods TEXT NOT NULL CHECK (length(goods) > 0),
        quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity >= 0),
        seal BLOB,
        number INTEGER UNIQUE
    )",
    "CREATE TABLE warehouse.move (
        receipt TEXT NOT NULL REFERENCES receipt (id),
        step INTEGER NOT NULL,
        place TEXT,
        PRIMARY KEY (receipt, step)
    )",
    "CREATE TABLE warehouse.closed (id INTEGER PRIMARY KEY)",
    "CREATE TABLE other.receipt (id TEXT PRIMARY KEY, warehouse TEXT)",
];

/// By which the straight database reads some rows, in another order than that of the key.
pub const INDEXES: &[&str] = &[
    "CREATE INDEX warehouse.by_owner ON receipt (owner, quantity DESC)",
    "CREATE INDEX warehouse.by_goods ON receipt (goods DESC)",
];

/// The tables above; all but `warehouse.closed` can be read, those of `warehouse` but `closed` written.
pub struct Fixture {
    pub catalog: Catalog,
    pub ddl: Vec<String>,
    pub readable: BTreeSet<String>,
    pub writable: BTreeSet<String>,
}

pub fn fixture() -> Fixture {
    let mut catalog = Catalog::default();
    let mut ddl = Vec::new();
    let reserved = BTreeSet::new();
    for text in TABLES {
        let naming = Naming { catalog: &catalog, home: None, reserved: &reserved };
        let made = create_table(text, 1, &naming).unwrap_or_else(|found| panic!("{text}: {found:?}"));
        catalog.insert(made.schema, made.name, made.shape);
        ddl.push(made.sql);
    }
    let naming = Naming { catalog: &catalog, home: None, reserved: &reserved };
    for text in INDEXES {
        ddl.push(create_index(text, 1, &naming).expect("an index").sql);
    }
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Fixture {
        catalog,
        ddl,
        readable: set(&["warehouse.receipt", "warehouse.move", "other.receipt"]),
        writable: set(&["warehouse.receipt", "warehouse.move"]),
    }
}

impl Fixture {
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            catalog: &self.catalog,
            home: None,
            readable: &self.readable,
            writable: &self.writable,
            host_functions: true,
        }
    }

    pub fn check(&self, text: &str) -> Result<Statement, Vec<Finding>> {
        statement(text, 1, &self.scope())
    }

    pub fn accept(&self, text: &str) -> Statement {
        self.check(text).unwrap_or_else(|found| panic!("{text}: {found:?}"))
    }

    /// An empty database with the tables.
    pub fn database(&self) -> Connection {
        let connection = Connection::open_in_memory().expect("opens");
        host_functions(&connection);
        connection.execute_batch("PRAGMA foreign_keys = ON").expect("sets");
        for sql in &self.ddl {
            connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        connection
    }
}

/// Fails on a second row.
struct Only;

impl Aggregate<Option<Value>, Value> for Only {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<Value>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, seen: &mut Option<Value>) -> rusqlite::Result<()> {
        match seen.replace(context.get(0)?) {
            None => Ok(()),
            Some(_) => Err(Error::UserFunctionError("more than one row".into())),
        }
    }

    fn finalize(&self, _: &mut Context<'_>, seen: Option<Option<Value>>) -> rusqlite::Result<Value> {
        Ok(seen.flatten().unwrap_or(Value::Null))
    }
}

/// An exact sum of integers.
struct ExactSum;

impl Aggregate<Option<i128>, Option<i64>> for ExactSum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<i128>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<i128>) -> rusqlite::Result<()> {
        match context.get(0)? {
            Value::Null => Ok(()),
            Value::Integer(value) => {
                *sum = Some(sum.unwrap_or_default() + i128::from(value));
                Ok(())
            }
            _ => Err(Error::UserFunctionError("not an integer".into())),
        }
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<i128>>) -> rusqlite::Result<Option<i64>> {
        let fits = |sum| i64::try_from(sum).map_err(|_| Error::UserFunctionError("the sum is too large".into()));
        sum.flatten().map(fits).transpose()
    }
}

pub fn host_functions(connection: &Connection) {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function(ONLY, 1, flags, Only).expect("registers");
    connection.create_aggregate_function(EXACT_SUM, 1, flags, ExactSum).expect("registers");
    for (name, value) in [("caller", "core-corp"), ("caller_key", "k1"), ("transaction_id", "t1")] {
        connection.create_scalar_function(name, 0, flags, move |_| Ok(value)).expect("registers");
    }
    for name in ["now", "height"] {
        connection.create_scalar_function(name, 0, flags, |_| Ok(7_i64)).expect("registers");
    }
    connection.create_scalar_function("caller_has_role", 1, flags, |_| Ok(true)).expect("registers");
}

/// All rows of a query, as text.
pub fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut prepared = connection.prepare(sql)?;
    let width = prepared.column_count();
    let rows = prepared.query_map([], |row| {
        let values: rusqlite::Result<Vec<Value>> = (0..width).map(|at| row.get(at)).collect();
        Ok(format!("{:?}", values?))
    })?;
    rows.collect()
}

/// Puts the same rows in, in one order or the other; the other way round there is no secondary index either.
fn fill(connection: &Connection, reversed: bool) {
    let mut order: Vec<i64> = (0..60).collect();
    if reversed {
        order.reverse();
    }
    for i in order {
        let owner = ["a", "b", "B", "c"][(i % 4) as usize];
        let quantity = (i * 7) % 23;
        let goods = ["7", "rice", "wool", "tea", "7.0"][(i % 5) as usize];
        connection
            .execute(
                "INSERT INTO \"warehouse.receipt\" VALUES (?1, ?2, ?3, ?4, NULL, ?5)",
                (format!("r{i}"), owner, goods, quantity, i),
            )
            .expect("inserts");
        connection
            .execute("INSERT INTO \"other.receipt\" VALUES (?1, ?2)", (format!("r{}", i * 2), owner))
            .expect("inserts");
        for step in 0..i % 4 {
            let row = (format!("r{i}"), step, goods);
            connection.execute("INSERT INTO \"warehouse.move\" VALUES (?1, ?2, ?3)", row).expect("inserts");
        }
    }
    if reversed {
        connection
            .execute_batch("PRAGMA reverse_unordered_selects = ON; DROP INDEX \"warehouse.by_owner\"; DROP INDEX \"warehouse.by_goods\"; VACUUM")
            .expect("sets");
    }
}

/// Two databases with the same rows, in opposite orders.
pub fn pair(fixture: &Fixture) -> (Connection, Connection) {
    let (straight, reversed) = (fixture.database(), fixture.database());
    fill(&straight, false);
    fill(&reversed, true);
    (straight, reversed)
}
