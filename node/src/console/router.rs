use super::{
    address::{Path, Query},
    assets, check, documents, explorer, forms, guard, inbox, invoices,
    language::Language,
    live, members, money, office, packages, phone, session, verify,
};
use crate::{member::Member, problem::Problem};
use axum::{
    Router,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use std::sync::Arc;

/// The pages of a member's node, and more pages that are served beside them.
pub fn router(node: &Member, more: Router<Arc<Member>>) -> Router<Arc<Member>> {
    let mut router = pages(more);
    for area in [
        check::router(),
        documents::router(),
        explorer::router(),
        forms::router(),
        inbox::router(),
        invoices::router(),
        members::router(),
        money::router(),
        packages::router(),
        session::router(),
        verify::router(),
    ] {
        router = router.merge(pages(area));
    }
    if node.phone.is_some() {
        router = router.merge(pages(phone::router()));
    }
    if node.access.is_open() {
        router = router.merge(pages(office::router()));
    }
    router
        .route("/live", get(live::blocks))
        .route("/assets/{name}", get(assets::get))
        .route("/language/{tag}", get(choose))
}

/// Routes with what all pages are guarded by.
pub fn pages(router: Router<Arc<Member>>) -> Router<Arc<Member>> {
    if router.has_routes() { router.layer(middleware::from_fn(guard::guard)) } else { router }
}

#[derive(Deserialize)]
struct Chosen {
    to: String,
}

/// GET /language/{tag}?to=
async fn choose(Path(tag): Path<String>, Query(Chosen { to }): Query<Chosen>) -> Response {
    let Some(language) = Language::of_tag(&tag) else {
        return Problem::not_found(format!("there are no pages in {tag:?}")).into_response();
    };
    let to = if is_own_path(&to) { to } else { "/".to_owned() };
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, language.cookie()), (header::LOCATION, to)]).into_response()
}

/// Whether a browser that is sent there stays here: neither `//host` nor `/\host`, and nothing that ends a header.
pub(super) fn is_own_path(to: &str) -> bool {
    to.starts_with('/') && !to[1..].starts_with(['/', '\\']) && to.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn a_choice_of_language_leads_nowhere_else() {
        for (to, expected) in [
            ("/phone", true),
            ("/", true),
            ("/phone/apply?payment=a%2Fb", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("", false),
            ("/a\r\nb", false),
            ("/\t/evil.example", false),
        ] {
            assert_eq!(is_own_path(to), expected, "{to:?}");
        }
    }
}
