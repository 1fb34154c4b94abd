//! The statements on the ledger's own tables that write.

use counterfoil_types::{Execution, Hash, Header, Outcome, Receipt};
use rusqlite::{Connection, OptionalExtension as _};

/// Entries of one block are numbered within 16 bits.
pub(crate) const PLACE_BITS: u32 = 16;

/// The place of an entry in the ledger.
pub(crate) fn position(height: u64, index: u32) -> i64 {
    assert!(index < 1 << PLACE_BITS, "{index} entries in a block");
    ((height << PLACE_BITS) | u64::from(index)) as i64
}

/// Height and place in the block of a position.
pub(crate) fn place(position: i64) -> (u64, u32) {
    let position = position as u64;
    (position >> PLACE_BITS, (position & ((1 << PLACE_BITS) - 1)) as u32)
}

/// A transaction that used an id.
pub(crate) struct Known {
    pub identity: Hash,
    pub position: i64,
}

/// Who used this id, unless it is forgotten by `time_ms`.
pub(crate) fn known_id(
    connection: &Connection,
    sender: &str,
    id: &str,
    time_ms: u64,
) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached("SELECT identity, position FROM ledger_id WHERE sender = ?1 AND id = ?2 AND expires >= ?3")?
        .query_row((sender, id, time_ms as i64), |row| Ok(Known { identity: hash(row, 0)?, position: row.get(1)? }))
        .optional()
}

/// Keeps an id until it expires, unless it is in use at `time_ms`: then says by whom and keeps nothing.
pub(crate) fn keep_id(
    connection: &Connection,
    sender: &str,
    id: &str,
    known: &Known,
    (expires_ms, time_ms): (u64, u64),
) -> rusqlite::Result<Option<Known>> {
    let kept = connection
        .prepare_cached(
            "INSERT INTO ledger_id (sender, id, identity, position, expires) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (sender, id) DO UPDATE SET identity = ?3, position = ?4, expires = ?5 WHERE expires < ?6",
        )?
        .execute((sender, id, &known.identity.0[..], known.position, expires_ms as i64, time_ms as i64))?;
    if kept == 1 { Ok(None) } else { known_id(connection, sender, id, time_ms) }
}

/// Removes ids that count no more. What is left of them is not seen by [`known_id`], so how many go at a time does not matter.
pub(crate) fn prune_ids(connection: &Connection, time_ms: u64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM ledger_id WHERE expires < ?1")?.execute([time_ms as i64])?;
    Ok(())
}

/// An ordered entry.
pub(crate) struct StoredEntry<'a> {
    pub sender: &'a str,
    pub wire: &'a [u8],
    pub receipt: &'a Receipt,
    pub encoded: &'a [u8],
}

/// Keeps an entry with its receipt.
pub(crate) fn keep_entry(connection: &Connection, entry: &StoredEntry<'_>) -> rusqlite::Result<()> {
    let receipt = entry.receipt;
    let code = match &receipt.outcome {
        Outcome::Applied { .. } => None,
        Outcome::Refused(refusal) => Some(refusal.code.as_str()),
    };
    connection
        .prepare_cached(
            "INSERT INTO ledger_transaction (position, identity, sender, id, code, wire, receipt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            position(receipt.height, receipt.index),
            &receipt.transaction.0[..],
            entry.sender,
            &receipt.id,
            code,
            entry.wire,
            entry.encoded,
        ))?;
    Ok(())
}

/// Keeps what an honest proposer would not have proposed.
pub(crate) fn keep_evidence(
    connection: &Connection,
    header: &Header,
    place: u32,
    leaf: &Hash,
    code: &str,
    detail: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO ledger_evidence (height, place, epoch, proposer, entry, code, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((header.height as i64, place, header.epoch as i64, header.proposer, &leaf.0[..], code, detail))?;
    Ok(())
}

/// Keeps what happened at the beginning of a block.
pub(crate) fn keep_begun(connection: &Connection, receipt: &Receipt) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO ledger_begun (height, receipt) VALUES (?1, ?2)")?
        .execute((receipt.height as i64, receipt.encode()))?;
    Ok(())
}

/// A block with its record.
pub(crate) struct StoredBlock<'a> {
    pub header: &'a Header,
    pub execution: &'a Execution,
    pub result: Hash,
    pub changed_rows: usize,
    pub total: u64,
}

/// Keeps a block's header and record.
pub(crate) fn keep_block(connection: &Connection, block: &StoredBlock<'_>) -> rusqlite::Result<()> {
    let (header, execution) = (block.header, block.execution);
    connection
        .prepare_cached(
            "INSERT INTO ledger_block (height, digest, header, time_ms, proposer, transactions, total, changed_rows, executed_height, \
             state_root, changes_root, receipts_root, result) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute((
            header.height as i64,
            &header.digest().0[..],
            header.encode(),
            header.time_ms as i64,
            header.proposer,
            header.transactions,
            block.total as i64,
            block.changed_rows as i64,
            header.executed_height as i64,
            &execution.state_root.0[..],
            &execution.changes_root.0[..],
            &execution.receipts_root.0[..],
            &block.result.0[..],
        ))?;
    Ok(())
}

/// Keeps a block's change list.
pub(crate) fn keep_changes(connection: &Connection, height: u64, list: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO ledger_changes (height, list) VALUES (?1, ?2)")?
        .execute((height as i64, list))?;
    Ok(())
}

/// Keeps a block's certificate, unless it has one.
pub(crate) fn keep_certificate(connection: &Connection, height: u64, certificate: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO ledger_certificate (height, certificate) VALUES (?1, ?2)")?
        .execute((height as i64, certificate))?;
    Ok(())
}

/// A hash in a column.
pub(crate) fn hash(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    Ok(Hash(row.get::<_, [u8; 32]>(column)?))
}
