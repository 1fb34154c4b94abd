//! Finding a transaction by its identity and the blocks that wrote a row by its key.
//!
//! An index over hashes would touch a page at random for every row written. So the newest blocks are looked up in memory, and every
//! few hundred blocks their pairs are sorted and appended as a run.

use crate::store;
use counterfoil_types::Hash;
use rusqlite::Connection;
use std::collections::HashMap;

/// Blocks of one run at most.
const RUN_BLOCKS: u64 = 256;
/// Pairs of one run, about.
const RUN_PAIRS: usize = 250_000;
/// Pairs of one chunk.
const CHUNK_PAIRS: usize = 256;
/// The place in a block under which its digest is found: no transaction has it.
pub(crate) const BLOCK_PLACE: u32 = u16::MAX as u32;

/// What a pair leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// From a transaction's identity to its position, and from a block's digest to its own, see [`BLOCK_PLACE`].
    Identity = 0,
    /// From a row's key to the height of a block that wrote it.
    Row = 1,
}

/// The first 8 bytes of a hash and a place.
pub(crate) type Pair = (u64, u64);

/// A pair for `hash`.
pub(crate) fn pair(hash: &Hash, place: u64) -> Pair {
    (prefix(hash), place)
}

/// The pair of a block's digest.
pub(crate) fn block_pair(digest: &Hash, height: u64) -> Pair {
    pair(digest, store::position(height, BLOCK_PLACE) as u64)
}

fn prefix(hash: &Hash) -> u64 {
    u64::from_be_bytes(hash.0[..8].try_into().expect("8 bytes"))
}

/// Keeps the order of unsigned prefixes among SQLite's signed integers.
fn signed(prefix: u64) -> i64 {
    (prefix ^ (1 << 63)) as i64
}

/// The pairs of the blocks after the last run.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    identities: Vec<Pair>,
    rows: Vec<Pair>,
    by_identity: HashMap<u64, Vec<u64>>,
    first_height: Option<u64>,
}

impl Recent {
    /// Adds a block's pairs.
    pub(crate) fn add(&mut self, height: u64, identities: &[Pair], rows: &[Pair]) {
        self.first_height.get_or_insert(height);
        self.identities.extend_from_slice(identities);
        self.rows.extend_from_slice(rows);
        for (prefix, place) in identities {
            self.by_identity.entry(*prefix).or_default().push(*place);
        }
    }

    /// Whether a run should be written with the block at `height`, whose own pairs come last.
    pub(crate) fn is_full(&self, height: u64) -> bool {
        self.identities.len() + self.rows.len() > RUN_PAIRS
            || self.first_height.is_some_and(|first| height + 1 - first >= RUN_BLOCKS)
    }

    /// Writes a run that ends with the block at `last`, inside a transaction of the caller.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        last: u64,
        identities: &[Pair],
        rows: &[Pair],
    ) -> rusqlite::Result<()> {
        connection.prepare_cached("INSERT INTO ledger_run (last) VALUES (?1)")?.execute([last as i64])?;
        for (kind, old, new) in [(Kind::Identity, &self.identities, identities), (Kind::Row, &self.rows, rows)] {
            let mut pairs = [old.as_slice(), new].concat();
            pairs.sort_unstable();
            pairs.dedup();
            for chunk in pairs.chunks(CHUNK_PAIRS) {
                let bytes: Vec<u8> =
                    chunk.iter().flat_map(|(a, b)| [a.to_be_bytes(), b.to_be_bytes()].concat()).collect();
                connection
                    .prepare_cached("INSERT INTO ledger_directory (kind, last, first, pairs) VALUES (?1, ?2, ?3, ?4)")?
                    .execute((kind as i64, last as i64, signed(chunk[0].0), bytes))?;
            }
        }
        Ok(())
    }

    /// The places of `hash` among the newest blocks; another hash with the same first 8 bytes may be among them.
    pub(crate) fn find(&self, kind: Kind, hash: &Hash) -> Vec<u64> {
        let wanted = prefix(hash);
        match kind {
            Kind::Identity => self.by_identity.get(&wanted).cloned().unwrap_or_default(),
            Kind::Row => self.rows.iter().filter(|(prefix, _)| *prefix == wanted).map(|(_, place)| *place).collect(),
        }
    }
}

/// The places of `hash` in the runs, newest run first; stops after the run in which `enough` are found.
pub(crate) fn find(connection: &Connection, kind: Kind, hash: &Hash, enough: usize) -> rusqlite::Result<Vec<u64>> {
    search(connection, kind, hash, u64::MAX, enough)
}

/// The heights before `before` of blocks that wrote the row with this key, newest run first; stops after the run in which `enough` are
/// found.
pub(crate) fn find_rows(connection: &Connection, key: &Hash, before: u64, enough: usize) -> rusqlite::Result<Vec<u64>> {
    search(connection, Kind::Row, key, before, enough)
}

/// The places in the runs that do not begin at or after the block at `before`.
fn search(connection: &Connection, kind: Kind, hash: &Hash, before: u64, enough: usize) -> rusqlite::Result<Vec<u64>> {
    let wanted = prefix(hash);
    let mut found = Vec::new();
    let newest = i64::try_from(before).unwrap_or(i64::MAX);
    // A run covers the blocks after the run before it, so the first one wanted is the first that ends at `before` or later.
    let mut runs = connection.prepare_cached(
        "SELECT last FROM ledger_run WHERE last <= coalesce((SELECT min(last) FROM ledger_run WHERE last >= ?1 - 1), ?1)
         ORDER BY last DESC",
    )?;
    let mut runs = runs.query([newest])?;
    while let Some(run) = runs.next()? {
        find_in_run(connection, (kind, wanted, run.get(0)?), &mut found)?;
        if kind == Kind::Row {
            found.retain(|place| *place < before);
        }
        if found.len() >= enough {
            break;
        }
    }
    Ok(found)
}

fn find_in_run(
    connection: &Connection,
    (kind, wanted, last): (Kind, u64, i64),
    found: &mut Vec<u64>,
) -> rusqlite::Result<()> {
    let mut chunks = connection.prepare_cached(
        "SELECT first, pairs FROM ledger_directory WHERE kind = ?1 AND last = ?2 AND first <= ?3 ORDER BY first DESC, chunk DESC",
    )?;
    let mut chunks = chunks.query((kind as i64, last, signed(wanted)))?;
    while let Some(chunk) = chunks.next()? {
        let bytes = chunk.get_ref(1)?.as_blob()?;
        let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("8 bytes"));
        let pairs = bytes.chunks_exact(16).map(|pair| (number(&pair[..8]), number(&pair[8..])));
        found.extend(pairs.filter(|(prefix, _)| *prefix == wanted).map(|(_, place)| place));
        if chunk.get::<_, i64>(0)? < signed(wanted) {
            break;
        }
    }
    Ok(())
}
