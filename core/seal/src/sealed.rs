use crate::{
    Base64, CIPHERTEXT_BYTES_MAX, FIELDS_MAX, Hex, READERS_MAX, SealError, content, field::check_name, suite::TAG_BYTES,
};
use counterfoil_types::Kid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Content that only named readers can read, as a transaction carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The encrypted content, base64url.
    pub ciphertext: Base64,
    /// Names and commitments of the fields inside, in their order.
    pub fields: Vec<SealedField>,
    /// The content's key, wrapped for each reader.
    pub readers: Vec<Wrap>,
}

/// What everybody sees of a sealed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedField {
    /// Its name: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// Salted hash of its value, 64 hexadecimal digits.
    pub commitment: Hex<32>,
}

/// A content's key, wrapped for one reader by HPKE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wrap {
    /// The member who may read.
    pub reader: String,
    /// The name of its reading key.
    pub key: String,
    /// The encapsulated key, 64 hexadecimal digits.
    pub enc: Hex<32>,
    /// The wrapped content key with its tag, 96 hexadecimal digits.
    pub wrapped: Hex<48>,
}

impl Wrap {
    /// The name of the reading key, `member/name`; `None` if it is not one.
    pub fn kid(&self) -> Option<Kid> {
        Kid::new(&self.reader, &self.key)
    }

    /// Checks the names; `index` is its place in the list.
    fn check(&self, index: usize) -> Result<(), SealError> {
        let reason = || format!("{}/{} is not the name of a reading key", self.reader, self.key);
        self.kid().map(drop).ok_or_else(|| SealError::Reader { index, reason: reason() })
    }
}

impl Sealed {
    /// Checks forms and sizes, as far as it can be done without opening.
    pub fn check(&self) -> Result<(), SealError> {
        check_length(&self.ciphertext.0)?;
        count_fields(self.fields.len())?;
        for (index, field) in self.fields.iter().enumerate() {
            check_name(index, &field.name)?;
            if self.fields[..index].iter().any(|earlier| earlier.name == field.name) {
                return Err(SealError::Field { index, reason: format!("{} stands twice", field.name) });
            }
        }
        count_readers(self.readers.len())?;
        for (index, wrap) in self.readers.iter().enumerate() {
            wrap.check(index)?;
            if self.readers[..index].iter().any(|earlier| earlier.reader == wrap.reader) {
                return Err(SealError::Reader { index, reason: format!("{} stands twice", wrap.reader) });
            }
        }
        Ok(())
    }
}

/// Whether a ciphertext has a length that sealing gives.
pub(crate) fn check_length(ciphertext: &[u8]) -> Result<(), SealError> {
    let bytes = ciphertext.len();
    if bytes > CIPHERTEXT_BYTES_MAX {
        let reason = format!("the ciphertext has {bytes} bytes, at most {CIPHERTEXT_BYTES_MAX} are taken");
        return Err(SealError::Fields { reason });
    }
    let padded = bytes.checked_sub(TAG_BYTES).is_some_and(|content| content::padded(content) == content);
    if padded { Ok(()) } else { Err(SealError::Truncated { bytes }) }
}

pub(crate) fn count_fields(count: usize) -> Result<(), SealError> {
    if (1..=FIELDS_MAX).contains(&count) {
        return Ok(());
    }
    Err(SealError::Fields { reason: format!("{count} fields, 1 to {FIELDS_MAX} can be sealed") })
}

pub(crate) fn count_readers(count: usize) -> Result<(), SealError> {
    if (1..=READERS_MAX).contains(&count) {
        return Ok(());
    }
    Err(SealError::Readers { reason: format!("{count} readers, 1 to {READERS_MAX} can be sealed for at once") })
}
