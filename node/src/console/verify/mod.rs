//! The page that checks a proof in the browser. See `README.md`.

mod offline;
pub(in crate::console) mod texts;

pub use offline::offline_page;

use crate::{
    console::{Page, Visit, desk::Desk},
    member::Member,
};
use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use std::sync::Arc;
use texts::Texts;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new().route("/verify", get(verify))
}

#[derive(Template)]
#[template(path = "verify/page.html")]
struct Verify {
    page: Page,
    t: &'static Texts,
    /// Distinguishes the inputs of the languages, where a page has both.
    tag: &'static str,
    /// The id of the node's own ledger.
    own: Option<String>,
}

impl Verify {
    fn of(page: Page) -> Self {
        let language = page.language;
        Self { t: Texts::of(language), tag: language.tag(), own: Some(page.ledger.clone()), page }
    }
}

/// GET /verify: for everybody, signed in or not.
async fn verify(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    if node.seat(&visit.headers).is_some() {
        return visit.at_desk(&node, async |desk: &Desk| Ok(Verify::of(desk.page()))).await;
    }
    let page = Verify::of(visit.page(&node));
    visit.answer(&node, Ok(page))
}
