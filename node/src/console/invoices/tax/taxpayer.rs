use super::{
    chart::Chart,
    months, report, require,
    select::{MONTHS, OUTPUT, TAXPAYER},
};
use crate::{
    console::{
        Page, Row, Visit,
        address::Path,
        desk::{Desk, form_id},
        download::{Kind, Report},
        encoded,
        invoices::texts::Texts,
        money,
    },
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_apps::invoice::{date, decimal::Fixed};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Rows that a page shows of a report: a year of some currencies and rates.
const ROWS: u64 = 500;

#[derive(Template)]
#[template(path = "tax/taxpayer.html")]
struct Shown {
    page: Page,
    t: &'static Texts,
    taxpayer: Taxpayer,
    /// The currency of the charts: that of the newest month.
    currency: String,
    output_chart: Option<Chart>,
    issued_chart: Option<Chart>,
    output: Vec<Tax>,
    months: Vec<Month>,
    today: String,
    form_id: String,
}

/// A taxpayer, as every page about it begins.
pub struct Taxpayer {
    pub id: String,
    /// Its id as a part of an address.
    pub path: String,
    pub name: String,
    pub member: String,
    pub regime: String,
    pub state: String,
    pub scale: String,
    pub statuses: Vec<Status>,
    pub quotas: Vec<Quota>,
    pub alarms: Vec<Alarm>,
}

#[derive(Deserialize)]
pub struct Status {
    pub state: String,
    pub scale: String,
    pub from: String,
    pub until: Option<String>,
    pub set_by: String,
}

#[derive(Deserialize)]
pub struct Quota {
    pub currency: String,
    pub invoices: Option<u64>,
    pub amount: Option<i64>,
    pub from: String,
    pub until: Option<String>,
}

impl Quota {
    fn amount(&self) -> Option<String> {
        self.amount.map(|minor| money::shown(minor, 2))
    }
}

#[derive(Deserialize)]
pub struct Alarm {
    pub kind: String,
    pub what: String,
    pub figure: i64,
}

impl Alarm {
    /// How many, how much, or of how many in a hundred.
    pub fn figure(&self) -> String {
        match self.kind.as_str() {
            "round_trip" => money::shown(self.figure, 2),
            "several_buyers" => self.figure.to_string(),
            _ => format!("{}%", self.figure),
        }
    }
}

/// Tax of a month at a rate.
pub struct Tax {
    pub month: String,
    pub currency: String,
    pub category: String,
    pub percent: String,
    pub net: String,
    pub tax: String,
    /// Of output tax the kind of the invoices.
    pub kind: String,
    minor: i64,
}

struct Month {
    month: String,
    currency: String,
    invoices: u64,
    issued: String,
    red: u64,
    taken_back: String,
    minor: i64,
}

/// The taxpayer of a page.
pub async fn find(desk: &Desk, id: &str) -> Answer<Taxpayer> {
    let today = date::day_in_china(now_ms());
    let row = desk.find(TAXPAYER, vec![json!(id), Value::Null, Value::Null, json!(today)]).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("there is no taxpayer {id:?}")))?;
    Ok(Taxpayer {
        path: encoded(&row.text(0)).to_string(),
        id: row.text(0),
        name: row.text(1),
        member: row.text(2),
        regime: row.text(3),
        state: row.text(4),
        scale: row.text(5),
        statuses: serde_json::from_str(&row.text(6)).unwrap_or_default(),
        quotas: serde_json::from_str(&row.text(7)).unwrap_or_default(),
        alarms: serde_json::from_str(&row.text(8)).unwrap_or_default(),
    })
}

/// A row of [`OUTPUT`] or of input tax.
pub fn tax(row: &Row) -> Tax {
    Tax {
        month: row.text(1),
        currency: row.text(2),
        category: row.text(3),
        percent: format!("{}%", Fixed::<2>(row.money(4).0).trimmed()),
        net: row.amount(5),
        tax: row.amount(6),
        minor: row.money(6).0,
        kind: row.text(7),
    }
}

fn month(row: &Row) -> Month {
    Month {
        month: row.text(1),
        currency: row.text(2),
        invoices: row.number(3),
        issued: row.amount(4),
        red: row.number(5),
        taken_back: row.amount(6),
        minor: row.money(4).0,
    }
}

/// GET /tax/{taxpayer}
pub async fn page(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| shown(desk, &id).await).await
}

async fn shown(desk: &Desk, id: &str) -> Answer<Shown> {
    require(desk)?;
    let taxpayer = find(desk, id).await?;
    let shown = months::up_to(&months::this_month(now_ms()));
    let params = || vec![json!(""), json!(ROWS), json!(id), json!(shown[0]), json!(shown[months::SHOWN - 1])];
    let output: Vec<Tax> = desk.select(OUTPUT, params()).await?.iter().map(tax).collect();
    let issued: Vec<Month> = desk.select(MONTHS, params()).await?.iter().map(month).collect();
    let currency = issued.last().map(|last| last.currency.clone()).unwrap_or_default();
    let by_month =
        |minor: &dyn Fn(&str) -> i64| Chart::of(&shown.iter().map(|at| (at.clone(), minor(at))).collect::<Vec<_>>());
    let of_output =
        |at: &str| output.iter().filter(|one| one.month == at && one.currency == currency).map(|one| one.minor).sum();
    let of_issued =
        |at: &str| issued.iter().filter(|one| one.month == at && one.currency == currency).map(|one| one.minor).sum();
    Ok(Shown {
        output_chart: by_month(&of_output),
        issued_chart: by_month(&of_issued),
        taxpayer,
        currency,
        output,
        months: issued,
        today: date::day_in_china(now_ms()),
        form_id: form_id(),
        t: Texts::of(desk.language()),
        page: desk.page(),
    })
}

/// Columns of a report of tax by rate.
pub fn tax_columns(t: &'static Texts) -> Vec<(&'static str, Kind)> {
    vec![
        (t.month, Kind::Text),
        (t.currency, Kind::Text),
        (t.category, Kind::Text),
        (t.rate, Kind::Rate),
        (t.net_amount, Kind::Amount),
        (t.tax, Kind::Amount),
    ]
}

/// The same of output tax, which is told by kind.
fn output_columns(t: &'static Texts) -> Vec<(&'static str, Kind)> {
    tax_columns(t).into_iter().chain([(t.invoice_kind, Kind::Text)]).collect()
}

/// From ?3 on: a taxpayer or member, and all months.
fn of_all_months(id: &str) -> Vec<Value> {
    vec![json!(id), json!(""), json!("9999-99")]
}

/// GET /tax/{taxpayer}/output-tax.csv
pub async fn output_csv(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    let name = format!("output-tax-{id}");
    report(node, visit, |t| Ok(Report { sql: OUTPUT, given: of_all_months(&id), columns: output_columns(t), name }))
        .await
}

/// GET /tax/{taxpayer}/months.csv
pub async fn months_csv(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    let make = |t: &'static Texts| {
        let columns = vec![
            (t.month, Kind::Text),
            (t.currency, Kind::Text),
            (t.invoices, Kind::Number),
            (t.issued_total, Kind::Amount),
            (t.red_letters, Kind::Number),
            (t.taken_back, Kind::Amount),
            (t.quota_invoices, Kind::Number),
            (t.quota_amount, Kind::Amount),
        ];
        Ok(Report { sql: MONTHS, given: of_all_months(&id), columns, name: format!("months-{id}") })
    };
    report(node, visit, make).await
}
