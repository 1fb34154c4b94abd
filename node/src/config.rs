use crate::files;
use axum::http::Uri;
use counterfoil_types::{Fault, is_name};
use counterfoil_wire::{ServerConfig, tls_from_files};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A validator's `counterfoil.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The member whose node this is.
    pub member: String,
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// The address by which others know this node, such as `https://ledger.example`: it stands in QR codes. `http://` and `listen` where
    /// it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Where the other validators reach this one.
    pub consensus: SocketAddr,
    /// Threads for consensus and network.
    #[serde(default = "default_worker_threads")]
    pub worker_threads: usize,
    /// Whether people without a node use this one by their phones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub phone: bool,
    /// Where PostgreSQL clients are served, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<SqlConfig>,
    /// Where each of the other validators listens for consensus.
    #[serde(default)]
    pub peers: BTreeMap<String, SocketAddr>,
}

/// The table `[sql]` of `counterfoil.toml`: the PostgreSQL endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlConfig {
    /// Where it listens; elsewhere than on loopback only with a certificate.
    pub listen: SocketAddr,
    /// The certificate chain, PEM; relative to the validator's directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// The certificate's key, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

impl SqlConfig {
    /// TLS with its certificate, if it has one.
    pub fn tls(&self, root: &Path) -> Result<Option<Arc<ServerConfig>>, Fault> {
        match (&self.certificate, &self.key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => tls_from_files(&root.join(certificate), &root.join(key))
                .map(Some)
                .map_err(|error| Fault::new("reading the certificate of [sql]", error)),
            _ => Err(Fault::Unusable("[sql]: certificate and key go together".to_owned())),
        }
    }
}

fn default_worker_threads() -> usize {
    2
}

/// A validator's directory and what lies where in it.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of the directory `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Settings.
    pub fn config(&self) -> PathBuf {
        self.root.join("counterfoil.toml")
    }

    /// The ledger's genesis file.
    pub fn genesis(&self) -> PathBuf {
        self.root.join("genesis.json")
    }

    /// The key with which the node votes.
    pub fn validator_key(&self) -> PathBuf {
        self.root.join("validator.key")
    }

    /// Keys that the node hosts for members.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// What the members whose reading keys are hosted may read, in clear: a database for each.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// Incoming webhooks.
    pub fn incoming(&self) -> PathBuf {
        self.root.join("incoming.json")
    }

    /// To whom the node sends events, and how far each is.
    pub fn webhooks(&self) -> PathBuf {
        self.root.join("webhooks.db")
    }

    /// The secret from which the reading keys of people derive that have no node.
    pub fn phone_secret(&self) -> PathBuf {
        self.root.join("phone.secret")
    }

    /// Passkeys of the console, and invitations to make one.
    pub fn console(&self) -> PathBuf {
        self.root.join("console.json")
    }

    /// The secret with which the console's sessions are sealed.
    pub fn console_secret(&self) -> PathBuf {
        self.root.join("console.secret")
    }

    /// Sessions that were signed out before their end.
    pub fn signed_out(&self) -> PathBuf {
        self.root.join("signed-out.json")
    }

    /// How far the members whose reading keys are hosted have examined what must be sealed for them.
    pub fn examined(&self) -> PathBuf {
        self.root.join("examined")
    }

    /// Hashes of bearer tokens.
    pub fn tokens(&self) -> PathBuf {
        self.root.join("tokens.json")
    }

    /// The database.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The engine's own folder: votes, blocks, index.
    pub fn engine(&self) -> PathBuf {
        self.root.join("engine")
    }

    /// Where a running node says where it listens: JSON, for scripts.
    pub fn ready(&self) -> PathBuf {
        self.root.join("ready.json")
    }
}

const HEAD: &str = "\
# Settings of one validator. Addresses are numbers, not names.
#   listen     where HTTP is served; put a TLS proxy before it where it is not loopback
#   public_url the address by which others know this node, for QR codes and passkeys; http:// and listen where it is not given
#   phone      true: people without a node use this one by their phones (/phone)
#   [sql]      listen: where psql and other PostgreSQL clients are served; certificate, key: PEM files, needed where it is not loopback
#   consensus  where the other validators reach this one
#   peers      where this one reaches the others

";

impl Config {
    /// Reads the settings; the error names the file and what is wrong.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let wrong = |why: String| Fault::Unusable(format!("settings {}: {why}", path.display()));
        let text = String::from_utf8(files::read(path)?).map_err(|error| wrong(error.to_string()))?;
        let config: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if let Some(name) = config.peers.keys().chain([&config.member]).find(|name| !is_name(name)) {
            return Err(wrong(format!("{name:?} is not a member id")));
        }
        if let Some(url) = config.public_url.as_deref().filter(|url| !is_http_url(url)) {
            return Err(wrong(format!("public_url: {url:?} is not http:// or https:// and a host")));
        }
        Ok(config)
    }

    /// The file's text.
    pub fn to_text(&self) -> Result<String, Fault> {
        let text = toml::to_string(self).map_err(|error| Fault::new("writing settings", error))?;
        Ok(format!("{HEAD}{text}"))
    }
}

/// Whether a text is the address of a node, as others reach it.
pub fn is_http_url(url: &str) -> bool {
    let uri = url.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty()));
    matches!(uri.as_ref().and_then(Uri::scheme_str), Some("http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counterfoil.toml");
        let config = Config {
            member: "a".into(),
            listen: "127.0.0.1:7080".parse().unwrap(),
            public_url: Some("https://ledger.example".to_owned()),
            consensus: "127.0.0.1:7180".parse().unwrap(),
            worker_threads: 2,
            phone: true,
            sql: None,
            peers: [("b".to_owned(), "127.0.0.1:7181".parse().unwrap())].into(),
        };
        std::fs::write(&path, config.to_text().unwrap()).unwrap();
        assert_eq!(Config::read(&path).unwrap().peers, config.peers);
        std::fs::write(&path, "member = \"a\"\nlisten = \"localhost\"\n").unwrap();
        let why = Config::read(&path).unwrap_err().report();
        assert!(why.contains("counterfoil.toml") && why.contains("listen"), "{why}");
    }
}
