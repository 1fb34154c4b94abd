use super::{asked::Path, commands};
use crate::{
    answer::{self, Called},
    body,
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
    submit::require_id,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use counterfoil_types::{Call, limits};
use serde_json::{json, value::RawValue};
use std::sync::Arc;

/// POST /v1/incoming/{name}
///
/// The signature is all the proof there is, so whoever has none learns nothing: neither that there is such a name nor what is wrong.
pub async fn take(
    State(member): State<Arc<Member>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = text("webhook-id");
    let refused = |why: &str| Problem::unauthenticated(format!("this is no message of {name}: {why}"));
    let hook = member.incoming.get(&name)?.ok_or_else(|| refused("no signature in webhook-signature is right"))?;
    let (time_s, signatures) = (text("webhook-timestamp"), text("webhook-signature"));
    let verdict = hook.secret()?.verify(id, time_s, signatures, &bytes, now_ms() / 1_000);
    verdict.map_err(|why| refused(&why.to_string()))?;
    require_id("a webhook-id", id)?;
    body::expect_media_type(&headers, &["application/json"])?;
    let with: Box<RawValue> = body::json(&bytes)?;
    let key = member.keys.get(&hook.key);
    let key = key.ok_or_else(|| Problem::unavailable(format!("the key {} is no longer hosted here", hook.key)))?;
    let call = Call { r#do: hook.command.clone(), with };
    let call = member.sealed_call(&hook.key, key, call, Some(id)).await?;
    let (receipt, called) = commands::outcome(&member, &hook.key, key, call, Some(id)).await?;
    match called {
        Called::Held(waiting) => Ok(answer::held(&receipt, &waiting)),
        Called::Done(output) => {
            Ok(Json(json!({"output": output, "receipt": answer::receipt_brief(&receipt)})).into_response())
        }
    }
}
