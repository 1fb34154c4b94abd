//! The form by which an invoice is issued, in both regimes.

use super::texts::Texts;
use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::{Desk, form_id},
        encoded,
    },
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{Json, extract::State, http::StatusCode, response::Response};
use counterfoil_apps::invoice::{date, decimal::Fixed, taxpayer_id};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Taxpayers of a member among which the seller is chosen.
const TAXPAYERS: u64 = 50;

/// The rates of a day that no newer rule has taken back. ?1 regime, ?2 day.
const RATES: &str = "SELECT category, rate, scale FROM invoice_rate r
    WHERE regime = ?1 AND allowed = 1 AND from_day <= ?2 AND coalesce(until_day, ?2) >= ?2
      AND NOT EXISTS (SELECT 1 FROM invoice_rate n WHERE n.regime = r.regime AND n.category = r.category AND n.rate = r.rate
          AND n.scale = r.scale AND n.number > r.number AND n.from_day <= ?2 AND coalesce(n.until_day, ?2) >= ?2)
    ORDER BY category <> 'standard', category <> 'S', category, rate DESC, scale";

/// Whether special invoices are asked for. ?1 an application.
const ASKS_FOR_SPECIAL: &str = "SELECT 1 FROM invoice_application WHERE number = ?1 AND kind = 'special'";

#[derive(Deserialize)]
pub struct Asked {
    seller: Option<String>,
    /// The application that the invoice answers, and which part of it.
    application: Option<i64>,
    part: Option<i64>,
}

#[derive(Template)]
#[template(path = "invoices/new.html")]
struct New {
    page: Page,
    t: &'static Texts,
    sellers: Vec<Seller>,
    chosen: String,
    european: bool,
    rates: Vec<Rate>,
    today: String,
    /// The application that it answers, and which part of it.
    application: Option<(i64, i64)>,
    /// Whether that asks for special invoices.
    special: bool,
    form_id: String,
}

struct Seller {
    id: String,
    /// Its id as a part of an address.
    path: String,
    name: String,
    regime: String,
}

struct Rate {
    category: String,
    /// Of 10,000; nothing where any rate of the category is allowed.
    rate: Option<i64>,
}

impl Rate {
    /// `standard/0.13`, as the form's script reads it.
    fn value(&self) -> String {
        format!("{}/{}", self.category, self.rate.map(|rate| Fixed::<4>(rate).trimmed()).unwrap_or_default())
    }

    fn percent(&self) -> String {
        self.rate.map(|rate| format!("{}%", Fixed::<2>(rate).trimmed())).unwrap_or_default()
    }
}

/// GET /invoices/new?seller=&application=&part=
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| form(desk, asked).await).await
}

async fn form(desk: &Desk, asked: Asked) -> Answer<New> {
    let t = Texts::of(desk.language());
    let sql = "SELECT id, name, regime FROM invoice_taxpayer WHERE member = ?1 ORDER BY regime, id LIMIT ?2";
    let rows = desk.select(sql, vec![json!(desk.member()), json!(TAXPAYERS)]).await?;
    let sellers: Vec<Seller> = rows
        .iter()
        .map(|row| Seller {
            path: encoded(&row.text(0)).to_string(),
            id: row.text(0),
            name: row.text(1),
            regime: row.text(2),
        })
        .collect();
    let chosen = match &asked.seller {
        Some(id) => sellers.iter().find(|one| one.id == *id),
        None => sellers.first(),
    };
    if let (Some(id), None) = (&asked.seller, chosen) {
        return Err(Problem::not_found(format!("{} has no taxpayer {id:?}", desk.member())));
    }
    let regime = chosen.map_or("cn-vat", |one| one.regime.as_str());
    let european = regime != "cn-vat";
    let today = if european { date::day_in_utc(now_ms()) } else { date::day_in_china(now_ms()) };
    let rates = desk.select(RATES, vec![json!(regime), json!(today)]).await?;
    let mut rates: Vec<Rate> = rates
        .iter()
        .map(|row| Rate { category: row.text(0), rate: Some(row.money(1).0).filter(|rate| *rate >= 0) })
        .collect();
    // The scale of the seller decides which of the same rate it may use; the form does not ask twice.
    rates.dedup_by(|a, b| (&a.category, a.rate) == (&b.category, b.rate));
    let special = match asked.application {
        Some(number) => desk.find(ASKS_FOR_SPECIAL, vec![json!(number)]).await?.is_some(),
        None => false,
    };
    Ok(New {
        special,
        chosen: chosen.map(|one| one.id.clone()).unwrap_or_default(),
        sellers,
        european,
        rates,
        today,
        application: asked.application.zip(asked.part),
        form_id: form_id(),
        t,
        page: desk.page(),
    })
}

#[derive(Serialize)]
pub struct Known {
    name: String,
    member: String,
}

/// GET /invoices/buyers/{taxpayer}: who that is on this ledger, or what is wrong with the id, for the field where it is typed.
pub async fn buyer(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Answer<Json<Value>> {
    node.seated(&visit.headers)?;
    taxpayer_id::check(&id).map_err(|why| {
        let detail = format!("{id:?} is not a taxpayer id: {why}");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invoice/1", detail).at("/buyer/taxpayer")
    })?;
    let sql = "SELECT name, member FROM invoice_taxpayer WHERE id = ?1 AND regime = 'cn-vat'";
    let found = crate::console::select(&node, sql, vec![json!(id)]).await?;
    let known = found.first().map(|row| Known { name: row.text(0), member: row.text(1) });
    Ok(Json(json!(known)))
}
