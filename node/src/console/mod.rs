//! Pages for people: rendered here, with one style sheet and small scripts of our own, in Chinese and English. See `README.md`.

mod assets;
mod guard;
mod language;
mod office;
mod page;
mod qr;
mod refusals;
mod router;
mod rows;
mod texts;

/// The pages of people without a node: their key is in the phone's browser.
pub mod phone;

pub use guard::confidential;
pub use page::{Page, Time, Visit, encoded};
pub use qr::svg_path;
pub use router::{pages, router};
pub use rows::{Row, select};
