use super::webauthn::Registered;
use crate::files;
use base64ct::{Base64UrlUnpadded as Base64, Encoding as _};
use counterfoil_types::{Fault, Hash, Kid, PublicKey};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a code begins with, so that a leaked one is recognised.
const PREFIX: &str = "cfi_";
/// Digits of a hash that are shown as an id.
const ID_DIGITS: usize = 12;

/// A line of the file `console.json`: codes are there as hashes, passkeys with their public halves. Nothing in it signs in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A link that has not been used.
    Invite(Invite),
    /// A passkey that signs in.
    Passkey(Passkey),
}

/// A link by which a passkey is bound to a hosted key, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    key: Kid,
    sha256: Hash,
    created_ms: u64,
    until_ms: u64,
}

/// A passkey of somebody's device.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// The hosted key as which it signs in.
    pub key: Kid,
    /// Its id on the device, base64url.
    pub credential: String,
    /// Its public half.
    pub public_key: PublicKey,
    counter: u32,
    created_ms: u64,
    used_ms: u64,
}

impl Passkey {
    pub(super) fn new(key: Kid, made: &Registered, now_ms: u64) -> Self {
        Self {
            key,
            credential: Base64::encode_string(&made.credential),
            public_key: made.public_key,
            counter: made.counter,
            created_ms: now_ms,
            used_ms: now_ms,
        }
    }

    /// What tells it from the others.
    pub fn id(&self) -> String {
        short(Hash::of(&[self.credential.as_bytes()]))
    }
}

fn short(hash: Hash) -> String {
    hash.to_string().chars().take(ID_DIGITS).collect()
}

impl Entry {
    /// The hosted key.
    pub fn key(&self) -> &Kid {
        match self {
            Self::Invite(invite) => &invite.key,
            Self::Passkey(passkey) => &passkey.key,
        }
    }

    /// What tells it from the others.
    pub fn id(&self) -> String {
        match self {
            Self::Invite(invite) => short(invite.sha256),
            Self::Passkey(passkey) => passkey.id(),
        }
    }

    /// What it is, in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invite(_) => "invite",
            Self::Passkey(_) => "passkey",
        }
    }

    /// When it was made.
    pub fn created_ms(&self) -> u64 {
        match self {
            Self::Invite(invite) => invite.created_ms,
            Self::Passkey(passkey) => passkey.created_ms,
        }
    }

    /// When a passkey last signed in.
    pub fn used_ms(&self) -> Option<u64> {
        self.passkey().map(|passkey| passkey.used_ms)
    }

    /// Until when a link is good.
    pub fn until_ms(&self) -> Option<u64> {
        match self {
            Self::Invite(invite) => Some(invite.until_ms),
            Self::Passkey(_) => None,
        }
    }

    pub(super) fn passkey(&self) -> Option<&Passkey> {
        match self {
            Self::Passkey(passkey) => Some(passkey),
            Self::Invite(_) => None,
        }
    }

    /// The key for which a code is, if this is the link of it and it is good.
    pub(super) fn invites(&self, code: &str, now_ms: u64) -> Option<&Kid> {
        match self {
            Self::Invite(invite) if invite.sha256 == Hash::of(&[code.as_bytes()]) && invite.until_ms >= now_ms => {
                Some(&invite.key)
            }
            _ => None,
        }
    }
}

/// The entries in the file at `path`, which need not exist.
pub fn list(path: &Path) -> Result<Vec<Entry>, Fault> {
    files::read_list(path, "remove it and invite people again with `counterfoil console invite`")
}

/// Makes a code for `key` and stores its hash in the file at `path`, where links that have expired are dropped. The code is kept nowhere.
pub fn invite(path: &Path, key: Kid, now_ms: u64, until_ms: u64) -> Result<String, Fault> {
    let code = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    files::change_list(path, list, |all| {
        all.retain(|entry| entry.until_ms().is_none_or(|until| until >= now_ms));
        all.push(Entry::Invite(Invite { key, sha256: Hash::of(&[code.as_bytes()]), created_ms: now_ms, until_ms }));
    })?;
    Ok(code)
}

/// Puts a passkey in the place of the link that it came by, in one step; whether the link was still there and good.
pub(super) fn redeem(path: &Path, code: &str, passkey: &Passkey, now_ms: u64) -> Result<bool, Fault> {
    let mut done = false;
    files::change_list(path, list, |all: &mut Vec<Entry>| {
        let is_new = !all.iter().filter_map(Entry::passkey).any(|one| one.credential == passkey.credential);
        let place = all.iter().position(|entry| entry.invites(code, now_ms) == Some(&passkey.key));
        if let Some(place) = place.filter(|_| is_new) {
            all[place] = Entry::Passkey(passkey.clone());
            done = true;
        }
    })?;
    Ok(done)
}

/// Notes that a passkey has signed in; whether it is still there and its device has not counted backwards (§7.2, step 22).
pub(super) fn used(path: &Path, credential: &str, counter: u32, now_ms: u64) -> Result<bool, Fault> {
    let mut done = false;
    files::change_list(path, list, |all: &mut Vec<Entry>| {
        let found = all.iter_mut().find_map(|entry| match entry {
            Entry::Passkey(passkey) if passkey.credential == credential => Some(passkey),
            _ => None,
        });
        let Some(passkey) = found else { return };
        let counts = counter != 0 || passkey.counter != 0;
        if counts && counter <= passkey.counter {
            return;
        }
        (passkey.counter, passkey.used_ms, done) = (counter, now_ms, true);
    })?;
    Ok(done)
}

/// Removes entries from the file at `path`; those that were there. Sessions of passkeys among them end.
pub fn remove(path: &Path, which: impl Fn(&Entry) -> bool) -> Result<Vec<Entry>, Fault> {
    let mut gone = Vec::new();
    files::change_list(path, list, |all| gone = all.extract_if(.., |entry| which(entry)).collect())?;
    Ok(gone)
}
