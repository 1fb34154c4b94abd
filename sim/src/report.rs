use crate::workload::Counts;
use counterfoil_types::Hash;
use std::{collections::BTreeSet, fmt, time::Duration};

/// What a history came to.
#[derive(Debug)]
pub struct Report {
    /// Hash over every event: one for one scenario.
    pub event_hash: String,
    /// How much time of its own passed.
    pub elapsed: Duration,
    /// How many crashes there were.
    pub crashes: usize,
    /// The height that all validators reached.
    pub height: u64,
    /// The result of that height, on all validators.
    pub result: Hash,
    /// Transactions that were ordered and refused.
    pub refused: u64,
    /// How often the invariants were run.
    pub checks: usize,
    /// What came of the workloads, the same on all validators.
    pub counts: Counts,
    /// What the validators that stopped said.
    pub stopped: Vec<(usize, String)>,
    /// Places of the validators that proposed the last blocks, as many as an epoch has.
    pub proposers: BTreeSet<u32>,
    /// What the validators proved at the end, as an outsider checked it.
    pub proofs: Vec<CheckedProof>,
}

/// A proof that was checked with the genesis file alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedProof {
    /// The validator that gave it.
    pub validator: usize,
    /// How many changes of the validators it carries.
    pub handovers: usize,
    /// How many validators there were when it was certified.
    pub validators: usize,
    /// Those of them that signed.
    pub signers: Vec<String>,
}

impl Report {
    /// A number of a workload.
    ///
    /// # Panics
    /// If no workload reported it.
    pub fn count(&self, name: &str) -> u64 {
        let found = self.counts.iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("nobody counts {name}: {:?}", self.counts)).1
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "event hash  {}", self.event_hash)?;
        writeln!(f, "blocks      {} in {:?} of simulated time, {} crashes", self.height, self.elapsed, self.crashes)?;
        writeln!(f, "result      {} on every validator", self.result)?;
        writeln!(f, "refused     {} transactions; invariants run {} times and held", self.refused, self.checks)?;
        for (validator, why) in &self.stopped {
            writeln!(f, "stopped     validator {validator}: {why}")?;
        }
        let counts: Vec<_> = self.counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        write!(f, "found       {}", counts.join(", "))
    }
}
