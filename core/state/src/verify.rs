//! Signatures are checked once: on admission if the transaction came that way, else with all others of its block in one batch.

use crate::{Prepared, Program};
use bytes::Bytes;
use counterfoil_types::{Hash, PublicKey, Refusal, Transaction, merkle, verify_batch};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// A transaction whose signatures are right by the given keys, in the order of its signers.
#[derive(Clone)]
pub(crate) struct Verified {
    pub transaction: Arc<Transaction>,
    pub prepared: Arc<Prepared>,
    pub keys: Arc<[PublicKey]>,
}

/// The most that is remembered, in transactions and in bytes of wire form.
const COUNT_MAX: usize = 131_072;
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Transactions found right on admission, by leaf, until they are executed. Bounded: the oldest go first.
///
/// Execution gives the same verdict with whatever is in here, since it compares the keys.
#[derive(Default)]
pub(crate) struct VerifiedCache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    known: HashMap<Hash, Verified>,
    order: VecDeque<Hash>,
    bytes: usize,
}

impl VerifiedCache {
    /// Remembers transactions.
    pub(crate) fn insert(&self, all: Vec<Verified>) {
        let mut inner = self.inner.lock();
        for verified in all {
            let leaf = verified.transaction.leaf();
            let bytes = verified.transaction.wire().len();
            if inner.known.insert(leaf, verified).is_none() {
                inner.order.push_back(leaf);
                inner.bytes += bytes;
            }
        }
        while inner.order.len() > COUNT_MAX || inner.bytes > BYTES_MAX {
            let Some(oldest) = inner.order.pop_front() else { break };
            inner.forget(&oldest);
        }
    }

    /// What is known of an entry.
    pub(crate) fn get(&self, leaf: &Hash) -> Option<Verified> {
        self.inner.lock().known.get(leaf).cloned()
    }

    /// Forgets executed entries.
    pub(crate) fn remove(&self, leaves: &[Hash]) {
        let mut inner = self.inner.lock();
        for leaf in leaves {
            inner.forget(leaf);
        }
        if inner.order.len() > 2 * inner.known.len() + 1_024 {
            let Inner { known, order, .. } = &mut *inner;
            order.retain(|leaf| known.contains_key(leaf));
        }
    }
}

impl Inner {
    fn forget(&mut self, leaf: &Hash) {
        if let Some(verified) = self.known.remove(leaf) {
            self.bytes -= verified.transaction.wire().len();
        }
    }
}

/// An entry of a block before its execution.
pub(crate) struct Entry {
    /// By which order knows it.
    pub leaf: Hash,
    /// The parsed transaction, or why it is none.
    pub parsed: Result<Arc<Transaction>, Refusal>,
    /// Its calls, parsed and checked, or why they cannot be executed; nothing where `parsed` is none.
    pub prepared: Option<Result<Arc<Prepared>, Refusal>>,
    /// The keys by which its signatures were checked, and the verdict.
    pub verdict: Option<(Arc<[PublicKey]>, bool)>,
}

/// Parses the entries of a block, on all cores, or takes them from the cache.
pub(crate) fn parse(cache: &VerifiedCache, program: &dyn Program, wires: &[Bytes]) -> Vec<Entry> {
    let entry = |wire: &Bytes| {
        let leaf = merkle::leaf(wire);
        match cache.get(&leaf) {
            Some(known) => Entry {
                leaf,
                parsed: Ok(known.transaction),
                prepared: Some(Ok(known.prepared)),
                verdict: Some((known.keys, true)),
            },
            None => {
                let parsed = Transaction::from_wire(wire.clone()).map(Arc::new);
                let prepare =
                    |transaction: &Arc<Transaction>| program.prepare(&transaction.payload.calls).map(Arc::new);
                let prepared = parsed.as_ref().ok().map(prepare);
                Entry { leaf, parsed, prepared, verdict: None }
            }
        }
    };
    wires.par_iter().with_min_len(16).map(entry).collect()
}

/// Checks the signatures of all transactions by the given keys, in batches on all cores; a verdict on each.
pub(crate) fn check(all: &[(Arc<Transaction>, Arc<[PublicKey]>)]) -> Vec<bool> {
    let checks: Vec<_> = all.iter().flat_map(|(transaction, keys)| transaction.checks(keys)).collect();
    let verdicts = verify_batch(&checks);
    let mut at = 0;
    all.iter()
        .map(|(transaction, _)| {
            let count = transaction.signatures.len();
            at += count;
            verdicts[at - count..at].iter().all(|right| *right)
        })
        .collect()
}
