//! Accounts: what they have, what moved, and moving it.

mod account;
mod amount;
mod batch;
mod claims;
mod list;
#[cfg(test)]
mod plans;
mod statement;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

pub use amount::{grouped, shown};
pub(in crate::console) use claims::{Claim, HOLDS, OFFERS, SENT, claim, decimals};

/// Its pages. An account's id is owner/name, which addresses may have as one part too.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/accounts", get(list::page))
        .route("/accounts/{account}", get(account::redirect))
        .route("/accounts/{owner}/{name}", get(account::page))
        .route("/accounts/{owner}/{name}/statement.csv", get(statement::csv))
        .route("/accounts/{owner}/{name}/batch", get(batch::page))
}
