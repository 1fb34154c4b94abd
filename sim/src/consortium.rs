use crate::{disk::crash_image, watch::Watch};
use anyhow::Context as _;
use counterfoil_engine_sim::{Member, validator_keys};
use counterfoil_platform::Registry;
use counterfoil_state::{Options, Reader, State};
use counterfoil_types::{Genesis, GenesisKey, GenesisMember, GenesisValidator, Hash, PublicKey, SigningKey};
use rand::{SeedableRng as _, rngs::StdRng};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tempfile::TempDir;

/// Time of genesis: 2026-01-01T00:00:00Z.
pub const GENESIS_MS: u64 = 1_767_225_600_000;

/// The members of a simulated ledger and where the state of each validator lies.
pub struct Consortium {
    genesis: Vec<u8>,
    validators: Vec<GenesisValidator>,
    /// The ledger.
    pub ledger: Hash,
    registry: Arc<Registry>,
    folder: TempDir,
    chance: Mutex<StdRng>,
    /// By validator.
    homes: Mutex<Vec<Home>>,
    /// Who runs the invariants as blocks are executed.
    pub watch: Arc<Watch>,
}

/// The state of one validator over its lives.
#[derive(Default)]
struct Home {
    lives: u64,
    /// Open as long as the validator lives, so that no tidy close of its database hides what a crash leaves behind.
    reader: Option<Reader>,
}

/// Members of the samples: id and role.
const MEMBERS: [(&str, &str); 10] = [
    ("tax-bureau", "tax-authority"),
    ("core-corp", "enterprise"),
    ("bank-a", "bank"),
    ("cloud-provider", "provider"),
    ("shop-1", "enterprise"),
    ("shop-2", "enterprise"),
    ("supplier-1", "enterprise"),
    ("accountant-1", "enterprise"),
    ("person-1", "person"),
    ("person-2", "person"),
];

fn member((id, role): (&str, &str)) -> GenesisMember {
    let kind = if role == "person" { "person" } else { "organisation" };
    let public_key = SigningKey::for_tests(&format!("{id}/dev")).public_key();
    GenesisMember {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: kind.to_owned(),
        roles: vec![role.to_owned()],
        keys: vec![GenesisKey { name: "dev".to_owned(), public_key, roles: vec!["admin".to_owned()] }],
    }
}

impl Consortium {
    /// A ledger of `validators` validators (the first of the samples' members, then `validator-5`, …) and the samples' other members.
    ///
    /// # Errors
    /// No temporary folder can be made.
    pub fn new(validators: usize, epoch_length: u64, seed: u64) -> anyhow::Result<Self> {
        let mut members: Vec<_> = MEMBERS.into_iter().map(member).collect();
        let extra: Vec<_> = (5..=validators).map(|n| format!("validator-{n}")).collect();
        members.extend(extra.iter().map(|id| member((id.as_str(), "enterprise"))));
        let names = MEMBERS[..4].iter().map(|(id, _)| (*id).to_owned()).chain(extra);
        let keys = validator_keys(validators);
        let validators: Vec<_> = names
            .zip(keys)
            .map(|(member, key)| GenesisValidator { member, public_key: PublicKey::Ed25519(key) })
            .collect();
        let count = validators.len();
        let genesis = Genesis {
            format: Genesis::FORMAT.to_owned(),
            name: "simulation".to_owned(),
            time_ms: GENESIS_MS,
            epoch_length,
            validators: validators.clone(),
            members,
        }
        .to_bytes();
        let ledger = Hash::of(&[&genesis]);
        Ok(Self {
            genesis,
            validators,
            ledger,
            registry: Arc::new(Registry::new(counterfoil_apps::modules())),
            folder: TempDir::with_prefix("counterfoil-sim-")?,
            chance: Mutex::new(StdRng::seed_from_u64(seed)),
            homes: Mutex::new((0..count).map(|_| Home::default()).collect()),
            watch: Arc::new(Watch::new(count)),
        })
    }

    /// The genesis file.
    pub fn genesis(&self) -> &[u8] {
        &self.genesis
    }

    /// The validators of genesis, by their places.
    pub fn validators(&self) -> &[GenesisValidator] {
        &self.validators
    }

    /// The modules of the ledger.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    fn directory(&self, validator: usize, life: u64) -> PathBuf {
        self.folder.path().join(format!("validator-{validator}-life-{life}"))
    }

    /// A validator's parts: fresh at first, afterwards from what its crash left on disk.
    ///
    /// # Errors
    /// The state cannot be opened: after a crash that is a failure of the product.
    pub fn member(&self, validator: usize) -> anyhow::Result<Member> {
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        let home = &mut homes[validator];
        let directory = self.directory(validator, home.lives);
        if home.lives > 0 {
            let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
            crash_image(&self.directory(validator, home.lives - 1), &directory, &mut *chance)?;
        }
        home.reader = None;
        // The process never dies, so what it wrote is in the files: nothing needs to be forced to disk.
        let options = Options { durable: false, cache_kib: 4_096, ..Options::default() };
        let program: Arc<Registry> = self.registry.clone();
        let state = State::open_with(&directory, &self.genesis, program, &options)
            .with_context(|| format!("validator {validator}, life {}", home.lives))?;
        let reader = state.reader();
        reader.height().context("a connection that stays open")?;
        home.lives += 1;
        home.reader = Some(reader.clone());
        let observer = self.watch.observer(validator, reader);
        Ok(Member { admission: state.admission(), machine: Box::new(state), observer })
    }

    /// Reads a validator's state.
    pub fn reader(&self, validator: usize) -> Option<Reader> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)[validator].reader.clone()
    }

    /// The newest height that anybody has executed, and the state of the first who has.
    pub fn newest(&self) -> Option<(u64, Reader)> {
        let homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest = None;
        for reader in homes.iter().filter_map(|home| home.reader.as_ref()) {
            let height = reader.height().ok().flatten().unwrap_or(0);
            if newest.as_ref().is_none_or(|(known, _)| *known < height) {
                newest = Some((height, reader.clone()));
            }
        }
        newest
    }
}
