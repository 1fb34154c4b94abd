//! The versions of a row: the directory says which blocks wrote it, their change lists what they wrote.

use crate::{
    changes::{self, Change},
    directory::{self, Kind},
    lookup::StateCode,
    reader::{self, Reader},
    store,
    table::Table,
};
use counterfoil_types::{Hash, Refusal, limits, row};
use rusqlite::OptionalExtension as _;
use std::sync::Arc;

/// A write of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowVersion {
    /// The block.
    pub height: u64,
    /// The transaction's place in the block.
    pub index: u32,
    /// The transaction's identity; none for what genesis wrote.
    pub transaction: Option<Hash>,
    /// The row before it, see [`row::encode`]; none where there was none.
    pub old: Option<Vec<u8>>,
    /// The row after it; none where it was deleted.
    pub row: Option<Vec<u8>>,
}

/// A page of a row's versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowHistory {
    /// The table.
    pub table: Arc<Table>,
    /// The versions, newest first.
    pub versions: Vec<RowVersion>,
    /// Where to go on: the blocks before this one have older versions.
    pub next: Option<u64>,
}

impl Reader {
    /// The newest writes of a row in the blocks before `before`, of `limit` blocks at most.
    ///
    /// # Errors
    /// `state/1` and `state/2`, if there is no such table or the text is no key of it.
    pub fn history(
        &self,
        table: &str,
        key: &[String],
        before: Option<u64>,
        limit: usize,
    ) -> Result<RowHistory, Refusal> {
        let table = self.table(table)?;
        let values = table.parse_key(key).map_err(|why| StateCode::BadKey.refusal(why))?;
        let hash = row::key(&table.name, &values);
        let (before, limit) = (before.unwrap_or(u64::MAX), limit.max(1));
        let heights = self.written_before(&hash, before, limit + 1)?;
        let (mut versions, mut next, mut read) = (Vec::new(), None, 0);
        for (at, height) in heights.iter().enumerate() {
            if at == limit || read > limits::HISTORY_LIST_BYTES_MAX {
                next = Some(heights[at - 1]);
                break;
            }
            read += self.versions(&table, &hash, *height, &mut versions)?;
        }
        Ok(RowHistory { table, versions, next })
    }

    /// The blocks before `before` that may have written a row, newest first, `enough` of them if there are.
    fn written_before(&self, key: &Hash, before: u64, enough: usize) -> Result<Vec<u64>, Refusal> {
        // Memory first: what moves from there into the database meanwhile is found there.
        let mut heights = self.shared.source.recent.read().find(Kind::Row, key);
        heights.retain(|height| *height < before);
        if heights.len() < enough {
            let older = self.read(|connection| directory::find_rows(connection, key, before, enough));
            heights.extend(older.map_err(StateCode::broken)?);
        }
        heights.sort_unstable_by(|a, b| b.cmp(a));
        heights.dedup();
        Ok(heights)
    }

    /// Adds what a block wrote of a row, newest first; how many bytes had to be read.
    fn versions(
        &self,
        table: &Table,
        key: &Hash,
        height: u64,
        versions: &mut Vec<RowVersion>,
    ) -> Result<usize, Refusal> {
        let bytes = self.read(|connection| reader::change_bytes(connection, height)).map_err(StateCode::broken)?;
        let Some(bytes) = bytes else { return Ok(0) };
        // Most changes are of other rows: no key is computed but in the row's own table, and nothing is copied but what is shown.
        let mut written = Vec::new();
        let visit = |change: Change<'_>| {
            if change.table.name == table.name && table.key_of(change.row()) == *key {
                written.push((change.transaction, change.old.map(<[u8]>::to_vec), change.new.map(<[u8]>::to_vec)));
            }
        };
        let read = changes::each(&bytes, &self.tables(), visit).ok_or_else(|| changes::damaged(height));
        read.map_err(StateCode::broken)?;
        for (index, old, row) in written.into_iter().rev() {
            let transaction = self.identity(height, index)?;
            versions.push(RowVersion { height, index, transaction, old, row });
        }
        Ok(bytes.len())
    }

    fn identity(&self, height: u64, index: u32) -> Result<Option<Hash>, Refusal> {
        let found = self.read(|connection| {
            connection
                .prepare_cached("SELECT identity FROM ledger_transaction WHERE position = ?1")?
                .query_row([store::position(height, index)], |row| store::hash(row, 0))
                .optional()
        });
        found.map_err(StateCode::broken)
    }

    /// A block such that no later one wrote a row: the newest that wrote it, or rarely one that wrote another whose key begins with the same
    /// eight bytes. It does not read what the block changed, which is much where many rows were written with it.
    pub fn unwritten_since(&self, table: &str, key: &[String]) -> Result<Option<u64>, Refusal> {
        let table = self.table(table)?;
        let values = table.parse_key(key).map_err(|why| StateCode::BadKey.refusal(why))?;
        Ok(self.written_before(&row::key(&table.name, &values), u64::MAX, 1)?.first().copied())
    }

    /// The newest block that wrote a row.
    pub fn written_at(&self, table: &str, key: &[String]) -> Result<Option<u64>, Refusal> {
        Ok(self.history(table, key, None, 1)?.versions.first().map(|version| version.height))
    }
}
