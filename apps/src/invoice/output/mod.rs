//! Invoices as they leave the ledger: the XML of the Chinese tax platform, QR codes, and PDF documents with the XML inside.
//!
//! Functions of their arguments alone: no state, no clock, no file. The same face gives the same bytes on every machine.

mod face;
mod pdf;
mod qr;
mod red;

/// Amounts of money in Chinese capitals.
pub mod capitals;
/// The XML of the Chinese tax platform.
pub mod xml;

pub use face::{Bureau, Colour, Face, Issuance, Party};
pub use pdf::{Language, Pdf, Unprintable, pdf, pdf_en16931};
pub use qr::{check_qr_text, tax_qr_text};
pub use red::{RedLetter, Taken};

#[cfg(test)]
pub(super) mod tests;
