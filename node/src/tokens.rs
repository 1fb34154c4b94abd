use crate::{files, gate::now_ms, watched::Watched};
use counterfoil_types::{Fault, Hash, Kid};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// What a token begins with, so that a leaked one is recognised.
const PREFIX: &str = "cft_";
/// Digits of a token's hash that are shown as its id.
const ID_DIGITS: usize = 12;

/// Bearer tokens, each bound to one hosted key.
///
/// The file `tokens.json` holds SHA-256 hashes alone: a token has 256 random bits, so its hash gives nothing away. Whenever a token
/// is shown, the file is read again if it has changed: a new token works at once, and a revoked one no longer does.
#[derive(Debug)]
pub struct Tokens(Watched<HashMap<Hash, Kid>>);

/// A token as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The hosted key that it opens.
    pub key: Kid,
    sha256: Hash,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
}

impl Stored {
    /// What tells it from the others: the beginning of its hash.
    pub fn id(&self) -> String {
        self.sha256.to_string().chars().take(ID_DIGITS).collect()
    }
}

impl Tokens {
    /// The tokens of the file at `path`, which need not exist.
    pub fn open(path: PathBuf) -> Result<Self, Fault> {
        Watched::open(path, by_hash).map(Self)
    }

    /// The key to which a token is bound. None is while the file cannot be read.
    pub fn check(&self, token: &str) -> Option<Kid> {
        self.0.get(|known| known.get(&Hash::of(&[token.as_bytes()])).cloned())
    }
}

fn by_hash(path: &Path) -> Result<HashMap<Hash, Kid>, Fault> {
    Ok(list(path)?.into_iter().map(|stored| (stored.sha256, stored.key)).collect())
}

/// The tokens in the file at `path`, which need not exist.
pub fn list(path: &Path) -> Result<Vec<Stored>, Fault> {
    files::read_list(path, "remove it and make new tokens with `counterfoil token new`")
}

/// Makes a token for `key` and stores its hash in the file at `path`. The token itself is kept nowhere.
pub fn create(path: &Path, key: Kid) -> Result<String, Fault> {
    let token = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    files::change_list(path, list, |stored| {
        stored.push(Stored { key, sha256: Hash::of(&[token.as_bytes()]), created_ms: now_ms() });
    })?;
    Ok(token)
}

/// Removes tokens from the file at `path`; those that were there. A running node refuses them from now on.
pub fn revoke(path: &Path, which: impl Fn(&Stored) -> bool) -> Result<Vec<Stored>, Fault> {
    let mut gone = Vec::new();
    files::change_list(path, list, |stored| gone = stored.extract_if(.., |stored| which(stored)).collect())?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_token_opens_its_key_and_only_its_hash_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let tokens = Tokens::open(path.clone()).unwrap();
        let kid: Kid = "a/main".parse().unwrap();
        let token = create(&path, kid.clone()).unwrap();
        assert_eq!(tokens.check(&token), Some(kid));
        assert_eq!(tokens.check(&format!("{token}0")), None);
        assert!(!fs::read_to_string(&path).unwrap().contains(&token));
    }

    #[test]
    fn a_revoked_token_is_refused_at_once_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let tokens = Tokens::open(path.clone()).unwrap();
        let [a, b]: [Kid; 2] = ["a/main".parse().unwrap(), "b/main".parse().unwrap()];
        let (first, second) = (create(&path, a.clone()).unwrap(), create(&path, b.clone()).unwrap());
        assert_eq!((tokens.check(&first), tokens.check(&second)), (Some(a.clone()), Some(b.clone())));
        assert_eq!(revoke(&path, |stored| stored.key == a).unwrap().len(), 1);
        assert_eq!((tokens.check(&first), tokens.check(&second)), (None, Some(b)));
        fs::write(&path, "[").unwrap();
        assert_eq!(tokens.check(&second), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(tokens.check(&second), None);
    }

    #[test]
    fn tokens_made_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| create(&path, "a/main".parse().unwrap()).unwrap());
            }
        });
        assert_eq!(list(&path).unwrap().len(), 8);
    }
}
