use crate::{
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
    secret::NodeSecret,
    signed_out::SignedOut,
};
use counterfoil_seal::{Opened, ReadingKey};
use counterfoil_types::{Fault, Kid, PublicKey};
use sha2::{Digest as _, Sha256};
use std::{path::Path, sync::Arc};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The name of a phone's signing key and of its reading key.
pub const KEY: &str = "phone";
/// Documents that are sealed, opened or made for people at once: the rest of the node's time is the ledger's.
const PLACES: usize = 16;
/// How long a session lasts, milliseconds.
pub const SESSION_MS: u64 = 12 * 60 * 60 * 1000;

/// What sessions are sealed for.
const SESSION: &str = "counterfoil/phone/session/1";

/// What makes a node the home of people who have none: one secret, from which the reading key of each of them derives, and with which
/// sessions are sealed. So nothing is stored for a person, and a backup of one file is a backup of all keys.
pub struct Phone {
    secret: NodeSecret,
    signed_out: Arc<SignedOut>,
    places: Semaphore,
}

impl Phone {
    /// The secret in the file at `path`, which is made where there is none.
    pub fn open(path: &Path, signed_out: Arc<SignedOut>) -> Result<Self, Fault> {
        let recover = "restore it from a backup: without it nobody reads what was sealed for people here";
        let secret = NodeSecret::open(path, recover)?;
        Ok(Self { secret, signed_out, places: Semaphore::new(PLACES) })
    }

    /// A place for work that takes the node's time, such as sealing or making a PDF; refused where all are taken.
    pub fn place(&self) -> Answer<SemaphorePermit<'_>> {
        let busy = |_| Problem::busy("too many people ask for documents at once: try again in a moment");
        self.places.try_acquire().map_err(busy)
    }

    /// The reading key of a person.
    pub fn reading_key(&self, kid: &Kid) -> ReadingKey {
        ReadingKey::from_bytes(self.secret.derive("counterfoil/phone/reading/1", kid.as_str()))
    }

    /// What a session's cookie says: whose it is, until when, and a seal.
    pub fn session(&self, kid: &Kid, until_ms: u64) -> String {
        self.secret.seal(SESSION, &format!("{kid}~{until_ms}"))
    }

    /// Whose session a cookie is, unless it is over, signed out, or not one of ours.
    pub fn who(&self, cookie: &str, now_ms: u64) -> Option<Kid> {
        let (kid, until_ms) = self.sealed(cookie)?;
        if until_ms < now_ms || !self.signed_out.goes_on(kid, until_ms) {
            return None;
        }
        kid.parse().ok()
    }

    /// Signs out the session of a cookie; what is none of ours, or past its time, is not noted. Nothing else is asked for, so that whoever
    /// signs out is told where it cannot be noted.
    pub fn sign_out(&self, cookie: &str) -> Result<(), Fault> {
        match self.sealed(cookie) {
            Some((kid, until_ms)) if until_ms >= now_ms() => self.signed_out.end(kid, until_ms),
            _ => Ok(()),
        }
    }

    fn sealed<'a>(&self, cookie: &'a str) -> Option<(&'a str, u64)> {
        let (kid, until_ms) = self.secret.unseal(SESSION, cookie)?.split_once('~')?;
        Some((kid, until_ms.parse().ok()?))
    }
}

/// The id of the person with this key: a pseudonym that follows from the key, so that the same phone is the same person and nobody can
/// take it first.
pub fn member_id(key: &PublicKey) -> Option<String> {
    let hash = Sha256::digest(key.ed25519()?);
    Some(format!("p-{}", &hex::encode(hash)[..32]))
}

impl Member {
    /// The home of people that this node is, if it is one.
    pub fn home(&self) -> Answer<&Phone> {
        self.phone.as_ref().ok_or_else(|| Problem::not_found("this node has no pages for people"))
    }

    /// A version, as the reading key that this node keeps for `kid` opens it; in memory alone.
    pub async fn opened_for(&self, kid: &Kid, subject: &str) -> Answer<(counterfoil_seal::Record, Opened)> {
        let record = self.sealed(subject, 1).await?;
        let reading = Kid::new(kid.member(), KEY).ok_or_else(|| Problem::forbidden("this is no person's key"))?;
        let key = self.home()?.reading_key(&reading);
        let opened = record.open(self.ledger, &reading, &key)?;
        Ok((record, opened))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::SigningKey;

    fn home(folder: &Path, name: &str) -> Phone {
        let signed_out = SignedOut::open(folder.join("signed-out.json")).unwrap();
        Phone::open(&folder.join(name), Arc::new(signed_out)).unwrap()
    }

    #[test]
    fn a_home_keeps_its_secret_and_each_person_has_another_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phone.secret");
        let [a, b]: [Kid; 2] = ["p-a/phone".parse().unwrap(), "p-b/phone".parse().unwrap()];
        let (home, again) = (home(folder.path(), "phone.secret"), home(folder.path(), "phone.secret"));
        assert_eq!(home.reading_key(&a).public_key(), again.reading_key(&a).public_key());
        assert_ne!(home.reading_key(&a).public_key(), home.reading_key(&b).public_key());
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "12").unwrap();
        let damaged = Phone::open(&path, home.signed_out.clone());
        assert!(damaged.err().unwrap().report().contains("phone.secret"));
    }

    #[test]
    fn a_session_is_good_for_its_owner_and_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let (home, other) = (home(folder.path(), "a"), home(folder.path(), "b"));
        let kid: Kid = "p-a/phone".parse().unwrap();
        let cookie = home.session(&kid, 1_000);
        assert_eq!(home.who(&cookie, 1_000), Some(kid));
        for (home, cookie, now_ms) in [
            (&home, cookie.clone(), 1_001),
            (&other, cookie.clone(), 0),
            (&home, cookie.replace("p-a", "p-b"), 0),
            (&home, cookie.replace("~1000~", "~9000~"), 0),
            (&home, String::new(), 0),
            (&home, "~~".to_owned(), 0),
        ] {
            assert_eq!(home.who(&cookie, now_ms), None, "{cookie} {now_ms}");
        }
    }

    #[test]
    fn a_session_that_was_signed_out_is_over_after_a_restart_too() {
        let folder = tempfile::tempdir().unwrap();
        let (node, [a, b]) =
            (home(folder.path(), "a"), ["p-a/phone", "p-b/phone"].map(|kid| kid.parse::<Kid>().unwrap()));
        let until = now_ms() + 60_000;
        let sessions = [node.session(&a, until), node.session(&a, until + 1), node.session(&b, until)];
        node.sign_out(&sessions[0]).unwrap();
        for home in [&node, &home(folder.path(), "a")] {
            let who = sessions.each_ref().map(|session| home.who(session, now_ms()));
            assert_eq!(who, [None, Some(a.clone()), Some(b.clone())]);
        }
        std::fs::write(folder.path().join("signed-out.json"), "[").unwrap();
        assert!(node.sign_out(&sessions[2]).is_err(), "what is not noted is not said to be done");
    }

    #[test]
    fn so_many_documents_are_made_at_once_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path(), "phone.secret");
        let mut places: Vec<_> = (0..PLACES).map(|_| home.place().unwrap()).collect();
        assert_eq!(home.place().err().unwrap().code(), "http/busy");
        places.pop();
        assert!(home.place().is_ok());
    }

    #[test]
    fn a_persons_id_follows_from_the_key() {
        let id = member_id(&SigningKey::for_tests("a").public_key()).unwrap();
        assert_eq!((id.len(), &id[..2]), (34, "p-"));
        assert_ne!(Some(id), member_id(&SigningKey::for_tests("b").public_key()));
    }
}
