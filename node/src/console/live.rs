use crate::{console::confidential, member::Member, problem::Answer};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use counterfoil_types::Fault;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// How often an idle stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// GET /live: an event a block, the newest one of several at once; pages that show it take it as the sign to look again.
pub async fn blocks(State(node): State<Arc<Member>>, headers: HeaderMap) -> Answer<Response> {
    node.seated(&headers)?;
    let executed = node.hub.executed();
    let stream = futures::stream::try_unfold((node, headers, executed), |(node, headers, mut executed)| async move {
        // It ends with the session, and so does what follows it.
        if executed.changed().await.is_err() || node.seat(&headers).is_none() {
            return Ok(None);
        }
        let mark = *executed.borrow_and_update();
        let data =
            json!({"executed": mark.height, "time_ms": mark.time_ms, "certified": *node.hub.certified().borrow()});
        Ok::<_, Fault>(Some((Event::default().event("block").data(data.to_string()), (node, headers, executed))))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"));
    Ok(confidential(stream.into_response()))
}
