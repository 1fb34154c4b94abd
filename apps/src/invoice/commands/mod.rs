mod issue;
mod issue_en16931;
mod register_taxpayer;
mod rows;
mod set_rate;

pub use issue::{Buyer, BuyerKind, Contact, Issue, Item, Payment, Preference};
pub use issue_en16931::IssueEn16931;
pub use register_taxpayer::{RegisterTaxpayer, TaxpayerRegistered};
pub use rows::InvoiceIssued;
pub use set_rate::SetRate;

pub(super) use issue_en16931::from_ubl;
