use super::{links, texts::Texts};
use crate::{
    console::{Page, Visit, address::Query},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Entries on a page.
const SHOWN: usize = 50;

const BEFORE: &str = "SELECT height, place, epoch, proposer, entry, code, detail FROM evidence
    WHERE (height, place) < (?1, ?2) ORDER BY height DESC, place DESC LIMIT ?3";

/// Which evidence is asked for.
#[derive(Deserialize)]
pub struct Before {
    height: Option<i64>,
    place: Option<i64>,
}

#[derive(Template)]
#[template(path = "explorer/evidence.html")]
struct List {
    page: Page,
    t: &'static Texts,
    all: Vec<Evidence>,
    older: Option<String>,
    newest: bool,
}

struct Evidence {
    height: u64,
    place: u64,
    href: String,
    proposer: String,
    entry: String,
    code: String,
    detail: String,
}

/// GET /evidence?height=&place=
pub async fn page(State(node): State<Arc<Member>>, Query(before): Query<Before>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let from = (before.height.unwrap_or(i64::MAX), before.place.unwrap_or(i64::MAX));
            let rows = desk.select(BEFORE, vec![json!(from.0), json!(from.1), json!(SHOWN)]).await?;
            let committees = desk.committees().await?;
            let all: Vec<Evidence> = rows
                .iter()
                .map(|row| Evidence {
                    height: row.number(0),
                    place: row.number(1),
                    href: links::entry(row.number(0), row.number(1) as u32),
                    proposer: committees.at(row.number(2), row.number(3) as u32).unwrap_or_default().to_owned(),
                    entry: row.text(4),
                    code: row.text(5),
                    detail: row.text(6),
                })
                .collect();
            let last = all.last().filter(|_| all.len() == SHOWN);
            Ok(List {
                page: desk.page(),
                t: Texts::of(desk.language()),
                older: last.map(|last| format!("/evidence?height={}&place={}", last.height, last.place)),
                all,
                newest: before.height.is_none(),
            })
        })
        .await
}
