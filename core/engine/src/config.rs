use counterfoil_types::{Fault, Hash, limits};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// What a validator needs to know to take part.
#[derive(Clone)]
pub struct Config {
    /// The ledger.
    pub ledger: Hash,
    /// Blocks in one epoch, as genesis fixes them.
    pub epoch_length: u64,
    /// Seed of this validator's ed25519 key.
    pub me: [u8; 32],
    /// All validators, in any order; a header's `proposer` counts them sorted by public key.
    pub validators: Vec<Peer>,
    /// Where to listen for the other validators.
    pub listen: SocketAddr,
    /// The engine's own folder: votes, blocks not yet pruned, the index.
    pub directory: PathBuf,
    /// How long things may take.
    pub timers: Timers,
    /// Threads for consensus and network.
    pub worker_threads: usize,
}

/// Another validator, or this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its ed25519 key.
    pub public_key: [u8; 32],
    /// Where it listens.
    pub address: SocketAddr,
}

/// How long things may take. A dead leader costs `leader` once, and nothing more while `skip` says it is inactive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timers {
    /// Least time that a proposer gathers transactions.
    pub pacing: Duration,
    /// Time between blocks of an idle ledger.
    pub heartbeat: Duration,
    /// How long to wait for a proposal; more than `heartbeat`.
    pub leader: Duration,
    /// How long to wait for a view to progress; more than `leader`.
    pub certification: Duration,
    /// How long until a vote to leave a view is sent again.
    pub retry: Duration,
    /// Inactivity after which a leader's view is left at once; more than `certification`.
    pub skip: Duration,
    /// How long submitted transactions are gathered before they are passed on.
    pub gossip: Duration,
    /// How long until a transaction that is not final is passed on again.
    pub resend: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            pacing: Duration::from_millis(30),
            heartbeat: Duration::from_millis(400),
            leader: Duration::from_millis(700),
            certification: Duration::from_millis(1_100),
            retry: Duration::from_millis(400),
            skip: Duration::from_millis(1_500),
            gossip: Duration::from_millis(3),
            resend: Duration::from_millis(1_000),
        }
    }
}

/// The bytes that keep this ledger's votes from counting in another: `counterfoil/` and the ledger id.
pub fn namespace(ledger: &Hash) -> Vec<u8> {
    [b"counterfoil/".as_slice(), &ledger.0].concat()
}

impl Config {
    /// Refuses what cannot work, with the reason.
    pub fn check(&self) -> Result<(), Fault> {
        let refuse = |why: &str| Err(Fault::Unusable(format!("engine configuration: {why}")));
        if self.epoch_length < 2 {
            return refuse("an epoch has at least 2 blocks");
        }
        if self.validators.is_empty() || self.validators.len() > limits::VALIDATORS_MAX {
            return refuse("a ledger has 1 to 64 validators");
        }
        let mut keys: Vec<_> = self.validators.iter().map(|peer| peer.public_key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return refuse("two validators have the same public key");
        }
        self.timers.check()
    }
}

impl Timers {
    fn check(&self) -> Result<(), Fault> {
        let ordered = self.heartbeat < self.leader
            && self.leader < self.certification
            && self.certification < self.skip
            && self.retry < self.skip
            && !self.retry.is_zero()
            && !self.heartbeat.is_zero();
        ordered.then_some(()).ok_or_else(|| {
            Fault::Unusable(
                "engine configuration: timers must satisfy heartbeat < leader < certification < skip, retry < skip"
                    .into(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let peer = |n: u8| Peer { public_key: [n; 32], address: ([127, 0, 0, 1], 1).into() };
        Config {
            ledger: Hash::ZERO,
            epoch_length: 100,
            me: [1; 32],
            validators: vec![peer(1), peer(2)],
            listen: ([127, 0, 0, 1], 1).into(),
            directory: PathBuf::new(),
            timers: Timers::default(),
            worker_threads: 2,
        }
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_starts() {
        assert!(config().check().is_ok());
        for (change, reason) in [
            ((|c: &mut Config| c.epoch_length = 1) as fn(&mut Config), "at least 2 blocks"),
            (|c| c.validators.clear(), "1 to 64"),
            (|c| c.validators[1].public_key = [1; 32], "same public key"),
            (|c| c.timers.heartbeat = Duration::from_secs(1), "heartbeat < leader"),
        ] {
            let mut config = config();
            change(&mut config);
            assert!(config.check().unwrap_err().to_string().contains(reason));
        }
    }
}
