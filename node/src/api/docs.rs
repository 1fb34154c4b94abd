use crate::{console::Language, member::Member, openapi, problem::Answer};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// GET /openapi.json: what this binary offers, and the actions of the packages that the ledger has now.
pub async fn document(State(member): State<Arc<Member>>) -> Answer<Response> {
    let actions = member.store.actions().await?;
    let document = match actions.is_empty() {
        true => member.openapi.clone(),
        false => openapi::with_actions(&member.openapi, &actions).into(),
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

/// GET /docs: operations and a form to try each, from this binary alone.
pub async fn page(State(member): State<Arc<Member>>, headers: HeaderMap) -> impl IntoResponse {
    // The keys of examples are those of `dev`.
    let dev = if member.access.is_open() { " data-dev" } else { "" };
    let html = format!("lang=\"{}\"{dev}", Language::of(&headers).tag());
    asset("text/html; charset=utf-8", include_str!("../docs_ui/index.html").replacen("lang=\"en\"", &html, 1))
}

/// GET /docs/docs.js
pub async fn script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("../docs_ui/docs.js"))
}

/// GET /docs/docs.css
pub async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("../docs_ui/docs.css"))
}

type Headers = [(HeaderName, &'static str); 3];

fn asset<T: IntoResponse>(media_type: &'static str, text: T) -> (Headers, T) {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}
