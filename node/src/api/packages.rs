use super::{asked::Path, commands};
use crate::{
    body,
    member::Member,
    problem::{Answer, Problem},
};
use axum::{body::Body, extract::State, http::HeaderMap, response::Response};
use counterfoil_types::{Call, limits};
use serde_json::value::RawValue;
use std::sync::Arc;

/// POST /v1/packages/{package}/actions/{action}: `package.call` with the body as the action's arguments.
pub async fn call(
    State(member): State<Arc<Member>>,
    Path((package, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    body::expect_media_type(&headers, &["application/json"])?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    let with: Box<RawValue> = body::json(if bytes.is_empty() { b"{}" } else { &bytes })?;
    if !with.get().starts_with('{') {
        return Err(Problem::malformed("expected a JSON object with the action's arguments"));
    }
    // Put in as text, so that a name given twice is still refused.
    let action = serde_json::Value::from(format!("{package}.{action}"));
    let with = RawValue::from_string(format!("{{\"action\":{action},\"with\":{with}}}"));
    let with = with.map_err(|error| Problem::malformed(error.to_string()))?;
    let call = Call { r#do: "package.call".to_owned(), with };
    commands::perform(&member, &headers, call, |_| None).await.map_err(|problem| problem.below("/with"))
}
