//! Invoices: list, issue, one invoice, import, the tax authority's view.

mod act;
mod import;
mod issue;
mod list;
mod one;
#[cfg(test)]
mod plans;
mod sealed;
mod select;
mod stand;
mod tax;
pub(in crate::console) mod texts;
mod words;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/invoices", get(list::page))
        .route("/invoices/new", get(issue::page))
        .route("/invoices/buyers/{taxpayer}", get(issue::buyer))
        .route("/invoices/import", get(import::page))
        .route("/invoices/{id}", get(one::page))
        .route("/invoices/{id}/invoice.pdf", get(sealed::pdf_file))
        .route("/invoices/{id}/invoice.xml", get(sealed::xml_file))
        .merge(tax::router())
}
