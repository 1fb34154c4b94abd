use crate::{Base64, Opened, Place, ReadingKey, SealError, Sealed, SealedField, Wrap, open};
use counterfoil_types::{Hash, Kid};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;

/// A sealed content as the ledger shows it: the answer of `GET /v1/sealed/{subject}/{version}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What is sealed.
    pub subject: String,
    /// Its version.
    pub version: u64,
    /// The member who sealed it.
    pub sealer: String,
    /// The encrypted content; in text hexadecimal.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub ciphertext: Vec<u8>,
    /// Height of its block.
    pub height: u64,
    /// Time of its block, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Names and commitments of the fields.
    pub fields: Vec<SealedField>,
    /// The content's key, wrapped for each reader.
    pub readers: Vec<Wrap>,
}

impl Record {
    /// Where it was sealed.
    pub fn place(&self, ledger: Hash) -> Place {
        Place { ledger, subject: self.subject.clone(), version: self.version, sealer: self.sealer.clone() }
    }

    /// As a transaction would carry it.
    pub fn sealed(&self) -> Sealed {
        Sealed {
            ciphertext: Base64(self.ciphertext.clone()),
            fields: self.fields.clone(),
            readers: self.readers.clone(),
        }
    }

    /// See [`open`](crate::open()).
    ///
    /// # Errors
    /// As `open`.
    pub fn open(&self, ledger: Hash, reader: &Kid, key: &ReadingKey) -> Result<Opened, SealError> {
        open(&self.place(ledger), &self.sealed(), reader, key)
    }

    /// The same for a member, with those of its reading keys that are at hand (`key` finds one by its name): with the first that opens
    /// it, since whoever added a reader may have wrapped the content's key wrongly for one of them.
    ///
    /// # Errors
    /// Why the last of them does not open it; if there is none, that the member is no reader.
    pub fn open_as<'k>(
        &self,
        ledger: Hash,
        member: &str,
        key: impl Fn(&Kid) -> Option<&'k ReadingKey>,
    ) -> Result<(Kid, Opened), SealError> {
        let mut why = SealError::NotAReader { kid: member.to_owned() };
        let mine = self.readers.iter().filter(|wrap| wrap.reader == member);
        for kid in mine.filter_map(Wrap::kid) {
            let Some(key) = key(&kid) else { continue };
            match self.open(ledger, &kid, key) {
                Ok(opened) => return Ok((kid, opened)),
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

fn write<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(Cow::<'de, str>::deserialize(deserializer)?.as_ref()).map_err(D::Error::custom)
}
