use counterfoil_state::Reader;
use counterfoil_types::machine::{Executed, Observer};
use std::sync::{Arc, Mutex, PoisonError};

/// Runs every module's invariants after every block, on one validator after the other.
pub struct Watch {
    validators: usize,
    seen: Mutex<Seen>,
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How often the invariants were run.
    pub checks: usize,
    /// What did not hold.
    pub violations: Vec<String>,
    /// Validators that stopped, and why.
    pub halted: Vec<(usize, String)>,
}

struct Post {
    watch: Arc<Watch>,
    validator: usize,
    reader: Reader,
}

impl Watch {
    pub(crate) fn new(validators: usize) -> Self {
        Self { validators, seen: Mutex::default() }
    }

    pub(crate) fn observer(self: &Arc<Self>, validator: usize, reader: Reader) -> Arc<dyn Observer> {
        Arc::new(Post { watch: self.clone(), validator, reader })
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn check(&self, validator: usize, height: u64, reader: &Reader) {
        let verdict = reader.invariants();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.checks += 1;
        match verdict {
            Ok(violations) => seen.violations.extend(
                violations.iter().map(|violation| format!("validator {validator}, height {height}: {violation:?}")),
            ),
            Err(refusal) => seen.violations.push(format!("validator {validator}, height {height}: {refusal}")),
        }
    }
}

impl Observer for Post {
    fn executed(&self, executed: &Executed) {
        let height = executed.execution.height;
        if !executed.receipts.is_empty() && height % self.watch.validators as u64 == self.validator as u64 {
            self.watch.check(self.validator, height, &self.reader);
        }
    }

    fn certified(&self, _height: u64) {}

    fn halted(&self, why: &str) {
        let mut seen = self.watch.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.halted.push((self.validator, why.to_owned()));
    }
}
