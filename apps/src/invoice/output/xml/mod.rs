//! The XML that the Chinese tax platform delivers fully digital invoices in (`EInvoice`, version 0.33).
//!
//! There is no public schema. Names, order and codes are those of delivered documents and of the samples to the Ministry of Finance's
//! 电子凭证会计数据标准——全面数字化的电子发票.

mod read;
mod unreadable;
mod write;

pub use read::read;
pub use unreadable::Unreadable;
pub use write::write;

/// Code and name of the label that says an invoice's colour.
const BLUE: &str = "Y";
const RED: &str = "N";
/// Codes of the two kinds.
const SPECIAL: &str = "01";
const ORDINARY: &str = "02";
/// Further particulars (附加要素), a name and a value each: what the platform's own elements have no place for.
const PAYEE: &str = "收款人";
const REVIEWER: &str = "复核人";
/// Its value is the numbers of the items, counted from one.
const SIMPLIFIED: &str = "简易征收";

#[cfg(test)]
mod tests;
