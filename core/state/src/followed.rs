use crate::{lookup, reader::Reader, table::Table};
use counterfoil_types::{Execution, Fault, Hash, Header};
use rusqlite::Connection;
use std::sync::Arc;

/// What a block came to, for whoever follows the state: with these of every block the state can be built anew, and checked.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The block's header.
    pub header: Header,
    /// The record of its execution.
    pub execution: Execution,
    /// The chained result, see [`Execution::result`].
    pub result: Hash,
    /// The tables that it created, in order.
    pub tables: Vec<Arc<Table>>,
    /// The rows that it wrote: its change list, encoded. None where it wrote none.
    pub changes: Option<Vec<u8>>,
}

/// A row of the query below.
struct Stored {
    header: Vec<u8>,
    execution: Execution,
    result: Hash,
    changes: Option<Vec<u8>>,
}

impl Reader {
    /// The blocks from the height `from` on, `blocks_max` at most; fewer where their change lists reach `bytes_max`.
    pub fn followed(&self, from: u64, blocks_max: usize, bytes_max: usize) -> Result<Vec<Followed>, Fault> {
        let stored = self.read(|connection| stored(connection, self.ledger(), from, blocks_max, bytes_max))?;
        // Asked for after the blocks: no table that they created is missing.
        let tables = self.tables();
        let created = |height: u64| tables.iter().filter(|table| table.since == height).cloned().collect();
        let followed = |Stored { header, execution, result, changes }| {
            let header = self.decode_header(&header)?;
            Ok(Followed { tables: created(header.height), header, execution, result, changes })
        };
        stored.into_iter().map(followed).collect()
    }
}

fn stored(
    connection: &Connection,
    ledger: Hash,
    from: u64,
    blocks_max: usize,
    bytes_max: usize,
) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = connection.prepare_cached(
        "SELECT height, digest, state_root, changes_root, receipts_root, result, header, list \
         FROM ledger_block LEFT JOIN ledger_changes USING (height) WHERE height >= ?1 ORDER BY height LIMIT ?2",
    )?;
    let mut rows = statement.query([from as i64, blocks_max as i64])?;
    let (mut all, mut bytes) = (Vec::new(), 0);
    while bytes < bytes_max
        && let Some(row) = rows.next()?
    {
        let (execution, result) = lookup::record(row, ledger)?;
        let changes: Option<Vec<u8>> = row.get(7)?;
        bytes += changes.as_ref().map_or(0, Vec::len);
        all.push(Stored { header: row.get(6)?, execution, result, changes });
    }
    Ok(all)
}
