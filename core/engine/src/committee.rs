use crate::{
    config::{Config, Peer},
    namespace,
    signal::Signal,
};
use commonware_codec::{Copying, DecodeExt as _};
use commonware_consensus::{simplex::scheme::ed25519::Scheme, types::Epoch};
use commonware_cryptography::{Signer as _, certificate, certificate::Scoped, ed25519};
use commonware_utils::ordered::Set;
use counterfoil_types::{Fault, Hash, machine::Validators};
use parking_lot::RwLock;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

/// A validator's key as the engine's crates have it.
pub(crate) type PublicKey = ed25519::PublicKey;

/// The validators of one epoch, sorted by public key.
pub struct Committee {
    /// Their keys, in the order that a header's `proposer` counts.
    pub participants: Set<PublicKey>,
    /// Where each listens, in the same order.
    pub addresses: Vec<SocketAddr>,
    scheme: Scheme,
}

impl Committee {
    /// Place of a validator, as a header's `proposer` says it.
    pub(crate) fn position(&self, key: &PublicKey) -> Option<u32> {
        self.participants.position(key).map(|at| at as u32)
    }

    /// The validators that the configuration names, which are those of genesis.
    ///
    /// # Errors
    /// A key is none, or this validator's own is not among them.
    pub fn of_genesis(config: &Config) -> Result<Arc<Self>, Fault> {
        let committees = Committees::new(&config.ledger, &config.validators, &private_key(&config.me))?;
        Ok(committees.genesis())
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether this validator is one of them.
    pub(crate) fn has_me(&self) -> bool {
        certificate::Scheme::me(&self.scheme).is_some()
    }
}

/// Who validates in which epoch: the validators of genesis, less those that the ledger has voted out.
pub(crate) struct Committees {
    ledger: Hash,
    me: ed25519::PrivateKey,
    addresses: BTreeMap<PublicKey, SocketAddr>,
    known: RwLock<Known>,
    changed: Signal,
}

struct Known {
    /// By first epoch.
    list: Vec<(u64, Arc<Committee>)>,
    /// The last epoch of which nothing can change any more.
    through: u64,
}

impl Committees {
    /// Reads the keys of the validators of genesis; `me` must be one of them.
    pub(crate) fn new(ledger: &Hash, validators: &[Peer], me: &ed25519::PrivateKey) -> Result<Self, Fault> {
        let addresses =
            validators.iter().map(|peer| Ok((key(&peer.public_key)?, peer.address))).collect::<Result<_, Fault>>()?;
        let mut committees = Self {
            ledger: *ledger,
            me: me.clone(),
            addresses,
            known: RwLock::new(Known { list: Vec::new(), through: 0 }),
            changed: Signal::default(),
        };
        let genesis = committees.build(committees.addresses.keys().cloned())?;
        if !genesis.has_me() {
            let me = Hash(key_bytes(&me.public_key()));
            return Err(Fault::Unusable(format!("{me} is not a validator of this ledger")));
        }
        committees.known.get_mut().list.push((0, Arc::new(genesis)));
        Ok(committees)
    }

    fn build(&self, keys: impl Iterator<Item = PublicKey>) -> Result<Committee, Fault> {
        let participants = Set::from_iter_dedup(keys);
        let address = |key| {
            let unknown = || Fault::Unusable(format!("the address of validator {} is not known", Hash(key_bytes(key))));
            self.addresses.get(key).copied().ok_or_else(unknown)
        };
        let addresses = participants.iter().map(address).collect::<Result<_, _>>()?;
        let namespace = namespace(&self.ledger);
        let scheme = Scheme::signer(&namespace, participants.clone(), self.me.clone())
            .unwrap_or_else(|| Scheme::verifier(&namespace, participants.clone()));
        Ok(Committee { participants, addresses, scheme })
    }

    /// Takes what the state says, which nothing changes any more for epochs up to `through`.
    pub(crate) fn learn(&self, all: &[Validators], through: u64) -> Result<(), Fault> {
        let known = all.iter().map(|change| {
            let keys = change.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
            Ok((change.from_epoch, Arc::new(self.build(keys.into_iter())?)))
        });
        let list = known.collect::<Result<Vec<_>, Fault>>()?;
        assert_eq!(list.first().map(|(from, _)| *from), Some(0), "there are validators from the first epoch on");
        *self.known.write() = Known { list, through };
        self.changed.notify();
        Ok(())
    }

    /// The validators of an epoch; `None` while they may still change.
    pub(crate) fn committee(&self, epoch: u64) -> Option<Arc<Committee>> {
        let known = self.known.read();
        let found = known.list.iter().rev().find(|(from, _)| *from <= epoch);
        found.filter(|_| epoch <= known.through).map(|(_, committee)| committee.clone())
    }

    /// The validators of an epoch, as soon as they are known.
    pub(crate) async fn settled(&self, epoch: u64) -> Arc<Committee> {
        loop {
            let changed = self.changed.listen();
            if let Some(committee) = self.committee(epoch) {
                return committee;
            }
            let _ = changed.await;
        }
    }

    /// The validators of the first epoch.
    pub(crate) fn genesis(&self) -> Arc<Committee> {
        self.known.read().list[0].1.clone()
    }
}

fn key(bytes: &[u8; 32]) -> Result<PublicKey, Fault> {
    PublicKey::decode(Copying(bytes))
        .map_err(|_| Fault::Unusable(format!("{} is not an ed25519 public key", Hash(*bytes))))
}

/// The 32 bytes of a key.
pub(crate) fn key_bytes(key: &PublicKey) -> [u8; 32] {
    key.as_ref().try_into().expect("an ed25519 public key has 32 bytes")
}

/// The private key of a seed of 32 bytes.
pub fn private_key(seed: &[u8; 32]) -> ed25519::PrivateKey {
    ed25519::PrivateKey::decode(Copying(seed)).expect("every 32 bytes are an ed25519 seed")
}

/// Hands the scheme of an epoch to marshal.
#[derive(Clone)]
pub(crate) struct Schemes(pub(crate) Arc<Committees>);

impl certificate::Provider for Schemes {
    type Scope = Epoch;
    type Scheme = Scheme;

    fn scoped(&self, epoch: Epoch) -> Option<Scoped<Scheme>> {
        self.0.committee(epoch.get()).map(|committee| Scoped::scheme(Arc::new(committee.scheme.clone())))
    }
}
