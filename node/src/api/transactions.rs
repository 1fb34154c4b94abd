use super::asked::Path;
use crate::{
    answer, body,
    gate::now_ms,
    hub::Placed,
    member::Member,
    problem::{Answer, Problem},
    submit::{Submitted, deadline},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::{BufMut as _, Bytes, BytesMut};
use counterfoil_types::{Hash, Outcome, Receipt, Transaction, limits};
use serde_json::json;
use std::{collections::VecDeque, sync::Arc};
use tokio::time::Instant;

const COMPACT: &str = "application/jose";
const GENERAL: &str = "application/json";
const GENERAL_JOSE: &str = "application/jose+json";
/// Many transactions or receipts, one a line.
pub const NDJSON: &str = "application/x-ndjson";

/// POST /v1/transactions
pub async fn submit(State(member): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let form = body::expect_media_type(&headers, &[COMPACT, GENERAL, GENERAL_JOSE, NDJSON])?;
    let bytes = body::read(&headers, body, limits::BODY_BYTES_MAX).await?;
    if form == NDJSON {
        return many(member, bytes, responds_async(&headers)).await;
    }
    let transaction = match form.as_str() {
        COMPACT => Transaction::from_compact(bytes.trim_ascii_end()),
        _ => {
            body::json::<serde::de::IgnoredAny>(&bytes)?;
            Transaction::from_json(&bytes)
        }
    }?;
    if responds_async(&headers) {
        let identity = member.accept(transaction).await?;
        return Ok(accepted(&identity));
    }
    let receipt = member.settle(transaction).await?;
    match &receipt.outcome {
        Outcome::Refused(refusal) => Err(answer::refused(refusal, &receipt)),
        Outcome::Applied { .. } => {
            let location = answer::location(&receipt.transaction);
            let text = answer::receipt_text(&receipt, "final");
            if let Some(waiting) = answer::waiting(&receipt) {
                let location = answer::proposal(&waiting);
                let headers = [(header::CONTENT_TYPE, GENERAL), (header::LOCATION, location.as_str())];
                return Ok((StatusCode::ACCEPTED, headers, text).into_response());
            }
            Ok(([(header::CONTENT_TYPE, GENERAL), (header::CONTENT_LOCATION, &location)], text).into_response())
        }
    }
}

/// Whether the caller prefers not to wait (RFC 7240 §4.1).
pub fn responds_async(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    preferences
        .flat_map(|value| value.split(','))
        .any(|one| one.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("respond-async")))
}

/// 202: taken on, and where to look.
pub fn accepted(identity: &Hash) -> Response {
    let location = answer::location(identity);
    let document = json!({"transaction": identity, "state": "accepted", "location": location});
    (
        StatusCode::ACCEPTED,
        [(header::CONTENT_TYPE, GENERAL), (header::LOCATION, location.as_str())],
        document.to_string(),
    )
        .into_response()
}

/// What is known of a line: it cannot be read, it was not taken on, or its receipt is awaited at a place.
enum Line {
    Problem(Problem),
    Awaited { at: usize },
}

async fn many(member: Arc<Member>, bytes: Bytes, respond_async: bool) -> Answer<Response> {
    let parsed = tokio::task::spawn_blocking(move || parse_lines(&bytes))
        .await
        .map_err(|error| Problem::unavailable(error.to_string()))??;
    let mut transactions = Vec::with_capacity(parsed.len());
    let mut lines = VecDeque::with_capacity(parsed.len());
    for line in parsed {
        lines.push_back(match line {
            Ok(transaction) => {
                transactions.push(transaction);
                Line::Awaited { at: transactions.len() - 1 }
            }
            Err(problem) => Line::Problem(problem),
        });
    }
    let submitted = member.submit(transactions).await;
    for line in &mut lines {
        if let Line::Awaited { at } = line
            && let Err(refusal) = &submitted.verdicts[*at]
        {
            *line = Line::Problem(refusal.clone().into());
        }
    }
    let busy =
        |line: &Line| matches!(line, Line::Problem(problem) if problem.status() == StatusCode::TOO_MANY_REQUESTS);
    if let Some(Line::Problem(problem)) = lines.front()
        && lines.iter().all(busy)
    {
        return Err(problem.clone());
    }
    if respond_async {
        let lines = lines.into_iter().map(|line| match line {
            Line::Problem(problem) => problem.document(),
            Line::Awaited { at } => {
                let identity = &submitted.waiting.identities()[at];
                json!({"transaction": identity, "state": "accepted", "location": answer::location(identity)})
            }
        });
        let text: String = lines.flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
        return Ok((StatusCode::ACCEPTED, [(header::CONTENT_TYPE, NDJSON)], text).into_response());
    }
    let rest = Rest { member, submitted, lines, until: deadline() };
    let stream = futures::stream::unfold(rest, |mut rest| async move {
        let chunk = rest.next_chunk().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), rest))
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(stream)).into_response())
}

fn parse_lines(bytes: &[u8]) -> Answer<Vec<Answer<Transaction>>> {
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty()).collect();
    let max = limits::REQUEST_TRANSACTIONS_MAX;
    if lines.is_empty() {
        return Err(Problem::malformed("no transaction: send one a line"));
    }
    if lines.len() > max {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "http/too-many",
            format!("{} transactions in one request, at most {max} allowed", lines.len()),
        ));
    }
    Ok(lines.into_iter().map(parse_line).collect())
}

/// A line is a general JWS (an object) or a compact one, bare or as a JSON string.
fn parse_line(line: &[u8]) -> Answer<Transaction> {
    let transaction = match line {
        [b'{', ..] => {
            body::json::<serde::de::IgnoredAny>(line)?;
            Transaction::from_json(line)
        }
        [b'"', inner @ .., b'"'] => Transaction::from_compact(inner),
        _ => Transaction::from_compact(line),
    };
    Ok(transaction?)
}

struct Rest {
    member: Arc<Member>,
    submitted: Submitted,
    lines: VecDeque<Line>,
    until: Instant,
}

impl Rest {
    /// Waits for the next line's answer and takes those after it that are there already.
    async fn next_chunk(&mut self) -> Option<Bytes> {
        let mut chunk = BytesMut::new();
        match self.lines.pop_front()? {
            Line::Problem(problem) => put(&mut chunk, &problem.document().to_string()),
            Line::Awaited { at } => match self.member.receipt(&self.submitted.waiting, at, self.until).await {
                Ok(receipt) => put(&mut chunk, &answer::receipt_text(&receipt, "final")),
                Err(problem) => put(&mut chunk, &problem.document().to_string()),
            },
        }
        while let Some(line) = self.lines.front() {
            let text = match line {
                Line::Problem(problem) => problem.document().to_string(),
                Line::Awaited { at } => match self.submitted.waiting.get(*at) {
                    Some(receipt) if matches!(receipt.outcome, Outcome::Applied { .. }) => {
                        answer::receipt_text(&receipt, "final")
                    }
                    _ => break,
                },
            };
            put(&mut chunk, &text);
            self.lines.pop_front();
        }
        Some(chunk.freeze())
    }
}

fn put(chunk: &mut BytesMut, line: &str) {
    chunk.put_slice(line.as_bytes());
    chunk.put_u8(b'\n');
}

/// GET /v1/transactions/{identity}
pub async fn state(State(member): State<Arc<Member>>, Path(identity): Path<String>) -> Answer<Response> {
    let identity: Hash =
        identity.parse().map_err(|error| Problem::malformed(format!("a transaction's identity: {error}")))?;
    // First, since what is executed meanwhile is no longer among the accepted, and has its receipt then.
    let accepted = member.hub.accepted(&identity);
    if let Some(receipt) = member.known_receipt(identity).await? {
        return Ok(shown(&member, &receipt.into()));
    }
    match accepted {
        Some(expires_ms) => {
            let state = if expires_ms >= now_ms() { "accepted" } else { "expired" };
            let document = json!({"transaction": identity, "state": state, "expires": expires_ms});
            Ok(([(header::CONTENT_TYPE, GENERAL)], document.to_string()).into_response())
        }
        None => Err(Problem::not_found(format!("this node knows no transaction {identity}"))),
    }
}

fn shown(member: &Member, receipt: &Placed) -> Response {
    let receipt: &Receipt = receipt;
    let certified = *member.hub.certified().borrow();
    let state = if receipt.height <= certified { "certified" } else { "executed" };
    ([(header::CONTENT_TYPE, GENERAL)], answer::receipt_text(receipt, state)).into_response()
}
