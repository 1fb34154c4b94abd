use crate::pace::{Pace, Second};
use counterfoil_types::{
    Hash, Outcome, Receipt,
    machine::{Executed, Observer},
};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    ops::Deref,
    sync::Arc,
    time::Instant,
};
use tokio::sync::{Notify, watch};

/// Blocks whose receipts are kept in memory for those who follow events; older ones are read from state.
const RECENT_BLOCKS: usize = 32;
/// Every how many blocks transactions that expired without being ordered are forgotten.
const FORGET_EVERY: u64 = 256;

/// Where what the executor did meets those who wait for it: receipts, heights, events.
///
/// The executor takes one lock a block. A receipt is shared, never copied.
pub struct Hub {
    shared: Mutex<Shared>,
    executed: watch::Sender<Mark>,
    certified: watch::Sender<u64>,
    halted: watch::Sender<Option<String>>,
    pace: Pace,
}

/// The newest executed block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// Its height.
    pub height: u64,
    /// Its time, in milliseconds since 1970.
    pub time_ms: u64,
}

#[derive(Default)]
struct Shared {
    waiting: HashMap<Hash, Vec<Slot>>,
    /// Transactions this node took on that are in no executed block yet, with their expiry.
    accepted: HashMap<Hash, u64>,
    recent: VecDeque<(u64, Arc<Vec<Receipt>>)>,
    applied: u64,
    refused: u64,
}

struct Slot {
    batch: Arc<Batch>,
    at: usize,
}

struct Batch {
    receipts: Mutex<Vec<Option<Placed>>>,
    filled: Notify,
    since: Instant,
}

/// A receipt among the others of its block.
#[derive(Clone)]
pub struct Placed {
    block: Arc<Vec<Receipt>>,
    at: usize,
}

impl Deref for Placed {
    type Target = Receipt;

    fn deref(&self) -> &Receipt {
        &self.block[self.at]
    }
}

impl From<Receipt> for Placed {
    fn from(receipt: Receipt) -> Self {
        Self { block: Arc::new(vec![receipt]), at: 0 }
    }
}

/// How many transactions were executed since the node started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// Applied.
    pub applied: u64,
    /// Refused.
    pub refused: u64,
}

impl Hub {
    /// A hub of a ledger that is about to start.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            shared: Mutex::default(),
            executed: watch::Sender::default(),
            certified: watch::Sender::default(),
            halted: watch::Sender::default(),
            pace: Pace::default(),
        })
    }

    /// Tells where the ledger stood when it was opened.
    pub fn opened(&self, executed: Mark, certified: u64) {
        self.advance(executed);
        Observer::certified(self, certified);
    }

    fn advance(&self, mark: Mark) {
        self.executed.send_if_modified(|known| {
            let newer = mark.height > known.height || known.time_ms == 0;
            *known = if newer { mark } else { *known };
            newer
        });
    }

    /// Waits for the receipts of `identities`. To be called *before* they are submitted, so that none is missed.
    pub fn wait_for(self: &Arc<Self>, identities: Vec<Hash>) -> Waiting {
        let receipts = Mutex::new(vec![None; identities.len()]);
        let batch = Arc::new(Batch { receipts, filled: Notify::default(), since: Instant::now() });
        let mut shared = self.shared.lock();
        for (at, identity) in identities.iter().enumerate() {
            shared.waiting.entry(*identity).or_default().push(Slot { batch: batch.clone(), at });
        }
        drop(shared);
        Waiting { hub: self.clone(), identities, batch }
    }

    /// Notes that this node took on transactions; those of them that it had not before.
    pub fn accept(&self, transactions: impl IntoIterator<Item = (Hash, u64)>) -> Vec<Hash> {
        let mut shared = self.shared.lock();
        let new = transactions
            .into_iter()
            .filter(|(identity, expires_ms)| shared.accepted.insert(*identity, *expires_ms).is_none());
        new.map(|(identity, _)| identity).collect()
    }

    /// Takes back [`Self::accept`].
    pub fn forget<'a>(&self, identities: impl IntoIterator<Item = &'a Hash>) {
        let mut shared = self.shared.lock();
        for identity in identities {
            shared.accepted.remove(identity);
        }
    }

    /// The expiry of a transaction that this node took on and that is in no executed block yet.
    pub fn accepted(&self, identity: &Hash) -> Option<u64> {
        self.shared.lock().accepted.get(identity).copied()
    }

    /// Follows the newest executed block.
    pub fn executed(&self) -> watch::Receiver<Mark> {
        self.executed.subscribe()
    }

    /// Follows the certified height.
    pub fn certified(&self) -> watch::Receiver<u64> {
        self.certified.subscribe()
    }

    /// Why this member stopped executing, once it has.
    pub fn halted(&self) -> Option<String> {
        self.halted.borrow().clone()
    }

    /// Follows whether this member stopped executing.
    pub fn halting(&self) -> watch::Receiver<Option<String>> {
        self.halted.subscribe()
    }

    /// What happened lately.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The receipts of a recent block, if they are still in memory.
    pub fn recent(&self, height: u64) -> Option<Arc<Vec<Receipt>>> {
        let shared = self.shared.lock();
        let first = shared.recent.front()?.0;
        let (found, receipts) = shared.recent.get(usize::try_from(height.checked_sub(first)?).ok()?)?;
        (*found == height).then(|| receipts.clone())
    }

    /// What was executed since the node started.
    pub fn counted(&self) -> Counted {
        let shared = self.shared.lock();
        Counted { applied: shared.applied, refused: shared.refused }
    }
}

impl Observer for Hub {
    fn executed(&self, block: &Executed) {
        let height = block.execution.height;
        let mut woken = Vec::<Arc<Batch>>::new();
        let mut seen = Second { transactions: block.receipts.len() as u64, ..Second::default() };
        let mut shared = self.shared.lock();
        for (at, receipt) in block.receipts.iter().enumerate() {
            if matches!(receipt.outcome, Outcome::Applied { .. }) {
                shared.applied += 1;
            } else {
                shared.refused += 1;
            }
            shared.accepted.remove(&receipt.transaction);
            for slot in shared.waiting.remove(&receipt.transaction).unwrap_or_default() {
                slot.batch.receipts.lock()[slot.at] = Some(Placed { block: block.receipts.clone(), at });
                seen.waited(slot.batch.since.elapsed());
                if !woken.last().is_some_and(|last| Arc::ptr_eq(last, &slot.batch)) {
                    woken.push(slot.batch);
                }
            }
        }
        if shared.recent.back().is_some_and(|(last, _)| last + 1 != height) {
            shared.recent.clear();
        }
        shared.recent.push_back((height, block.receipts.clone()));
        if shared.recent.len() > RECENT_BLOCKS {
            shared.recent.pop_front();
        }
        if height.is_multiple_of(FORGET_EVERY) {
            shared.accepted.retain(|_, expires_ms| *expires_ms >= block.time_ms);
        }
        drop(shared);
        self.pace.note(&seen);
        for batch in woken {
            batch.filled.notify_one();
        }
        self.advance(Mark { height, time_ms: block.time_ms });
    }

    fn certified(&self, height: u64) {
        self.certified.send_if_modified(|known| {
            let newer = height > *known;
            *known = height.max(*known);
            newer
        });
    }

    fn halted(&self, why: &str) {
        self.halted.send_replace(Some(why.to_owned()));
    }
}

/// Receipts awaited, in the order they were asked for. Dropping it gives up the wait.
pub struct Waiting {
    hub: Arc<Hub>,
    identities: Vec<Hash>,
    batch: Arc<Batch>,
}

impl Waiting {
    /// The receipt at `at`, if it has come.
    pub fn get(&self, at: usize) -> Option<Placed> {
        self.batch.receipts.lock()[at].clone()
    }

    /// Puts a receipt that was found elsewhere, such as in state.
    pub fn put(&self, at: usize, receipt: Placed) {
        self.batch.receipts.lock()[at] = Some(receipt);
        self.batch.filled.notify_one();
    }

    /// Waits until the receipt at `at` has come.
    pub async fn receipt(&self, at: usize) -> Placed {
        loop {
            let filled = self.batch.filled.notified();
            if let Some(receipt) = self.get(at) {
                return receipt;
            }
            filled.await;
        }
    }

    /// The transactions waited for.
    pub fn identities(&self) -> &[Hash] {
        &self.identities
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let missing: Vec<Hash> = {
            let receipts = self.batch.receipts.lock();
            self.identities.iter().zip(receipts.iter()).filter(|(_, r)| r.is_none()).map(|(i, _)| *i).collect()
        };
        if missing.is_empty() {
            return;
        }
        let mut shared = self.hub.shared.lock();
        for identity in missing {
            if let Some(slots) = shared.waiting.get_mut(&identity) {
                slots.retain(|slot| !Arc::ptr_eq(&slot.batch, &self.batch));
                if slots.is_empty() {
                    shared.waiting.remove(&identity);
                }
            }
        }
    }
}
