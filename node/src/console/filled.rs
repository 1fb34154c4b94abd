use crate::{
    body,
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request},
};
use counterfoil_types::Kid;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Bytes of a form at most: a package's source, each byte of it written as three.
const BYTES_MAX: usize = 1024 * 1024;

/// A form that somebody has sent who is signed in. What others send is thrown away, so that it takes no memory of the node; and who is signed
/// in has as long as for any other body.
pub struct Filled<T> {
    /// What it says.
    pub given: T,
    /// As which key he is signed in.
    pub by: Kid,
}

impl<T: DeserializeOwned> FromRequest<Arc<Member>> for Filled<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, node: &Arc<Member>) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let by = node.seated(&parts.headers)?;
        let bytes = body::read(&parts.headers, body, BYTES_MAX).await?;
        let whole = Request::from_parts(parts, Body::from(bytes));
        let form = Form::from_request(whole, node).await;
        form.map(|Form(given)| Self { given, by }).map_err(|wrong| Problem::malformed(wrong.body_text()))
    }
}
