use super::{
    months, report, require,
    select::SALES_BOOK,
    taxpayer::{self, Taxpayer},
};
use crate::{
    console::{
        Page, Row, Visit,
        address::{Path, Query},
        desk::Desk,
        download::{Kind, Report},
        encoded,
        invoices::{stand::Stand, texts::Texts},
        money::shown,
    },
    gate::now_ms,
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_apps::invoice::date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Invoices of a page.
const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    until: String,
    before: String,
}

impl Asked {
    /// The days: of this month where none are asked for.
    fn days(&self) -> Answer<(String, String)> {
        let today = date::day_in_china(now_ms());
        let first = format!("{}-01", &today[..7]);
        Ok((months::day(&self.from, &first)?, months::day(&self.until, &today)?))
    }
}

#[derive(Template)]
#[template(path = "tax/sales_book.html")]
struct SalesBook {
    page: Page,
    t: &'static Texts,
    taxpayer: Taxpayer,
    from: String,
    until: String,
    rows: Vec<Sale>,
    next: Option<String>,
}

struct Sale {
    id: String,
    number: String,
    day: String,
    currency: String,
    net: String,
    tax: String,
    total: String,
    stand: Stand,
}

/// GET /tax/{taxpayer}/sales-book?from=&until=&before=
pub async fn page(
    State(node): State<Arc<Member>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    visit.at_desk(&node, async |desk| book(desk, &id, asked).await).await
}

async fn book(desk: &Desk, id: &str, asked: Asked) -> Answer<SalesBook> {
    require(desk)?;
    let (from, until) = asked.days()?;
    let taxpayer = taxpayer::find(desk, id).await?;
    let mut params = vec![json!(asked.before), json!(PAGE + 1)];
    params.extend(given(id, &from, &until));
    let rows = desk.select(SALES_BOOK, params).await?;
    let next = rows.get(PAGE).map(|_| {
        let before = encoded(&rows[PAGE - 1].text(0)).to_string();
        format!("/tax/{}/sales-book?from={from}&until={until}&before={before}", taxpayer.path)
    });
    Ok(SalesBook {
        rows: rows.iter().take(PAGE).map(|row| sale(desk, row)).collect(),
        taxpayer,
        from,
        until,
        next,
        t: Texts::of(desk.language()),
        page: desk.page(),
    })
}

fn given(id: &str, from: &str, until: &str) -> Vec<Value> {
    vec![json!(id), json!(from), json!(until)]
}

fn sale(desk: &Desk, row: &Row) -> Sale {
    // A credit note takes back what its amounts say: its sign is below zero.
    let amount = |at| shown(row.money(5).0 * row.money(at).0, 2);
    Sale {
        id: row.text(1),
        number: row.text(2),
        day: row.text(3),
        currency: row.text(4),
        net: amount(6),
        tax: amount(7),
        total: amount(8),
        stand: Stand::new(&row.text(9), desk.t()),
    }
}

/// GET /tax/{taxpayer}/sales-book.csv?from=&until=
pub async fn csv(
    State(node): State<Arc<Member>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    let make = |t: &'static Texts| {
        let (from, until) = asked.days()?;
        let columns = vec![
            (t.id, Kind::Text),
            (t.own_number, Kind::Text),
            (t.day, Kind::Text),
            (t.currency, Kind::Text),
            (t.sign, Kind::Number),
            (t.net_amount, Kind::Amount),
            (t.tax, Kind::Amount),
            (t.total, Kind::Amount),
            (t.status_now, Kind::Text),
        ];
        Ok(Report { sql: SALES_BOOK, given: given(&id, &from, &until), columns, name: format!("sales-book-{id}") })
    };
    report(node, visit, make).await
}
