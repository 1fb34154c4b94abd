use crate::{
    config::{Config, Layout},
    files, keystore,
};
use counterfoil_types::{Fault, Genesis, GenesisKey, GenesisMember, GenesisValidator, Kid, SigningKey, is_name};
use std::{collections::BTreeMap, net::SocketAddr, path::Path};

/// Blocks of one epoch of a new ledger.
pub const EPOCH_LENGTH: u64 = 10_000;

/// A consortium to be founded.
#[derive(Debug, Clone)]
pub struct Plan {
    /// A name for people.
    pub name: String,
    /// Blocks of one epoch.
    pub epoch_length: u64,
    /// Everybody, validators first.
    pub members: Vec<Founder>,
}

/// A member of a consortium to be founded.
#[derive(Debug, Clone)]
pub struct Founder {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it is a person, not an organisation.
    pub person: bool,
    /// Such as `bank`.
    pub roles: Vec<String>,
    /// Whether it runs a node.
    pub validates: bool,
    /// The validator whose node hosts its key; itself for a validator.
    pub host: String,
    /// Name of its first key.
    pub key: String,
    /// Further keys.
    pub more_keys: Vec<FounderKey>,
}

/// A further key of a member of a consortium to be founded.
#[derive(Debug, Clone)]
pub struct FounderKey {
    /// Its name.
    pub name: String,
    /// Such as `maker`.
    pub roles: Vec<String>,
    /// The validator whose node hosts it.
    pub host: String,
}

impl Founder {
    /// An organisation that runs a node, with the hosted key `id/main`.
    pub fn validator(id: &str, roles: &[&str]) -> Self {
        Self { validates: true, ..Self::member(id, roles, id) }
    }

    /// An organisation without a node, whose key `id/main` the node of `host` hosts.
    pub fn member(id: &str, roles: &[&str], host: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            person: roles.contains(&"person"),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            validates: false,
            host: host.to_owned(),
            key: "main".to_owned(),
            more_keys: Vec::new(),
        }
    }
}

/// A consortium whose keys exist, not yet written down.
pub struct Founded {
    /// The genesis file's bytes.
    pub genesis: Vec<u8>,
    /// Each validator with the key with which it votes.
    pub validators: Vec<(String, SigningKey)>,
    /// The members' keys.
    pub hosted: Vec<Hosted>,
}

/// A key of a member and where it is kept.
pub struct Hosted {
    /// The validator whose node hosts it.
    pub host: String,
    /// Its name.
    pub kid: Kid,
    /// The key.
    pub key: SigningKey,
    /// Whether a reading key of the same name lies beside it.
    pub reads: bool,
}

impl Plan {
    /// Makes all keys from this machine's randomness, and genesis at `time_ms`.
    pub fn found(&self, time_ms: u64) -> Result<Founded, Fault> {
        self.check()?;
        let mut founded = Founded { genesis: Vec::new(), validators: Vec::new(), hosted: Vec::new() };
        let mut genesis = Genesis {
            format: Genesis::FORMAT.to_owned(),
            name: self.name.clone(),
            time_ms,
            epoch_length: self.epoch_length,
            validators: Vec::new(),
            members: Vec::new(),
        };
        for member in &self.members {
            if member.validates {
                let key = SigningKey::ed25519(rand::random());
                let public_key = key.public_key();
                genesis.validators.push(GenesisValidator { member: member.id.clone(), public_key });
                founded.validators.push((member.id.clone(), key));
            }
            let first =
                FounderKey { name: member.key.clone(), roles: vec!["admin".to_owned()], host: member.host.clone() };
            let mut keys = Vec::new();
            for FounderKey { name, roles, host } in std::iter::once(&first).chain(&member.more_keys) {
                let kid =
                    Kid::new(&member.id, name).ok_or_else(|| Fault::Unusable(format!("{name:?} is not a key name")))?;
                let key = SigningKey::ed25519(rand::random());
                keys.push(GenesisKey { name: name.clone(), public_key: key.public_key(), roles: roles.clone() });
                founded.hosted.push(Hosted { host: host.clone(), kid, key, reads: *name == member.key });
            }
            genesis.members.push(GenesisMember {
                id: member.id.clone(),
                name: member.name.clone(),
                kind: if member.person { "person" } else { "organisation" }.to_owned(),
                roles: member.roles.clone(),
                keys,
            });
        }
        founded.genesis = genesis.to_bytes();
        Genesis::parse(&founded.genesis).map_err(Fault::Unusable)?;
        Ok(founded)
    }

    fn check(&self) -> Result<(), Fault> {
        let refuse = |why: String| Err(Fault::Unusable(why));
        for member in &self.members {
            if !is_name(&member.id) {
                return refuse(format!("{:?} is not a member id: 1 to 64 characters a-z 0-9 - . _", member.id));
            }
            for host in std::iter::once(&member.host).chain(member.more_keys.iter().map(|key| &key.host)) {
                if !self.members.iter().any(|known| known.validates && known.id == *host) {
                    return refuse(format!("{} is to be hosted by {host:?}, which is not a validator", member.id));
                }
            }
        }
        Ok(())
    }
}

impl Founded {
    /// Writes each validator's directory below `out`, with its own keys only. `addresses` gives its HTTP and consensus address.
    pub fn write(&self, out: &Path, addresses: &BTreeMap<String, (SocketAddr, SocketAddr)>) -> Result<(), Fault> {
        files::create_private_folder(out)?;
        for (member, key) in &self.validators {
            let layout = Layout::new(out.join(member));
            files::create_private_folder(layout.root())?;
            files::write_public(&layout.genesis(), &self.genesis)?;
            keystore::write(&layout.validator_key(), key)?;
            files::create_private_folder(&layout.keys())?;
            for Hosted { kid, key, reads, .. } in self.hosted.iter().filter(|hosted| hosted.host == *member) {
                let path = keystore::path(&layout.keys(), kid);
                files::create_private_folder(path.parent().unwrap_or(layout.root()))?;
                keystore::write(&path, key)?;
                if *reads {
                    keystore::create_reading(&layout.keys(), kid)?;
                }
            }
            let (listen, consensus) = addresses[member];
            let others = addresses.iter().filter(|(other, _)| *other != member);
            let config = Config {
                member: member.clone(),
                listen,
                public_url: None,
                consensus,
                worker_threads: 2,
                phone: false,
                sql: None,
                peers: others.map(|(other, (_, consensus))| (other.clone(), *consensus)).collect(),
            };
            files::write_public(&layout.config(), config.to_text()?.as_bytes())?;
        }
        // Last, so that its presence says that all is there.
        files::write_public(&out.join("genesis.json"), &self.genesis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_holds_its_own_keys_only() {
        let out = tempfile::tempdir().unwrap();
        let mut members = vec![Founder::validator("a", &["tax-authority"]), Founder::validator("b", &["bank"])];
        members.push(Founder::member("shop", &["enterprise"], "b"));
        let plan = Plan { name: "test".into(), epoch_length: 100, members };
        let founded = plan.found(1).unwrap();
        let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let addresses = [("a".to_owned(), (at(1), at(2))), ("b".to_owned(), (at(3), at(4)))].into();
        founded.write(out.path(), &addresses).unwrap();
        let kids = |member: &str| {
            let store = keystore::Keystore::open(&Layout::new(out.path().join(member)).keys()).unwrap();
            store.kids().map(Kid::to_string).collect::<Vec<_>>()
        };
        assert_eq!(kids("a"), ["a/main"]);
        assert_eq!(kids("b"), ["b/main", "shop/main"]);
        let config = Config::read(&Layout::new(out.path().join("a")).config()).unwrap();
        assert_eq!(config.peers["b"], at(4));
        let (genesis, _) = Genesis::parse(&founded.genesis).unwrap();
        assert_eq!(genesis.members.len(), 3);
    }

    #[test]
    fn a_host_must_be_a_validator() {
        let members = vec![Founder::validator("a", &[]), Founder::member("shop", &[], "c")];
        let plan = Plan { name: "test".into(), epoch_length: 100, members };
        assert!(plan.found(1).err().unwrap().report().contains("\"c\""));
    }
}
