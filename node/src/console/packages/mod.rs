//! Packages and shared tables: what is deployed, votes, deployment with its report.

/// In which state a package `p` is, by its newest version `v` and as a member `m`: what it is stopped by.
macro_rules! package_state {
    () => {
        "CASE WHEN m.state <> 'active' THEN m.state WHEN v.state = 'retired' THEN v.state ELSE p.state END"
    };
}

mod deploy;
mod list;
mod package;
mod report;
mod said;
mod table;
pub(in crate::console) mod texts;

pub use said::flowing;

use crate::member::Member;
use axum::{Router, routing::get};
use serde::Deserialize;
use std::sync::Arc;

/// Its pages. Those that begin something stand beside `/packages`, below which every name is a package's.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/packages", get(list::page))
        .route("/packages/{package}", get(package::page))
        .route("/deploy", get(deploy::page).post(deploy::check))
        .route("/deploy/table", get(table::page).post(table::check))
}

/// An owner's vote.
#[derive(Deserialize)]
struct OwnersVote {
    motion: String,
    version: i64,
    member: String,
    agrees: i64,
}

/// A column of JSON that the ledger wrote.
fn read<T: for<'de> Deserialize<'de> + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
