use counterfoil_types::{Hash, Kid, Refusal, RefusalKind, Transaction, limits};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Every how long calls that came to an end unseen are looked for.
const SWEEP: Duration = Duration::from_secs(1);
/// How long a call is kept that was signed and never came into the mempool: its request broke off.
const UNSENT: Duration = Duration::from_secs(60);

/// The calls with an `Idempotency-Key` that this node signed and whose receipts are not there yet.
///
/// Who repeats such a request gets the same transaction again instead of another one with the same id, of which the ledger would
/// execute only one. What is executed is no longer here: the ledger itself remembers it.
#[derive(Debug)]
pub struct OpenCalls {
    shared: Mutex<Shared>,
}

#[derive(Debug)]
struct Shared {
    calls: HashMap<(Kid, String), Open>,
    bytes: usize,
    swept: Instant,
}

#[derive(Debug)]
struct Open {
    transaction: Transaction,
    since: Instant,
    /// Whether it came into the mempool.
    sent: bool,
}

impl Default for OpenCalls {
    fn default() -> Self {
        Self { shared: Mutex::new(Shared { calls: HashMap::new(), bytes: 0, swept: Instant::now() }) }
    }
}

impl OpenCalls {
    /// The transaction of the call that `kid` has open under `id`.
    pub fn get(&self, kid: &Kid, id: &str, now_ms: u64) -> Option<Transaction> {
        let shared = self.shared.lock();
        let open = shared.calls.get(&(kid.clone(), id.to_owned()))?;
        (open.transaction.payload.expires_ms >= now_ms).then(|| open.transaction.clone())
    }

    /// Opens a call. Where one is open under the same id already, that one's transaction is given back instead. `waits` says of a
    /// transaction whether it is in the mempool.
    pub fn open(
        &self,
        kid: &Kid,
        transaction: Transaction,
        now_ms: u64,
        waits: impl Fn(&Hash) -> bool,
    ) -> Result<Transaction, Refusal> {
        let mut shared = self.shared.lock();
        let key = (kid.clone(), transaction.payload.id.clone());
        if let Some(open) = shared.calls.get(&key)
            && open.transaction.payload.expires_ms >= now_ms
        {
            return Ok(open.transaction.clone());
        }
        shared.remove(&key);
        shared.sweep(waits);
        let bytes = shared.bytes + transaction.wire().len();
        if shared.calls.len() >= limits::MEMPOOL_TRANSACTIONS_MAX || bytes > limits::MEMPOOL_BYTES_MAX {
            return Err(Refusal::new(
                "http/busy",
                RefusalKind::Busy,
                "too many calls wait for their receipts on this node",
            ));
        }
        shared.bytes = bytes;
        shared.calls.insert(key, Open { transaction: transaction.clone(), since: Instant::now(), sent: false });
        Ok(transaction)
    }

    /// Notes that a transaction came into the mempool.
    pub fn sent(&self, kid: &Kid, transaction: &Transaction) {
        let mut shared = self.shared.lock();
        if let Some(open) = shared.calls.get_mut(&(kid.clone(), transaction.payload.id.clone()))
            && open.transaction.identity() == transaction.identity()
        {
            open.sent = true;
        }
    }

    /// Ends a call: the ledger remembers it, or it did not come to anything.
    pub fn close(&self, kid: &Kid, id: &str) {
        self.shared.lock().remove(&(kid.clone(), id.to_owned()));
    }
}

impl Shared {
    fn remove(&mut self, key: &(Kid, String)) {
        if let Some(open) = self.calls.remove(key) {
            self.bytes -= open.transaction.wire().len();
        }
    }

    fn sweep(&mut self, waits: impl Fn(&Hash) -> bool) {
        if self.swept.elapsed() < SWEEP {
            return;
        }
        self.calls
            .retain(|_, open| waits(&open.transaction.identity()) || (!open.sent && open.since.elapsed() < UNSENT));
        self.bytes = self.calls.values().map(|open| open.transaction.wire().len()).sum();
        self.swept = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::{Call, PayloadDraft, SigningKey};

    fn transaction(kid: &Kid, id: &str, expires_ms: u64) -> Transaction {
        let call =
            Call { r#do: "a.b".to_owned(), with: serde_json::value::RawValue::from_string("{}".to_owned()).unwrap() };
        let signers = std::slice::from_ref(kid);
        let draft = PayloadDraft { ledger: Hash::ZERO, id, expires_ms, signers, calls: &[call] };
        let compact = SigningKey::for_tests(kid.as_str()).sign_compact(kid, &draft.to_bytes());
        Transaction::from_compact(compact.as_bytes()).unwrap()
    }

    #[test]
    fn an_open_call_keeps_its_transaction_until_it_is_closed_or_expires() {
        let calls = OpenCalls::default();
        let kid: Kid = "a/main".parse().unwrap();
        let (first, second) = (transaction(&kid, "x", 1_000), transaction(&kid, "x", 2_000));
        let open = |transaction: &Transaction, now_ms| {
            calls.open(&kid, transaction.clone(), now_ms, |_| false).unwrap().identity()
        };
        assert_eq!(open(&first, 0), first.identity());
        assert_eq!(open(&second, 1_000), first.identity());
        assert_eq!(open(&second, 1_001), second.identity());
        calls.close(&kid, "x");
        assert!(calls.get(&kid, "x", 0).is_none());
        assert_eq!(open(&first, 0), first.identity());
        assert_eq!(calls.shared.lock().bytes, first.wire().len());
    }

    #[test]
    fn calls_that_ended_unseen_are_forgotten() {
        let calls = OpenCalls::default();
        let kid: Kid = "a/main".parse().unwrap();
        for id in ["waits", "ended", "unsent"] {
            let one = transaction(&kid, id, 1_000);
            calls.open(&kid, one.clone(), 0, |_| false).unwrap();
            if id != "unsent" {
                calls.sent(&kid, &one);
            }
        }
        let waits = transaction(&kid, "waits", 1_000).identity();
        let mut shared = calls.shared.lock();
        shared.swept = Instant::now().checked_sub(SWEEP).unwrap();
        shared.sweep(|identity| *identity == waits);
        let mut kept: Vec<_> = shared.calls.keys().map(|(_, id)| id.as_str()).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["unsent", "waits"]);
        assert_eq!(shared.bytes, shared.calls.values().map(|open| open.transaction.wire().len()).sum::<usize>());
    }
}
