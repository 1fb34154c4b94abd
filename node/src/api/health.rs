use crate::{member::Member, problem::Problem};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use std::sync::Arc;

/// Blocks that execution may be behind order for the node to count as ready.
const BEHIND_MAX: u64 = 16;

/// GET /healthz: the process lives and its member has not halted.
pub async fn alive(State(member): State<Arc<Member>>) -> Response {
    match member.hub.halted().or_else(|| member.engine.status().halted) {
        Some(why) => Problem::unavailable(format!("this member has stopped: {why}")).into_response(),
        None => (StatusCode::OK, "ok\n").into_response(),
    }
}

/// GET /readyz: the node takes part in a quorum and is not behind.
pub async fn ready(State(member): State<Arc<Member>>) -> Response {
    let status = member.engine.status();
    let signing = status.peers.iter().filter(|peer| peer.signing).count();
    let quorum = status.peers.len() - status.peers.len().saturating_sub(1) / 3;
    let why = match status.halted.or_else(|| member.hub.halted()) {
        Some(why) => format!("this member has stopped: {why}"),
        None if signing < quorum => format!("{signing} validators are signing, {quorum} are needed"),
        None if status.finalized > status.executed + BEHIND_MAX => {
            format!("executed {} of {} final blocks", status.executed, status.finalized)
        }
        None => return (StatusCode::OK, "ready\n").into_response(),
    };
    Problem::unavailable(why).into_response()
}

/// GET /metrics
pub async fn metrics(State(member): State<Arc<Member>>) -> Response {
    let text = member.metrics.encode(&member.engine.status(), member.hub.counted());
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
