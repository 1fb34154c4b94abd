use crate::{
    step::{Step, Write, Writes},
    target::Target,
};
use counterfoil_types::{Hash, Value, row};
use rusqlite::{Connection, OptionalExtension as _};

/// The rows that a mirror has to have: a hash for each key, in a temporary file that has no name and goes with the process.
pub struct Expected {
    connection: Connection,
}

impl Expected {
    /// No rows.
    pub fn new() -> rusqlite::Result<Self> {
        // An empty name is a file of one's own that is removed when it is closed.
        let connection = Connection::open("")?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
             CREATE TABLE expected (target INTEGER, key BLOB, hash BLOB, PRIMARY KEY (target, key)) WITHOUT ROWID;
             BEGIN;",
        )?;
        connection.set_prepared_statement_cache_capacity(16);
        Ok(Self { connection })
    }

    /// The rows after a step.
    pub fn take(&self, step: &Step) -> rusqlite::Result<()> {
        let mut put = self.connection.prepare_cached("INSERT OR REPLACE INTO expected VALUES (?1, ?2, ?3)")?;
        let mut remove = self.connection.prepare_cached("DELETE FROM expected WHERE target = ?1 AND key = ?2")?;
        for Writes { target, rows } in step.writes.values() {
            for (key, write) in rows {
                match write {
                    Write::Put(values) => put.execute((target.id, key, hash_of(values).0))?,
                    Write::Remove(_) => remove.execute((target.id, key))?,
                };
            }
        }
        Ok(())
    }

    /// Ticks a row off; what it should have been where it differs.
    pub fn tick(&self, target: &Target, values: &[Value]) -> rusqlite::Result<Found> {
        let key = row::encode(&target.key_values(values));
        let hash: Option<[u8; 32]> = self
            .connection
            .prepare_cached("SELECT hash FROM expected WHERE target = ?1 AND key = ?2")?
            .query_row((target.id, &key), |row| row.get(0))
            .optional()?;
        let Some(hash) = hash else { return Ok(Found::Extra) };
        let mut remove = self.connection.prepare_cached("DELETE FROM expected WHERE target = ?1 AND key = ?2")?;
        remove.execute((target.id, &key))?;
        Ok(if Hash(hash) == hash_of(values) { Found::Same } else { Found::Changed })
    }

    /// Keys of the rows that are not ticked off, in order, `limit` at most.
    pub fn left(&self, target: &Target, limit: usize) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut select =
            self.connection.prepare_cached("SELECT key FROM expected WHERE target = ?1 ORDER BY key LIMIT ?2")?;
        let keys = select.query_map((target.id, limit as i64), |row| row.get::<_, Vec<u8>>(0))?;
        keys.map(|key| Ok(row::decode(&key?).expect("a key was encoded as a row"))).collect()
    }

    /// How many rows are not ticked off.
    pub fn count(&self, target: &Target) -> rusqlite::Result<u64> {
        let mut count = self.connection.prepare_cached("SELECT count(*) FROM expected WHERE target = ?1")?;
        count.query_row([target.id], |row| row.get::<_, i64>(0)).map(|count| count as u64)
    }
}

/// What a row of the mirror is to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is as it has to be.
    Same,
    /// It has other values.
    Changed,
    /// It should not be there.
    Extra,
}

fn hash_of(values: &[Value]) -> Hash {
    Hash::of(&[&row::encode(values)])
}
