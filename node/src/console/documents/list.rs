use super::{path, texts::Texts};
use crate::{
    console::{Page, Row, Visit, address::Query, desk::Moment},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Entries of each list.
const PAGE: usize = 50;

/// The sealer stands before the ciphertext, so that the latter is not read.
const READABLE: &str = "SELECT r.subject, r.version, s.sealer, r.added_by, CAST(r.number AS TEXT), r.mandatory,
        (SELECT b.time_ms FROM block b WHERE b.height = r.height)
    FROM document_reader r JOIN document_sealed s ON s.subject = r.subject AND s.version = r.version
    WHERE r.reader = ?1 AND r.number < ?2 ORDER BY r.number DESC LIMIT 51";

const OWNED: &str =
    "SELECT d.id, d.version, t.title, d.changed_ms FROM document d JOIN document_type t ON t.id = d.type
    WHERE d.owner = ?1 AND d.id > ?2 ORDER BY d.id LIMIT 51";

#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<i64>,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "documents/list.html")]
struct List {
    page: Page,
    t: &'static Texts,
    member: String,
    owned: Vec<Listed>,
    /// Nothing is looked for yet.
    field: &'static str,
    value: &'static str,
    after: Option<String>,
    readable: Vec<Readable>,
    before: Option<String>,
}

/// A document in a table.
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) version: u64,
    pub(super) title: String,
    pub(super) at: Moment,
}

struct Readable {
    subject: String,
    path: String,
    version: u64,
    sealer: String,
    added_by: String,
    number: String,
    at: Moment,
}

/// GET /documents?before=&after=
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let before = wanted.before.unwrap_or(i64::MAX);
            let readable = desk.select(READABLE, vec![json!(desk.member()), json!(before)]).await?;
            let owned = desk.select(OWNED, vec![json!(desk.member()), json!(wanted.after)]).await?;
            let (more_readable, more_owned) = (readable.len() > PAGE, owned.len() > PAGE);
            let readable: Vec<_> = readable.iter().take(PAGE).map(read).collect();
            let owned: Vec<_> = owned.iter().take(PAGE).map(listed).collect();
            Ok(List {
                t: Texts::of(desk.language()),
                member: desk.member().to_owned(),
                after: owned.last().filter(|_| more_owned).map(|last| last.id.clone()),
                before: readable.last().filter(|_| more_readable).map(|last| last.number.clone()),
                owned,
                field: "",
                value: "",
                readable,
                page: desk.page(),
            })
        })
        .await
}

/// A row of id, version, title of the type and time of the change.
pub(super) fn listed(row: &Row) -> Listed {
    let id = row.text(0);
    Listed { path: path(&id), id, version: row.number(1), title: row.text(2), at: Moment(row.number(3)) }
}

fn read(row: &Row) -> Readable {
    let (subject, version) = (row.text(0), row.number(1));
    Readable {
        path: format!("{}?version={version}", path(&subject)),
        subject,
        version,
        sealer: row.text(2),
        added_by: row.text(3),
        number: row.text(4),
        at: Moment(row.number(6)),
    }
}
