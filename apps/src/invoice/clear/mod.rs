//! Invoices in the clear: what sellers and buyers give to their nodes, how it is split into what all see and what is sealed, and how the
//! tax authority's node makes it again from both and checks it.

mod application;
mod arrived;
mod chinese;
mod european;

/// Reading the ledger from outside of a command.
pub(super) mod read;

pub use application::ClearApplication;
pub use arrived::{Content, Wrong, content};
pub use chinese::{Buyer, BuyerKind, ClearInvoice, Contact, Item, Preference};
pub use european::ClearEn16931;

use arrived::Arrived;
pub(super) use arrived::examine;
pub(super) use european::{Stated, from_ubl};
