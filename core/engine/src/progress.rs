use crate::signal::Signal;
use counterfoil_types::Hash;
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};

/// Results kept below the certified height, for proposals that are verified late.
const KEEP: u64 = 256;

/// How far this member is with execution: written by the executor, read by proposer and voter.
pub(crate) struct Progress {
    inner: Mutex<Inner>,
    /// Shared with the pool: "there may be work for a block".
    changed: Arc<Signal>,
}

#[derive(Default)]
struct Inner {
    executed: u64,
    certified: u64,
    worked: u64,
    results: BTreeMap<u64, Hash>,
    halted: Option<String>,
}

/// The newest execution of this member.
#[derive(Clone, Copy)]
pub(crate) struct Newest {
    pub(crate) height: u64,
    /// The newest executed height whose block had transactions.
    pub(crate) worked: u64,
}

impl Progress {
    pub(crate) fn new(changed: Arc<Signal>) -> Self {
        Self { inner: Mutex::default(), changed }
    }

    /// A height was executed and committed with this result.
    pub(crate) fn executed(&self, height: u64, result: Hash, worked: bool) {
        {
            let mut inner = self.inner.lock();
            inner.executed = inner.executed.max(height);
            inner.results.insert(height, result);
            if worked {
                inner.worked = inner.worked.max(height);
            }
        }
        self.changed.notify();
    }

    /// The members certified everything up to this height.
    pub(crate) fn certified(&self, height: u64) {
        let mut inner = self.inner.lock();
        inner.certified = inner.certified.max(height);
        let keep = inner.certified.saturating_sub(KEEP);
        inner.results = inner.results.split_off(&keep);
    }

    /// This member stops, once and for all; says whether it had not yet.
    pub(crate) fn halt(&self, why: &str) -> bool {
        let first = {
            let mut inner = self.inner.lock();
            let first = inner.halted.is_none();
            inner.halted.get_or_insert_with(|| why.to_owned());
            first
        };
        self.changed.notify();
        first
    }

    /// The newest execution.
    pub(crate) fn newest(&self) -> Newest {
        let inner = self.inner.lock();
        Newest { height: inner.executed, worked: inner.worked }
    }

    /// This member's result of `height`, if it is at hand.
    pub(crate) fn result_at(&self, height: u64) -> Option<Hash> {
        self.inner.lock().results.get(&height).copied()
    }

    pub(crate) fn certified_height(&self) -> u64 {
        self.inner.lock().certified
    }

    pub(crate) fn halted(&self) -> Option<String> {
        self.inner.lock().halted.clone()
    }

    pub(crate) fn is_halted(&self) -> bool {
        self.inner.lock().halted.is_some()
    }

    /// This member's result of `height`, as soon as it has one; pending for a height too old to matter.
    pub(crate) async fn result(&self, height: u64) -> Hash {
        loop {
            let changed = self.changed.listen();
            if let Some(result) = self.inner.lock().results.get(&height) {
                return *result;
            }
            let _ = changed.await;
        }
    }

    /// Resolves when this member has halted.
    pub(crate) async fn wait_halted(&self) -> String {
        loop {
            let changed = self.changed.listen();
            if let Some(why) = self.halted() {
                return why;
            }
            let _ = changed.await;
        }
    }
}
