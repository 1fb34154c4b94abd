use crate::{
    console::{Page, Visit},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "scan.html")]
struct Scan {
    page: Page,
}

/// GET /phone/scan: the camera reads the code of a till or of an invoice; who scans first has no key yet, so no session is asked for.
pub async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    let page = visit.page(&node);
    visit.answer(&node, Ok(Scan { page }))
}
