use counterfoil_types::{Call, Hash, Kid, PayloadDraft, SigningKey};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// A transaction to be signed with a key from a node's keystore: a client that holds its own key.
#[derive(Clone)]
pub struct Draft {
    pub ledger: Hash,
    pub id: String,
    pub expires_ms: u64,
    pub kid: Kid,
    pub key: SigningKey,
    pub calls: Vec<Call>,
}

impl Draft {
    /// One call, signed with the key `kid` that the validator in `folder` hosts.
    pub fn new(folder: &Path, kid: &str, id: &str, command: &str, with: &Value) -> Self {
        let kid: Kid = kid.parse().unwrap();
        let path = folder.join("keys").join(kid.member()).join(format!("{}.key", kid.key()));
        let text = fs::read_to_string(path).unwrap();
        let secret: [u8; 32] = hex::decode(text.trim().strip_prefix("ed25519:").unwrap()).unwrap().try_into().unwrap();
        Self {
            ledger: Hash::of(&[&fs::read(folder.join("genesis.json")).unwrap()]),
            id: id.to_owned(),
            expires_ms: now_ms() + 60_000,
            kid,
            key: SigningKey::ed25519(secret),
            calls: vec![Call::new(command, with)],
        }
    }

    pub fn payload(&self) -> Vec<u8> {
        let signers = std::slice::from_ref(&self.kid);
        let draft = PayloadDraft {
            ledger: self.ledger,
            id: &self.id,
            expires_ms: self.expires_ms,
            signers,
            calls: &self.calls,
        };
        draft.to_bytes()
    }

    pub fn compact(&self) -> String {
        self.key.sign_compact(&self.kid, &self.payload())
    }
}
