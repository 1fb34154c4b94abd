//! A person's pages: what was paid, applying, invoices, passing on. The signing key is in the phone's browser, the reading key is
//! derived here ([`Phone`]). [ADR 13](../../../../docs/adr/0013-people-sign-in-the-browser.md) says why.

mod application;
mod apply;
mod identity;
mod invoice;
mod invoices;
mod prepare;
mod scan;
mod sealed;
mod session;

pub use identity::{KEY, Phone, member_id};
pub use session::SignIn;

use crate::member::Member;
use axum::{
    Router,
    routing::{get, post},
};
use std::sync::Arc;

/// All of them.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/phone", get(invoices::list))
        .route("/phone/scan", get(scan::page))
        .route("/phone/challenge", get(session::challenge))
        .route("/phone/session", post(session::begin))
        .route("/phone/session/end", post(session::end))
        .route("/phone/reading-key", get(session::reading_key))
        .route("/phone/prepare", post(prepare::prepare))
        .route("/phone/apply", get(apply::page))
        .route("/phone/taxpayer-ids/{id}", get(apply::check_taxpayer_id))
        .route("/phone/applications/{number}", get(application::page))
        .route("/phone/applications/{number}/wait", get(application::wait))
        .route("/phone/invoices/{id}", get(invoice::page))
        .route("/phone/invoices/{id}/pass-on", post(prepare::pass_on))
        .route("/phone/invoices/{id}/invoice.pdf", get(sealed::pdf_file))
        .route("/phone/invoices/{id}/invoice.xml", get(sealed::xml_file))
}
