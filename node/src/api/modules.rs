use super::{asked::Query, commands, many, transactions::NDJSON};
use crate::{
    body,
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    Router,
    body::Body,
    extract::{RawPathParams, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use counterfoil_platform::{Route, Target};
use counterfoil_types::limits;
use std::sync::Arc;

/// The names in a path, or why they cannot be read.
type Names = Result<RawPathParams, RawPathParamsRejection>;

/// Mounts a route that a module declares.
pub fn mount(router: Router<Arc<Member>>, route: Route) -> Router<Arc<Member>> {
    match route.target {
        Target::Command { .. } => router.route(
            route.path,
            post(move |State(member): State<Arc<Member>>, path: Names, headers: HeaderMap, body: Body| async move {
                command(member, route, path, headers, body).await
            }),
        ),
        Target::Query { name } => router.route(
            route.path,
            get(
                move |State(member): State<Arc<Member>>,
                      path: Names,
                      Query(query): Query<Vec<(String, String)>>,
                      headers: HeaderMap| async move { read(&member, name, path, &query, &headers).await },
            ),
        ),
    }
}

async fn command(member: Arc<Member>, route: Route, path: Names, headers: HeaderMap, body: Body) -> Answer<Response> {
    let path = path.map_err(|why| Problem::malformed(why.body_text()))?;
    let Target::Command { converts, .. } = route.target else {
        return Err(Problem::not_found(route.path));
    };
    let mut wanted = vec!["application/json", NDJSON, many::MULTIPART];
    wanted.extend(converts.iter().map(|convert| convert.content_type));
    let media_type = body::expect_media_type(&headers, &wanted)?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    if [NDJSON, many::MULTIPART].contains(&media_type.as_str()) {
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        return many::run(member, route, path, headers, &media_type, bytes).await;
    }
    if media_type == "application/json" && !bytes.is_empty() {
        body::json::<serde::de::IgnoredAny>(&bytes)?;
    }
    let path: Vec<(&str, &str)> = path.iter().collect();
    let call = route.call(Some(&media_type), &path, &bytes)?;
    commands::perform(&member, &headers, call, |output| route.location(output)).await
}

/// Who the members and validators are, and with which keys they sign: what somebody needs to check signatures and proofs, or to compare
/// the key that the ledger shows for him with his own. It may be read without a token.
const DIRECTORY: [&str; 4] = ["member.list", "member.get", "member.validators", "member.validator_changes"];

/// Whether a query says whether a document is valid, which anybody may ask, as often as strangers are answered together.
fn is_check(query: &str) -> bool {
    query.ends_with(".check")
}

async fn read(
    member: &Member,
    name: &str,
    path: Names,
    given: &[(String, String)],
    headers: &HeaderMap,
) -> Answer<Response> {
    let path = path.map_err(|why| Problem::malformed(why.body_text()))?;
    match member.may_read(headers) {
        Err(_) if is_check(name) => member.checks.take()?,
        Err(_) if DIRECTORY.contains(&name) => {}
        known => known?,
    }
    let query = member.registry.query(name).ok_or_else(|| Problem::not_found(format!("there is no query {name}")))?;
    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let given = path.chain(given.iter().cloned()).collect();
    let document = member.store.query(*query, given).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response())
}
