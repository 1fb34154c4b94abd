use crate::files;
use counterfoil_seal::ReadingKey;
use counterfoil_types::{Fault, Kid, SigningKey};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What the file of a reading key ends with.
const READING: &str = "reading";

/// Keys that this node hosts for members: with them it signs what their holders ask for by HTTP.
///
/// One file a key, readable by its owner alone: the algorithm and the secret as hexadecimal text. `keys/<member>/<key>.key` signs,
/// `keys/<member>/<key>.reading` opens what was sealed for the member.
#[derive(Debug, Default)]
pub struct Keystore {
    keys: BTreeMap<Kid, SigningKey>,
    reading: BTreeMap<Kid, ReadingKey>,
}

impl Keystore {
    /// Reads every key in `folder`; a folder that is not there holds none.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let mut store = Self::default();
        if !folder.exists() {
            return Ok(store);
        }
        for member in files::list(folder)? {
            for file in files::list(&member)? {
                let kid = || kid_of(&member, &file).ok_or_else(|| damaged(&file, "its name is not that of a key"));
                match file.extension().and_then(|extension| extension.to_str()) {
                    Some("key") => drop(store.keys.insert(kid()?, read(&file)?)),
                    Some(READING) => drop(store.reading.insert(kid()?, read_reading(&file)?)),
                    _ => {}
                }
            }
        }
        Ok(store)
    }

    /// The hosted key of this name.
    pub fn get(&self, kid: &Kid) -> Option<&SigningKey> {
        self.keys.get(kid)
    }

    /// The names of all hosted keys, sorted.
    pub fn kids(&self) -> impl Iterator<Item = &Kid> {
        self.keys.keys()
    }

    /// The hosted reading key of this name.
    pub fn reading(&self, kid: &Kid) -> Option<&ReadingKey> {
        self.reading.get(kid)
    }

    /// All hosted reading keys with their names, sorted.
    pub fn reading_keys(&self) -> impl Iterator<Item = (&Kid, &ReadingKey)> {
        self.reading.iter()
    }
}

fn kid_of(member: &Path, file: &Path) -> Option<Kid> {
    Kid::new(member.file_name()?.to_str()?, file.file_stem()?.to_str()?)
}

/// Where the key `kid` is kept below `folder`.
pub fn path(folder: &Path, kid: &Kid) -> PathBuf {
    folder.join(kid.member()).join(format!("{}.key", kid.key()))
}

/// Where the reading key `kid` is kept below `folder`.
pub fn reading_path(folder: &Path, kid: &Kid) -> PathBuf {
    folder.join(kid.member()).join(format!("{}.{READING}", kid.key()))
}

/// Makes the reading key `kid` below `folder`, unless it is there; either way what is there.
pub fn create_reading(folder: &Path, kid: &Kid) -> Result<ReadingKey, Fault> {
    let path = reading_path(folder, kid);
    if path.exists() {
        return read_reading(&path);
    }
    let key = ReadingKey::from_bytes(rand::random());
    files::create_private_folder(path.parent().unwrap_or(folder))?;
    files::write_private(&path, [key.to_text().as_bytes(), b"\n"].concat().as_slice())?;
    Ok(key)
}

fn read_reading(path: &Path) -> Result<ReadingKey, Fault> {
    ReadingKey::from_text(read_text(path)?.trim())
        .map_err(|_| damaged(path, "expected x25519-secret: and 64 hexadecimal digits"))
}

fn read_text(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|error| Fault::new(format!("reading key {}", path.display()), error))
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
    parse(read_text(path)?.trim()).ok_or_else(|| damaged(path, "expected ed25519: or p256: and 64 hexadecimal digits"))
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
    fn a_reading_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let kid: Kid = "bank-a/dev".parse().unwrap();
        let key = create_reading(folder.path(), &kid).unwrap();
        assert_eq!(create_reading(folder.path(), &kid).unwrap().public_key(), key.public_key());
        let store = Keystore::open(folder.path()).unwrap();
        assert_eq!(store.reading(&kid).unwrap().public_key(), key.public_key());
        assert!(store.get(&kid).is_none(), "it does not sign");
        use std::os::unix::fs::PermissionsExt as _;
        let path = reading_path(folder.path(), &kid);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "x25519-secret:12").unwrap();
        assert!(Keystore::open(folder.path()).unwrap_err().report().contains("bank-a/dev.reading"));
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
