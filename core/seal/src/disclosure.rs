use crate::{FieldValue, OpenedField, SealError};
use counterfoil_proof::{Cell, Claim, PROOF_BYTES_MAX, Proof, Proved, verify};
use counterfoil_types::{Hash, Value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The table that holds the commitments.
pub const FIELD_TABLE: &str = "document_field";
const FORMAT: &str = "counterfoil-disclosure/1";
/// A field is never longer than a transaction; a proof has its own limit.
const BYTES_MAX: usize = PROOF_BYTES_MAX + 2 * 1024 * 1024;

/// One field, shown and proved without the others: a file that anybody checks offline with the ledger's genesis file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Always `counterfoil-disclosure/1`.
    pub format: String,
    /// The field with its salt.
    pub field: OpenedField,
    /// That the ledger holds its commitment.
    pub proof: Proof,
}

/// What a disclosure shows. Its text is a paragraph for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// What was sealed.
    pub subject: String,
    /// Its version.
    pub version: u64,
    /// The field.
    pub field: OpenedField,
    /// The row of the commitment, and who signed for it.
    pub proved: Proved,
}

impl Disclosure {
    /// A field and the proof of its row in [`FIELD_TABLE`].
    pub fn new(field: OpenedField, proof: Proof) -> Self {
        Self { format: FORMAT.to_owned(), field, proof }
    }

    /// The file: JSON without spaces and a line feed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a disclosure serialises to JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a file in the one form that [`to_bytes`](Self::to_bytes) writes; the line feed may be missing.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let not = |reason: String| SealError::Disclosure { reason };
        if bytes.len() > BYTES_MAX {
            return Err(not(format!("{} bytes, at most {BYTES_MAX} are read", bytes.len())));
        }
        let disclosure: Self = serde_json::from_slice(bytes).map_err(|error| not(error.to_string()))?;
        if disclosure.format != FORMAT {
            return Err(not(format!("format is {:?}, not {FORMAT:?}", disclosure.format)));
        }
        let written = disclosure.to_bytes();
        if bytes == written || Some(bytes) == written.strip_suffix(b"\n") {
            return Ok(disclosure);
        }
        Err(not("not the canonical text".to_owned()))
    }

    /// Checks it with nothing but the genesis file: the proof, that it is of a commitment, and that the field is what was committed to.
    ///
    /// # Errors
    /// If the proof fails, or is of something else.
    pub fn verify(&self, genesis: &[u8]) -> Result<Disclosed, SealError> {
        let proved = verify(&self.proof.to_bytes(), genesis)?;
        let (table, columns, row) = match &proved.claim {
            Claim::Current { table, columns, row, .. } | Claim::Written { table, columns, row, .. } => {
                (table, columns, row)
            }
            Claim::Absent { .. } => return Err(not_this("it says that a row is absent")),
        };
        if table != FIELD_TABLE {
            return Err(not_this(&format!("it is of table {table:?}, not {FIELD_TABLE:?}")));
        }
        let cell = |name: &str| columns.iter().position(|column| column == name).map(|at| &row[at]);
        let (Some(Cell(Value::Text(subject))), Some(Cell(Value::Integer(version)))) =
            (cell("subject"), cell("version"))
        else {
            return Err(not_this("its row has no subject and version"));
        };
        let (Some(Cell(Value::Text(name))), Some(Cell(Value::Blob(commitment)))) = (cell("name"), cell("commitment"))
        else {
            return Err(not_this("its row has no name and commitment"));
        };
        let commitment = Hash::from_slice(commitment).ok_or_else(|| not_this("its commitment has not 32 bytes"))?;
        let version = u64::try_from(*version).map_err(|_| not_this("its version is below zero"))?;
        verify_field(&self.field, name, &commitment)?;
        let subject = subject.clone();
        Ok(Disclosed { subject, version, field: self.field.clone(), proved })
    }
}

/// Compares a field with a row of [`FIELD_TABLE`].
///
/// # Errors
/// If name or commitment differ.
pub fn verify_field(field: &OpenedField, name: &str, commitment: &Hash) -> Result<(), SealError> {
    if field.name != name {
        return Err(not_this(&format!("it is of field {name:?}, not {:?}", field.name)));
    }
    if field.commitment() != *commitment {
        return Err(not_this("value and salt are not what the ledger's commitment says"));
    }
    Ok(())
}

fn not_this(reason: &str) -> SealError {
    SealError::NotThisField { reason: reason.to_owned() }
}

impl fmt::Display for Disclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, version, field, .. } = self;
        write!(f, "Shown: version {version} of {subject:?} was sealed with {} = ", field.name)?;
        match &field.value {
            FieldValue::Text(text) => writeln!(f, "{text:?}")?,
            FieldValue::Bytes(bytes) => {
                writeln!(f, "{} bytes with SHA-256 {}", bytes.len(), Hash::of(&[bytes]))?;
            }
        }
        self.proved.fmt(f)
    }
}
