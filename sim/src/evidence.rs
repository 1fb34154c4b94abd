//! Proof files from a simulated validator's state, as its node would give them out.

use anyhow::Context as _;
use counterfoil_engine_sim::StateProof;
use counterfoil_proof::{COMMITTEE_TABLE, Chain, ChangePath, Proof, prove_current};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Execution, Fault, Hash, Header, Refusal, machine::Located};

/// A validator's blocks and executions, for proofs.
struct Source<'a>(&'a Reader);

impl Chain for Source<'_> {
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
        let handover = |row: Vec<serde_json::Value>| {
            let key = [row[0].to_string()];
            let height = self.0.written_at(COMMITTEE_TABLE, &key).map_err(unusable)?;
            let height = height.ok_or_else(|| Fault::failed("no block changed the validators"))?;
            let path = self.0.change_path(height, COMMITTEE_TABLE, &key).map_err(unusable)?;
            let changes = ChangePath { index: path.index, count: path.count, path: path.path };
            let located = Located {
                key: path.key,
                table: path.table,
                columns: path.columns,
                primary_key: path.primary_key,
                key_values: path.key_values,
                row: path.row,
            };
            Ok((height, located, changes))
        };
        changes.map_err(unusable)?.rows.into_iter().map(handover).collect()
    }

    fn certificate_at_or_after(&self, height: u64) -> Result<Option<(u64, Vec<u8>)>, Fault> {
        let found = self.0.certificate_at_or_after(height)?;
        Ok(found.map(|certified| (certified.header.height, certified.certificate)))
    }
}

/// The proof of a row's value that a validator gave, with all that an outsider needs.
pub fn complete(reader: &Reader, proof: StateProof) -> anyhow::Result<Proof> {
    let StateProof { height, located, index_proof, table_proof } = proof;
    prove_current(&Source(reader), height, &located, index_proof, table_proof).context("a proof")
}
