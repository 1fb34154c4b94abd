use crate::{
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use counterfoil_types::Fault;
use futures::Stream;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// How often an idle stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// GET /live: an event a block, the newest one of several at once; pages that show it take it as the sign to look again.
pub async fn blocks(
    State(node): State<Arc<Member>>,
    headers: HeaderMap,
) -> Answer<Sse<impl Stream<Item = Result<Event, Fault>>>> {
    if node.seat(&headers).is_none() {
        return Err(Problem::unauthenticated("nobody is signed in"));
    }
    let executed = node.hub.executed();
    let stream = futures::stream::try_unfold((node, executed), |(node, mut executed)| async move {
        if executed.changed().await.is_err() {
            return Ok(None);
        }
        let mark = *executed.borrow_and_update();
        let data =
            json!({"executed": mark.height, "time_ms": mark.time_ms, "certified": *node.hub.certified().borrow()});
        Ok(Some((Event::default().event("block").data(data.to_string()), (node, executed))))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive")))
}
