//! The rows that a block wrote: their bytes at rest, and all that follows from them.

use crate::{capture::Captured, table::Table};
use counterfoil_types::{Fault, Hash, machine::IndexUpdate, merkle, row};
use minicbor::{Decoder, Encoder, data::Type};
use rayon::prelude::*;
use std::{collections::HashMap, ops::Range, sync::Arc};

/// Version of the encoding.
const VERSION: u64 = 1;

/// Rows from which on hashing is spread over the cores.
const PARALLEL_MIN: usize = 512;

/// What the index takes from the block at `height`: `updates` of its rows, and a marker of each mutable table that it created, see
/// [`row::indexed_table_key`].
pub(crate) fn with_markers(mut updates: Vec<IndexUpdate>, tables: &[Arc<Table>], height: u64) -> Vec<IndexUpdate> {
    // Tables stand in the order in which they were created.
    let new = &tables[tables.partition_point(|table| table.since < height)..];
    let marker = |table: &Arc<Table>| IndexUpdate { key: row::indexed_table_key(&table.name), value: Some(table.hash) };
    let before = updates.len();
    updates.extend(new.iter().filter(|table| table.mutable && table.since == height).map(marker));
    if updates.len() > before {
        updates.sort_by_key(|update| update.key);
    }
    updates
}

/// A change list in memory: the changes and the bytes of their rows.
#[derive(Debug, Default)]
pub(crate) struct ChangeList {
    changes: Vec<Captured>,
    rows: Vec<u8>,
}

impl ChangeList {
    /// The list of what was captured.
    pub(crate) fn new(changes: Vec<Captured>, rows: Vec<u8>) -> Self {
        Self { changes, rows }
    }

    /// The changes in order.
    pub(crate) fn changes(&self) -> &[Captured] {
        &self.changes
    }

    /// The bytes of a row.
    pub(crate) fn row(&self, range: &Range<usize>) -> &[u8] {
        &self.rows[range.clone()]
    }

    /// CBOR `[1, [table…], [[transaction, table, old or null, new or null]…]]`: `table` is a place in the list of names, rows are byte
    /// strings that hold the row's own encoding.
    pub(crate) fn encode(&self, tables: &[Arc<Table>]) -> Vec<u8> {
        let mut places: Vec<Option<u32>> = vec![None; tables.len()];
        let mut names = Vec::new();
        for change in &self.changes {
            places[change.table].get_or_insert_with(|| {
                names.push(tables[change.table].name.as_str());
                names.len() as u32 - 1
            });
        }
        let mut out = Vec::with_capacity(self.rows.len() + 12 * self.changes.len() + 64);
        let mut write = || {
            let mut encoder = Encoder::new(&mut out);
            encoder.array(3)?.u64(VERSION)?.array(names.len() as u64)?;
            for name in &names {
                encoder.str(name)?;
            }
            encoder.array(self.changes.len() as u64)?;
            for change in &self.changes {
                encoder.array(4)?.u32(change.transaction)?.u32(places[change.table].unwrap_or_default())?;
                for range in [&change.old, &change.new] {
                    match range {
                        Some(range) => encoder.bytes(self.row(range))?,
                        None => encoder.null()?,
                    };
                }
            }
            Ok::<_, minicbor::encode::Error<std::convert::Infallible>>(())
        };
        write().expect("writing to a Vec cannot fail");
        out
    }

    /// The names of the tables of an encoded list, without reading what comes after them.
    pub(crate) fn names(bytes: &[u8]) -> Option<impl Iterator<Item = &str>> {
        let mut decoder = Decoder::new(bytes);
        decoder.array().ok()?;
        decoder.u64().ok()?;
        let count = decoder.array().ok()??;
        Some((0..count).map_while(move |_| decoder.str().ok()))
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(crate) fn decode(bytes: &[u8], tables: &[Arc<Table>], height: u64) -> Result<Self, Fault> {
        let mut list = Self::default();
        each(bytes, tables, |change| list.add(change)).ok_or_else(|| damaged(height))?;
        Ok(list)
    }

    fn add(&mut self, change: Change<'_>) {
        let mut keep = |row: &[u8]| {
            let start = self.rows.len();
            self.rows.extend_from_slice(row);
            start..self.rows.len()
        };
        let key = change.table.key_of(change.row());
        let (old, new) = (change.old.map(&mut keep), change.new.map(&mut keep));
        self.changes.push(Captured { table: change.place, transaction: change.transaction, key, old, new });
    }

    /// The leaf of each change in the block's tree of changes: key ‖ value of a write, the key alone of a delete.
    pub(crate) fn leaves(&self, tables: &[Arc<Table>]) -> Vec<Hash> {
        let leaf = |change: &Captured| match &change.new {
            Some(range) => {
                let value = row::value(&tables[change.table].hash, self.row(range));
                let mut data = [0; 64];
                data[..32].copy_from_slice(&change.key.0);
                data[32..].copy_from_slice(&value.0);
                merkle::leaf(&data)
            }
            None => merkle::leaf(&change.key.0),
        };
        if self.changes.len() < PARALLEL_MIN {
            self.changes.iter().map(leaf).collect()
        } else {
            self.changes.par_iter().map(leaf).collect()
        }
    }

    /// The mutable rows that the block changed, in the order of their keys, each with what it was before and is after.
    fn coalesced(&self, tables: &[Arc<Table>]) -> Vec<Coalesced<'_>> {
        let mut order: Vec<&Captured> = self.changes.iter().filter(|change| tables[change.table].mutable).collect();
        order.sort_by_key(|change| change.key);
        order
            .chunk_by(|a, b| a.key == b.key)
            .map(|writes| {
                let (first, last) = (&writes[0], &writes[writes.len() - 1]);
                Coalesced {
                    key: first.key,
                    table: first.table,
                    old: first.old.as_ref().map(|range| self.row(range)),
                    new: last.new.as_ref().map(|range| self.row(range)),
                }
            })
            .filter(|row| row.old != row.new)
            .collect()
    }

    /// What the index of current values takes from the block: one update a row, sorted by key, none where nothing changed in the end.
    pub(crate) fn index_updates(&self, tables: &[Arc<Table>]) -> Vec<IndexUpdate> {
        let update = |row: &Coalesced<'_>| IndexUpdate {
            key: row.key,
            value: row.new.map(|bytes| row::value(&tables[row.table].hash, bytes)),
        };
        self.coalesced(tables).iter().map(update).collect()
    }

    /// The mutable rows as they were before the block, of those that it changed.
    pub(crate) fn before(&self, tables: &[Arc<Table>]) -> HashMap<Hash, Option<Box<[u8]>>> {
        self.coalesced(tables).into_iter().map(|row| (row.key, row.old.map(Into::into))).collect()
    }
}

/// A change in an encoded list.
#[derive(Clone, Copy)]
pub(crate) struct Change<'a> {
    /// Place of the transaction in the block.
    pub transaction: u32,
    /// The table, and its place among all.
    pub table: &'a Arc<Table>,
    pub place: usize,
    /// The row before, if there was one.
    pub old: Option<&'a [u8]>,
    /// The row after, if there is one.
    pub new: Option<&'a [u8]>,
}

impl<'a> Change<'a> {
    /// The row, as it was before where there is none after.
    pub fn row(&self) -> &'a [u8] {
        self.old.or(self.new).unwrap_or_default()
    }
}

/// Shows each change of an encoded list; nothing where it is none of these tables.
pub(crate) fn each<'a>(bytes: &'a [u8], tables: &'a [Arc<Table>], mut visit: impl FnMut(Change<'a>)) -> Option<()> {
    let mut decoder = Decoder::new(bytes);
    if decoder.array().ok()?? != 3 || decoder.u64().ok()? != VERSION {
        return None;
    }
    let mut places = Vec::new();
    for _ in 0..decoder.array().ok()?? {
        let name = decoder.str().ok()?;
        places.push(tables.iter().position(|table| table.name == name)?);
    }
    for _ in 0..decoder.array().ok()?? {
        decoder.array().ok()?;
        let transaction = decoder.u32().ok()?;
        let place = *places.get(decoder.u32().ok()? as usize)?;
        let (old, new) = (read_row(&mut decoder)?, read_row(&mut decoder)?);
        old.or(new)?;
        visit(Change { transaction, table: &tables[place], place, old, new });
    }
    Some(())
}

/// A row, or that there is none; nothing at all where it is neither.
#[allow(clippy::option_option)]
fn read_row<'a>(decoder: &mut Decoder<'a>) -> Option<Option<&'a [u8]>> {
    if decoder.datatype().ok()? == Type::Null {
        decoder.null().ok()?;
        return Some(None);
    }
    decoder.bytes().ok().map(Some)
}

/// The change list of a block does not decode.
pub(crate) fn damaged(height: u64) -> Fault {
    Fault::Corrupt {
        what: format!("the change list of block {height} in state.db"),
        detail: "it does not decode".into(),
        recover: crate::open::RECOVER.into(),
    }
}

struct Coalesced<'a> {
    key: Hash,
    table: usize,
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
}
