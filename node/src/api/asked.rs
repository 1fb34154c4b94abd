use crate::problem::Problem;
use axum::{extract, extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

/// The names in a path. What cannot be read is a problem, as all that the API refuses.
pub struct Path<T>(pub T);

/// What a query string asks. What cannot be read is a problem.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|extract::Path(names)| Self(names)).map_err(|why| Problem::malformed(why.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|extract::Query(asked)| Self(asked)).map_err(|why| Problem::malformed(why.body_text()))
    }
}
