use super::{
    asked::Path,
    transactions::{accepted, responds_async},
};
use crate::{
    answer::{self, Called},
    body,
    hub::Placed,
    member::Member,
    problem::{Answer, Problem},
    submit::idempotency_key,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::{Call, Kid, SigningKey, limits};
use serde_json::{Value, value::RawValue};
use std::sync::Arc;

const JSON: &str = "application/json";

/// POST /v1/commands/{module.command}
pub async fn run(
    State(member): State<Arc<Member>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    if member.registry.command(&name).is_none() {
        return Err(Problem::not_found(format!("there is no command {name:?}; /docs lists them")));
    }
    body::expect_media_type(&headers, &[JSON])?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    let text = std::str::from_utf8(&bytes).map_err(|error| Problem::malformed(format!("not UTF-8: {error}")))?;
    let with: Box<RawValue> = body::json(text.as_bytes())?;
    perform(&member, &headers, Call { r#do: name, with }, |_| None).await
}

/// Has a hosted key sign a call and answers with its output and receipt. `location` says where to find what it created.
pub async fn perform(
    member: &Member,
    headers: &HeaderMap,
    call: Call,
    location: impl Fn(&Value) -> Option<String>,
) -> Answer<Response> {
    let (kid, key) = member.signer(headers)?;
    perform_as(member, headers, &kid, key, call, location).await
}

/// The same for a caller whose key is known already.
pub async fn perform_as(
    member: &Member,
    headers: &HeaderMap,
    kid: &Kid,
    key: &SigningKey,
    call: Call,
    location: impl Fn(&Value) -> Option<String>,
) -> Answer<Response> {
    let id = idempotency_key(headers)?;
    let call = member.sealed_call(kid, key, call, id.as_deref()).await?;
    if responds_async(headers) {
        member.check(&call)?;
        return Ok(accepted(&member.accept_call(kid, key, call, id.as_deref()).await?));
    }
    let (receipt, called) = outcome(member, kid, key, call, id.as_deref()).await?;
    let mut document = match called {
        Called::Held(waiting) => return Ok(answer::held(&receipt, &waiting)),
        Called::Done(output) => output,
    };
    let created = location(&document);
    if !document.is_object() {
        document = Value::Object(serde_json::Map::new());
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("receipt".to_owned(), answer::receipt_brief(&receipt));
    }
    let at = answer::location(&receipt.transaction);
    let (status, name, at): (StatusCode, HeaderName, String) = match created {
        Some(created) => (StatusCode::CREATED, header::LOCATION, created),
        None => (StatusCode::OK, header::CONTENT_LOCATION, at),
    };
    Ok((status, [(header::CONTENT_TYPE, JSON), (name, at.as_str())], document.to_string()).into_response())
}

/// Has a hosted key sign a call, and waits for what becomes of it.
pub async fn outcome(
    member: &Member,
    kid: &Kid,
    key: &SigningKey,
    call: Call,
    id: Option<&str>,
) -> Answer<(Placed, Called)> {
    // The same check as at the gate, so that bad input gets the field it is about and not a signature.
    member.check(&call)?;
    let receipt = member.perform(kid, key, call, id).await?;
    let called = answer::called(&receipt)?;
    Ok((receipt, called))
}
