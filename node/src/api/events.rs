use super::asked::Query;
use crate::{
    answer,
    console::confidential,
    feed::{Feed, Happened, Place},
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use counterfoil_types::Fault;
use serde::Deserialize;
use serde_json::json;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How often an idle stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Which events to follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The first height; what comes from now on where it is not given.
    from: Option<u64>,
    /// Only events whose name begins so, such as `invoice.`.
    name: Option<String>,
}

/// GET /v1/events
pub async fn stream(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer<Response> {
    member.may_read(&headers)?;
    let (hub, store) = (member.hub.clone(), member.store.clone());
    let feed = match headers.get("last-event-id") {
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            let place = text.parse::<Place>();
            let place =
                place.map_err(|_| Problem::malformed(format!("Last-Event-ID {text:?} is not height-index-seq")))?;
            Feed::after(hub, store, place)
        }
        None => {
            let newest = hub.executed().borrow().height;
            Feed::from_height(hub, store, wanted.from.unwrap_or(newest + 1))
        }
    };
    let who = (member, headers);
    let follow = (who, feed, VecDeque::new(), wanted.name.unwrap_or_default());
    let stream = futures::stream::try_unfold(follow, |(who, mut feed, mut ready, name)| async move {
        loop {
            if let Some(happened) = ready.pop_front() {
                return Ok::<_, Fault>(Some((event(&happened), (who, feed, ready, name))));
            }
            let (_, block) = feed.next_block().await?;
            // Who follows for weeks is one whose token may end meanwhile.
            if who.0.may_read(&who.1).is_err() {
                return Ok(None);
            }
            ready.extend(block.into_iter().filter(|happened: &Happened| happened.name.starts_with(&name)));
        }
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"));
    Ok(confidential(stream.into_response()))
}

fn event(happened: &Happened) -> Event {
    let data = json!({
        "name": happened.name,
        "transaction": happened.transaction,
        "height": happened.place.height,
        "index": happened.place.index,
        "data": answer::raw(&happened.data),
    });
    Event::default().id(happened.place.to_string()).event(&happened.name).data(data.to_string())
}
