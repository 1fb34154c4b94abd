use super::{
    list::{Listed, listed},
    texts::Texts,
};
use crate::{
    console::{Page, Visit, address::Query, encoded},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Documents of a page.
const PAGE: usize = 50;

/// Documents whose newest version has the field ?1 in the clear with the value ?2, after the document ?3.
pub(super) const FOUND: &str = "SELECT d.id, d.version, t.title, d.changed_ms
    FROM document_value x CROSS JOIN document d ON d.id = x.document AND d.version = x.version CROSS JOIN document_type t ON t.id = d.type
    WHERE x.name = ?1 AND x.value = ?2 AND x.document > ?3 ORDER BY x.document LIMIT 51";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    field: String,
    value: String,
    /// Documents after this one.
    after: String,
}

#[derive(Template)]
#[template(path = "documents/find.html")]
struct Find {
    page: Page,
    t: &'static Texts,
    field: String,
    value: String,
    /// Whether something is looked for.
    asked: bool,
    found: Vec<Listed>,
    /// Where more of them are.
    more: Option<String>,
}

/// GET /documents/find?field=&value=&after=
///
/// Whoever owns them: what is in the clear is for all members.
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let Wanted { field, value, after } = wanted;
            let asked = !field.is_empty() && !value.is_empty();
            let rows = match asked {
                true => desk.select(FOUND, vec![json!(field), json!(value), json!(after)]).await?,
                false => Vec::new(),
            };
            let found: Vec<_> = rows.iter().take(PAGE).map(listed).collect();
            let more = found.last().filter(|_| rows.len() > PAGE).map(|last| {
                let [field, value, after] = [&field, &value, &last.id].map(|text| encoded(text));
                format!("/documents/find?field={field}&value={value}&after={after}")
            });
            Ok(Find { t: Texts::of(desk.language()), field, value, asked, found, more, page: desk.page() })
        })
        .await
}
