//! What waits for the key of the seat: approvals, proposals, money, red letters, applications.

mod approvals;
mod page;
mod tasks;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new().route("/inbox", get(page::page))
}
