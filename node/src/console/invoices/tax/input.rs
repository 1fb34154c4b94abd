use super::{
    months, report, require,
    select::INPUT,
    taxpayer::{self, Tax, Taxpayer, tax_columns},
};
use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::Desk,
        download::Report,
        invoices::texts::Texts,
    },
    gate::now_ms,
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Rows of a page.
const ROWS: u64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
}

#[derive(Template)]
#[template(path = "tax/input.html")]
struct Input {
    page: Page,
    t: &'static Texts,
    taxpayer: Taxpayer,
    month: String,
    rows: Vec<Tax>,
}

/// GET /tax/{taxpayer}/input-tax?month=
///
/// What the taxpayer's member has booked as deductible in one period: organisations book, not taxpayers.
pub async fn page(
    State(node): State<Arc<Member>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    visit.at_desk(&node, async |desk| input(desk, &id, asked).await).await
}

async fn input(desk: &Desk, id: &str, asked: Asked) -> Answer<Input> {
    require(desk)?;
    let month = months::asked(&asked.month, now_ms())?;
    let taxpayer = taxpayer::find(desk, id).await?;
    let mut params = vec![json!(""), json!(ROWS)];
    params.extend(given(&taxpayer.member, &month));
    let rows = desk.select(INPUT, params).await?;
    Ok(Input {
        taxpayer,
        month,
        rows: rows.iter().map(taxpayer::tax).collect(),
        t: Texts::of(desk.language()),
        page: desk.page(),
    })
}

fn given(member: &str, month: &str) -> Vec<Value> {
    vec![json!(member), json!(month), json!(month)]
}

/// GET /tax/{taxpayer}/input-tax.csv?month=
pub async fn csv(
    State(node): State<Arc<Member>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    let sql = "SELECT member FROM invoice_taxpayer WHERE id = ?1";
    let member = match crate::console::select(&node, sql, vec![json!(id)]).await {
        Ok(rows) => rows.first().map(|row| row.text(0)).unwrap_or_default(),
        Err(problem) => return visit.problem(&node, &problem),
    };
    let make = |t: &'static Texts| {
        let month = months::asked(&asked.month, now_ms())?;
        let name = format!("input-tax-{member}-{month}");
        Ok(Report { sql: INPUT, given: given(&member, &month), columns: tax_columns(t), name })
    };
    report(node, visit, make).await
}
