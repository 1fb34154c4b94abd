use crate::invoice::ubl::{NotUbl, Problem};
use std::fmt;

/// Why bytes are not an invoice of the Chinese platform, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub problem: Problem,
    /// The place, as a path of element names such as `/EInvoice/EInvoiceData/IssuItemInformation[2]/Amount`; empty for the document.
    pub place: String,
    /// One sentence for the sender.
    pub detail: String,
}

impl Unreadable {
    pub(super) fn new(problem: Problem, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { problem, place: place.into(), detail: detail.into() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { f.write_str(&self.detail) } else { write!(f, "{}: {}", self.place, self.detail) }
    }
}

impl std::error::Error for Unreadable {}

/// What is wrong with a document as XML is so whatever it should have been.
impl From<NotUbl> for Unreadable {
    fn from(not: NotUbl) -> Self {
        Self { problem: not.problem, place: not.place, detail: not.detail }
    }
}
