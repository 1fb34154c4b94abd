use bytes::Bytes;
use counterfoil_engine::{Tamper, Timers};
use counterfoil_types::{
    Hash,
    machine::{Admission, Machine, Observer},
};
use std::{sync::Arc, time::Duration};

/// What happens in a simulation.
pub struct Plan {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The ledger.
    pub ledger: Hash,
    /// What every clock shows at the start, milliseconds since 1970-01-01 UTC; not before genesis.
    pub start_ms: u64,
    /// How many validators.
    pub validators: usize,
    /// Blocks in one epoch.
    pub epoch_length: u64,
    /// The simulation ends when every validator that is up has executed this height, no transaction waits and the workload is over.
    pub blocks: u64,
    /// The simulation fails when this much time of its own has passed.
    pub limit: Duration,
    /// How messages travel.
    pub link: Link,
    /// Who goes down, when.
    pub crashes: Vec<Crash>,
    /// Whether a crash leaves only some of the bytes that were not forced to disk.
    pub torn_files: bool,
    /// Who lies.
    pub liar: Option<Liar>,
    /// Who executes slowly.
    pub slow: Option<Slow>,
    /// How long things may take.
    pub timers: Timers,
    /// What is submitted.
    pub workload: Option<Workload>,
    /// How much time of its own passes between two calls of the workload.
    pub tick: Duration,
    /// Rows to prove at the end on every validator that is up: table and primary key.
    pub proofs: Vec<(String, Vec<String>)>,
}

/// How messages travel between validators.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Mean time on the way.
    pub latency: Duration,
    /// Standard deviation of it.
    pub jitter: Duration,
    /// How many of 1,000 messages are lost.
    pub lost_per_mille: u32,
}

/// Somebody goes down.
#[derive(Debug, Clone, Copy)]
pub struct Crash {
    /// Who.
    pub victims: Victims,
    /// When.
    pub at: Duration,
    /// For how long; for ever if `None`.
    pub down: Option<Duration>,
}

/// Who crashes.
#[derive(Debug, Clone, Copy)]
pub enum Victims {
    /// One validator, by its place among the sorted public keys.
    One(usize),
    /// As many leaders as this after the present one.
    NextLeaders(usize),
}

/// A validator that lies whenever it leads.
#[derive(Clone)]
pub struct Liar {
    /// Its place.
    pub validator: usize,
    /// Changes the block that it is about to propose; the transactions' root is then made to fit.
    pub lie: Tamper,
}

/// Validators that take this long to execute a block.
#[derive(Debug, Clone)]
pub struct Slow {
    /// Their places.
    pub validators: Vec<usize>,
    /// How long.
    pub each_block: Duration,
    /// In how many of their lives: a crash can be the end of it.
    pub lives: usize,
}

/// Transactions for one validator, or for the next one that is up and has not halted.
pub struct Submission {
    /// Its place.
    pub validator: usize,
    /// Wire forms.
    pub transactions: Vec<Bytes>,
}

/// What is submitted at each tick, counted from 0; `None` once nothing more will be.
pub type Workload = Box<dyn FnMut(u64) -> Option<Vec<Submission>> + Send>;

/// What a validator is made of.
pub struct Member {
    /// Its state machine, with whatever it had committed before.
    pub machine: Box<dyn Machine>,
    /// Its check at the door.
    pub admission: Arc<dyn Admission>,
    /// Who wants to know.
    pub observer: Arc<dyn Observer>,
}

/// Makes a validator's parts, at the start and after each crash. What there was before is dropped by then.
pub type Factory = Arc<dyn Fn(usize) -> anyhow::Result<Member> + Send + Sync>;

impl Default for Plan {
    /// Four validators, 50 blocks, fair links, nothing wrong and nothing to do.
    fn default() -> Self {
        Self {
            seed: 0,
            ledger: Hash::ZERO,
            start_ms: 0,
            validators: 4,
            epoch_length: 1_000_000,
            blocks: 50,
            limit: Duration::from_secs(600),
            link: Link { latency: Duration::from_millis(20), jitter: Duration::from_millis(5), lost_per_mille: 0 },
            crashes: Vec::new(),
            torn_files: false,
            liar: None,
            slow: None,
            timers: Timers::default(),
            workload: None,
            tick: Duration::from_millis(50),
            proofs: Vec::new(),
        }
    }
}
