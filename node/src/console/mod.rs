//! Pages for people: rendered here, with one style sheet and small scripts of our own, in Chinese and English. See `README.md`.

mod address;
mod assets;
mod calls;
mod check;
mod csv;
mod desk;
mod documents;
mod download;
#[cfg(test)]
mod explain;
mod explorer;
mod filled;
mod forms;
mod guard;
mod inbox;
mod invoices;
mod language;
mod live;
mod members;
mod money;
mod office;
mod packages;
mod page;
mod qr;
mod refusals;
mod router;
mod rows;
mod session;
mod texts;
mod verify;

/// The pages of people without a node: their key is in the phone's browser.
pub mod phone;

pub use desk::Moment;
pub use explorer::Places;
pub use guard::{careful, confidential, same_origin};
pub use language::Language;
pub use money::{grouped, shown};
pub use page::{Page, Visit, encoded};
pub use qr::svg_path;
pub use router::{pages, router};
pub use rows::{Row, select, with_currency};
pub use verify::offline_page;
