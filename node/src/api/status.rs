use crate::{member::Member, problem::Answer};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use counterfoil_types::Hash;
use serde_json::{Value, json};
use std::sync::Arc;

/// GET /v1/genesis: the exact bytes.
pub async fn genesis(State(member): State<Arc<Member>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], member.genesis_bytes.clone()).into_response()
}

/// GET /v1/status
pub async fn status(State(member): State<Arc<Member>>) -> Answer<Json<Value>> {
    let engine = member.engine.status();
    let at = *member.hub.executed().borrow();
    let halted = engine.halted.or_else(|| member.hub.halted());
    let validators: Vec<Value> = engine
        .peers
        .iter()
        .map(|peer| {
            json!({
                "id": member.validator_named(&peer.public_key),
                "signing": peer.signing,
                "public_key": format!("ed25519:{}", hex::encode(peer.public_key)),
                "leader": engine.leader == Some(Hash(peer.public_key)),
                "self": member.validator_named(&peer.public_key) == Some(member.id.as_str()),
            })
        })
        .collect();
    Ok(Json(json!({
        "ledger": member.ledger,
        "name": member.genesis.name,
        "version": env!("CARGO_PKG_VERSION"),
        "member": member.id,
        "height": engine.executed,
        "finalized": engine.finalized,
        "executed": engine.executed,
        "certified": engine.certified,
        "epoch": engine.epoch,
        "view": engine.view,
        "time_ms": at.time_ms,
        "validators": validators,
        "members": member.store.members(at.height).await?,
        "mempool": {"transactions": engine.mempool, "bytes": engine.mempool_bytes},
        "alarms": engine.alarms,
        "halted": halted,
    })))
}
