//! Documents that are made of what a reader has opened, such as the PDF of a sealed invoice.

use counterfoil_seal::{Opened, Record};
use counterfoil_state::Reader;
use counterfoil_types::Refusal;

/// A kind of document that a module makes of what is sealed under its subjects.
#[derive(Debug, Clone, Copy)]
pub struct Rendering {
    /// Its media type, by which it is asked for.
    pub media_type: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// Makes it.
    pub render: fn(&Rendered<'_>) -> Result<Vec<u8>, Refusal>,
}

/// What a document is made of.
pub struct Rendered<'a> {
    /// The ledger as it is now.
    pub reader: &'a Reader,
    /// What is sealed.
    pub record: &'a Record,
    /// The same in the clear.
    pub opened: &'a Opened,
    /// Which of the documents it is to be, where the module makes several of what is sealed: of an invoice the id of a red letter of it.
    pub document: Option<&'a str>,
    /// Whether it is for somebody who reads English rather than Chinese.
    pub english: bool,
    /// The address of the node that makes it, such as `https://ledger.example`, for links.
    pub origin: &'a str,
}
