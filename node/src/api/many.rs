use super::{commands, transactions::NDJSON};
use crate::{
    answer::{self, Called},
    hub::Placed,
    member::Member,
    problem::{Answer, Problem},
    submit::{idempotency_key, require_id},
};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use counterfoil_platform::Route;
use counterfoil_types::Kid;
use futures::StreamExt as _;
use serde_json::json;
use std::{convert::Infallible, sync::Arc};

/// The media type of many documents with boundaries between them (RFC 7578).
pub const MULTIPART: &str = "multipart/form-data";
/// Documents of one request at most.
const DOCUMENTS_MAX: usize = 1_000;
/// Documents of one request that are on their way at the same time.
const AT_ONCE: usize = 512;

/// One of many documents.
struct Document {
    /// How its answer names it: the part's file name, else the number of the line or part, from 1.
    name: String,
    /// Its idempotency key, if it has one.
    id: Option<String>,
    media_type: String,
    bytes: Bytes,
}

/// Does a command once for each document of a body: lines of JSON, or parts of any media type that the route takes. Answers with a line
/// each, in their order, while they come.
///
/// A part's name is its idempotency key. With a header `Idempotency-Key` a line's key is that and the line's number.
pub async fn run(
    member: Arc<Member>,
    route: Route,
    path: Vec<(String, String)>,
    headers: HeaderMap,
    media_type: &str,
    bytes: Bytes,
) -> Answer<Response> {
    let (kid, _) = member.signer(&headers)?;
    let documents = match media_type {
        NDJSON => {
            let id = idempotency_key(&headers)?;
            // The longest key that a line gets.
            id.as_ref()
                .map_or(Ok(()), |id| require_id("an Idempotency-Key of lines", &format!("{id}-{DOCUMENTS_MAX}")))?;
            lines(&bytes, id.as_deref())?
        }
        _ => parts(&headers, bytes).await?,
    };
    let answers = futures::stream::iter(documents).map(move |document| {
        let (member, path, kid) = (member.clone(), path.clone(), kid.clone());
        async move {
            let outcome = one(&member, &route, &path, &kid, &document).await;
            Ok::<_, Infallible>(line(&document.name, outcome))
        }
    });
    let body = Body::from_stream(answers.buffered(AT_ONCE));
    Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response())
}

async fn one(
    member: &Member,
    route: &Route,
    path: &[(String, String)],
    kid: &Kid,
    document: &Document,
) -> Answer<(Placed, Called)> {
    let key = member.keys.get(kid).ok_or_else(|| Problem::forbidden("the key is no longer hosted here"))?;
    let path: Vec<_> = path.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let call = route.call(Some(&document.media_type), &path, &document.bytes)?;
    let id = document.id.as_deref();
    let call = member.sealed_call(kid, key, call, id).await?;
    commands::outcome(member, kid, key, call, id).await
}

fn line(name: &str, outcome: Answer<(Placed, Called)>) -> String {
    let mut line = json!({"document": name});
    match outcome {
        Ok((receipt, called)) => {
            line["receipt"] = answer::receipt_brief(&receipt);
            match called {
                Called::Done(output) => (line["status"], line["output"]) = (json!(200), output),
                Called::Held(waiting) => (line["status"], line["waiting"]) = (json!(202), json!(waiting.waiting)),
            }
        }
        Err(problem) => {
            (line["status"], line["problem"]) = (json!(problem.status().as_u16()), problem.document());
        }
    }
    format!("{line}\n")
}

fn too_many() -> Problem {
    let detail = format!("at most {DOCUMENTS_MAX} documents at once");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "http/too-large", detail)
}

fn lines(bytes: &Bytes, id: Option<&str>) -> Answer<Vec<Document>> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let documents = lines.map(|(at, line)| Document {
        name: (at + 1).to_string(),
        id: id.map(|id| format!("{id}-{}", at + 1)),
        media_type: "application/json".to_owned(),
        bytes: bytes.slice_ref(line),
    });
    let documents: Vec<_> = documents.take(DOCUMENTS_MAX + 1).collect();
    if documents.len() > DOCUMENTS_MAX { Err(too_many()) } else { Ok(documents) }
}

async fn parts(headers: &HeaderMap, bytes: Bytes) -> Answer<Vec<Document>> {
    let broken = |error: multer::Error| Problem::malformed(format!("multipart: {error}"));
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(stated).map_err(broken)?;
    let whole = futures::stream::iter([Ok::<_, Infallible>(bytes)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut documents = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if documents.len() == DOCUMENTS_MAX {
            return Err(too_many());
        }
        let id = part.name().filter(|name| !name.is_empty()).map(str::to_owned);
        if let Some(id) = &id {
            require_id(&format!("the name of part {}", documents.len() + 1), id)?;
            if documents.iter().any(|one: &Document| one.id.as_ref() == Some(id)) {
                return Err(Problem::malformed(format!("two parts have the name {id:?}, which is an idempotency key")));
            }
        }
        let name = part.file_name().map_or_else(|| (documents.len() + 1).to_string(), str::to_owned);
        let media_type = part.content_type().map_or("application/json", |stated| stated.essence_str()).to_owned();
        documents.push(Document { name, id, media_type, bytes: part.bytes().await.map_err(broken)? });
    }
    Ok(documents)
}
