//! Documents: what a member sealed or may read, and who else may; sealing, opening, sharing, showing one field.

mod find;
mod list;
mod one;
#[cfg(test)]
mod plans;
mod seal;
pub(in crate::console) mod texts;

use crate::{console::encoded, member::Member};
use axum::{Router, routing::get};
use std::sync::Arc;

/// Its pages. A document's id is owner/name, which addresses may have as two parts too.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/documents", get(list::page))
        .route("/documents/find", get(find::page))
        .route("/documents/seal", get(seal::page))
        .route("/documents/{subject}", get(one::page))
        .route("/documents/{owner}/{name}", get(one::of_owner))
}

/// Where a subject's page is.
fn path(subject: &str) -> String {
    format!("/documents/{}", encoded(subject))
}
