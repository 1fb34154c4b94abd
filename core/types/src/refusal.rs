use serde::{Deserialize, Serialize};
use std::fmt;

/// Why the ledger says no to what a caller asked: the caller's wrong, the same on every member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code, `module/number`, such as `invoice/7`. Codes are for life.
    pub code: String,
    /// The kind of refusal, which decides the HTTP status.
    pub kind: RefusalKind,
    /// One sentence for the caller: what was found and which rule it broke.
    pub detail: String,
    /// JSON Pointer (RFC 6901) to the field at fault, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What sort of wrong a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The request breaks a rule of form or content.
    Invalid,
    /// The signature, key or token does not prove who asks.
    Unauthenticated,
    /// Whoever asks may not do this.
    Forbidden,
    /// What the request names does not exist.
    NotFound,
    /// The state of the ledger does not allow it (now).
    Conflict,
    /// Larger than a limit.
    TooLarge,
    /// More work than the node takes on now: try again later.
    Busy,
    /// The time for it has passed.
    Expired,
}

impl Refusal {
    /// A refusal without a field.
    pub fn new(code: impl Into<String>, kind: RefusalKind, detail: impl Into<String>) -> Self {
        Self { code: code.into(), kind, detail: detail.into(), field: None }
    }

    /// Names the field at fault by its JSON Pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.field = Some(pointer.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)?;
        match &self.field {
            Some(field) if !field.is_empty() => write!(f, " ({field})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}
