//! The public check page of invoices: what a number and its total are, for anybody, and nothing else of it.

mod page;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new().route("/check", get(page::page))
}
