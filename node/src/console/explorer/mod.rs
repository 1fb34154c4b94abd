//! What is on the ledger: the overview, blocks, transactions, tables and their rows, SQL. For whoever is signed in, and read from this
//! node alone.

mod blocks;
mod cell;
mod chart;
mod chinese;
mod comments;
mod csv;
mod entries;
mod evidence;
mod health;
mod links;
mod overview;
mod row;
mod rows;
mod sealed;
mod search;
mod sql;
mod tables;
pub(in crate::console) mod texts;
mod transaction;
mod tree;

pub use cell::visible;
pub use overview::Places;

use super::desk::Desk;
use crate::{member::Member, problem::Answer};
use axum::{Router, routing::get};
use counterfoil_state::Reader;
use counterfoil_types::Fault;
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/", get(overview::page))
        .route("/overview/now", get(overview::now))
        .route("/search", get(search::page))
        .route("/blocks", get(blocks::list))
        .route("/blocks/{height}", get(blocks::page))
        .route("/blocks/{height}/{index}", get(transaction::page))
        .route("/blocks/{height}/{index}/payload", get(transaction::payload))
        .route("/transactions", get(entries::page))
        .route("/transactions/{identity}", get(transaction::find))
        .route("/evidence", get(evidence::page))
        .route("/tables", get(tables::list))
        .route("/tables/{table}", get(rows::page))
        .route("/tables/{table}/{key}", get(row::page))
        .route("/sql", get(sql::page).post(sql::run))
        .route("/sql/csv", axum::routing::post(sql::file))
}

impl Desk {
    /// Reads something else than a SELECT gives, of the newest height at least that was executed when it began.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Answer<T> {
        let height = self.node.hub.executed().borrow().height;
        let found = self.node.store.read(look).await?;
        self.read_at(height);
        Ok(found)
    }

    /// Who proposes and signs, by epoch.
    async fn committees(&self) -> Answer<crate::member::Committees> {
        let height = self.node.hub.executed().borrow().height;
        let committees = self.node.committees().await?;
        self.read_at(height);
        Ok(committees)
    }
}
