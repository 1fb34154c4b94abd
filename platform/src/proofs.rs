//! What a member's state gives to proofs.

use counterfoil_proof::{COMMITTEE_TABLE, Chain, ChangePath};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Execution, Fault, Hash, Header, Refusal, machine::Located};

/// Where and what a row is, and how its block's list of changes shows that it was written.
pub struct Written {
    /// The block.
    pub height: u64,
    /// The row.
    pub located: Located,
    /// Its place among the changes.
    pub changes: ChangePath,
}

impl Written {
    /// How the block of `height` wrote a row.
    ///
    /// # Errors
    /// `state/…`: there is no such table or key, or the block did not write it.
    pub fn read(reader: &Reader, height: u64, table: &str, key: &[String]) -> Result<Self, Refusal> {
        let path = reader.change_path(height, table, key)?;
        Ok(Self {
            height,
            located: Located {
                key: path.key,
                table: path.table,
                columns: path.columns,
                primary_key: path.primary_key,
                key_values: path.key_values,
                row: path.row,
            },
            changes: ChangePath { index: path.index, count: path.count, path: path.path },
        })
    }
}

/// A member's blocks and executions, for proofs.
#[derive(Clone, Copy)]
pub struct ProofSource<'a>(pub &'a Reader);

impl Chain for ProofSource<'_> {
    type Error = Fault;

    fn ledger(&self) -> Hash {
        self.0.ledger()
    }

    fn execution(&self, height: u64) -> Result<Option<Execution>, Fault> {
        self.0.execution(height)
    }

    fn result(&self, height: u64) -> Result<Option<Hash>, Fault> {
        self.0.result(height)
    }

    fn header(&self, height: u64) -> Result<Option<Header>, Fault> {
        self.0.header(height)
    }

    fn header_executing(&self, height: u64) -> Result<Option<Header>, Fault> {
        self.0.header_executing(height)
    }

    fn handovers(&self, epoch: u64) -> Result<Vec<(u64, Located, ChangePath)>, Fault> {
        let unusable = |refusal: Refusal| Fault::failed(format!("reading the changes of the validators: {refusal}"));
        let sql = format!("SELECT from_epoch FROM {COMMITTEE_TABLE} WHERE from_epoch <= ?1 ORDER BY from_epoch");
        let changes = self.0.sql(&sql, SqlParams::Positional(&[epoch.into()]), SqlLimits::default());
        let mut handovers = Vec::new();
        for row in changes.map_err(unusable)?.rows {
            let key = [row[0].to_string()];
            let height = self.0.written_at(COMMITTEE_TABLE, &key).map_err(unusable)?;
            let height = height.ok_or_else(|| Fault::failed("no block changed the validators"))?;
            let Written { located, changes, .. } =
                Written::read(self.0, height, COMMITTEE_TABLE, &key).map_err(unusable)?;
            handovers.push((height, located, changes));
        }
        Ok(handovers)
    }

    fn certificate_at_or_after(&self, height: u64) -> Result<Option<(u64, Vec<u8>)>, Fault> {
        let found = self.0.certificate_at_or_after(height)?;
        Ok(found.map(|certified| (certified.header.height, certified.certificate)))
    }
}
