use crate::{lookup::StateCode, reader::Reader};
use counterfoil_types::{Fault, Hash, Header, Refusal, Value, merkle, row};
use rusqlite::OptionalExtension as _;

/// That a block wrote a row: a leaf of its tree of changes and the path to [`changes_root`](counterfoil_types::Execution::changes_root).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePath {
    /// The block.
    pub height: u64,
    /// Place of the write among all of the block, from 0.
    pub index: u64,
    /// How many rows the block wrote.
    pub count: u64,
    /// The path (RFC 9162 §2.1.3.1).
    pub path: Vec<Hash>,
    /// The row's key.
    pub key: Hash,
    /// The row after the write, see [`row::encode`]; none where it was deleted.
    pub row: Option<Vec<u8>>,
    /// The table.
    pub table: String,
    /// Its columns in declared order.
    pub columns: Vec<String>,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// The primary key's values.
    pub key_values: Vec<Value>,
}

/// A header with its finalization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// The header.
    pub header: Header,
    /// The certificate as consensus encodes it.
    pub certificate: Vec<u8>,
}

impl Reader {
    /// The first block from `height` on that has a certificate of its own.
    pub fn certificate_at_or_after(&self, height: u64) -> Result<Option<Certified>, Fault> {
        let found: Option<(Vec<u8>, Vec<u8>)> = self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT header, certificate FROM ledger_certificate JOIN ledger_block USING (height) \
                     WHERE ledger_certificate.height >= ?1 ORDER BY ledger_certificate.height LIMIT 1",
                )?
                .query_row([height as i64], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        found
            .map(|(header, certificate)| Ok(Certified { header: self.decode_header(&header)?, certificate }))
            .transpose()
    }

    /// The first header whose `executed` is `height` or higher: it carries a result that covers that height.
    pub fn header_executing(&self, height: u64) -> Result<Option<Header>, Fault> {
        // `executed` never falls from one header to the next, so halves will do.
        let found: Option<Vec<u8>> = self.read(|connection| {
            let executed = |at: u64| -> rusqlite::Result<Option<u64>> {
                connection
                    .prepare_cached("SELECT executed_height FROM ledger_block WHERE height = ?1")?
                    .query_row([at as i64], |row| row.get::<_, i64>(0).map(|height| height as u64))
                    .optional()
            };
            let Some(tip) = crate::reader::height(connection)? else { return Ok(None) };
            let (mut low, mut high) = (height, tip + 1);
            while low < high {
                let middle = low + (high - low) / 2;
                if executed(middle)?.is_some_and(|executed| executed >= height) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            connection
                .prepare_cached("SELECT header FROM ledger_block WHERE height = ?1 AND executed_height >= ?2")?
                .query_row([low as i64, height as i64], |row| row.get(0))
                .optional()
        })?;
        found.map(|bytes| self.decode_header(&bytes)).transpose()
    }

    /// The path of the last write of a row in the block at `height`.
    pub fn change_path(&self, height: u64, table: &str, key: &[String]) -> Result<ChangePath, Refusal> {
        let table = self.table(table)?;
        let values = table.parse_key(key).map_err(|why| StateCode::BadKey.refusal(why))?;
        let hash = row::key(&table.name, &values);
        let list = self.change_list(height).map_err(StateCode::broken)?;
        let Some(at) = list.changes().iter().rposition(|change| change.key == hash) else {
            let key = key.join(", ");
            return Err(StateCode::NotWritten.refusal(format!("block {height} did not write {} {key}", table.name)));
        };
        let leaves = list.leaves(&self.catalog().tables);
        Ok(ChangePath {
            height,
            index: at as u64,
            count: leaves.len() as u64,
            path: merkle::path(&leaves, at),
            key: hash,
            row: list.changes()[at].new.as_ref().map(|range| list.row(range).to_vec()),
            table: table.name.clone(),
            columns: table.column_names(),
            primary_key: table.key_names(),
            key_values: values,
        })
    }
}
