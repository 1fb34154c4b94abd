//! Inputs in the clear: what a caller gives to the node that signs for him, and what of it then travels sealed.
//!
//! A command with a member `sealed` ([`Sealed`]) can be given in two ways: sealed already, by whoever seals with software of his own,
//! or in the clear, to a node that he trusts. The second form is a [`Clear`]: it is checked by rules that later only readers can
//! check, and split into the command that all see and the fields that readers see ([`Draft`]). Which form an input has is told by its
//! member `sealed`. On the other side, the node of a reader checks what arrived ([`Examine`]).

use crate::{Command, PlatformRefused, call, command::parse};
use counterfoil_seal::{CryptoRng, Field, Opened, Place, Reader as SealReader, Record, SealError, Sealed};
use counterfoil_state::{Reader, SqlLimits};
use counterfoil_types::{Call, Hash, Kid, Refusal};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::json;

/// The input of a command in the clear: derive `Deserialize` with `deny_unknown_fields`, and `JsonSchema`; it has no member `sealed`.
pub trait Clear: DeserializeOwned + JsonSchema + 'static {
    /// What is signed.
    type Command: Command;

    /// Why it is not signed.
    type Refused: Into<Refusal>;

    /// Checks it as strictly as its readers will, and splits it.
    fn draft(self, at: &Drafting<'_>) -> Result<Draft, Self::Refused>;
}

/// What a draft is made with.
pub struct Drafting<'a> {
    /// The ledger as it is now.
    pub reader: &'a Reader,
    /// The key that will sign.
    pub signer: &'a Kid,
    /// A name that this signer has not used before, of up to 32 of `a-z 0-9`: the same when a request is repeated.
    pub unique: &'a str,
}

/// A command that lacks what is sealed.
pub struct Draft {
    /// What is sealed: `module:id`.
    pub subject: String,
    /// Its version, from 1.
    pub version: u64,
    /// The member who seals.
    pub sealer: String,
    /// What only readers see.
    pub fields: Vec<Field>,
    /// For whom. Where a member has no reading key, the refusal is at the JSON Pointer beside it; without a pointer he is left out.
    pub readers: Vec<(String, Option<String>)>,
    /// The call with what is sealed.
    pub call: Box<dyn FnOnce(Sealed) -> Call + Send>,
}

/// Checks what a node has opened for a member who answers for it, such as a tax authority, or could not open: the calls that this member
/// is to sign about it, none if all is well. Given the record, its content, and the member.
pub type Examine = fn(&Reader, &Record, Result<&Opened, &SealError>, &str) -> Result<Vec<Call>, Refusal>;

/// A clear form without its type.
#[derive(Clone, Copy)]
pub struct ClearDeclaration {
    /// JSON schema of the input in the clear.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads the input strictly, checks and splits it.
    pub draft: fn(&str, &Drafting<'_>) -> Result<Draft, Refusal>,
}

impl ClearDeclaration {
    /// The declaration of a clear form.
    pub const fn of<C: Clear>() -> Self {
        Self { schema: C::json_schema, draft: |with, at| parse::<C>(with)?.draft(at).map_err(Into::into) }
    }

    /// The JSON schema (2020-12) as a document of its own.
    pub fn schema_document(&self) -> serde_json::Value {
        crate::schema::document(self.schema)
    }
}

impl Draft {
    /// A draft of a command, of version 1.
    pub fn new<C: Command>(subject: String, sealer: &str, command: impl FnOnce(Sealed) -> C + Send + 'static) -> Self {
        Self {
            subject,
            version: 1,
            sealer: sealer.to_owned(),
            fields: Vec::new(),
            readers: Vec::new(),
            call: Box::new(move |sealed| call(&command(sealed))),
        }
    }

    /// Seals it for the newest reading key of each reader. `rng` makes randomness; it is given a hash of all that is sealed and for
    /// whom, so that a node can have the same request sealed to the same bytes.
    pub fn seal<R: CryptoRng>(self, reader: &Reader, rng: impl FnOnce(Hash) -> R) -> Result<Call, Refusal> {
        let mut keys = Vec::<SealReader>::new();
        for (member, field) in &self.readers {
            if keys.iter().any(|known| known.kid.member() == member) {
                continue;
            }
            match (reading_key(reader, member)?, field) {
                (Some(key), _) => keys.push(key),
                (None, Some(field)) => {
                    let (field, member) = (field.clone(), member.clone());
                    return Err(PlatformRefused::NoReadingKey { field, member }.into());
                }
                (None, None) => {}
            }
        }
        let place = self.place(reader.ledger());
        let named: Vec<_> = keys.iter().map(|key| format!("{} {}", key.kid, key.public_key)).collect();
        let all = json!([place.ledger, place.subject, place.version, place.sealer, self.fields, named]).to_string();
        self.seal_for(reader.ledger(), &keys, &mut rng(Hash::of(&[b"counterfoil/draft/1", all.as_bytes()])))
    }

    /// Seals it for these keys, without asking a ledger who must read it.
    pub fn seal_for(self, ledger: Hash, keys: &[SealReader], rng: &mut impl CryptoRng) -> Result<Call, Refusal> {
        let sealed = counterfoil_seal::seal(&self.place(ledger), &self.fields, keys, rng);
        Ok((self.call)(sealed.map_err(|error| unsealable(&error))?))
    }

    fn place(&self, ledger: Hash) -> Place {
        Place { ledger, subject: self.subject.clone(), version: self.version, sealer: self.sealer.clone() }
    }
}

fn unsealable(error: &SealError) -> Refusal {
    PlatformRefused::Unsealable { reason: format!("{}: {error}", error.code()) }.into()
}

/// The newest active reading key of a member.
fn reading_key(reader: &Reader, member: &str) -> Result<Option<SealReader>, Refusal> {
    let sql = "SELECT name, public_key FROM document_reading_key WHERE member = ?1 AND state = 'active'
               ORDER BY added_height DESC, name LIMIT 1";
    let found = reader.sql_static(sql, &[json!(member)], SqlLimits::default())?;
    Ok(found.rows.first().and_then(|row| {
        let kid = Kid::new(member, row.first()?.as_str()?)?;
        Some(SealReader { kid, public_key: row.get(1)?.as_str()?.parse().ok()? })
    }))
}
