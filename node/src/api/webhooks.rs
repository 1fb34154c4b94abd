use super::asked::Path;
use crate::{
    body,
    member::Member,
    problem::{Answer, Problem},
    webhook::{Endpoint, NewEndpoint, Standing},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::{Fault, Kid, limits};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is sent again.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    /// The first height; without it only what waits for its next try goes now.
    from: Option<u64>,
}

/// Does something to its end, whether or not the caller waits for it.
async fn undivided<T: Send + 'static>(
    doing: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<T, Fault> {
    tokio::spawn(doing).await.map_err(|error| Fault::new("changing webhooks", error))?
}

fn shown(endpoint: &Endpoint, standing: &Standing) -> Value {
    let mut shown = json!(standing);
    shown["id"] = json!(endpoint.id);
    shown["member"] = json!(endpoint.member);
    shown["url"] = json!(endpoint.url);
    shown["events"] = json!(endpoint.events);
    shown["retry_after_s"] = json!(endpoint.retry_after_s);
    shown["created_ms"] = json!(endpoint.created_ms);
    shown
}

impl Member {
    /// The caller's key, which the ledger has to know as valid still.
    async fn webhook_owner(&self, headers: &HeaderMap) -> Answer<Kid> {
        let (kid, _) = self.signer(headers)?;
        let executed = *self.hub.executed().borrow();
        if self.store.is_valid(&kid, executed.time_ms).await? {
            return Ok(kid);
        }
        Err(Problem::forbidden(format!("the ledger knows no valid key {kid}")))
    }

    /// The caller's endpoint with this id. Those of others are none.
    async fn webhook(&self, headers: &HeaderMap, id: i64) -> Answer<(Endpoint, Standing)> {
        let kid = self.webhook_owner(headers).await?;
        let found = self.webhooks.get(id).await?.filter(|(endpoint, _)| endpoint.member == kid.member());
        found.ok_or_else(|| Problem::not_found(format!("{} has no webhook {id} here", kid.member())))
    }
}

/// POST /v1/webhooks
pub async fn add(State(member): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let kid = member.webhook_owner(&headers).await?;
    body::expect_media_type(&headers, &["application/json"])?;
    let new: NewEndpoint = body::json(&body::read(&headers, body, limits::BODY_BYTES_MAX).await?)?;
    new.check().map_err(|wrong| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "http/webhook", wrong.to_string()).at(wrong.field)
    })?;
    // A slip would otherwise be found by nothing ever coming.
    let events = || member.registry.modules().iter().flat_map(|module| module.events);
    let begins_none = |begins: &&String| !events().any(|event| event.name.starts_with(begins.as_str()));
    if let Some(begins) = new.events.iter().find(begins_none) {
        let detail = format!("no event has a name that begins with {begins:?}, as invoice. or asset.transferred do");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "http/webhook", detail).at("/events"));
    }
    // In a task of its own: a caller who hangs up leaves nothing half done.
    let (owner, adding) = (kid.member().to_owned(), member.clone());
    let Some(endpoint) = undivided(async move { adding.webhooks.add(owner, new).await }).await? else {
        return Err(Problem::busy("this node has as many webhooks as it can have"));
    };
    let secret = json!({"id": endpoint.id, "secret": endpoint.secret.reveal()});
    let at = format!("/v1/webhooks/{}", endpoint.id);
    let headers = [(header::LOCATION, at), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::CREATED, headers, Json(secret)).into_response())
}

/// GET /v1/webhooks
pub async fn list(State(member): State<Arc<Member>>, headers: HeaderMap) -> Answer<Json<Value>> {
    let kid = member.webhook_owner(&headers).await?;
    let all = member.webhooks.list(kid.member().to_owned()).await?;
    Ok(Json(all.iter().map(|(endpoint, standing)| shown(endpoint, standing)).collect()))
}

/// GET /v1/webhooks/{id}
pub async fn get(State(member): State<Arc<Member>>, Path(id): Path<i64>, headers: HeaderMap) -> Answer<Json<Value>> {
    let (endpoint, standing) = member.webhook(&headers, id).await?;
    Ok(Json(shown(&endpoint, &standing)))
}

/// POST /v1/webhooks/{id}/remove
pub async fn remove(State(member): State<Arc<Member>>, Path(id): Path<i64>, headers: HeaderMap) -> Answer<Json<Value>> {
    let (endpoint, standing) = member.webhook(&headers, id).await?;
    let (id, removing) = (endpoint.id, member.clone());
    undivided(async move { removing.webhooks.remove(id).await }).await?;
    Ok(Json(shown(&endpoint, &standing)))
}

/// POST /v1/webhooks/{id}/replay
pub async fn replay(
    State(member): State<Arc<Member>>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Json<Value>> {
    let (endpoint, _) = member.webhook(&headers, id).await?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    let Replay { from } = if bytes.is_empty() { Replay::default() } else { body::json(&bytes)? };
    let (id, replaying) = (endpoint.id, member.clone());
    let found = undivided(async move { replaying.webhooks.replay(id, from).await }).await?;
    let (endpoint, standing) = found.ok_or_else(|| Problem::not_found("the webhook was removed meanwhile"))?;
    Ok(Json(shown(&endpoint, &standing)))
}

/// GET /v1/webhooks/{id}/dead-letters
pub async fn dead_letters(
    State(member): State<Arc<Member>>,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Answer<Json<Value>> {
    let (endpoint, _) = member.webhook(&headers, id).await?;
    Ok(Json(json!(member.webhooks.dead_letters(endpoint.id).await?)))
}

/// POST /v1/webhooks/{id}/dead-letters/{event}/send
pub async fn revive(
    State(member): State<Arc<Member>>,
    Path((id, event)): Path<(i64, String)>,
    headers: HeaderMap,
) -> Answer<Json<Value>> {
    let (endpoint, _) = member.webhook(&headers, id).await?;
    match member.webhooks.revive(endpoint, event.clone()).await? {
        None => Err(Problem::not_found(format!("webhook {id} has no dead letter {event}"))),
        Some(None) => Ok(Json(json!({"event": event, "taken": true}))),
        Some(Some(why)) => Err(Problem::new(StatusCode::BAD_GATEWAY, "http/webhook-failed", why)),
    }
}
