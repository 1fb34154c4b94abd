//! Proof files from a simulated validator's state, as its node would give them out.

use anyhow::Context as _;
use counterfoil_engine_sim::StateProof;
use counterfoil_platform::ProofSource;
use counterfoil_proof::{Proof, prove_current};
use counterfoil_state::Reader;

/// The proof of a row's value that a validator gave, with all that an outsider needs.
pub fn complete(reader: &Reader, proof: StateProof) -> anyhow::Result<Proof> {
    let StateProof { height, located, index_proof, table_proof } = proof;
    prove_current(&ProofSource(reader), height, &located, index_proof, table_proof).context("a proof")
}
