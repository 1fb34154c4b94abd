//! Invoices as they are printed: PDF/A-3 with their XML inside.

mod archive;
mod canvas;
mod chinese;
mod european;
mod typeface;

pub use archive::{Pdf, Unprintable};
pub use chinese::{Language, pdf};
pub use european::pdf_en16931;
