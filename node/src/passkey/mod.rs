//! Passkeys: how people sign in to the console of a node that is not for trying out (Web Authentication Level 3, W3C).
//!
//! `counterfoil console invite` makes a link with a code of 256 random bits, good once and for a time, of which the node keeps the hash.
//! Whoever opens it binds a passkey of his device to the hosted key that the link is for. From then on a signature of the device over a
//! challenge of this node makes a session. No statement about the make of the device is asked for: the code is what is trusted.
//! There is nothing to guess: codes have 256 random bits, passkeys sign, and sessions are sealed with a secret of the node.
//! A session ends with its time, with its passkey, and when it is signed out; the same after a restart.

mod file;
mod site;
mod webauthn;

pub use file::{Entry, Passkey, invite, list, remove};
pub use site::Site;
pub use webauthn::ALGORITHMS;

use crate::{
    gate::now_ms,
    problem::{Answer, Problem},
    secret::NodeSecret,
    signed_out::SignedOut,
    watched::Watched,
};
use axum::http::StatusCode;
use base64ct::{Base64UrlUnpadded as Base64, Encoding as _};
use counterfoil_types::{Fault, Kid};
use parking_lot::Mutex;
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use webauthn::{Assertion, Ceremony, Registration};

/// How long a session lasts, milliseconds.
pub const SESSION_MS: u64 = 12 * 60 * 60 * 1000;
/// How long a challenge may be answered, milliseconds: as long as somebody looks for his device.
const CHALLENGE_MS: u64 = 5 * 60 * 1000;
/// Signatures and files that are looked at for those who are not signed in, at once.
const PLACES: usize = 8;

const SESSION: &str = "counterfoil/console/session/1";
const CHALLENGE: &str = "counterfoil/console/challenge/1";
const USER: &str = "counterfoil/console/user/1";

/// The passkeys of a node and the sessions that they open.
pub struct Passkeys {
    entries: Watched<Vec<Entry>>,
    secret: NodeSecret,
    site: Option<Site>,
    signed_out: Arc<SignedOut>,
    /// What challenges of this process have in them: what was answered is known in memory alone, so none outlives it.
    process: String,
    /// Challenges that were answered rightly, with the end of their time: none is answered twice. Only who has signed in adds one.
    answered: Mutex<Vec<(u64, String)>>,
    places: Semaphore,
}

/// What a browser sends to bind a passkey.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The code of the link.
    pub code: String,
    client_data: String,
    authenticator_data: String,
}

/// What a browser sends to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    credential: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user: Option<String>,
}

impl Passkeys {
    /// Those of the file at `path`, which need not exist, for a node that is known by `url`.
    pub fn open(path: PathBuf, secret: &Path, url: &str, signed_out: Arc<SignedOut>) -> Result<Self, Fault> {
        let recover =
            "restore it from a backup; or remove it, and make new links: passkeys of before do not sign in any more";
        Ok(Self {
            entries: Watched::open(path, list)?,
            secret: NodeSecret::open(secret, recover)?,
            site: Site::of(url),
            signed_out,
            process: random(),
            answered: Mutex::default(),
            places: Semaphore::new(PLACES),
        })
    }

    /// Where browsers accept the passkeys of this node.
    pub fn site(&self) -> Answer<&Site> {
        let no_site =
            || Problem::unavailable("passkeys need public_url in counterfoil.toml: https, or http://localhost");
        self.site.as_ref().ok_or_else(no_site)
    }

    /// A place for work that whoever asks need not be signed in for; refused where all are taken.
    pub fn place(&self) -> Answer<SemaphorePermit<'_>> {
        let busy = |_| Problem::busy("too many people sign in at once: try again in a moment");
        self.places.try_acquire().map_err(busy)
    }

    /// What a device has to sign, as bytes in base64url.
    pub fn challenge(&self) -> String {
        let text = format!("{}~{}~{}", now_ms() + CHALLENGE_MS, self.process, random());
        Base64::encode_string(self.secret.seal(CHALLENGE, &text).as_bytes())
    }

    /// The hosted key for which a code is, while it is good.
    pub fn invited(&self, code: &str) -> Answer<Kid> {
        let now = now_ms();
        let found = self.entries.get(|all| all.iter().find_map(|entry| entry.invites(code, now)).cloned());
        found.ok_or_else(no_invite)
    }

    /// The passkeys that a key has already, by their ids: a device is bound once.
    pub fn credentials(&self, kid: &Kid) -> Vec<String> {
        let of_key = |all: &Vec<Entry>| {
            Some(
                all.iter()
                    .filter_map(Entry::passkey)
                    .filter(|one| one.key == *kid)
                    .map(|one| one.credential.clone())
                    .collect(),
            )
        };
        self.entries.get(of_key).unwrap_or_default()
    }

    /// What devices keep as the account's name for a key: not the name itself, which is for the ledger.
    pub fn user(&self, kid: &Kid) -> String {
        Base64::encode_string(&self.secret.derive(USER, kid.as_str()))
    }

    /// Binds a passkey to the key of a code, which is used up by it; the session.
    pub fn set_up(&self, sent: &SetUp) -> Answer<(Kid, String)> {
        let kid = self.invited(&sent.code)?;
        let (client_data, authenticator_data) = (decoded(&sent.client_data)?, decoded(&sent.authenticator_data)?);
        let registration = Registration { client_data: &client_data, authenticator_data: &authenticator_data };
        let made = registration.verify(self.site()?).map_err(wrong)?;
        self.answer(&made.challenge)?;
        let passkey = Passkey::new(kid.clone(), &made, now_ms());
        if !file::redeem(self.entries.path(), &sent.code, &passkey, now_ms())? {
            return Err(no_invite());
        }
        Ok((kid, self.session(&passkey)))
    }

    /// Whose session a passkey opens.
    pub fn sign_in(&self, sent: &SignIn) -> Answer<(Kid, String)> {
        let known = self
            .entries
            .get(|all| all.iter().filter_map(Entry::passkey).find(|one| one.credential == sent.credential).cloned());
        let passkey = known.ok_or_else(|| no_sign_in("this passkey is not known here, or no longer"))?;
        let parts = [&sent.client_data, &sent.authenticator_data, &sent.signature].map(|text| decoded(text));
        let [client_data, authenticator_data, signature] = parts;
        let (client_data, authenticator_data, signature) = (client_data?, authenticator_data?, signature?);
        if sent.user.as_ref().is_some_and(|user| *user != self.user(&passkey.key)) {
            return Err(no_sign_in("this passkey is for another account"));
        }
        let assertion =
            Assertion { client_data: &client_data, authenticator_data: &authenticator_data, signature: &signature };
        let Ceremony { challenge, counter } = assertion.verify(self.site()?, &passkey.public_key).map_err(wrong)?;
        self.answer(&challenge)?;
        if !file::used(self.entries.path(), &passkey.credential, counter, now_ms())? {
            return Err(no_sign_in(
                "this passkey has been removed, or its counter went back: somebody may have copied it",
            ));
        }
        Ok((passkey.key.clone(), self.session(&passkey)))
    }

    /// Takes a challenge as answered, if it is ours, in time, and was not answered yet.
    fn answer(&self, challenge: &[u8]) -> Answer<()> {
        let now = now_ms();
        let sealed = std::str::from_utf8(challenge).ok();
        let text = sealed.and_then(|sealed| self.secret.unseal(CHALLENGE, sealed));
        let until = text.and_then(|text| {
            let (until, rest) = text.split_once('~')?;
            let (process, _) = rest.split_once('~')?;
            until.parse::<u64>().ok().filter(|_| process == self.process)
        });
        let (Some(text), Some(until)) = (text, until.filter(|until| *until >= now)) else {
            return Err(no_sign_in("it took too long: please do it again"));
        };
        let mut answered = self.answered.lock();
        answered.retain(|(until, _)| *until >= now);
        if answered.iter().any(|(_, one)| one == text) {
            return Err(no_sign_in("this has signed in already"));
        }
        answered.push((until, text.to_owned()));
        Ok(())
    }

    fn session(&self, passkey: &Passkey) -> String {
        self.secret.seal(SESSION, &format!("{}~{}~{}", passkey.key, passkey.id(), now_ms() + SESSION_MS))
    }

    /// Whose session a cookie is, unless it is over or signed out, its passkey is gone, or it is not one of ours.
    pub fn who(&self, cookie: &str, now_ms: u64) -> Option<Kid> {
        let Session { whose, until_ms } = self.sealed(cookie)?;
        if until_ms < now_ms || !self.signed_out.goes_on(whose, until_ms) {
            return None;
        }
        let (kid, id) = whose.split_once('~')?;
        let kid: Kid = kid.parse().ok()?;
        self.entries.get(|all| {
            let mut passkeys = all.iter().filter_map(Entry::passkey);
            passkeys.any(|one| one.key == kid && one.id() == id).then_some(kid)
        })
    }

    /// Signs out the session of a cookie; what is none of ours, or past its time, is not noted. Nothing else is asked for, so that whoever
    /// signs out is told where it cannot be noted.
    pub fn sign_out(&self, cookie: &str) -> Result<(), Fault> {
        match self.sealed(cookie) {
            Some(Session { whose, until_ms }) if until_ms >= now_ms() => self.signed_out.end(whose, until_ms),
            _ => Ok(()),
        }
    }

    fn sealed<'a>(&self, cookie: &'a str) -> Option<Session<'a>> {
        let (whose, until_ms) = self.secret.unseal(SESSION, cookie)?.rsplit_once('~')?;
        Some(Session { whose, until_ms: until_ms.parse().ok()? })
    }
}

/// What a cookie says.
struct Session<'a> {
    /// The key, and the passkey's id.
    whose: &'a str,
    until_ms: u64,
}

fn random() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

fn decoded(text: &str) -> Answer<Vec<u8>> {
    Base64::decode_vec(text).map_err(|_| Problem::malformed("what a device made is base64url without padding"))
}

fn no_invite() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "http/invite", "this link is not known, has been used, or has expired")
}

fn no_sign_in(why: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "http/passkey", why)
}

fn wrong(wrong: webauthn::Wrong) -> Problem {
    no_sign_in(&wrong.to_string())
}

#[cfg(test)]
mod tests;
