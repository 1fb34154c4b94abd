use std::fmt;

/// Why bytes are not a UBL Invoice or CreditNote, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUbl {
    /// What is wrong.
    pub problem: Problem,
    /// The place, as a path of element names such as `/Invoice/cac:InvoiceLine[2]/cbc:ID`; empty for the document.
    pub place: String,
    /// One sentence for the sender.
    pub detail: String,
}

/// What sort of wrong it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Not UTF-8.
    Encoding,
    /// Not well-formed XML 1.0 with namespaces.
    Malformed,
    /// A document type, or an entity that only one could declare.
    Entity,
    /// Larger, deeper or with more elements than is taken.
    Limit,
    /// Another document than a UBL Invoice or CreditNote.
    Root,
    /// An element or attribute that UBL does not allow there.
    Unexpected,
    /// An element that stands more often than UBL allows.
    Repeated,
    /// A value that does not have the form of its type.
    Value,
}

impl NotUbl {
    pub(super) fn new(problem: Problem, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { problem, place: place.into(), detail: detail.into() }
    }
}

impl fmt::Display for NotUbl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { f.write_str(&self.detail) } else { write!(f, "{}: {}", self.place, self.detail) }
    }
}

impl std::error::Error for NotUbl {}
