//! The page that imports files: each invoice in them is issued by itself, and what becomes of it is told.

use super::texts::Texts;
use crate::{
    console::{Page, Visit},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde_json::json;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "invoices/import.html")]
struct Import {
    page: Page,
    t: &'static Texts,
    sells: bool,
}

/// GET /invoices/import
pub async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let sql = "SELECT 1 FROM invoice_taxpayer WHERE member = ?1 LIMIT 1";
            let sells = desk.find(sql, vec![json!(desk.member())]).await?.is_some();
            Ok(Import { page: desk.page(), t: Texts::of(desk.language()), sells })
        })
        .await
}
