//! What whoever looks through a ledger asks: a block with all that is known of it, entries in order, what a block changed, rows by key.

use crate::{
    changes,
    directory::{self, Kind},
    lookup::{Entry, StateCode, bound, read_value},
    reader::{self, Reader},
    store,
    table::{Table, quote},
};
use bytes::Bytes;
use counterfoil_types::{Execution, Fault, Hash, Header, Refusal, Value, row};
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::{ops::Range, sync::Arc};

/// Bytes of rows at which a page of them ends before it is full.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// A block with what came of it.
#[derive(Debug, Clone)]
pub struct BlockRecord {
    /// Its header.
    pub header: Header,
    /// Its digest; of genesis, that of the genesis header.
    pub digest: Hash,
    /// What its execution came to.
    pub execution: Execution,
    /// The result, chained over all executions.
    pub result: Hash,
    /// How many rows it wrote.
    pub changed_rows: u64,
    /// Transactions in all blocks up to this one.
    pub total: u64,
    /// How many of its entries are kept as evidence.
    pub evidence: u64,
    /// The first block from this one on with a finalization of its own, and the finalization as consensus encodes it.
    pub certificate: Option<(u64, Vec<u8>)>,
}

/// An ordered entry as lists show it.
#[derive(Debug, Clone)]
pub struct ListedEntry {
    /// The block.
    pub height: u64,
    /// Its place there.
    pub index: u32,
    /// Its identity, as in the receipt.
    pub identity: Hash,
    /// Its first signer; empty for what is no transaction, or not signed rightly.
    pub sender: String,
    /// The code of its refusal; none where it took effect.
    pub code: Option<String>,
    /// Its wire form, unless that has more than 64 KiB.
    pub wire: Option<Bytes>,
    /// When its block was made, in milliseconds.
    pub time_ms: u64,
}

/// A row that a block wrote.
#[derive(Debug, Clone)]
pub struct RowChange {
    /// The transaction's place in the block; beyond all places for what was due by time alone.
    pub index: u32,
    /// The table.
    pub table: Arc<Table>,
    /// The row before, if there was one.
    pub old: Option<Vec<Value>>,
    /// The row after, if there is one.
    pub new: Option<Vec<Value>>,
}

/// How many rows of a table a block wrote.
#[derive(Debug, Clone)]
pub struct TableChanges {
    /// The table.
    pub table: Arc<Table>,
    /// Rows that came.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that went.
    pub deleted: u64,
}

/// Which rows of a table are asked for, in the order of its primary key.
#[derive(Debug, Clone, Default)]
pub struct RowRange<'a> {
    /// What the key begins with, as text: all of these values, and of the last one its beginning where it is a text.
    pub prefix: &'a [String],
    /// Only rows beyond this key.
    pub beyond: Option<&'a [String]>,
    /// From the last key down.
    pub descending: bool,
}

/// Rows of a table.
#[derive(Debug, Clone)]
pub struct RowPage {
    /// The height that they are of.
    pub height: u64,
    /// Their values.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more beyond the last one.
    pub more: bool,
}

impl Reader {
    /// A block with what came of it.
    pub fn block_record(&self, height: u64) -> Result<Option<BlockRecord>, Fault> {
        let ledger = self.ledger();
        let found = self.read(|connection| {
            connection.prepare_cached(BLOCK_RECORD)?.query_row([height as i64], |row| record(row, ledger)).optional()
        })?;
        found.map(|(header, with)| Ok(with(self.decode_header(&header)?))).transpose()
    }

    /// The height of the block whose header has this digest.
    pub fn block_with_digest(&self, digest: &Hash) -> Result<Option<u64>, Fault> {
        let recent = self.shared.source.recent.read().find(Kind::Identity, digest);
        self.read(|connection| {
            if let Some(height) = height_of_digest(connection, recent, digest)? {
                return Ok(Some(height));
            }
            let old = directory::find(connection, Kind::Identity, digest, 1)?;
            height_of_digest(connection, old, digest)
        })
    }

    /// The entry at a place of a block, and the block's time in milliseconds since 1970-01-01 UTC.
    pub fn dated_entry(&self, height: u64, index: u32) -> Result<Option<(Entry, u64)>, Fault> {
        let read = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as u64));
        let found = self.read(|connection| {
            let position = (store::position(height, index), height as i64);
            connection.prepare_cached(DATED_ENTRY)?.query_row(position, read).optional()
        })?;
        found.map(|(stored, time_ms)| Ok((self.decode_entry(stored)?, time_ms))).transpose()
    }

    /// The entries of a block from a place on, `limit` at most.
    pub fn entries(&self, height: u64, from: u32, limit: usize) -> Result<Vec<ListedEntry>, Fault> {
        let (first, end) = (store::position(height, from), store::position(height + 1, 0));
        self.read(|connection| {
            connection.prepare_cached(ENTRIES_UP)?.query_map((first, end, limit as i64), listed)?.collect()
        })
    }

    /// The newest entries before a place, newest first, `limit` at most; from the newest of all on where no place is given.
    pub fn entries_before(&self, before: Option<(u64, u32)>, limit: usize) -> Result<Vec<ListedEntry>, Fault> {
        let before = before.map_or(i64::MAX, |(height, index)| store::position(height, index));
        self.read(|connection| {
            connection.prepare_cached(ENTRIES_DOWN)?.query_map((before, limit as i64), listed)?.collect()
        })
    }

    /// The rows that a transaction wrote, in their order: those at these places among them, and how many there are.
    pub fn changes_of(&self, height: u64, index: u32, wanted: Range<usize>) -> Result<(Vec<RowChange>, usize), Fault> {
        let (mut found, mut count, mut whole) = (Vec::new(), 0, true);
        self.each_change(height, |change| {
            if change.transaction == index {
                if wanted.contains(&count) {
                    let mut decoded = |row: Option<&[u8]>| {
                        let values = row.and_then(row::decode);
                        whole &= row.is_some() == values.is_some();
                        values
                    };
                    let (old, new) = (decoded(change.old), decoded(change.new));
                    found.push(RowChange { index, table: Arc::clone(change.table), old, new });
                }
                count += 1;
            }
        })?;
        if whole { Ok((found, count)) } else { Err(changes::damaged(height)) }
    }

    /// How many rows of which tables a block wrote, in the order in which it first wrote to them.
    pub fn changed_tables(&self, height: u64) -> Result<Vec<TableChanges>, Fault> {
        let mut all: Vec<TableChanges> = Vec::new();
        self.each_change(height, |change| {
            let known = all.iter().position(|one| Arc::ptr_eq(&one.table, change.table));
            let at = known.unwrap_or_else(|| {
                all.push(TableChanges { table: Arc::clone(change.table), inserted: 0, updated: 0, deleted: 0 });
                all.len() - 1
            });
            match (change.old, change.new) {
                (None, _) => all[at].inserted += 1,
                (Some(_), Some(_)) => all[at].updated += 1,
                (Some(_), None) => all[at].deleted += 1,
            }
        })?;
        Ok(all)
    }

    fn each_change(&self, height: u64, visit: impl FnMut(changes::Change<'_>)) -> Result<(), Fault> {
        let Some(bytes) = self.read(|connection| reader::change_bytes(connection, height))? else { return Ok(()) };
        changes::each(&bytes, &self.tables(), visit).ok_or_else(|| changes::damaged(height))
    }

    /// Rows of a table in the order of its key, `limit` at most.
    ///
    /// # Errors
    /// `state/1` or `state/2` where the table is unknown or the texts are no key of it.
    pub fn rows(&self, table: &str, range: &RowRange<'_>, limit: usize) -> Result<RowPage, Refusal> {
        let table = self.table(table)?;
        let Search { sql, values } = search(&table, range).map_err(|why| StateCode::BadKey.refusal(why))?;
        let page = self.read(|connection| {
            let height = reader::height(connection)?.unwrap_or(0);
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(values.iter().map(bound)))?;
            let (mut page, mut bytes) = (RowPage { height, rows: Vec::new(), more: false }, 0);
            while let Some(row) = rows.next()? {
                if page.rows.len() == limit || bytes > PAGE_BYTES_MAX {
                    page.more = true;
                    break;
                }
                let value = |at| row.get_ref(at).and_then(|value| Ok(read_value(value)?));
                let values = (0..table.columns.len()).map(value).collect::<rusqlite::Result<Vec<_>>>()?;
                bytes += values.iter().map(size).sum::<usize>();
                page.rows.push(values);
            }
            Ok(page)
        });
        page.map_err(StateCode::broken)
    }

    /// One row of a table with the height that it is of.
    ///
    /// # Errors
    /// `state/1` or `state/2` where the table is unknown or the texts are no key of it.
    pub fn row_of(&self, table: &str, key: &[String]) -> Result<(u64, Option<Vec<Value>>), Refusal> {
        let known = self.table(table)?;
        let wanted = known.parse_key(key).map_err(|why| StateCode::BadKey.refusal(why))?;
        // Of all keys that begin with this one it is the first.
        let page = self.rows(table, &RowRange { prefix: key, ..RowRange::default() }, 1)?;
        let is_it = |row: &Vec<Value>| known.primary_key.iter().map(|&at| &row[at]).eq(&wanted);
        Ok((page.height, page.rows.into_iter().find(is_it)))
    }
}

const BLOCK_RECORD: &str =
    "SELECT b.header, b.height, b.digest, b.state_root, b.changes_root, b.receipts_root, b.result,
    b.changed_rows, b.total, (SELECT count(*) FROM ledger_evidence WHERE height = b.height), c.height, c.certificate
    FROM ledger_block b LEFT JOIN ledger_certificate c
        ON c.height = (SELECT min(height) FROM ledger_certificate WHERE height >= b.height)
    WHERE b.height = ?1";

/// The encoded header, and the record that it makes with the rest of the row.
fn record(row: &Row<'_>, ledger: Hash) -> rusqlite::Result<(Vec<u8>, impl FnOnce(Header) -> BlockRecord + use<>)> {
    let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
    let (height, digest) = (number(1)?, store::hash(row, 2)?);
    let execution = Execution {
        height,
        block: if height == 0 { ledger } else { digest },
        state_root: store::hash(row, 3)?,
        changes_root: store::hash(row, 4)?,
        receipts_root: store::hash(row, 5)?,
    };
    let (result, changed_rows, total, evidence) = (store::hash(row, 6)?, number(7)?, number(8)?, number(9)?);
    let certificate = match row.get::<_, Option<i64>>(10)? {
        Some(height) => Some((height as u64, row.get(11)?)),
        None => None,
    };
    let with =
        move |header| BlockRecord { header, digest, execution, result, changed_rows, total, evidence, certificate };
    Ok((row.get(0)?, with))
}

/// Of the places that the directory has for a digest, the block's.
fn height_of_digest(connection: &Connection, places: Vec<u64>, digest: &Hash) -> rusqlite::Result<Option<u64>> {
    let mut stands = connection.prepare_cached("SELECT 1 FROM ledger_block WHERE height = ?1 AND digest = ?2")?;
    for (height, index) in places.into_iter().map(|place| store::place(place as i64)) {
        if index == directory::BLOCK_PLACE && stands.exists((height as i64, digest.0))? {
            return Ok(Some(height));
        }
    }
    Ok(None)
}

const DATED_ENTRY: &str = "SELECT t.wire, t.receipt, b.time_ms FROM ledger_transaction t, ledger_block b
    WHERE t.position = ?1 AND b.height = ?2";

macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT position, identity, sender, code, CASE WHEN length(wire) <= 65536 THEN wire END,
                (SELECT time_ms FROM ledger_block WHERE height = position >> 16) FROM ledger_transaction WHERE ",
            $rest
        )
    };
}

const ENTRIES_UP: &str = listed!("position >= ?1 AND position < ?2 ORDER BY position LIMIT ?3");
const ENTRIES_DOWN: &str = listed!("position < ?1 ORDER BY position DESC LIMIT ?2");

fn listed(row: &Row<'_>) -> rusqlite::Result<ListedEntry> {
    let (height, index) = store::place(row.get(0)?);
    Ok(ListedEntry {
        height,
        index,
        identity: store::hash(row, 1)?,
        sender: row.get(2)?,
        code: row.get(3)?,
        wire: row.get::<_, Option<Vec<u8>>>(4)?.map(Bytes::from),
        time_ms: row.get::<_, i64>(5)? as u64,
    })
}

/// A SELECT of rows and the values of its parameters.
#[derive(Debug)]
struct Search {
    sql: String,
    values: Vec<Value>,
}

/// The SELECT that finds rows by the index of the primary key alone. The error says what is wrong with the texts.
fn search(table: &Table, range: &RowRange<'_>) -> Result<Search, String> {
    let names: Vec<String> = table.key_names().iter().map(|name| quote(name)).collect();
    let mut values = Vec::new();
    let mut conditions = Vec::new();
    let mut condition = |left: &str, operator: &str, right: Vec<Value>| {
        let first = values.len() + 1;
        let places: Vec<String> = (first..first + right.len()).map(|at| format!("?{at}")).collect();
        conditions.push(format!("({left}) {operator} ({})", places.join(", ")));
        values.extend(right);
    };
    let beyond = range.beyond.map(|key| table.parse_key(key)).transpose()?;
    let prefix = table.parse_key_prefix(range.prefix)?;
    let equal = match prefix.last() {
        // The last value is a beginning, but for numbers.
        Some(Value::Text(_) | Value::Blob(_)) => prefix.len() - 1,
        _ => prefix.len(),
    };
    if beyond.as_ref().is_some_and(|key| !begins_with(key, &prefix, equal)) {
        return Err("the page is not of what is looked for".to_owned());
    }
    for at in 0..equal {
        condition(&names[at], "=", vec![prefix[at].clone()]);
    }
    // One bound on each side, so that each is found by the index.
    if let Some(beginning) = prefix.get(equal) {
        if range.descending || beyond.is_none() {
            condition(&names[equal], ">=", vec![beginning.clone()]);
        }
        if let (Some(end), true) = (after_all(beginning), !range.descending || beyond.is_none()) {
            condition(&names[equal], "<", vec![end]);
        }
    }
    if let Some(key) = beyond
        && equal < names.len()
    {
        condition(&names[equal..].join(", "), if range.descending { "<" } else { ">" }, key[equal..].to_vec());
    }
    let columns: Vec<_> = table.column_names().iter().map(|name| quote(name)).collect();
    let direction = if range.descending { " DESC" } else { "" };
    let order: Vec<_> = names.iter().map(|name| format!("{name}{direction}")).collect();
    let r#where = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let (columns, name, order) = (columns.join(", "), quote(&table.name), order.join(", "));
    Ok(Search { sql: format!("SELECT {columns} FROM {name}{where} ORDER BY {order}"), values })
}

fn begins_with(key: &[Value], prefix: &[Value], equal: usize) -> bool {
    let last = match (key.get(equal), prefix.get(equal)) {
        (Some(Value::Text(whole)), Some(Value::Text(beginning))) => whole.starts_with(beginning),
        (Some(Value::Blob(whole)), Some(Value::Blob(beginning))) => whole.starts_with(beginning),
        (_, None) => true,
        _ => false,
    };
    key[..equal] == prefix[..equal] && last
}

/// The least value that is more than all that begin with this one; nothing where there is none.
fn after_all(beginning: &Value) -> Option<Value> {
    match beginning {
        Value::Text(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            while let Some(last) = characters.pop() {
                // No character is between U+D7FF and U+E000, and none after the last.
                if let Some(next) = (last..=char::MAX).nth(1) {
                    characters.push(next);
                    return Some(Value::Text(characters.into_iter().collect()));
                }
            }
            None
        }
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            while let Some(last) = bytes.pop() {
                if let Some(next) = last.checked_add(1) {
                    bytes.push(next);
                    return Some(Value::Blob(bytes));
                }
            }
            None
        }
        Value::Null | Value::Integer(_) => None,
    }
}

/// About what a value takes on a page.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => 2 * bytes.len(),
        Value::Null | Value::Integer(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::StoredTable;

    const PAIR: &str = "CREATE TABLE pair (a TEXT NOT NULL, b INTEGER NOT NULL, c BLOB NOT NULL, d TEXT, PRIMARY KEY (a, b, c)) STRICT";

    /// However large a table is: its key alone leads to a page of it, and no row is sorted.
    #[test]
    fn a_page_of_rows_is_found_by_the_key() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(PAIR).unwrap();
        let stored = StoredTable { name: "pair".into(), module: "test".into(), mutable: true, since: 0 };
        let table = Table::read(&connection, &stored, false).unwrap();
        let texts = |key: &[&str]| key.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let beyond = texts(&["ab", "7", "00ff"]);
        for (prefix, beyond) in [
            (&[][..], None),
            (&[], Some(&beyond)),
            (&["a"], None),
            (&["a"], Some(&beyond)),
            (&["ab", "7"], None),
            (&["ab", "7"], Some(&beyond)),
            (&["ab", "7", "00"], Some(&beyond)),
        ] {
            for descending in [false, true] {
                let prefix = texts(prefix);
                let range = RowRange { prefix: &prefix, beyond: beyond.map(Vec::as_slice), descending };
                let Search { sql, values } = search(&table, &range).unwrap();
                let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
                let values = rusqlite::params_from_iter(values.iter().map(bound));
                let steps: Vec<String> =
                    plan.query_map(values, |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
                let expected = if prefix.is_empty() && beyond.is_none() {
                    "SCAN pair USING INDEX"
                } else {
                    "SEARCH pair USING INDEX"
                };
                assert!(steps.len() == 1 && steps[0].starts_with(expected), "{sql}: {steps:?}");
            }
        }
    }
}
