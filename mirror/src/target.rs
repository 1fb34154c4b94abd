use crate::sql::identifier;
use counterfoil_client::ColumnKind;
use counterfoil_types::Value;

/// A table of the mirror: what is written there, and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Tells it from the mirror's other tables.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name in the schema.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// The primary key: places in `columns`, in the key's order.
    pub key: Vec<usize>,
    /// What it is, for people.
    pub comment: String,
}

/// A column of a table of the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it may be NULL.
    pub nullable: bool,
}

impl Column {
    /// A column that is never NULL.
    pub fn new(name: &str, kind: ColumnKind) -> Self {
        Self { name: name.to_owned(), kind, nullable: false }
    }
}

impl Target {
    /// The table's name in SQL, with its schema.
    pub fn sql_name(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.table))
    }

    /// The values of a row's primary key.
    pub fn key_values(&self, values: &[Value]) -> Vec<Value> {
        self.key.iter().map(|&at| values[at].clone()).collect()
    }

    /// The table's name for people.
    pub fn name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }
}
