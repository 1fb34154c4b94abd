use crate::problem::Problem;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// What a page may load and do: its own style sheet and scripts, requests to its own node, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of all pages, and no request that a page of somebody else had the browser send.
pub async fn guard(request: Request, next: Next) -> Response {
    let changes = ![Method::GET, Method::HEAD].contains(request.method());
    if changes && !same_origin(request.headers()) {
        return Problem::forbidden("a page of another origin asked for this").into_response();
    }
    guarded(next.run(request).await)
}

/// A page with the headers of all pages.
pub fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with that, forms state no origin.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

/// Browsers state the origin of whatever may change something, and what it is to this one: that tells the page of the same host without
/// TLS apart too (Fetch Metadata, W3C). Who states nothing is no browser.
pub fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    authority.is_some() && authority == text(header::HOST)
}

/// What every answer says that does not say otherwise: no cache keeps it, no browser takes it for something else than it is, and it is
/// shown in no frame.
pub async fn careful(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What no cache on the way may keep.
pub fn confidential(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_origin_changes_something() {
        for (origin, host, site, expected) in [
            (None, "a:1", None, true),
            (Some("http://a:1"), "a:1", None, true),
            (Some("https://ledger.example"), "ledger.example", Some("same-origin"), true),
            (None, "ledger.example", Some("none"), true),
            (Some("http://a:2"), "a:1", None, false),
            (Some("null"), "a:1", None, false),
            (Some("http://b"), "a:1", None, false),
            (Some(""), "a:1", None, false),
            // The same host without TLS, or a neighbour in its domain.
            (Some("http://ledger.example"), "ledger.example", Some("cross-site"), false),
            (None, "ledger.example", Some("same-site"), false),
            (None, "ledger.example", Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            assert_eq!(same_origin(&headers), expected, "{origin:?} {host} {site:?}");
        }
    }
}
