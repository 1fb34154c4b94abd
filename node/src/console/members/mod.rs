//! Members, their keys and roles, validators, votes, approval policies.

mod governance;
mod list;
mod one;
mod proposal;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/members", get(list::page))
        .route("/members/{id}", get(one::page))
        .route("/governance", get(governance::page))
        .route("/governance/{id}", get(proposal::page))
}

/// The role of a key that manages its member's keys, proposes and votes.
pub(in crate::console) const ADMIN: &str = "admin";
/// The role of an organisation that decides with the others.
pub(in crate::console) const GOVERNOR: &str = "governor";
