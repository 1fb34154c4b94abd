use crate::{files, gate::now_ms, webhook::Secret};
use counterfoil_types::{Fault, Kid};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Incoming webhooks: what other software, such as a payment provider's, may have a hosted key do by signed requests.
///
/// They are in the file `incoming.json`, for its owner alone, which is read for each request: one that is made works at once, and one
/// that is ended no longer does.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Its name, the last part of its address.
    pub name: String,
    /// The hosted key that signs the command.
    pub key: Kid,
    /// The command, whose input is the request's body.
    pub command: String,
    secret: String,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
}

impl Hook {
    /// The secret that both ends share.
    pub fn secret(&self) -> Result<Secret, Fault> {
        Secret::parse(&self.secret)
            .ok_or_else(|| Fault::failed(format!("the secret of incoming webhook {}", self.name)))
    }
}

impl Incoming {
    /// The incoming webhooks of the file at `path`, which need not exist.
    pub fn open(path: PathBuf) -> Result<Self, Fault> {
        list(&path)?;
        Ok(Self { path })
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Result<Option<Hook>, Fault> {
        Ok(list(&self.path)?.into_iter().find(|hook| hook.name == name))
    }
}

/// The incoming webhooks in the file at `path`, which need not exist.
pub fn list(path: &Path) -> Result<Vec<Hook>, Fault> {
    files::read_list(path, "remove it and make new ones with `counterfoil incoming new`")
}

/// Makes one and stores it; its secret. Nothing where there is one of this name.
pub fn create(path: &Path, name: &str, key: Kid, command: &str) -> Result<Option<Secret>, Fault> {
    let secret = Secret::random();
    let mut made = None;
    files::change_list(path, list, |hooks: &mut Vec<Hook>| {
        if !hooks.iter().any(|hook| hook.name == name) {
            let (name, command, revealed) = (name.to_owned(), command.to_owned(), secret.reveal());
            hooks.push(Hook { name, key, command, secret: revealed, created_ms: now_ms() });
            made = Some(secret);
        }
    })?;
    Ok(made)
}

/// Ends the one of this name; whether there was one.
pub fn remove(path: &Path, name: &str) -> Result<bool, Fault> {
    let mut gone = false;
    files::change_list(path, list, |hooks: &mut Vec<Hook>| {
        let before = hooks.len();
        hooks.retain(|hook| hook.name != name);
        gone = hooks.len() < before;
    })?;
    Ok(gone)
}
