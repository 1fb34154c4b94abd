use super::texts::Texts;
use crate::{
    console::{Page, Row, Visit, address::Query},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Members of a page.
const PAGE: usize = 50;

macro_rules! member_columns {
    () => {
        "m.id, m.name, m.kind, m.state,
         coalesce((SELECT group_concat(r.role, ' ' ORDER BY r.role) FROM member_role r WHERE r.member = m.id), ''),
         (SELECT from_epoch FROM member_validator v WHERE v.member = m.id)"
    };
}

/// All but registered people, whose ids begin with `p-`: before them and after them, so that millions of them cost nothing.
const OTHERS: &str = concat!(
    "SELECT * FROM (SELECT ",
    member_columns!(),
    " FROM member m WHERE m.id > ?1 AND m.id < 'p-' ORDER BY m.id LIMIT 51)
     UNION ALL SELECT * FROM (SELECT ",
    member_columns!(),
    " FROM member m WHERE m.id > ?1 AND m.id >= 'p.' ORDER BY m.id LIMIT 51) ORDER BY 1 LIMIT 51"
);

const PEOPLE: &str = concat!(
    "SELECT ",
    member_columns!(),
    " FROM member m WHERE m.id > ?1 AND m.id >= 'p-' AND m.id < 'p.' ORDER BY m.id LIMIT 51"
);

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    people: Option<String>,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "members/list.html")]
struct List {
    page: Page,
    t: &'static Texts,
    people: bool,
    members: Vec<Listed>,
    /// Whether whoever asks can propose another one.
    proposes: bool,
    /// The last one, if there are more.
    after: Option<String>,
}

struct Listed {
    id: String,
    name: String,
    kind: &'static str,
    state: String,
    state_name: &'static str,
    roles: Vec<String>,
    validates: bool,
}

/// GET /members?people=&after=
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let people = wanted.people.is_some();
            let rows = desk.select(if people { PEOPLE } else { OTHERS }, vec![json!(wanted.after)]).await?;
            let listed = |row: &Row| Listed {
                id: row.text(0),
                name: row.text(1),
                kind: t.kind(&row.text(2)),
                state_name: t.state(&row.text(3)),
                state: row.text(3),
                roles: row.words(4),
                validates: row.integer(5).is_some(),
            };
            let mut members: Vec<_> = rows.iter().map(listed).collect();
            let more = members.len() > PAGE;
            members.truncate(PAGE);
            let after = members.last().filter(|_| more).map(|last| last.id.clone());
            let proposes = !people && desk.seat.governs();
            Ok(List { page: desk.page(), t, people, members, proposes, after })
        })
        .await
}
