use crate::{
    api::Access, config::Layout, files, gate::Gate, hub::Hub, keystore, keystore::Keystore, metrics::Metrics,
    open_calls::OpenCalls, openapi, prove::PROOFS, store::Store, vault, vault::Vaults,
};
use bytes::Bytes;
use counterfoil_engine::{Config as EngineConfig, EngineHandle, Peer, Timers};
use counterfoil_platform::Registry;
use counterfoil_state::State;
use counterfoil_types::{Call, Fault, Genesis, Hash, PublicKey, Refusal, SigningKey, machine::Observer};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};
use tokio::sync::Semaphore;

/// What one validator needs to start.
pub struct Settings {
    /// The member's id.
    pub id: String,
    /// Its directory.
    pub layout: Layout,
    /// Where the other validators reach it.
    pub consensus: SocketAddr,
    /// Where every other validator listens, by member.
    pub peers: BTreeMap<String, SocketAddr>,
    /// Threads for consensus and network.
    pub worker_threads: usize,
    /// Who may use hosted keys.
    pub access: Access,
}

/// A running validator: its state, its engine, and what the HTTP interface needs of both.
pub struct Member {
    /// The member's id.
    pub id: String,
    /// The ledger.
    pub ledger: Hash,
    /// Genesis, parsed.
    pub genesis: Genesis,
    /// Genesis, byte for byte.
    pub genesis_bytes: Bytes,
    /// All modules.
    pub registry: Arc<Registry>,
    /// Reads of state.
    pub store: Store,
    /// Order.
    pub engine: EngineHandle,
    /// Receipts and heights as they come.
    pub hub: Arc<Hub>,
    /// The way into the mempool.
    pub gate: Gate,
    /// Keys hosted for members.
    pub keys: Keystore,
    /// What the holders of hosted reading keys may read.
    pub vaults: Vaults,
    /// Who may use them.
    pub access: Access,
    /// Calls that they signed and that have no receipt yet.
    pub open_calls: OpenCalls,
    /// Places for those who have rows proved at the same time.
    pub proofs: Semaphore,
    /// What is counted.
    pub metrics: Metrics,
    /// The OpenAPI document.
    pub openapi: Bytes,
}

impl Member {
    /// Starts a validator: blocks until its engine takes part or cannot.
    pub fn start(settings: Settings, registry: Arc<Registry>) -> Result<Arc<Self>, Fault> {
        let layout = &settings.layout;
        let genesis_bytes = Bytes::from(files::read(&layout.genesis())?);
        let wrong = |why: String| Fault::Unusable(format!("{}: {why}", layout.genesis().display()));
        let (genesis, ledger) = Genesis::parse(&genesis_bytes).map_err(wrong)?;
        let key = keystore::read(&layout.validator_key())?;
        let validators = peers(&genesis, &settings, &key).map_err(wrong)?;
        let keys = Keystore::open(&layout.keys())?;

        files::create_private_folder(&layout.state())?;
        files::create_private_folder(&layout.engine())?;
        let state = State::open(layout.state(), &genesis_bytes, registry.clone())?;
        let reader = state.reader();
        let store = Store::new(reader.clone());
        let admission = state.admission();
        let hub = Hub::new();
        let config = EngineConfig {
            ledger,
            epoch_length: genesis.epoch_length,
            me: key.secret(),
            validators,
            listen: settings.consensus,
            directory: layout.engine(),
            timers: Timers::default(),
            worker_threads: settings.worker_threads,
        };
        let observer: Arc<dyn Observer> = hub.clone();
        let engine = counterfoil_engine_tokio::start(config, Box::new(state), admission.clone(), observer)?;
        let status = engine.status();
        hub.opened(store.mark(status.executed)?, status.certified);
        let gate = Gate::open(admission, engine.clone(), hub.clone())?;
        let source = vault::Source { ledger, reader, registry: registry.clone(), executed: hub.executed() };
        let vaults = Vaults::start(&layout.vault(), &keys, source)?;
        let openapi = openapi::document(&registry).to_string().into();
        Ok(Arc::new(Self {
            id: settings.id,
            ledger,
            genesis,
            genesis_bytes,
            registry,
            store,
            engine,
            hub,
            gate,
            keys,
            vaults,
            access: settings.access,
            open_calls: OpenCalls::default(),
            proofs: Semaphore::new(PROOFS),
            metrics: Metrics::default(),
            openapi,
        }))
    }

    /// What can be said of a call without state.
    pub fn check(&self, call: &Call) -> Result<(), Refusal> {
        self.registry.parse(call).map(drop)
    }

    /// The validator with this voting key.
    pub fn validator_named(&self, public_key: &[u8; 32]) -> Option<&str> {
        let key = PublicKey::Ed25519(*public_key);
        let found = self.genesis.validators.iter().find(|validator| validator.public_key == key);
        found.map(|validator| validator.member.as_str())
    }

    /// The validator at a place among all, as headers count them.
    pub fn validator_at(&self, place: u32) -> Option<String> {
        self.genesis.validators_sorted().get(place as usize).map(|validator| validator.member.clone())
    }
}

/// All validators of genesis with their addresses; the own key must be among them.
fn peers(genesis: &Genesis, settings: &Settings, key: &SigningKey) -> Result<Vec<Peer>, String> {
    let own = genesis.validators.iter().find(|validator| validator.member == settings.id);
    let own = own.ok_or_else(|| format!("{} is not a validator of this ledger", settings.id))?;
    if own.public_key != key.public_key() {
        return Err(format!(
            "the key in {} is {}, but {} votes with {} in this ledger",
            settings.layout.validator_key().display(),
            key.public_key(),
            settings.id,
            own.public_key
        ));
    }
    let peer = |validator: &counterfoil_types::GenesisValidator| {
        let address = if validator.member == settings.id {
            settings.consensus
        } else {
            *settings.peers.get(&validator.member).ok_or_else(|| {
                format!(
                    "the validator {} is not among [peers] in {}",
                    validator.member,
                    settings.layout.config().display()
                )
            })?
        };
        let PublicKey::Ed25519(public_key) = validator.public_key else {
            return Err(format!("the validator {} has no ed25519 key", validator.member));
        };
        Ok(Peer { public_key, address })
    };
    genesis.validators.iter().map(peer).collect()
}
