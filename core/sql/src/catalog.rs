use std::collections::{BTreeMap, BTreeSet};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A signed integer of 64 bits.
    Integer,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

impl Kind {
    /// The kind of this name in SQL.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Integer, Self::Text, Self::Blob].into_iter().find(|kind| kind.sql().eq_ignore_ascii_case(name))
    }

    /// Its name in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// What the checker must know of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableShape {
    /// Names and kinds, in the table's order.
    pub columns: Vec<(String, Kind)>,
    /// Columns of the primary key, in its order.
    pub primary_key: Vec<String>,
    /// The other keys.
    pub unique: Vec<Vec<String>>,
}

impl TableShape {
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    /// Whether these columns, in any order, are the primary key or another key.
    pub(crate) fn is_key(&self, columns: &BTreeSet<&str>) -> bool {
        let is = |key: &Vec<String>| key.iter().map(String::as_str).collect::<BTreeSet<_>>() == *columns;
        is(&self.primary_key) || self.unique.iter().any(is)
    }
}

/// The tables a text may name.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    schemas: BTreeMap<String, BTreeMap<String, TableShape>>,
}

impl Catalog {
    /// Adds a table of a schema, or replaces it.
    pub fn insert(&mut self, schema: impl Into<String>, table: impl Into<String>, shape: TableShape) {
        self.schemas.entry(schema.into()).or_default().insert(table.into(), shape);
    }

    /// The table, if there is one.
    pub fn table(&self, schema: &str, table: &str) -> Option<&TableShape> {
        self.schemas.get(schema)?.get(table)
    }

    /// The names of the schemas.
    pub fn schemas(&self) -> impl Iterator<Item = &str> {
        self.schemas.keys().map(String::as_str)
    }

    /// The tables of a schema.
    pub fn tables(&self, schema: &str) -> impl Iterator<Item = (&str, &TableShape)> {
        self.schemas.get(schema).into_iter().flatten().map(|(name, shape)| (name.as_str(), shape))
    }

    pub(crate) fn remove_schema(&mut self, schema: &str) {
        self.schemas.remove(schema);
    }
}

/// How SQLite knows the table, a name with a dot in it: `warehouse.receipt`.
pub fn physical(schema: &str, table: &str) -> String {
    format!("{schema}.{table}")
}

/// What a statement may name.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// All tables.
    pub catalog: &'a Catalog,
    /// The schema in which bare names are looked up: a package's own.
    pub home: Option<&'a str>,
    /// The tables it may read, as `schema.table`.
    pub readable: &'a BTreeSet<String>,
    /// The tables it may write, as `schema.table`.
    pub writable: &'a BTreeSet<String>,
    /// Whether it may call the host's functions: `caller()`, `now()` and so on.
    pub host_functions: bool,
}
