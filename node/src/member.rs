use crate::{
    api::Access,
    bucket::Checks,
    config::Layout,
    console::{Places, phone::Phone},
    files,
    gate::Gate,
    hub::Hub,
    incoming::Incoming,
    keystore,
    keystore::Keystore,
    metrics::Metrics,
    open_calls::OpenCalls,
    openapi,
    passkey::Passkeys,
    problem::Answer,
    prove::PROOFS,
    signed_out::SignedOut,
    standing::Standing,
    store::Store,
    vault,
    vault::Vaults,
    webhook::{self, Webhooks},
};
use bytes::Bytes;
use counterfoil_engine::{Config as EngineConfig, EngineHandle, Peer, Timers};
use counterfoil_platform::Registry;
use counterfoil_state::State;
use counterfoil_types::{Call, Fault, Genesis, Hash, Kid, PublicKey, Refusal, SigningKey, machine::Observer};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use tokio::{runtime::Handle, sync::Semaphore};

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
    /// The address by which others know this node.
    pub public_url: String,
    /// Whether people without a node use this one by their phones.
    pub phone: bool,
    /// Where what this node sends on its own account runs.
    pub runtime: Handle,
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
    /// The address by which others know this node.
    pub public_url: String,
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
    /// Where one begins to try it out, under `dev`.
    pub places: OnceLock<Places>,
    /// How people sign in to its console; nothing where they need not.
    pub passkeys: Option<Passkeys>,
    /// Under `dev` the keys that the other nodes host, and where their consoles are.
    pub neighbours: OnceLock<Vec<(Kid, String)>>,
    /// What it keeps for people without a node.
    pub phone: Option<Phone>,
    /// What the holders of hosted reading keys may read.
    pub vaults: Vaults,
    /// Those to whom this node sends events.
    pub webhooks: Webhooks,
    /// Its directory.
    pub root: PathBuf,
    /// Where it is noted how far they have examined what arrives.
    pub examined: PathBuf,
    /// Who may have its keys sign commands by signed messages.
    pub incoming: Incoming,
    /// Who may use them.
    pub access: Access,
    /// Which of them the ledger takes.
    pub standing: Standing,
    /// Calls that they signed and that have no receipt yet.
    pub open_calls: OpenCalls,
    /// What strangers may check.
    pub checks: Checks,
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
        let signed_out = Arc::new(SignedOut::open(layout.signed_out())?);
        let phone = settings.phone.then(|| Phone::open(&layout.phone_secret(), signed_out.clone())).transpose()?;
        let passkeys = match settings.access {
            Access::Open => None,
            Access::Tokens(_) => {
                Some(Passkeys::open(layout.console(), &layout.console_secret(), &settings.public_url, signed_out)?)
            }
        };

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
        let source = webhook::Source { ledger, hub: hub.clone(), store: store.clone() };
        let webhooks = Webhooks::start(&layout.webhooks(), source, settings.runtime)?;
        let openapi = openapi::document(&registry).to_string().into();
        Ok(Arc::new(Self {
            id: settings.id,
            ledger,
            genesis,
            genesis_bytes,
            public_url: settings.public_url,
            registry,
            store,
            engine,
            hub,
            gate,
            keys,
            places: OnceLock::new(),
            passkeys,
            neighbours: OnceLock::new(),
            phone,
            vaults,
            webhooks,
            incoming: Incoming::open(settings.layout.incoming())?,
            root: settings.layout.root().to_owned(),
            examined: settings.layout.examined(),
            access: settings.access,
            standing: Standing::default(),
            open_calls: OpenCalls::default(),
            checks: Checks::full(),
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

    /// The validators of each epoch: from genesis, then what the ledger decided.
    pub async fn committees(&self) -> Answer<Committees> {
        let genesis = self.genesis.validators_sorted().iter().map(|validator| validator.member.clone()).collect();
        let mut all = vec![(0, genesis)];
        all.extend(self.store.committees().await?);
        Ok(Committees(all))
    }
}

/// The validators of each epoch, as headers count them, with the epoch from which they order.
pub struct Committees(Vec<(u64, Vec<String>)>);

impl Committees {
    /// The validator at a place in an epoch.
    pub fn at(&self, epoch: u64, place: u32) -> Option<&str> {
        let (_, members) = self.0.iter().rfind(|(from, _)| *from <= epoch)?;
        members.get(place as usize).map(String::as_str)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_has_the_validators_that_were_decided_last() {
        let members = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let committees = Committees(vec![(0, members(&["a", "b"])), (4, members(&["c"]))]);
        assert_eq!([committees.at(0, 0), committees.at(3, 1), committees.at(4, 0)], [Some("a"), Some("b"), Some("c")]);
        assert_eq!([committees.at(0, 2), committees.at(5, 1)], [None, None]);
    }
}
