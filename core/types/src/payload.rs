use crate::{Hash, Kid};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What a transaction asks for, as its signers signed it (JSON).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// The ledger it is meant for.
    pub ledger: Hash,
    /// The sender's idempotency key, unique among the first signer's transactions.
    pub id: String,
    /// Milliseconds since 1970-01-01 UTC after which it is refused.
    #[serde(rename = "expires")]
    pub expires_ms: u64,
    /// The keys whose signatures it carries, exactly.
    pub signers: Vec<Kid>,
    /// What to do: all of it or nothing.
    pub calls: Vec<Call>,
}

/// One command and its arguments.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The command, `module.command`.
    pub r#do: String,
    /// Its arguments, a JSON object, byte for byte as signed.
    pub with: Box<RawValue>,
}

impl Call {
    /// A call of `command` with serialisable arguments.
    ///
    /// # Panics
    /// If the arguments do not serialise to JSON, which is a bug of their type.
    pub fn new(command: &str, with: &impl Serialize) -> Self {
        let with = serde_json::value::to_raw_value(with).expect("arguments serialise to JSON");
        Self { r#do: command.to_owned(), with }
    }
}

/// A payload to be written and signed.
#[derive(Debug, Clone, Serialize)]
pub struct PayloadDraft<'a> {
    /// The ledger.
    pub ledger: Hash,
    /// The sender's idempotency key.
    pub id: &'a str,
    /// Milliseconds since 1970-01-01 UTC.
    #[serde(rename = "expires")]
    pub expires_ms: u64,
    /// The signers' keys.
    pub signers: &'a [Kid],
    /// The calls.
    pub calls: &'a [Call],
}

impl PayloadDraft<'_> {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a payload serialises to JSON")
    }
}
