use counterfoil_engine::{EngineStatus, StateProof};
use counterfoil_types::{Hash, Refusal};
use std::{collections::BTreeMap, time::Duration};

/// What a simulation came to.
#[derive(Debug)]
pub struct Outcome {
    /// Hash over every event of the simulation: the same for the same plan.
    pub event_hash: String,
    /// How much time of its own passed.
    pub elapsed: Duration,
    /// How many crashes there were.
    pub crashes: usize,
    /// Transactions that were refused at a door.
    pub refused: usize,
    /// Transactions for which there was no room.
    pub busy: usize,
    /// The validators, by their places.
    pub members: Vec<MemberOutcome>,
}

/// What became of one validator.
#[derive(Debug)]
pub struct MemberOutcome {
    /// Its results by height, over all its lives.
    pub results: BTreeMap<u64, Hash>,
    /// The newest certified height that it knew.
    pub certified: u64,
    /// Why it halted, if it did.
    pub halted: Option<String>,
    /// How far it says it is, if it is up.
    pub status: Option<EngineStatus>,
    /// The proofs that the plan asked for, if it is up.
    pub proofs: Vec<Result<StateProof, Refusal>>,
}

impl MemberOutcome {
    /// The newest height it executed.
    pub fn height(&self) -> u64 {
        self.results.last_key_value().map_or(0, |(height, _)| *height)
    }
}

impl Outcome {
    /// A height that two validators executed with two results, if there is one. `except` are not asked.
    pub fn disagreement(&self, except: &[usize]) -> Option<u64> {
        let mut agreed = BTreeMap::new();
        let asked = self.members.iter().enumerate().filter(|(at, _)| !except.contains(at));
        for (height, result) in asked.flat_map(|(_, member)| &member.results) {
            if agreed.insert(height, result).is_some_and(|other| other != result) {
                return Some(*height);
            }
        }
        None
    }
}
