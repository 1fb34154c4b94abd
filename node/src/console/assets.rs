use crate::problem::Problem;
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::Hash;

/// A file that pages load; part of the binary.
struct Asset {
    name: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, text: include_str!(concat!("assets/", $name)) }),*]
    };
}

const ALL: &[Asset] = assets![
    "apply.js",
    "application.js",
    "console.css",
    "form.js",
    "icon.svg",
    "invoice.js",
    "key.js",
    "ledger.js",
    "office.js",
    "pay.js",
    "session.js",
    "sign-in.js",
];

/// GET /assets/{name}
///
/// A browser keeps it and asks whether it is still the same.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ALL.iter().find(|asset| asset.name == name) else {
        return Problem::not_found(format!("there is no asset {name:?}")).into_response();
    };
    let tag = format!("\"{}\"", &Hash::of(&[asset.text.as_bytes()]).to_string()[..32]);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let media_type = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    let common = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if known == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, media_type)], asset.text).into_response()
}
