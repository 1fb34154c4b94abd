use crate::{Base64, Hex, SealError};
use counterfoil_types::{Hash, is_name};
use minicbor::Encoder;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A field before it is sealed. JSON: `{"name":"price","value":"12.50"}`, or `{"name":"scan","bytes":"<base64url>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Field {
    /// Its name, which everybody sees: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// What only readers see.
    pub value: FieldValue,
}

/// What a field says.
#[derive(Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// Bytes, such as an attached file.
    Bytes(Vec<u8>),
}

/// A field as it was sealed, with the salt that opens its commitment: never outside of a reader's memory and vault, unless it is shown.
/// JSON: as [`Field`], and `salt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct OpenedField {
    /// Its name.
    pub name: String,
    /// 32 random bytes, without which a value cannot be guessed from its commitment.
    pub salt: Hex<32>,
    /// What it says.
    pub value: FieldValue,
}

impl Field {
    /// A field with a text.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: FieldValue::Text(value.into()) }
    }

    /// A field with bytes.
    pub fn bytes(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: FieldValue::Bytes(value.into()) }
    }
}

impl OpenedField {
    /// What the ledger holds of it.
    pub fn commitment(&self) -> Hash {
        commitment(&self.name, &self.salt.0, &self.value)
    }
}

impl FieldValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }
}

impl fmt::Debug for FieldValue {
    /// Without the value: it is confidential, and a log is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "a text of {} bytes", text.len()),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// The commitment of a field: SHA-256(CBOR `["counterfoil/field/1", name, salt, value]`), with deterministic CBOR (RFC 8949 §4.2), the
/// salt as bytes and the value as text or bytes.
pub fn commitment(name: &str, salt: &[u8; 32], value: &FieldValue) -> Hash {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out);
    encoder.array(4).and_then(|e| e.str("counterfoil/field/1")).expect("writing to a Vec cannot fail");
    encode(&mut encoder, name, salt, value);
    Hash::of(&[&out])
}

/// Appends name, salt and value.
pub(crate) fn encode(encoder: &mut Encoder<&mut Vec<u8>>, name: &str, salt: &[u8; 32], value: &FieldValue) {
    encoder
        .str(name)
        .and_then(|e| e.bytes(salt))
        .and_then(|e| match value {
            FieldValue::Text(text) => e.str(text),
            FieldValue::Bytes(bytes) => e.bytes(bytes),
        })
        .expect("writing to a Vec cannot fail");
}

/// Why a text is not the name of a field.
pub(crate) fn check_name(index: usize, name: &str) -> Result<(), SealError> {
    if is_name(name) {
        return Ok(());
    }
    let reason = format!("{name:?} is not a name: 1 to 64 of a-z 0-9 - . _, beginning with a letter or digit");
    Err(SealError::Field { index, reason })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<Hex<32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<Base64>,
}

impl Raw {
    fn new(name: String, salt: Option<Hex<32>>, value: FieldValue) -> Self {
        match value {
            FieldValue::Text(text) => Self { name, salt, value: Some(text), bytes: None },
            FieldValue::Bytes(bytes) => Self { name, salt, value: None, bytes: Some(Base64(bytes)) },
        }
    }

    fn value(value: Option<String>, bytes: Option<Base64>) -> Result<FieldValue, &'static str> {
        match (value, bytes) {
            (Some(text), None) => Ok(FieldValue::Text(text)),
            (None, Some(bytes)) => Ok(FieldValue::Bytes(bytes.0)),
            _ => Err("a field has either a value or bytes"),
        }
    }
}

impl From<Field> for Raw {
    fn from(field: Field) -> Self {
        Self::new(field.name, None, field.value)
    }
}

impl From<OpenedField> for Raw {
    fn from(field: OpenedField) -> Self {
        Self::new(field.name, Some(field.salt), field.value)
    }
}

impl TryFrom<Raw> for Field {
    type Error = &'static str;

    fn try_from(raw: Raw) -> Result<Self, &'static str> {
        if raw.salt.is_some() {
            return Err("a field that is to be sealed has no salt yet");
        }
        Ok(Self { name: raw.name, value: Raw::value(raw.value, raw.bytes)? })
    }
}

impl TryFrom<Raw> for OpenedField {
    type Error = &'static str;

    fn try_from(raw: Raw) -> Result<Self, &'static str> {
        let salt = raw.salt.ok_or("an opened field has a salt")?;
        Ok(Self { name: raw.name, salt, value: Raw::value(raw.value, raw.bytes)? })
    }
}
