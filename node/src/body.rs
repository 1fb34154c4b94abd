use crate::problem::{Answer, Problem};
use axum::{
    body::{Body, BodyDataStream, HttpBody as _},
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _};
use serde::de::DeserializeOwned;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    time::{Instant, timeout, timeout_at},
};

/// How long what a refused caller still sends is thrown away, so that he reads the answer instead of a broken connection.
const DISCARD: Duration = Duration::from_secs(5);

/// How long a body may take.
const WITHIN: Duration = Duration::from_secs(30);
/// Bytes of bodies that are being read at once, all together, without the first [`RESERVED`] of each: whoever may send one at all could
/// else take the node's memory by many that do not come to their end. Small bodies need none of this room, so that large ones never keep
/// them out; how many there are of them is bounded by the connections.
const AT_ONCE: usize = 512 * 1024 * 1024;
static READING: Semaphore = Semaphore::const_new(AT_ONCE);
/// Bytes that every body has to itself: memory taken before a byte of it has come, at most.
const RESERVED: usize = 64 * 1024;

/// Reads a whole body of at most `limit` bytes. A larger one is refused as soon as that is known: by its declared length before a
/// byte is read, else at the first byte too many. One that takes too long is refused too, and one for which there is no room beside the
/// others that are being read.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Answer<Bytes> {
    read_within(headers, body, limit, WITHIN, &READING).await
}

async fn read_within(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    within: Duration,
    room: &Semaphore,
) -> Answer<Bytes> {
    let mut stream = body.into_data_stream();
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(Problem::too_large(limit));
    }
    let mut whole = BytesMut::with_capacity(declared.unwrap_or(0).min(RESERVED as u64) as usize);
    let until = Instant::now() + within;
    let mut taken = room.try_acquire_many(0).map_err(|_| full())?;
    while let Some(chunk) = timeout_at(until, stream.next()).await.map_err(|_| too_slow(within))? {
        let chunk = chunk.map_err(|error| Problem::malformed(format!("the body broke off: {error}")))?;
        if whole.len() + chunk.len() > limit {
            return Err(Problem::too_large(limit));
        }
        let beyond = |length: usize| length.saturating_sub(RESERVED) as u32;
        match room.try_acquire_many(beyond(whole.len() + chunk.len()) - beyond(whole.len())) {
            Ok(more) => taken.merge(more),
            Err(_) => return Err(full()),
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn full() -> Problem {
    Problem::busy("too much is being sent to this node: try again in a moment")
}

fn too_slow(within: Duration) -> Problem {
    Problem::timed_out(format!("the body did not come to its end within {} seconds", within.as_secs()))
}

/// A request may be answered before its body is read, or all of it: what is left is thrown away after the answer. Otherwise the
/// connection would be closed with bytes in it that nobody takes, and whoever sends them might never read the answer, or send the next
/// request into the closed connection.
pub async fn unread(request: Request, next: Next) -> Response {
    let held = |body: Body| {
        if body.is_end_stream() { body } else { Body::from_stream(Held(Some(body.into_data_stream()))) }
    };
    next.run(request.map(held)).await
}

/// A body whose rest is thrown away where it is not read to its end.
struct Held(Option<BodyDataStream>);

impl Stream for Held {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.0 else { return Poll::Ready(None) };
        let polled = stream.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        polled
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut stream) = self.0.take() else { return };
        let drain = async move { while let Some(Ok(_)) = stream.next().await {} };
        // Nothing is drained for a node that stops.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(DISCARD, drain));
        }
    }
}

/// The media type of a body without its parameters, in lower case; empty where none is stated.
pub fn media_type(headers: &HeaderMap) -> String {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    stated.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Refuses a body that is not declared to be of one of the media types `wanted`.
pub fn expect_media_type(headers: &HeaderMap, wanted: &[&str]) -> Answer<String> {
    let found = media_type(headers);
    if wanted.contains(&found.as_str()) { Ok(found) } else { Err(Problem::media_type(&found, wanted)) }
}

/// Reads JSON: 400 where it is not JSON, 422 where it is but says something else than wanted.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            Problem::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "http/invalid", error.to_string())
        } else {
            Problem::malformed(format!("not JSON: {error}"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_to_its_end_is_given_up() {
        let begun = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"{")) });
        let body = Body::from_stream(begun.chain(futures::stream::pending()));
        let problem = read_within(&HeaderMap::new(), body, 8, Duration::from_millis(50), &READING).await.unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (408, "http/timeout"));
    }

    #[tokio::test]
    async fn bodies_take_so_much_memory_together_and_give_it_back() {
        let room = Semaphore::new(10);
        let read = |body: Body| {
            let room = &room;
            async move { read_within(&HeaderMap::new(), body, RESERVED + 8, Duration::from_secs(60), room).await }
        };
        let more = |bytes: usize| Bytes::from(vec![b'1'; RESERVED + bytes]);
        let halting = futures::stream::iter([Ok::<_, std::io::Error>(more(5))]);
        let halting = read(Body::from_stream(halting.chain(futures::stream::pending())));
        futures::pin_mut!(halting);
        assert!(futures::poll!(&mut halting).is_pending());
        assert_eq!(read(Body::from(more(6))).await.unwrap_err().code(), "http/busy");
        assert!(read(Body::from(more(5))).await.is_ok());
        let rest = room.try_acquire_many(5).unwrap();
        assert!(read(Body::from(more(0))).await.is_ok(), "a small one needs no room");
        assert_eq!(read(Body::from(more(1))).await.unwrap_err().code(), "http/busy");
        drop(rest);
        assert_eq!(room.available_permits(), 5);
    }

    #[tokio::test]
    async fn a_declared_length_takes_no_memory() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "8000000".parse().unwrap());
        let bytes = read(&headers, Body::from("short"), 8 << 20).await.unwrap();
        assert_eq!(bytes, "short");
        assert!(bytes.try_into_mut().unwrap().capacity() <= RESERVED);
    }
}
