use crate::{catalog::Catalog, table::Table};
use counterfoil_types::{Hash, limits};
use minicbor::Encoder;
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    types::ValueRef,
};
use std::{ops::Range, sync::Arc};

use crate::sandbox::{CAPTURE, Sandbox};

/// A row written, as the triggers reported it; the rows' bytes lie in the [`Buffer`].
#[derive(Debug, Clone)]
pub(crate) struct Captured {
    /// Place of the table in the schema.
    pub table: usize,
    /// Place of the transaction in the block.
    pub transaction: u32,
    /// The row's key.
    pub key: Hash,
    /// The row before, if there was one.
    pub old: Option<Range<usize>>,
    /// The row after, if there is one.
    pub new: Option<Range<usize>>,
}

/// How far the buffer had got, to go back to on refusal.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    changes: usize,
    bytes: usize,
    catalog: Arc<Catalog>,
}

/// The rows written by the block under execution, and the tables that they are of.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    catalog: Arc<Catalog>,
    committed: Arc<Catalog>,
    rows: Vec<u8>,
    changes: Vec<Captured>,
    scratch: [Vec<u8>; 2],
    transaction: u32,
    bytes_before: usize,
    open: bool,
    /// Whether the transaction wrote more than one may.
    pub exceeded: bool,
}

/// Row operations as the triggers number them.
pub(crate) const INSERT: i64 = 0;
pub(crate) const UPDATE: i64 = 1;
pub(crate) const DELETE: i64 = 2;

impl Buffer {
    /// The tables as of now, with those that the block under execution has created.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Begins with the tables that there are.
    pub(crate) fn begin_with(&mut self, catalog: Arc<Catalog>) {
        self.committed = Arc::clone(&catalog);
        self.catalog = catalog;
    }

    /// Adds tables, which go again if the transaction is refused or the block given up.
    pub(crate) fn set_catalog(&mut self, catalog: Catalog) {
        self.catalog = Arc::new(catalog);
    }

    /// The tables that the block has created stay.
    pub(crate) fn commit_catalog(&mut self) {
        self.committed = Arc::clone(&self.catalog);
    }

    /// Forgets a block that was not committed.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.changes.clear();
        self.catalog = Arc::clone(&self.committed);
        self.open = false;
    }

    /// Begins to capture for the transaction at `index` of the block.
    pub(crate) fn begin(&mut self, index: u32) -> Mark {
        self.transaction = index;
        self.bytes_before = self.rows.len();
        self.open = true;
        self.exceeded = false;
        self.mark()
    }

    /// How far it has got.
    pub(crate) fn mark(&self) -> Mark {
        Mark { changes: self.changes.len(), bytes: self.rows.len(), catalog: Arc::clone(&self.catalog) }
    }

    /// The transaction took effect: its rows stay.
    pub(crate) fn keep(&mut self) {
        self.open = false;
    }

    /// The transaction was refused: nothing that it captured stays, not even what a failed statement left behind.
    pub(crate) fn truncate(&mut self, mark: Mark) {
        self.back_to(mark);
        self.open = false;
    }

    /// A part of the transaction is undone: what was captured since is forgotten, and more may come.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.changes.truncate(mark.changes);
        self.rows.truncate(mark.bytes);
        self.catalog = mark.catalog;
    }

    /// How many rows are captured.
    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Puts the rows that one statement wrote, those from `start` on, into the order of tables and keys: SQL does not say in which
    /// order a statement visits rows. Several writes of one row stay in their order.
    pub(crate) fn settle(&mut self, start: usize) {
        if self.changes.len() - start > 1 {
            self.changes[start..].sort_by_key(|change| (change.table, change.key));
        }
    }

    /// The rows captured from `start` on: table, before, after.
    pub(crate) fn since(&self, start: usize) -> impl Iterator<Item = (&Arc<Table>, Option<&[u8]>, Option<&[u8]>)> {
        let bytes = |range: &Option<Range<usize>>| range.clone().map(|range| &self.rows[range]);
        let changes = self.changes[start..].iter();
        changes.map(move |change| (&self.catalog.tables[change.table], bytes(&change.old), bytes(&change.new)))
    }

    /// Hands over the captured rows and the bytes that they point into.
    pub(crate) fn take(&mut self) -> (Vec<Captured>, Vec<u8>) {
        (std::mem::take(&mut self.changes), std::mem::take(&mut self.rows))
    }

    /// Whether a row from `start` on is of a table that the keys of signers depend on.
    pub(crate) fn touches_keys(&self, start: usize) -> bool {
        self.changes[start..].iter().any(|change| self.catalog.tables[change.table].holds_keys)
    }

    fn record(&mut self, arguments: &Context<'_>) -> Result<(), String> {
        let catalog = Arc::clone(&self.catalog);
        let at = arguments.get_raw(0).as_i64().map_err(|error| error.to_string())? as usize;
        let operation = arguments.get_raw(1).as_i64().map_err(|error| error.to_string())?;
        let table = catalog.tables.get(at).ok_or("no such table")?;
        if !self.open {
            return Err(format!("table {} is written outside of a transaction", table.name));
        }
        if operation != INSERT && !table.mutable {
            return Err(format!("table {} is append-only", table.name));
        }
        let count = table.columns.len();
        let (old_at, new_at) = match operation {
            INSERT => (None, Some(2)),
            UPDATE => (Some(2), Some(2 + count)),
            _ => (Some(2), None),
        };
        let [mut old_key, mut new_key] = std::mem::take(&mut self.scratch);
        let old = old_at.map(|from| self.encode(table, arguments, from, &mut old_key)).transpose()?;
        let new = new_at.map(|from| self.encode(table, arguments, from, &mut new_key)).transpose()?;
        match (old, new) {
            (Some(old), Some(new)) if old_key == new_key => {
                if self.rows[old.clone()] == self.rows[new.clone()] {
                    self.rows.truncate(old.start);
                } else {
                    self.push(at, &old_key, Some(old), Some(new));
                }
            }
            (old, new) => {
                if let Some(old) = old {
                    self.push(at, &old_key, Some(old), None);
                }
                if let Some(new) = new {
                    self.push(at, &new_key, None, Some(new));
                }
            }
        }
        self.scratch = [old_key, new_key];
        if self.rows.len() - self.bytes_before > limits::TRANSACTION_ROW_BYTES_MAX {
            self.exceeded = true;
            return Err("the transaction writes too many bytes".into());
        }
        Ok(())
    }

    fn push(&mut self, table: usize, key: &[u8], old: Option<Range<usize>>, new: Option<Range<usize>>) {
        let transaction = self.transaction;
        self.changes.push(Captured { table, transaction, key: Hash::of(&[key]), old, new });
    }

    /// Appends the row that begins at argument `from`, and writes what its key is hashed from.
    fn encode(
        &mut self,
        table: &Table,
        arguments: &Context<'_>,
        from: usize,
        key: &mut Vec<u8>,
    ) -> Result<Range<usize>, String> {
        let start = self.rows.len();
        counterfoil_types::row::encode_head(table.columns.len(), &mut self.rows);
        for column in 0..table.columns.len() {
            encode_value(arguments.get_raw(from + column), &mut self.rows)?;
        }
        key.clear();
        key.extend_from_slice(&table.key_prefix);
        for &column in &table.primary_key {
            encode_value(arguments.get_raw(from + column), key)?;
        }
        Ok(start..self.rows.len())
    }
}

fn encode_value(value: ValueRef<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    let mut encoder = Encoder::new(out);
    match value {
        ValueRef::Null => encoder.null(),
        ValueRef::Integer(number) => encoder.i64(number),
        ValueRef::Text(bytes) => encoder.str(std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")?),
        ValueRef::Blob(bytes) => encoder.bytes(bytes),
        ValueRef::Real(_) => return Err("there are no fractional numbers in the ledger".into()),
    }
    .map_err(|error| error.to_string())?;
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

/// Registers the host function that the triggers call with table, operation, old values and new values.
pub(crate) fn register(connection: &Connection, sandbox: &Arc<Sandbox>) -> rusqlite::Result<()> {
    let sandbox = Arc::clone(sandbox);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(CAPTURE, -1, flags, move |context| {
        let outcome = sandbox.capture.lock().record(context);
        outcome.map(|()| 0_i64).map_err(|why| rusqlite::Error::UserFunctionError(Box::new(Refused(why))))
    })
}
