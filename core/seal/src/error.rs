use counterfoil_proof::Failed;

/// Why something cannot be sealed, opened or shown. The codes are for life.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The key is not among those that the content was sealed for.
    #[error("{kid} is not among the readers")]
    NotAReader {
        /// `member/key`.
        kid: String,
    },
    /// The reading key does not open what was wrapped for it.
    #[error(
        "the reading key does not fit: it is not the one published as {kid}, or the wrapped key is of another place"
    )]
    WrongKey {
        /// `member/key`.
        kid: String,
    },
    /// The ciphertext has a length that no sealing gives.
    #[error("the ciphertext is truncated: it has {bytes} bytes, a length that no sealing gives")]
    Truncated {
        /// How many there are.
        bytes: usize,
    },
    /// Ciphertext, commitments or place are not those that were sealed.
    #[error("the sealed content is damaged: ciphertext, commitments or place are not those that were sealed")]
    Damaged,
    /// What was sealed is not what the ledger committed to: whoever sealed it cheated.
    #[error("the sealer cheated: field {field:?} is not what the ledger's commitment says")]
    CommitmentMismatch {
        /// The first such field.
        field: String,
    },
    /// What was sealed does not have the form of a content: whoever sealed it cheated.
    #[error("the sealer cheated: what was sealed is not a content: {reason}")]
    Content {
        /// What is wrong.
        reason: String,
    },
    /// A field cannot be sealed.
    #[error("field {index}: {reason}")]
    Field {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// There are no fields, too many, or they are too long together.
    #[error("{reason}")]
    Fields {
        /// What is wrong.
        reason: String,
    },
    /// A reader cannot be taken.
    #[error("reader {index}: {reason}")]
    Reader {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// The text is not a reading key.
    #[error("{reason}")]
    NotAKey {
        /// What is wrong.
        reason: &'static str,
    },
    /// The file is not a disclosure.
    #[error("not a disclosure: {reason}")]
    Disclosure {
        /// What is wrong.
        reason: String,
    },
    /// The proof inside a disclosure proves nothing.
    #[error(transparent)]
    ProofFails(#[from] Failed),
    /// The proof is of something else than the field that is shown.
    #[error("the proof is not of this field: {reason}")]
    NotThisField {
        /// What differs.
        reason: String,
    },
    /// There are no readers, or too many.
    #[error("{reason}")]
    Readers {
        /// What is wrong.
        reason: String,
    },
}

impl SealError {
    /// `seal/1` and so on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAReader { .. } => "seal/1",
            Self::WrongKey { .. } => "seal/2",
            Self::Truncated { .. } => "seal/3",
            Self::Damaged => "seal/4",
            Self::CommitmentMismatch { .. } => "seal/5",
            Self::Content { .. } => "seal/6",
            Self::Field { .. } => "seal/7",
            Self::Fields { .. } => "seal/8",
            Self::Reader { .. } => "seal/9",
            Self::NotAKey { .. } => "seal/10",
            Self::Disclosure { .. } => "seal/11",
            Self::ProofFails(_) => "seal/12",
            Self::NotThisField { .. } => "seal/13",
            Self::Readers { .. } => "seal/14",
        }
    }
}
