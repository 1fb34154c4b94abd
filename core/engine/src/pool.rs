use crate::signal::Signal;
use bytes::Bytes;
use counterfoil_types::{Hash, limits, machine::Admitted};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

/// Leaf hashes of final transactions that are remembered, so that a late copy is not taken for new.
const RECENT_MAX: usize = 262_144;
/// After this many tries a transaction is passed on again only every `2^` this many intervals.
const BACKOFF_MAX: u32 = 5;

/// Time of blocks between two sweeps for expired transactions, in milliseconds.
const SWEEP_MS: u64 = 1_000;

/// More work than the member takes on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many transactions wait for a block: try again in {retry_after_ms} ms")]
pub struct Busy {
    /// When to try again, in milliseconds.
    pub retry_after_ms: u64,
}

/// Admitted transactions that wait for a block: first in, first out, bounded in number and bytes.
pub(crate) struct Pool {
    inner: Mutex<Inner>,
    changed: Arc<Signal>,
}

#[derive(Default)]
struct Inner {
    entries: BTreeMap<u64, Entry>,
    places: HashMap<Hash, u64>,
    next: u64,
    bytes: usize,
    recent: HashSet<Hash>,
    recent_order: VecDeque<Hash>,
    swept_ms: u64,
}

struct Entry {
    admitted: Admitted,
    /// Submitted here: this member passes it on until it is final.
    own: bool,
    sent_ms: u64,
    tries: u32,
}

/// Transactions for a block, and their leaf hashes.
#[derive(Default)]
pub(crate) struct Packed {
    pub(crate) transactions: Vec<Bytes>,
    pub(crate) leaves: Vec<Hash>,
}

/// How much a block may carry.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub(crate) transactions: usize,
    pub(crate) bytes: usize,
    pub(crate) weight: u64,
}

impl Room {
    /// A whole block.
    pub(crate) const BLOCK: Self = Self {
        transactions: limits::BLOCK_TRANSACTIONS_MAX,
        bytes: limits::BLOCK_BYTES_MAX,
        weight: limits::BLOCK_WEIGHT_MAX,
    };
}

impl Pool {
    pub(crate) fn new(changed: Arc<Signal>) -> Self {
        Self { inner: Mutex::default(), changed }
    }

    /// Takes transactions submitted to this member, all or none; says which are new.
    pub(crate) fn submit(&self, batch: Vec<Admitted>, now_ms: u64) -> Result<Vec<Bytes>, Busy> {
        let fresh = {
            let mut inner = self.inner.lock();
            let (mut count, mut bytes) = (0, 0);
            for admitted in &batch {
                if !inner.knows(&admitted.leaf) {
                    count += 1;
                    bytes += admitted.wire.len();
                }
            }
            if !inner.has_room(count, bytes) {
                return Err(Busy { retry_after_ms: limits::RETRY_AFTER_MS });
            }
            batch.into_iter().filter_map(|admitted| inner.insert(admitted, true, now_ms)).collect::<Vec<_>>()
        };
        if !fresh.is_empty() {
            self.changed.notify();
        }
        Ok(fresh)
    }

    /// Takes transactions that another member passed on, as far as there is room.
    pub(crate) fn receive(&self, batch: impl IntoIterator<Item = Admitted>) {
        let mut fresh = false;
        {
            let mut inner = self.inner.lock();
            for admitted in batch {
                if inner.has_room(1, admitted.wire.len()) {
                    fresh |= inner.insert(admitted, false, 0).is_some();
                }
            }
        }
        if fresh {
            self.changed.notify();
        }
    }

    /// Whether each leaf hash is of a transaction that waits here or was final lately.
    pub(crate) fn known(&self, leaves: &[Hash]) -> Vec<bool> {
        let inner = self.inner.lock();
        leaves.iter().map(|leaf| inner.knows(leaf)).collect()
    }

    /// Whether a transaction waits that is not among `except`.
    pub(crate) fn has_other_than(&self, except: &HashSet<Hash>) -> bool {
        let inner = self.inner.lock();
        inner.entries.len() > except.len() || inner.entries.values().any(|entry| !except.contains(&entry.admitted.leaf))
    }

    /// Whether at least half a block waits, so that a proposer need not gather more.
    pub(crate) fn is_plenty(&self) -> bool {
        let inner = self.inner.lock();
        inner.bytes >= limits::BLOCK_BYTES_MAX / 2 || inner.entries.len() >= limits::BLOCK_TRANSACTIONS_MAX / 2
    }

    /// The oldest transactions that fit into `room`, without those in `except` and those past their time.
    pub(crate) fn pack(&self, except: &HashSet<Hash>, time_ms: u64, room: Room) -> Packed {
        let inner = self.inner.lock();
        let mut packed = Packed::default();
        let (mut bytes, mut weight) = (0, 0);
        for Entry { admitted, .. } in inner.entries.values() {
            if admitted.expires_ms < time_ms || except.contains(&admitted.leaf) {
                continue;
            }
            bytes += admitted.wire.len();
            weight += u64::from(admitted.weight);
            let full = bytes > room.bytes || (weight > room.weight && !packed.leaves.is_empty());
            if full || packed.leaves.len() == room.transactions {
                break;
            }
            packed.transactions.push(admitted.wire.clone());
            packed.leaves.push(admitted.leaf);
        }
        packed
    }

    /// These transactions are final; and those past their time at `time_ms` will never be.
    pub(crate) fn finalise(&self, leaves: &[Hash], time_ms: u64) {
        let mut inner = self.inner.lock();
        for leaf in leaves {
            inner.remove(leaf);
            inner.remember(*leaf);
        }
        if time_ms >= inner.swept_ms + SWEEP_MS {
            inner.swept_ms = time_ms;
            let expired: Vec<_> = inner
                .entries
                .values()
                .filter(|entry| entry.admitted.expires_ms < time_ms)
                .map(|entry| entry.admitted.leaf)
                .collect();
            expired.iter().for_each(|leaf| inner.remove(leaf));
        }
    }

    /// Own transactions not passed on for `interval_ms` (longer after each try), at most `bytes_max` bytes of them.
    pub(crate) fn stale(&self, now_ms: u64, interval_ms: u64, bytes_max: usize) -> Vec<Bytes> {
        let mut inner = self.inner.lock();
        let (mut bytes, mut stale) = (0, Vec::new());
        for entry in inner.entries.values_mut().filter(|entry| entry.own) {
            if now_ms.saturating_sub(entry.sent_ms) < interval_ms << entry.tries.min(BACKOFF_MAX) {
                continue;
            }
            bytes += entry.admitted.wire.len();
            if bytes > bytes_max {
                break;
            }
            entry.sent_ms = now_ms;
            entry.tries += 1;
            stale.push(entry.admitted.wire.clone());
        }
        stale
    }

    /// Transactions and bytes that wait.
    pub(crate) fn size(&self) -> (usize, usize) {
        let inner = self.inner.lock();
        (inner.entries.len(), inner.bytes)
    }
}

impl Inner {
    fn knows(&self, leaf: &Hash) -> bool {
        self.places.contains_key(leaf) || self.recent.contains(leaf)
    }

    fn has_room(&self, count: usize, bytes: usize) -> bool {
        self.entries.len() + count <= limits::MEMPOOL_TRANSACTIONS_MAX
            && self.bytes + bytes <= limits::MEMPOOL_BYTES_MAX
    }

    /// Its wire form if it was new.
    fn insert(&mut self, admitted: Admitted, own: bool, sent_ms: u64) -> Option<Bytes> {
        // One of our own that was final was refused without using its id: admission asked the state, so it may try again.
        let known = if own { self.places.contains_key(&admitted.leaf) } else { self.knows(&admitted.leaf) };
        if known {
            return None;
        }
        let wire = admitted.wire.clone();
        self.bytes += wire.len();
        self.places.insert(admitted.leaf, self.next);
        self.entries.insert(self.next, Entry { admitted, own, sent_ms, tries: 0 });
        self.next += 1;
        Some(wire)
    }

    fn remove(&mut self, leaf: &Hash) {
        if let Some(entry) = self.places.remove(leaf).and_then(|place| self.entries.remove(&place)) {
            self.bytes -= entry.admitted.wire.len();
        }
    }

    fn remember(&mut self, leaf: Hash) {
        if self.recent.insert(leaf) {
            self.recent_order.push_back(leaf);
        }
        if self.recent_order.len() > RECENT_MAX
            && let Some(oldest) = self.recent_order.pop_front()
        {
            self.recent.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::merkle;

    fn transaction(name: &str) -> Admitted {
        let wire = Bytes::copy_from_slice(name.as_bytes());
        Admitted { leaf: merkle::leaf(&wire), wire, weight: 1, expires_ms: 1_000 }
    }

    fn pool(names: &[&str]) -> Pool {
        let pool = Pool::new(Arc::default());
        pool.submit(names.iter().map(|name| transaction(name)).collect(), 0).unwrap();
        pool
    }

    fn packed(pool: &Pool, except: &[&str], time_ms: u64, room: Room) -> String {
        let except = except.iter().map(|name| transaction(name).leaf).collect();
        let packed = pool.pack(&except, time_ms, room);
        packed.transactions.iter().map(|wire| str::from_utf8(wire).unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_block_takes_the_oldest_that_fit() {
        let pool = pool(&["one", "two", "three"]);
        for (except, time_ms, room, expected) in [
            (&[][..], 0, Room::BLOCK, "one two three"),
            (&["two"], 0, Room::BLOCK, "one three"),
            (&[], 1_001, Room::BLOCK, ""),
            (&[], 0, Room { transactions: 2, ..Room::BLOCK }, "one two"),
            (&[], 0, Room { bytes: 6, ..Room::BLOCK }, "one two"),
            (&[], 0, Room { weight: 1, ..Room::BLOCK }, "one"),
            (&[], 0, Room { weight: 0, ..Room::BLOCK }, "one"),
        ] {
            assert_eq!(packed(&pool, except, time_ms, room), expected);
        }
    }

    #[test]
    fn what_others_pass_on_is_taken_once_also_after_it_was_final() {
        let pool = pool(&["one", "two"]);
        assert_eq!(pool.submit(vec![transaction("two"), transaction("three")], 0).unwrap(), ["three"]);
        pool.finalise(&[transaction("one").leaf], 0);
        pool.receive([transaction("one"), transaction("four")]);
        assert_eq!(packed(&pool, &[], 0, Room::BLOCK), "two three four");
        assert_eq!(pool.known(&[transaction("one").leaf, transaction("five").leaf]), [true, false]);
        assert_eq!(pool.size(), (3, "twothreefour".len()));
        assert_eq!(
            pool.submit(vec![transaction("one")], 0).unwrap(),
            ["one"],
            "the state was asked, and did not know it"
        );
    }

    #[test]
    fn expired_transactions_leave() {
        let pool = pool(&["one"]);
        for (time_ms, expected) in [(1_000, 1), (1_001, 1), (2_000, 0)] {
            pool.finalise(&[], time_ms);
            assert_eq!(pool.size().0, expected, "at {time_ms} ms");
        }
        assert_eq!(pool.size(), (0, 0));
    }

    #[test]
    fn a_full_pool_takes_a_batch_whole_or_not_at_all() {
        let names: Vec<_> = (0..limits::MEMPOOL_TRANSACTIONS_MAX - 1).map(|n| n.to_string()).collect();
        let pool = pool(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let batch = vec![transaction("a"), transaction("b")];
        assert_eq!(pool.submit(batch, 0), Err(Busy { retry_after_ms: limits::RETRY_AFTER_MS }));
        assert_eq!(pool.submit(vec![transaction("a"), transaction("0")], 0).unwrap(), ["a"]);
        pool.receive([transaction("b")]);
        assert_eq!(pool.size().0, limits::MEMPOOL_TRANSACTIONS_MAX);
    }

    #[test]
    fn only_own_transactions_are_passed_on_again_and_ever_more_rarely() {
        let pool = pool(&["one"]);
        pool.receive([transaction("two")]);
        for (now_ms, expected) in [(999, 0), (1_000, 1), (1_001, 0), (2_999, 0), (3_000, 1), (6_999, 0), (7_000, 1)] {
            assert_eq!(pool.stale(now_ms, 1_000, 1_000).len(), expected, "at {now_ms} ms");
        }
    }
}
