use crate::files;
use counterfoil_types::{Fault, Kid, SigningKey};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Keys that this node hosts for members: with them it signs what their holders ask for by HTTP.
///
/// One file a key, `keys/<member>/<key>.key`, readable by its owner alone: the algorithm and the secret as hexadecimal text.
#[derive(Debug, Default)]
pub struct Keystore {
    keys: BTreeMap<Kid, SigningKey>,
}

impl Keystore {
    /// Reads every key in `folder`; a folder that is not there holds none.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let mut keys = BTreeMap::new();
        if !folder.exists() {
            return Ok(Self { keys });
        }
        for member in files::list(folder)? {
            for file in files::list(&member)? {
                if file.extension().is_none_or(|extension| extension != "key") {
                    continue;
                }
                let kid = kid_of(&member, &file).ok_or_else(|| damaged(&file, "its name is not that of a key"))?;
                keys.insert(kid, read(&file)?);
            }
        }
        Ok(Self { keys })
    }

    /// The hosted key of this name.
    pub fn get(&self, kid: &Kid) -> Option<&SigningKey> {
        self.keys.get(kid)
    }

    /// The names of all hosted keys, sorted.
    pub fn kids(&self) -> impl Iterator<Item = &Kid> {
        self.keys.keys()
    }
}

fn kid_of(member: &Path, file: &Path) -> Option<Kid> {
    Kid::new(member.file_name()?.to_str()?, file.file_stem()?.to_str()?)
}

/// Where the key `kid` is kept below `folder`.
pub fn path(folder: &Path, kid: &Kid) -> PathBuf {
    folder.join(kid.member()).join(format!("{}.key", kid.key()))
}

/// Writes a secret key, readable by its owner alone.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), Fault> {
    let algorithm = match key {
        SigningKey::Ed25519(_) => "ed25519",
        SigningKey::P256(_) => "p256",
    };
    files::write_private(path, format!("{algorithm}:{}\n", hex::encode(key.secret())).as_bytes())
}

/// Reads a secret key.
pub fn read(path: &Path) -> Result<SigningKey, Fault> {
    let text =
        fs::read_to_string(path).map_err(|error| Fault::new(format!("reading key {}", path.display()), error))?;
    parse(text.trim()).ok_or_else(|| damaged(path, "expected ed25519: or p256: and 64 hexadecimal digits"))
}

fn parse(text: &str) -> Option<SigningKey> {
    let (algorithm, secret) = text.split_once(':')?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(secret, &mut bytes).ok()?;
    match algorithm {
        "ed25519" => Some(SigningKey::ed25519(bytes)),
        "p256" => SigningKey::p256(bytes),
        _ => None,
    }
}

fn damaged(path: &Path, detail: &str) -> Fault {
    Fault::Corrupt {
        what: format!("key file {}", path.display()),
        detail: detail.to_owned(),
        recover: "restore it from a backup, or revoke the key and add a new one".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(folder: &Path, kid: &Kid) -> SigningKey {
        let key = SigningKey::for_tests(kid.as_str());
        let path = path(folder, kid);
        files::create_private_folder(path.parent().unwrap()).unwrap();
        write(&path, &key).unwrap();
        key
    }

    #[test]
    fn a_key_reads_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let kid: Kid = "supplier-1/dev".parse().unwrap();
        let key = create(folder.path(), &kid);
        let store = Keystore::open(folder.path()).unwrap();
        assert_eq!(store.get(&kid).unwrap().public_key(), key.public_key());
        assert_eq!(store.kids().collect::<Vec<_>>(), [&kid]);
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path(folder.path(), &kid)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let kid: Kid = "supplier-1/dev".parse().unwrap();
        create(folder.path(), &kid);
        fs::write(path(folder.path(), &kid), "ed25519:12").unwrap();
        let fault = Keystore::open(folder.path()).unwrap_err().report();
        assert!(fault.contains("supplier-1/dev.key") && fault.contains("backup"), "{fault}");
    }
}
