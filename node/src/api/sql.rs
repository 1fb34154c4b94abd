use crate::{body, member::Member, problem::Answer, store::Read};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use counterfoil_types::limits;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// What a SELECT asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Select {
    sql: String,
    #[serde(default)]
    params: Vec<Value>,
    as_of: Option<u64>,
}

/// POST /v1/sql
pub async fn select(State(member): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let caller = member.caller(&headers)?;
    body::expect_media_type(&headers, &["application/json"])?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    let Select { sql, params, as_of } = body::json(&bytes)?;
    let read = Read { vault: member.vault_of(caller.as_ref()).await?, as_of };
    let table = member.store.sql_in(read, sql, params).await?;
    Ok(Json(table).into_response())
}
