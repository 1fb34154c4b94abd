use crate::problem::{Answer, Problem};
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long what a refused caller still sends is thrown away, so that he reads the answer instead of a broken connection.
const DISCARD: Duration = Duration::from_secs(5);

/// How long a body may take.
const WITHIN: Duration = Duration::from_secs(30);
/// Memory taken for a body before a byte of it has come, at most.
const RESERVED: u64 = 64 * 1024;

/// Reads a whole body of at most `limit` bytes. A larger one is refused as soon as that is known: by its declared length before a
/// byte is read, else at the first byte too many. One that takes too long is refused too.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Answer<Bytes> {
    read_within(headers, body, limit, WITHIN).await
}

async fn read_within(headers: &HeaderMap, body: Body, limit: usize, within: Duration) -> Answer<Bytes> {
    let mut stream = body.into_data_stream();
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        discard(stream);
        return Err(Problem::too_large(limit));
    }
    let mut whole = BytesMut::with_capacity(declared.unwrap_or(0).min(RESERVED) as usize);
    let until = Instant::now() + within;
    while let Some(chunk) = timeout_at(until, stream.next()).await.map_err(|_| too_slow(within))? {
        let chunk = chunk.map_err(|error| Problem::malformed(format!("the body broke off: {error}")))?;
        if whole.len() + chunk.len() > limit {
            discard(stream);
            return Err(Problem::too_large(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn too_slow(within: Duration) -> Problem {
    Problem::timed_out(format!("the body did not come to its end within {} seconds", within.as_secs()))
}

fn discard(mut stream: BodyDataStream) {
    tokio::spawn(async move {
        let drain = async { while let Some(Ok(_)) = stream.next().await {} };
        let _ = tokio::time::timeout(DISCARD, drain).await;
    });
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
        let problem = read_within(&HeaderMap::new(), body, 8, Duration::from_millis(50)).await.unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (408, "http/timeout"));
    }

    #[tokio::test]
    async fn a_declared_length_takes_no_memory() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "8000000".parse().unwrap());
        let bytes = read(&headers, Body::from("short"), 8 << 20).await.unwrap();
        assert_eq!(bytes, "short");
        assert!(bytes.try_into_mut().unwrap().capacity() <= RESERVED as usize);
    }
}
