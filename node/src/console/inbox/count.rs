use super::{approvals::APPROVALS, decisions::DECISIONS, kind::together, money::MONEY, tasks::TASKS, texts::Texts};
use crate::{console::Visit, member::Member, problem::Problem};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use std::sync::{Arc, LazyLock};

/// From here on it is only said that there are more.
const COUNTED_MAX: u64 = 100;

/// How much waits for the member, each kind counted up to ?3.
pub(super) static COUNT: LazyLock<String> = LazyLock::new(|| {
    let groups = [&APPROVALS, &DECISIONS, &MONEY, &TASKS];
    let own = groups.into_iter().flat_map(|group| group.kinds()).filter(|kind| kind.is_own);
    format!("SELECT sum(n) FROM ({})", together(own, "count(*) AS n"))
});

#[derive(Template)]
#[template(path = "inbox/count.html")]
struct Count {
    t: &'static Texts,
    waiting: u64,
}

impl Count {
    fn shown(&self) -> String {
        if self.waiting < COUNTED_MAX { self.waiting.to_string() } else { format!("{}+", COUNTED_MAX - 1) }
    }
}

/// GET /inbox/count: how much waits for the key of the seat, for the list of pages that every page has.
pub(super) async fn part(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    match visit.desk(&node).await {
        Ok(Some(desk)) => {
            let kid = desk.kid();
            let params =
                vec![json!(kid.member()), json!(""), json!(COUNTED_MAX), json!(kid.key()), json!(desk.holder())];
            let counted = desk.find(COUNT.as_str(), params).await;
            let count =
                counted.map(|row| Count { t: Texts::of(desk.language()), waiting: row.map_or(0, |row| row.number(0)) });
            visit.answer(&node, count)
        }
        Ok(None) => Problem::unauthenticated("nobody is signed in").into_response(),
        Err(problem) => problem.into_response(),
    }
}
