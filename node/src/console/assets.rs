use crate::problem::Problem;
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::Hash;

/// A file that pages load; part of the binary.
#[derive(Clone, Copy)]
pub struct Asset {
    name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, text: include_str!(concat!("assets/", $name)) }),*]
    };
}

/// The style sheet of all pages, in one file.
pub const STYLE: Asset = Asset {
    name: "console.css",
    text: concat!(
        include_str!("assets/console.css"),
        include_str!("assets/desk.css"),
        include_str!("assets/explorer.css"),
        include_str!("assets/people.css"),
        include_str!("assets/invoices.css"),
        include_str!("assets/packages.css"),
    ),
};

const ALL: &[Asset] = assets![
    "act.js",
    "amounts.js",
    "application.js",
    "apply.js",
    "batch.js",
    "chinese.js",
    "chosen.js",
    "deploy.js",
    "desk.js",
    "documents.js",
    "european.js",
    "form.js",
    "forms.js",
    "icon.svg",
    "import.js",
    "imported.js",
    "invoice.js",
    "issue.js",
    "key.js",
    "ledger.js",
    "lines.js",
    "office.js",
    "parts.js",
    "passkey.js",
    "pay.js",
    "proof-bytes.js",
    "proof-certificate.js",
    "proof-file.js",
    "proof-genesis.js",
    "proof-index.js",
    "proof-json.js",
    "proof-key.js",
    "proof.js",
    "rows.js",
    "scan.js",
    "session.js",
    "sign-in.js",
    "times.js",
    "verify.js",
];

/// What is in an asset of this name.
pub fn text(name: &str) -> Option<&'static str> {
    [STYLE].iter().chain(ALL).find(|asset| asset.name == name).map(|asset| asset.text)
}

/// GET /assets/{name}
///
/// A browser keeps it and asks whether it is still the same.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(text) = text(&name) else {
        return Problem::not_found(format!("there is no asset {name:?}")).into_response();
    };
    let tag = format!("\"{}\"", &Hash::of(&[text.as_bytes()]).to_string()[..32]);
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
    (common, [(header::CONTENT_TYPE, media_type)], text).into_response()
}
