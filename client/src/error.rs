use crate::Waiting;
use counterfoil_types::Hash;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node, or the ledger, says no.
    #[error(transparent)]
    Problem(#[from] Box<Problem>),
    /// The node was not reached, or the connection broke. Whether the request was done is not known.
    #[error("{request}: {source}")]
    Transport {
        /// What was asked, and where.
        request: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// The answer is not one of a Counterfoil node.
    #[error("{request}: not an answer of a Counterfoil node: {why}")]
    Answer {
        /// What was asked, and where.
        request: String,
        /// What is wrong with it.
        why: String,
    },
    /// What is to be signed is not a transaction.
    #[error("not a transaction: {0}")]
    Transaction(#[from] counterfoil_types::Refusal),
    /// Nothing is done yet: the call waits for more signatures.
    #[error("nothing is done yet: it waits for more signatures, as proposal {proposal}", proposal = .waiting.proposal)]
    Waiting {
        /// What others sign.
        waiting: Box<Waiting>,
        /// Where the call stands on the ledger.
        receipt: Box<Place>,
    },
    /// It cannot be sealed, opened or shown.
    #[error("{code}: {0}", code = .0.code())]
    Seal(#[from] counterfoil_seal::SealError),
    /// A member for whom something is to be sealed cannot read it yet.
    #[error("member {member:?} has published no reading key: document.publish_reading_key does it")]
    NoReadingKey {
        /// Who.
        member: String,
    },
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Error {
    /// The problem, if the node or the ledger said no.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The stable code of the problem, if it is one.
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }
}

/// A problem document (RFC 9457): what was refused and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code, such as `invoice/7`.
    pub code: String,
    /// One sentence: what was found, and which rule it broke.
    #[serde(default)]
    pub detail: String,
    /// JSON Pointer to the field at fault.
    #[serde(default)]
    pub field: Option<String>,
    /// Where the refused transaction stands, if it was ordered: the refusal is final, and its id is used.
    #[serde(default)]
    pub receipt: Option<Place>,
    /// When the node wants to be asked again.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

/// Where a transaction stands on the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its identity.
    pub transaction: Hash,
    /// The sender's id.
    pub id: String,
    /// Height of its block.
    pub height: u64,
    /// Its place in the block, from 0.
    pub index: u32,
}

impl Problem {
    /// Whether the same request may succeed later: the node has too much work, is starting, stopping, or waits for others.
    pub fn is_passing(&self) -> bool {
        self.receipt.is_none() && matches!(self.status, 429 | 502 | 503 | 504)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)?;
        match &self.field {
            Some(field) if !field.is_empty() => write!(f, " ({field})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
