use crate::{
    plan::{Factory, Member, Plan, Slow},
    recorder::{Log, Recorder},
};
use anyhow::{Context as _, anyhow};
use commonware_cryptography::{Signer as _, ed25519};
use commonware_p2p::simulated::{Oracle, Receiver, Sender};
use commonware_runtime::{Handle, Spawner as _, Supervisor as _, deterministic::Context};
use counterfoil_engine::{
    EngineHandle, Peer, private_key,
    wiring::{self, CHANNELS, Faults, Network, Settings, channel_quotas},
};
use counterfoil_types::machine::Admission;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

type Key = ed25519::PublicKey;
type Channel = (Sender<Key, Context>, Receiver<Key>);

/// The validators, up or down.
pub struct Team {
    pub slots: Vec<Slot>,
    peers: Vec<Peer>,
    factory: Factory,
}

/// One validator.
pub struct Slot {
    seed: [u8; 32],
    pub key: Key,
    pub log: Arc<Mutex<Log>>,
    life: Option<Life>,
    lives: usize,
}

struct Life {
    task: Handle<()>,
    engine: Arc<Mutex<Option<Result<EngineHandle, String>>>>,
    admission: Arc<dyn Admission>,
}

/// A seed for the key of the `n`th validator, before sorting.
fn seed(n: usize) -> [u8; 32] {
    let mut seed = [0x5e; 32];
    seed[..8].copy_from_slice(&(n as u64 + 1).to_be_bytes());
    seed
}

/// The seeds and keys of a simulation's validators, by their places.
fn identities(validators: usize) -> Vec<([u8; 32], Key)> {
    let mut identities: Vec<_> = (0..validators).map(|n| (seed(n), private_key(&seed(n)).public_key())).collect();
    identities.sort_by(|a, b| a.1.cmp(&b.1));
    identities
}

fn bytes(key: &Key) -> [u8; 32] {
    key.as_ref().try_into().expect("an ed25519 public key has 32 bytes")
}

/// The public keys of a simulation's validators, by their places: for a genesis that names them.
pub fn validator_keys(validators: usize) -> Vec<[u8; 32]> {
    identities(validators).iter().map(|(_, key)| bytes(key)).collect()
}

impl Team {
    pub fn new(validators: usize, factory: Factory) -> Self {
        let slot = |(seed, key)| Slot { seed, key, log: Arc::default(), life: None, lives: 0 };
        let slots: Vec<_> = identities(validators).into_iter().map(slot).collect();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let peers = slots.iter().map(|slot| Peer { public_key: bytes(&slot.key), address }).collect();
        Self { slots, peers, factory }
    }

    /// Starts a validator, for the first time or after a crash.
    pub async fn start(
        &mut self,
        context: &Context,
        oracle: &Oracle<Key, Context>,
        plan: &Plan,
        at: usize,
    ) -> anyhow::Result<()> {
        let Member { machine, admission, observer } = (self.factory)(at)?;
        let slot = &mut self.slots[at];
        let control = oracle.control(slot.key.clone());
        let mut channels: Vec<Channel> = Vec::with_capacity(CHANNELS);
        for (channel, quota) in (0..).zip(channel_quotas()) {
            channels
                .push(control.register(channel, quota).await.map_err(|error| anyhow!("channel {channel}: {error:?}"))?);
        }
        let channels: [Channel; CHANNELS] = channels.try_into().ok().context("as many channels as quotas")?;
        let network = Network { peers: oracle.manager(), blocker: control, track: Box::new(|_, _| {}), channels };
        let is_slow = |slow: &&Slow| slow.validators.contains(&at) && slot.lives < slow.lives;
        let slowness = plan.slow.as_ref().filter(is_slow).map_or(Duration::ZERO, |slow| slow.each_block);
        let lie = plan.liar.as_ref().filter(|liar| liar.validator == at).map(|liar| liar.lie.clone());
        let settings = Settings {
            ledger: plan.ledger,
            epoch_length: plan.epoch_length,
            me: slot.seed,
            validators: self.peers.clone(),
            timers: plan.timers.clone(),
            prefix: format!("v{at}"),
            faults: Faults { lie, slowness },
            machine,
            admission: admission.clone(),
            observer: Arc::new(Recorder { log: slot.log.clone(), inner: observer }),
        };
        let engine = Arc::new(Mutex::new(None));
        let started = engine.clone();
        let context = context.child("member").with_attribute("place", at).with_attribute("life", slot.lives);
        slot.lives += 1;
        // Every task of the validator is a child of this one, so that all end with it.
        let task = context.spawn(move |context| async move {
            let validator = wiring::start(context.child("validator"), settings, network).await;
            let result = validator.map(|validator| validator.handle).map_err(|fault| fault.report());
            *started.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(result);
            futures::future::pending().await
        });
        slot.life = Some(Life { task, engine, admission });
        Ok(())
    }
}

impl Slot {
    /// Ends every task of the validator, wherever it is; says whether it was up.
    pub fn crash(&mut self) -> bool {
        match self.life.take() {
            Some(life) => {
                life.task.abort();
                true
            }
            None => false,
        }
    }

    /// The way into the validator, if it is up.
    pub fn engine(&self) -> anyhow::Result<Option<EngineHandle>> {
        let Some(life) = &self.life else { return Ok(None) };
        match &*life.engine.lock().unwrap_or_else(|poison| poison.into_inner()) {
            None => Ok(None),
            Some(Ok(engine)) => Ok(Some(engine.clone())),
            Some(Err(fault)) => Err(anyhow!("a validator did not start: {fault}")),
        }
    }

    /// The check at its door, if it is up.
    pub fn admission(&self) -> Option<Arc<dyn Admission>> {
        self.life.as_ref().map(|life| life.admission.clone())
    }

    pub fn is_up(&self) -> bool {
        self.life.is_some()
    }
}
