//! What an address says. One that cannot be read is answered by a page that says why, as everything else is that is wrong.

use super::Visit;
use crate::{api::asked, member::Member, problem::Problem};
use axum::{
    extract::FromRequestParts,
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
        read(parts, node).await.map(|asked::Path(said)| Self(said))
    }
}

impl<T: DeserializeOwned> FromRequestParts<Arc<Member>> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Member>) -> Result<Self, Response> {
        read(parts, node).await.map(|asked::Query(said)| Self(said))
    }
}

/// What the API reads, whose problems are pages where a person waits for one.
async fn read<E: FromRequestParts<Arc<Member>, Rejection = Problem>>(
    parts: &mut Parts,
    node: &Arc<Member>,
) -> Result<E, Response> {
    let problem = match E::from_request_parts(parts, node).await {
        Ok(said) => return Ok(said),
        Err(problem) => problem,
    };
    Err(match Visit::from_request_parts(parts, node).await {
        Ok(visit) if visit.wants_page() => visit.nowhere(node, &problem).await,
        _ => problem.into_response(),
    })
}
