//! What waits for the key of the seat: approvals, votes, money, and what is to be done about invoices.

mod approvals;
mod count;
mod decisions;
mod kind;
mod money;
mod page;
#[cfg(test)]
mod plans;
mod tasks;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/inbox", get(page::all))
        .route("/inbox/{kind}", get(page::of_kind))
        .route("/inbox/count", get(count::part))
}
