//! The public check page of invoices: what a number and its total are, for anybody, and nothing else of it.

mod bucket;
mod page;
pub(in crate::console) mod texts;

use crate::member::Member;
use axum::{Router, routing::get};
use bucket::Bucket;
use std::sync::{Arc, Mutex};

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    let bucket = Arc::new(Mutex::new(Bucket::full()));
    Router::new().route("/check", get(move |state, asked, visit| page::page(bucket, state, asked, visit)))
}
