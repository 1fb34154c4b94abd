//! The tax authority's view: taxpayers, what they issued and deducted, and what needs a look.

mod chart;
mod input;
mod months;
mod overview;
mod sales_book;
mod select;
mod taxpayer;

#[cfg(test)]
pub(super) use select::EACH;

use super::texts::Texts;
use crate::{
    console::{
        Visit,
        desk::Desk,
        download::{self, Report},
        session,
    },
    member::Member,
    problem::{Answer, Problem},
};
use axum::{Router, response::Response, routing::get};
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/tax", get(overview::page))
        .route("/tax/taxpayers.csv", get(overview::taxpayers_csv))
        .route("/tax/alarms.csv", get(overview::alarms_csv))
        .route("/tax/questions.csv", get(overview::questions_csv))
        .route("/tax/{taxpayer}", get(taxpayer::page))
        .route("/tax/{taxpayer}/output-tax.csv", get(taxpayer::output_csv))
        .route("/tax/{taxpayer}/months.csv", get(taxpayer::months_csv))
        .route("/tax/{taxpayer}/input-tax", get(input::page))
        .route("/tax/{taxpayer}/input-tax.csv", get(input::csv))
        .route("/tax/{taxpayer}/sales-book", get(sales_book::page))
        .route("/tax/{taxpayer}/sales-book.csv", get(sales_book::csv))
}

/// Refuses who is no tax authority.
fn require(desk: &Desk) -> Answer<()> {
    if desk.seat.has("tax-authority") {
        return Ok(());
    }
    Err(Problem::forbidden(format!("{} is no tax authority", desk.member())))
}

/// A report as CSV, for a tax authority alone.
async fn report(node: Arc<Member>, visit: Visit, make: impl FnOnce(&'static Texts) -> Answer<Report>) -> Response {
    let made = match visit.desk(&node).await {
        Ok(Some(desk)) => require(&desk).and_then(|()| make(Texts::of(desk.language()))),
        Ok(None) => return session::to_sign_in(&visit.path),
        Err(problem) => Err(problem),
    };
    let file = match made {
        Ok(report) => download::download(Arc::clone(&node), visit.headers.clone(), report).await,
        Err(problem) => Err(problem),
    };
    file.unwrap_or_else(|problem| visit.problem(&node, &problem))
}
