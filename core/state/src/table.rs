use crate::vet;
use counterfoil_types::{Fault, Hash, Value, row};
use minicbor::Decoder;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ColumnKind {
    /// 64-bit integers.
    Integer,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Blob,
}

impl ColumnKind {
    /// The type in a declaration.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// A column of a ledger table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// A ledger table, as the schema declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The module it belongs to.
    pub module: String,
    /// Its columns in declared order.
    pub columns: Vec<Column>,
    /// The primary key: places in `columns`, in the key's order.
    pub primary_key: Vec<usize>,
    /// Whether rows may change or go; otherwise it only grows.
    pub mutable: bool,
    /// The block that created it; 0 for the tables of modules.
    pub since: u64,
    /// Hash of its shape, see [`row::table_hash`].
    pub hash: Hash,
    /// What comes before the primary key's values in the bytes that are hashed to a row's key.
    #[serde(skip)]
    pub(crate) key_prefix: Vec<u8>,
    /// Whether the keys of signers depend on it.
    #[serde(skip)]
    pub(crate) holds_keys: bool,
}

/// What the database keeps of a table beside its declaration.
#[derive(Debug)]
pub(crate) struct StoredTable {
    pub name: String,
    pub module: String,
    pub mutable: bool,
    pub since: u64,
}

fn unusable(table: &str, why: &str) -> Fault {
    Fault::Unusable(format!("table {table}: {why}"))
}

impl Table {
    /// Reads the declaration from the database and checks that a ledger table can be like this.
    pub(crate) fn read(connection: &Connection, stored: &StoredTable, holds_keys: bool) -> Result<Self, Fault> {
        let StoredTable { name, module, mutable, since } = stored;
        let wrong = |why: &str| unusable(name, why);
        let failed = |error| Fault::new(format!("reading the declaration of table {name}"), rusqlite_error(error));
        let strict: bool = connection
            .query_row("SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()
            .map_err(failed)?
            .ok_or_else(|| wrong("the statement does not create it"))?;
        if !strict {
            return Err(wrong("a ledger table is STRICT"));
        }
        let mut statement = connection
            .prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid")
            .map_err(failed)?;
        let mut rows = statement.query([name]).map_err(failed)?;
        let mut columns = Vec::new();
        let mut key = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let column: String = row.get(0).map_err(failed)?;
            let kind: String = row.get(1).map_err(failed)?;
            let kind = match kind.to_ascii_uppercase().as_str() {
                "INTEGER" => ColumnKind::Integer,
                "TEXT" => ColumnKind::Text,
                "BLOB" => ColumnKind::Blob,
                _ => return Err(wrong(&format!("column {column} is {kind}, not INTEGER, TEXT or BLOB"))),
            };
            let default: Option<String> = row.get(3).map_err(failed)?;
            if default.is_some_and(|text| !vet::is_literal(&text)) {
                return Err(wrong(&format!("the default of column {column} is not a literal")));
            }
            if row.get::<_, i64>(5).map_err(failed)? != 0 {
                return Err(wrong(&format!("column {column} is generated or hidden")));
            }
            let place: i64 = row.get(4).map_err(failed)?;
            if place > 0 {
                key.push((place, columns.len()));
            }
            let nullable = place == 0 && !row.get::<_, bool>(2).map_err(failed)?;
            columns.push(Column { name: column, kind, nullable });
        }
        if key.is_empty() {
            return Err(wrong("a ledger table has an explicit primary key"));
        }
        key.sort_unstable();
        let primary_key: Vec<usize> = key.into_iter().map(|(_, column)| column).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let key_names: Vec<&str> = primary_key.iter().map(|&at| names[at]).collect();
        let hash = row::table_hash(name, &names, &key_names);
        let mut key_prefix = Vec::new();
        row::encode_key_prefix(name, primary_key.len(), &mut key_prefix);
        let (name, module) = (name.clone(), module.clone());
        Ok(Self { name, module, columns, primary_key, mutable: *mutable, since: *since, hash, key_prefix, holds_keys })
    }

    /// The names of the columns.
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The names of the primary key's columns.
    pub fn key_names(&self) -> Vec<String> {
        self.primary_key.iter().map(|&at| self.columns[at].name.clone()).collect()
    }

    /// The key of an encoded row, see [`row::key`]. Its values are encoded in the row as they are in the key.
    ///
    /// # Panics
    /// If `encoded` is not a row of this table, which only a bug can bring about.
    pub(crate) fn key_of(&self, encoded: &[u8]) -> Hash {
        let mut decoder = Decoder::new(encoded);
        let count = decoder.array().ok().flatten();
        assert_eq!(count, Some(self.columns.len() as u64), "a row of table {}", self.name);
        let mut places = Vec::with_capacity(self.columns.len());
        for _ in &self.columns {
            let start = decoder.position();
            decoder.skip().expect("a whole row");
            places.push(start..decoder.position());
        }
        let mut bytes = self.key_prefix.clone();
        for &at in &self.primary_key {
            bytes.extend_from_slice(&encoded[places[at].clone()]);
        }
        Hash::of(&[&bytes])
    }

    /// Reads a primary key given as text: integers in decimal, blobs in hexadecimal. The error says what is wrong.
    pub(crate) fn parse_key(&self, key: &[String]) -> Result<Vec<Value>, String> {
        if key.len() != self.primary_key.len() {
            let names = self.key_names().join(", ");
            return Err(format!(
                "the primary key of {} is ({names}): {} values, not {}",
                self.name,
                self.primary_key.len(),
                key.len()
            ));
        }
        self.parse_key_prefix(key)
    }

    /// The same of the first columns of the primary key.
    pub(crate) fn parse_key_prefix(&self, key: &[String]) -> Result<Vec<Value>, String> {
        if key.len() > self.primary_key.len() {
            return Err(format!("the primary key of {} is ({})", self.name, self.key_names().join(", ")));
        }
        let parse = |(&at, text): (&usize, &String)| {
            let column = &self.columns[at];
            match column.kind {
                ColumnKind::Integer => {
                    text.parse().map(Value::Integer).map_err(|_| format!("{} is an integer, not {text:?}", column.name))
                }
                ColumnKind::Text => Ok(Value::Text(text.clone())),
                ColumnKind::Blob => hex::decode(text)
                    .map(Value::Blob)
                    .map_err(|_| format!("{} is bytes in hexadecimal, not {text:?}", column.name)),
            }
        };
        self.primary_key.iter().zip(key).map(parse).collect()
    }
}

/// An SQLite error as a cause.
pub(crate) fn rusqlite_error(error: rusqlite::Error) -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(error)
}

/// A name in SQL.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
