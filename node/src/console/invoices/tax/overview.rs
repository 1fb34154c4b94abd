use super::{
    months, report, require,
    select::{ALARMS, QUESTIONS, TAXPAYERS},
};
use crate::{
    console::{
        Page, Row, Visit,
        address::Query,
        desk::{Desk, Moment},
        download::{Kind, Report},
        encoded,
        invoices::texts::Texts,
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

/// Taxpayers, alarms and questions of a page.
const PAGE: usize = 50;
const SHOWN: u64 = 50;
/// After every id that begins with the same text.
const AFTER: char = '\u{10ffff}';

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    taxpayer: String,
    after: String,
}

#[derive(Template)]
#[template(path = "tax/overview.html")]
struct Overview {
    page: Page,
    t: &'static Texts,
    month: String,
    asked: String,
    taxpayers: Vec<Taxpayer>,
    next: Option<String>,
    alarms: Vec<Alarm>,
    questions: Vec<Question>,
}

struct Taxpayer {
    id: String,
    address: String,
    name: String,
    member: String,
    regime: String,
    state: String,
    scale: String,
    currency: String,
    invoices: String,
    issued: String,
    red: String,
    quota: String,
}

struct Alarm {
    kind: String,
    address: String,
    name: String,
    currency: String,
    figure: u64,
}

struct Question {
    invoice: String,
    number: String,
    seller_name: String,
    rule: String,
    reason: String,
    asked_by: String,
    state: String,
    asked: Moment,
}

/// GET /tax
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| overview(desk, asked).await).await
}

async fn overview(desk: &Desk, asked: Asked) -> Answer<Overview> {
    require(desk)?;
    let month = months::asked(&asked.month, now_ms())?;
    let prefix = asked.taxpayer.trim().to_owned();
    let params = [json!(asked.after), json!(PAGE + 1)].into_iter().chain(about_taxpayers(&month, &prefix)).collect();
    let rows = desk.select(TAXPAYERS, params).await?;
    let mut taxpayers: Vec<Taxpayer> = rows.iter().map(taxpayer).collect();
    // A taxpayer has a row for each currency.
    let mut ids: Vec<&str> = taxpayers.iter().map(|one| one.id.as_str()).collect();
    ids.dedup();
    let next = ids.get(PAGE).map(|_| {
        let last = encoded(ids[PAGE - 1]);
        format!("/tax?month={month}&taxpayer={}&after={last}", encoded(&prefix))
    });
    if let Some(beyond) = ids.get(PAGE).map(|id| (*id).to_owned()) {
        taxpayers.retain(|one| one.id != beyond);
    }
    let alarms = desk.select(ALARMS, vec![json!(""), json!(SHOWN), json!(month)]).await?;
    let questions = desk.select(QUESTIONS, vec![json!(""), json!(SHOWN)]).await?;
    Ok(Overview {
        alarms: alarms.iter().map(alarm).collect(),
        questions: questions.iter().map(question).collect(),
        month,
        asked: prefix,
        taxpayers,
        next,
        t: Texts::of(desk.language()),
        page: desk.page(),
    })
}

/// From ?3 on: month, today, and between which texts the ids lie.
fn about_taxpayers(month: &str, prefix: &str) -> Vec<Value> {
    let today = date::day_in_china(now_ms());
    vec![json!(month), json!(today), json!(prefix), json!(format!("{prefix}{AFTER}"))]
}

fn taxpayer(row: &Row) -> Taxpayer {
    let quota = [
        Some(row.money(11).0).filter(|most| *most >= 0).map(|most| most.to_string()),
        Some(row.money(12).0).filter(|most| *most >= 0).map(|most| shown(most, 2)),
    ];
    let has_month = !row.text(7).is_empty();
    let of_month = |text: String| if has_month { text } else { String::new() };
    Taxpayer {
        id: row.text(1),
        address: format!("/tax/{}", encoded(&row.text(1))),
        name: row.text(2),
        member: row.text(3),
        regime: row.text(4),
        state: row.text(5),
        scale: row.text(6),
        currency: row.text(7),
        invoices: of_month(row.number(8).to_string()),
        issued: of_month(row.amount(9)),
        red: of_month(row.amount(10)),
        quota: if has_month { quota.into_iter().flatten().collect::<Vec<_>>().join(" / ") } else { String::new() },
    }
}

fn alarm(row: &Row) -> Alarm {
    Alarm {
        kind: row.text(1),
        address: format!("/tax/{}", encoded(&row.text(2))),
        name: row.text(3),
        currency: row.text(5),
        figure: row.number(6),
    }
}

fn question(row: &Row) -> Question {
    Question {
        invoice: row.text(1),
        number: row.text(2),
        seller_name: row.text(4),
        rule: row.text(5),
        reason: row.text(6),
        asked_by: row.text(7),
        state: row.text(8),
        asked: Moment(row.number(10)),
    }
}

/// GET /tax/taxpayers.csv?month=
pub async fn taxpayers_csv(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    let make = |t: &'static Texts| {
        let month = months::asked(&asked.month, now_ms())?;
        Ok(Report {
            sql: TAXPAYERS,
            given: about_taxpayers(&month, asked.taxpayer.trim()),
            columns: vec![
                (t.taxpayer, Kind::Text),
                (t.name, Kind::Text),
                (t.member, Kind::Text),
                (t.regime, Kind::Text),
                (t.status_now, Kind::Text),
                (t.scale, Kind::Text),
                (t.currency, Kind::Text),
                (t.invoices, Kind::Number),
                (t.issued_total, Kind::Amount),
                (t.taken_back, Kind::Amount),
            ],
            name: format!("taxpayers-{month}"),
        })
    };
    report(node, visit, make).await
}

/// GET /tax/alarms.csv?month=
pub async fn alarms_csv(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    let make = |t: &'static Texts| {
        let month = months::asked(&asked.month, now_ms())?;
        let name = format!("alarms-{month}");
        let columns = vec![
            (t.alarms, Kind::Text),
            (t.taxpayer, Kind::Text),
            (t.name, Kind::Text),
            (t.month, Kind::Text),
            (t.currency, Kind::Text),
            (t.figure, Kind::Number),
        ];
        Ok(Report { sql: ALARMS, given: vec![json!(month)], columns, name })
    };
    report(node, visit, make).await
}

/// GET /tax/questions.csv
pub async fn questions_csv(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    let make = |t: &'static Texts| {
        let columns = vec![
            (t.id, Kind::Text),
            (t.own_number, Kind::Text),
            (t.taxpayer, Kind::Text),
            (t.name, Kind::Text),
            (t.rule, Kind::Text),
            (t.what_is_doubted, Kind::Text),
            (t.member, Kind::Text),
            (t.status_now, Kind::Text),
            (t.answer, Kind::Text),
        ];
        Ok(Report { sql: QUESTIONS, given: Vec::new(), columns, name: "questions".to_owned() })
    };
    report(node, visit, make).await
}
