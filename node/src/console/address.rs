//! What an address says. One that cannot be read is answered by a page that says why, as everything else is that is wrong.

use super::Visit;
use crate::{member::Member, problem::Problem};
use axum::{
    extract::{self, FromRequestParts},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The parts of its path.
pub struct Path<T>(pub T);

/// Its query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Member>> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Member>) -> Result<Self, Response> {
        let why = match extract::Path::from_request_parts(parts, node).await {
            Ok(extract::Path(said)) => return Ok(Self(said)),
            Err(wrong) => wrong.body_text(),
        };
        Err(unreadable(parts, node, why).await)
    }
}

impl<T: DeserializeOwned> FromRequestParts<Arc<Member>> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Member>) -> Result<Self, Response> {
        let why = match extract::Query::from_request_parts(parts, node).await {
            Ok(extract::Query(said)) => return Ok(Self(said)),
            Err(wrong) => wrong.body_text(),
        };
        Err(unreadable(parts, node, why).await)
    }
}

async fn unreadable(parts: &mut Parts, node: &Arc<Member>, why: String) -> Response {
    let problem = Problem::malformed(why);
    match Visit::from_request_parts(parts, node).await {
        Ok(visit) if visit.wants_page() => visit.nowhere(node, &problem).await,
        _ => problem.into_response(),
    }
}
