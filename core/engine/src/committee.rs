use crate::{
    config::{Config, Peer},
    namespace,
};
use commonware_codec::{Copying, DecodeExt as _};
use commonware_consensus::{simplex::scheme::ed25519::Scheme, types::Epoch};
use commonware_cryptography::{Signer as _, certificate, certificate::Scoped, ed25519};
use commonware_utils::ordered::Set;
use counterfoil_types::{Fault, Hash};
use std::{net::SocketAddr, sync::Arc};

/// A validator's key as the engine's crates have it.
pub(crate) type PublicKey = ed25519::PublicKey;

/// The validators of one epoch, sorted by public key.
pub struct Committee {
    /// Their keys, in the order that a header's `proposer` counts.
    pub participants: Set<PublicKey>,
    /// Where each listens, in the same order.
    pub addresses: Vec<SocketAddr>,
    scheme: Arc<Scheme>,
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
        let genesis = GenesisCommittee::new(&config.ledger, &config.validators, &private_key(&config.me))?;
        Ok(genesis.0)
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }
}

/// Who validates in which epoch.
pub trait CommitteeSource: Send + Sync {
    /// The validators of an epoch; `None` while it is not known.
    fn committee(&self, epoch: u64) -> Option<Arc<Committee>>;
}

/// The validators of genesis, in every epoch.
pub struct GenesisCommittee(Arc<Committee>);

impl CommitteeSource for GenesisCommittee {
    fn committee(&self, _: u64) -> Option<Arc<Committee>> {
        Some(self.0.clone())
    }
}

impl GenesisCommittee {
    /// Reads the validators' keys; `me` must be one of them.
    pub fn new(ledger: &Hash, validators: &[Peer], me: &ed25519::PrivateKey) -> Result<Self, Fault> {
        let mut peers = Vec::with_capacity(validators.len());
        for peer in validators {
            let key = PublicKey::decode(Copying(&peer.public_key))
                .map_err(|_| Fault::Unusable(format!("{} is not an ed25519 public key", Hash(peer.public_key))))?;
            peers.push((key, peer.address));
        }
        peers.sort_by(|a, b| a.0.cmp(&b.0));
        let participants = Set::from_iter_dedup(peers.iter().map(|(key, _)| key.clone()));
        let scheme = Scheme::signer(&namespace(ledger), participants.clone(), me.clone()).ok_or_else(|| {
            Fault::Unusable(format!("{} is not a validator of this ledger", Hash(key_bytes(&me.public_key()))))
        })?;
        let addresses = peers.into_iter().map(|(_, address)| address).collect();
        Ok(Self(Arc::new(Committee { participants, addresses, scheme: Arc::new(scheme) })))
    }
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
pub(crate) struct Schemes(pub(crate) Arc<dyn CommitteeSource>);

impl certificate::Provider for Schemes {
    type Scope = Epoch;
    type Scheme = Scheme;

    fn scoped(&self, epoch: Epoch) -> Option<Scoped<Scheme>> {
        self.0.committee(epoch.get()).map(|committee| Scoped::scheme(committee.scheme.clone()))
    }
}
