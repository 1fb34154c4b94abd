use super::tree::{Element, Space};
use crate::invoice::en16931::codes::CREDIT_NOTE_TYPE;

/// Which of the two documents of UBL that EN 16931 takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// `Invoice`.
    Invoice,
    /// `CreditNote`.
    CreditNote,
}

impl Root {
    pub(super) fn of(element: &Element) -> Option<Self> {
        match (element.space, element.name.as_str()) {
            (Space::Invoice, "Invoice") => Some(Self::Invoice),
            (Space::CreditNote, "CreditNote") => Some(Self::CreditNote),
            _ => None,
        }
    }

    /// The document that an invoice of a type (BT-3) is written as: a credit note for 381 and its like.
    pub fn of_type(type_code: Option<&str>) -> Self {
        // 81 is on both lists.
        let credit = type_code.is_some_and(|code| code != "81" && CREDIT_NOTE_TYPE.contains(code));
        if credit { Self::CreditNote } else { Self::Invoice }
    }

    /// Name of the root element, and of its type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::CreditNote => "CreditNote",
        }
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Invoice => "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
            Self::CreditNote => "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
        }
    }

    pub(super) fn type_code(self) -> &'static str {
        match self {
            Self::Invoice => "InvoiceTypeCode",
            Self::CreditNote => "CreditNoteTypeCode",
        }
    }

    pub(super) fn line(self) -> &'static str {
        match self {
            Self::Invoice => "InvoiceLine",
            Self::CreditNote => "CreditNoteLine",
        }
    }

    pub(super) fn quantity(self) -> &'static str {
        match self {
            Self::Invoice => "InvoicedQuantity",
            Self::CreditNote => "CreditedQuantity",
        }
    }
}
