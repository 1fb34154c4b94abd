use super::texts::Texts;
use crate::{
    console::{Page, Row, Visit, address::Query, desk::form_id},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

const TYPES: &str = "SELECT id, title FROM document_type ORDER BY id LIMIT 500";

const FIELDS: &str =
    "SELECT name, sealed, required FROM document_type_field WHERE type = ?1 ORDER BY sealed, name LIMIT 300";

const MANDATORY: &str = "SELECT reader FROM document_type_reader WHERE type = ?1 ORDER BY reader LIMIT 64";

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default, rename = "type")]
    of: String,
    document: Option<String>,
    version: Option<u64>,
}

#[derive(Template)]
#[template(path = "documents/seal.html")]
struct Seal {
    page: Page,
    t: &'static Texts,
    form_id: String,
    types: Vec<(String, String)>,
    of: String,
    document: String,
    version: u64,
    clear: Vec<Field>,
    sealed: Vec<Field>,
    mandatory: Vec<String>,
}

impl Seal {
    /// Whether documents of the type have something to seal, or no type has been chosen yet.
    fn seals(&self) -> bool {
        !self.sealed.is_empty() || self.clear.is_empty()
    }

    fn what(&self) -> &'static str {
        if self.seals() { self.t.seal } else { self.t.write }
    }

    /// What takes the form: where nothing is sealed, the command itself.
    fn action(&self) -> &'static str {
        match (self.seals(), self.version) {
            (true, _) => "/v1/documents/seal",
            (false, 1) => "/v1/commands/document.create",
            (false, _) => "/v1/commands/document.revise",
        }
    }
}

struct Field {
    name: String,
    required: bool,
}

/// GET /documents/seal?type=&document=&version=
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let types = desk.select(TYPES, Vec::new()).await?;
            let types: Vec<_> = types.iter().map(|row| (row.text(0), row.text(1))).collect();
            let of_type = || vec![json!(wanted.of)];
            let fields = desk.select(FIELDS, of_type()).await?;
            let mandatory = desk.select(MANDATORY, of_type()).await?;
            let (sealed, clear): (Vec<_>, Vec<_>) = fields.iter().partition(|row| row.number(1) == 1);
            let field = |row: &Row| Field { name: row.text(0), required: row.number(2) == 1 };
            Ok(Seal {
                t: Texts::of(desk.language()),
                form_id: form_id(),
                types,
                of: wanted.of.clone(),
                document: wanted.document.clone().unwrap_or_else(|| format!("{}/", desk.member())),
                version: wanted.version.unwrap_or(1),
                clear: clear.into_iter().map(field).collect(),
                sealed: sealed.into_iter().map(field).collect(),
                mandatory: mandatory.iter().map(|row| row.text(0)).collect(),
                page: desk.page(),
            })
        })
        .await
}
