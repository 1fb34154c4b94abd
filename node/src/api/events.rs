use crate::{
    answer,
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use counterfoil_types::{Fault, Outcome, Receipt};
use futures::Stream;
use serde::Deserialize;
use std::{collections::VecDeque, fmt, str::FromStr, sync::Arc, time::Duration};

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

/// An event's place in the ledger, `height-index-seq`: the id by which a stream is resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    height: u64,
    index: u32,
    seq: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.height, self.index, self.seq)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(());
        let place = Self {
            height: next()?.parse().map_err(drop)?,
            index: next()?.parse().map_err(drop)?,
            seq: next()?.parse().map_err(drop)?,
        };
        if parts.next().is_some() { Err(()) } else { Ok(place) }
    }
}

/// GET /v1/events
pub async fn stream(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer<Sse<impl Stream<Item = Result<Event, Fault>>>> {
    member.access.read(&headers)?;
    let last = match headers.get("last-event-id") {
        None => None,
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            let place = text.parse::<Place>();
            Some(place.map_err(|()| Problem::malformed(format!("Last-Event-ID {text:?} is not height-index-seq")))?)
        }
    };
    let newest = member.hub.executed().borrow().height;
    let next = match (last, wanted.from) {
        (Some(place), _) => place.height,
        (None, Some(from)) => from,
        (None, None) => newest + 1,
    };
    let follow = Follow { member, last, next, name: wanted.name.unwrap_or_default(), ready: VecDeque::new() };
    let stream = futures::stream::try_unfold(follow, |mut follow| async move {
        let event = follow.next_event().await?;
        Ok(Some((event, follow)))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive")))
}

/// A reader of events, height after height: from memory while it keeps up, else from state.
struct Follow {
    member: Arc<Member>,
    last: Option<Place>,
    next: u64,
    name: String,
    ready: VecDeque<Event>,
}

impl Follow {
    async fn next_event(&mut self) -> Result<Event, Fault> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let mut executed = self.member.hub.executed();
            let next = self.next;
            if executed.wait_for(|mark| mark.height >= next).await.is_err() {
                return Err(Fault::failed("the node is stopping"));
            }
            match self.member.hub.recent(next) {
                Some(receipts) => self.take(&receipts),
                None => {
                    let receipts = self.member.store.receipts_at(next).await?;
                    self.take(&receipts);
                }
            }
            self.next += 1;
        }
    }

    fn take(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            let Outcome::Applied { events, .. } = &receipt.outcome else { continue };
            for (seq, event) in events.iter().enumerate() {
                let place = Place { height: receipt.height, index: receipt.index, seq: seq as u32 };
                if self.last.is_some_and(|last| place <= last) || !event.name.starts_with(&self.name) {
                    continue;
                }
                let data = serde_json::json!({
                    "name": event.name,
                    "transaction": receipt.transaction,
                    "height": receipt.height,
                    "index": receipt.index,
                    "data": answer::raw(&event.data),
                });
                self.ready
                    .push_back(Event::default().id(place.to_string()).event(event.name.clone()).data(data.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_reads_back_and_is_ordered() {
        let place = |text: &str| text.parse::<Place>();
        assert_eq!(place("12-0-3").unwrap().to_string(), "12-0-3");
        assert!(place("2-0-0") < place("12-0-0"));
        for wrong in ["", "1", "1-2", "1-2-3-4", "a-b-c", "-1-2-3"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
