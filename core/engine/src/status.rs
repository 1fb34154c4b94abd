use crate::{committee::Committee, pool::Pool, progress::Progress};
use counterfoil_types::Hash;
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};

/// A validator counts as signing when a signature of its was seen this lately, alone or in a certificate, in milliseconds.
const SIGNING_MS: u64 = 5_000;

/// How far a member is, and whom it hears.
#[derive(Debug, Clone, Default)]
pub struct EngineStatus {
    /// Newest height known to be final.
    pub finalized: u64,
    /// Newest height this member executed and committed.
    pub executed: u64,
    /// Newest height whose result the members certified.
    pub certified: u64,
    /// The epoch.
    pub epoch: u64,
    /// The view within the epoch.
    pub view: u64,
    /// Public key of the view's leader.
    pub leader: Option<Hash>,
    /// Transactions that wait for a block.
    pub mempool: usize,
    /// Their bytes.
    pub mempool_bytes: usize,
    /// All validators, sorted by public key.
    pub peers: Vec<PeerStatus>,
    /// Proposals that this member voted against although their form was right.
    pub alarms: u64,
    /// Why this member stopped, if it did.
    pub halted: Option<String>,
}

/// Whether a validator takes part.
#[derive(Debug, Clone)]
pub struct PeerStatus {
    /// Its ed25519 key.
    pub public_key: [u8; 32],
    /// A signature of its was seen in the last seconds.
    pub signing: bool,
}

/// What the parts of a validator write for [`EngineStatus`].
pub(crate) struct Board {
    inner: Mutex<Inner>,
    progress: Arc<Progress>,
    pool: Arc<Pool>,
}

#[derive(Default)]
struct Inner {
    finalized: u64,
    epoch: u64,
    view: u64,
    leader: Option<[u8; 32]>,
    validators: Vec<[u8; 32]>,
    voted_ms: BTreeMap<u32, u64>,
    alarms: u64,
}

impl Board {
    pub(crate) fn new(progress: Arc<Progress>, pool: Arc<Pool>) -> Self {
        Self { inner: Mutex::default(), progress, pool }
    }

    pub(crate) fn finalized(&self, height: u64) {
        let mut inner = self.inner.lock();
        inner.finalized = inner.finalized.max(height);
    }

    pub(crate) fn entered(&self, epoch: u64, committee: &Committee) {
        let mut inner = self.inner.lock();
        inner.epoch = epoch;
        inner.view = 0;
        inner.leader = None;
        let validators = committee.participants.iter().map(crate::committee::key_bytes).collect();
        if inner.validators != validators {
            inner.validators = validators;
            inner.voted_ms.clear();
        }
    }

    pub(crate) fn led(&self, epoch: u64, view: u64, leader: [u8; 32]) {
        let mut inner = self.inner.lock();
        if inner.epoch == epoch && view >= inner.view {
            inner.view = view;
            inner.leader = Some(leader);
        }
    }

    pub(crate) fn voted(&self, validator: u32, now_ms: u64) {
        self.inner.lock().voted_ms.insert(validator, now_ms);
    }

    pub(crate) fn alarm(&self) {
        self.inner.lock().alarms += 1;
    }

    pub(crate) fn halt(&self, why: &str) -> bool {
        self.progress.halt(why)
    }

    pub(crate) fn is_halted(&self) -> bool {
        self.progress.is_halted()
    }

    /// A snapshot, at this time.
    pub(crate) fn read(&self, now_ms: u64) -> EngineStatus {
        let executed = self.progress.newest().height;
        let (mempool, mempool_bytes) = self.pool.size();
        let inner = self.inner.lock();
        let signing = |at: usize| inner.voted_ms.get(&(at as u32)).is_some_and(|voted| voted + SIGNING_MS >= now_ms);
        let peers = inner.validators.iter().enumerate();
        EngineStatus {
            finalized: inner.finalized.max(executed),
            executed,
            certified: self.progress.certified_height(),
            epoch: inner.epoch,
            view: inner.view,
            leader: inner.leader.map(Hash),
            mempool,
            mempool_bytes,
            peers: peers.map(|(at, key)| PeerStatus { public_key: *key, signing: signing(at) }).collect(),
            alarms: inner.alarms,
            halted: self.progress.halted(),
        }
    }
}
