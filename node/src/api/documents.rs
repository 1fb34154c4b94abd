use super::{
    asked::{Path, Query},
    commands,
};
use crate::{
    answer::{self, Called},
    body,
    console::confidential,
    member::Member,
    problem::{Answer, Problem},
    prove::Wanted,
    sealing,
    submit::idempotency_key,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_platform::Rendering;
use counterfoil_proof::Proof;
use counterfoil_seal::{Disclosure, Field, Opened, Place, Reader, Record, SealError};
use counterfoil_types::{Call, Hash, Kid, SigningKey, limits};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::{SeedableRng as _, rngs::StdRng};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::sync::Arc;

/// A document to be sealed by this node, which sees it in clear; others do not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    document: String,
    r#type: String,
    /// 1 creates the document, a further one revises it.
    #[serde(default = "first")]
    version: u64,
    #[serde(default)]
    fields: Vec<ClearField>,
    sealed: Vec<Field>,
    #[serde(default)]
    readers: Vec<String>,
}

fn first() -> u64 {
    1
}

/// A field that everybody sees.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClearField {
    name: String,
    value: String,
}

/// POST /v1/documents/seal
pub async fn seal(State(member): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let (kid, key) = member.signer(&headers)?;
    let asked: Seal = read(&headers, body).await?;
    let mut wanted: Vec<(String, Option<String>)> = Vec::new();
    for (at, reader) in asked.readers.iter().enumerate() {
        wanted.push((reader.clone(), Some(format!("/readers/{at}"))));
    }
    for reader in member.store.mandatory_readers(&asked.r#type).await? {
        wanted.push((reader, Some("/type".to_owned())));
    }
    // Who seals reads it too, if he has a reading key.
    wanted.push((kid.member().to_owned(), None));
    let readers = member.readers(&wanted).await?;
    if readers.is_empty() {
        return Err(sealing::no_reading_key(kid.member()));
    }
    let place = Place {
        ledger: member.ledger,
        subject: asked.document.clone(),
        version: asked.version,
        sealer: kid.member().to_owned(),
    };
    let id = idempotency_key(&headers)?;
    let mut rng = randomness(&kid, key, id.as_deref(), &place, &asked, &readers);
    let sealed = counterfoil_seal::seal(&place, &asked.sealed, &readers, &mut rng).map_err(unsealable)?;
    let call = match asked.version {
        1 => Call::new(
            "document.create",
            &json!({"document": asked.document, "type": asked.r#type, "fields": asked.fields, "sealed": sealed}),
        ),
        version => Call::new(
            "document.revise",
            &json!({"document": asked.document, "version": version, "fields": asked.fields, "sealed": sealed}),
        ),
    };
    let location = format!("/v1/documents/{}", utf8_percent_encode(&asked.document, NON_ALPHANUMERIC));
    commands::perform_as(&member, &headers, &kid, key, call, |_| Some(location.clone())).await
}

/// Why fields cannot be sealed, and which.
fn unsealable(error: SealError) -> Problem {
    let pointer = match &error {
        SealError::Field { index, .. } => format!("/sealed/{index}"),
        SealError::Fields { .. } => "/sealed".to_owned(),
        _ => "/readers".to_owned(),
    };
    Problem::from(error).at(pointer)
}

/// With an `Idempotency-Key` the same request is sealed to the same bytes, so that it is the same call: the randomness derives from
/// the signer's secret and all that is sealed and for whom. Otherwise it is the machine's.
fn randomness(
    kid: &Kid,
    key: &SigningKey,
    id: Option<&str>,
    place: &Place,
    asked: &Seal,
    readers: &[Reader],
) -> StdRng {
    let Some(id) = id else { return StdRng::from_seed(rand::random()) };
    let readers: Vec<String> = readers.iter().map(|reader| format!("{} {}", reader.kid, reader.public_key)).collect();
    let request =
        json!([kid, id, place.ledger, place.subject, place.version, asked.r#type, asked.fields, asked.sealed, readers]);
    let seed = Hash::of(&[b"counterfoil/seal-once/1", &key.secret(), request.to_string().as_bytes()]);
    StdRng::from_seed(*seed.as_bytes())
}

/// Why something is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    reason: Option<String>,
}

/// Which document is made of what is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    document: Option<String>,
}

/// POST /v1/sealed/{subject}/{version}/open
pub async fn open(
    State(member): State<Arc<Member>>,
    Path((subject, version)): Path<(String, String)>,
    Query(Which { document }): Query<Which>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let Opening { reason } = read(&headers, body).await?;
    let rendering = rendering(&member, &headers, &subject);
    let (record, opened, mut answer) = match audited(&member, &headers, &subject, &version, reason).await? {
        Audited::Opened(record, opened, answer) => (record, opened, answer),
        Audited::Held(held) => return Ok(held),
    };
    if let Some(rendering) = rendering {
        let bytes = member.put_out(rendering, (record, opened), document, prefers_english(&headers)).await?;
        return Ok(confidential(([(header::CONTENT_TYPE, rendering.media_type)], bytes).into_response()));
    }
    let fields: Vec<Value> = opened.fields().iter().map(|field| sealing::shown(&record, field)).collect();
    if let Some(members) = answer.as_object_mut() {
        members.insert("sealer".to_owned(), record.sealer.clone().into());
        members.insert("fields".to_owned(), fields.into());
    }
    Ok(confidential(Json(answer).into_response()))
}

/// The document that the caller prefers to JSON, if the subject's module makes it (RFC 9110 §12.5.1).
fn rendering(member: &Member, headers: &HeaderMap, subject: &str) -> Option<Rendering> {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let weighed = lines.flat_map(|line| line.split(',')).filter_map(|one| {
        let mut parts = one.split(';').map(str::trim);
        let media_type = parts.next()?.to_ascii_lowercase();
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
        (weight > 0.0).then_some((weight, media_type))
    });
    let mut best: Option<(f32, String)> = None;
    for (weight, media_type) in weighed {
        if best.as_ref().is_none_or(|(most, _)| weight > *most) {
            best = Some((weight, media_type));
        }
    }
    member.registry.rendering(subject, &best?.1).copied()
}

/// Whether the caller prefers English.
fn prefers_english(headers: &HeaderMap) -> bool {
    let language = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    language.trim_start().starts_with("en")
}

/// POST /v1/sealed/{subject}/{version}/fields/{name}/disclosure
pub async fn disclose(
    State(member): State<Arc<Member>>,
    Path((subject, version, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let Opening { reason } = read(&headers, body).await?;
    let record = member.sealed(&subject, number(&version)?).await?;
    if !record.fields.iter().any(|field| field.name == name) {
        return Err(Problem::not_found(format!("version {version} of {subject} has no sealed field {name:?}")));
    }
    let opened = match audited(&member, &headers, &subject, &version, reason).await? {
        Audited::Opened(_, opened, _) => opened,
        Audited::Held(held) => return Ok(held),
    };
    let field = opened.field(&name).ok_or_else(|| Problem::not_found(format!("there is no field {name:?}")))?;
    let row = vec![subject, record.version.to_string(), name];
    let proof = member.prove("document_field".to_owned(), row, Wanted::Written(Some(record.height))).await?;
    let proof =
        Proof::from_bytes(&proof).map_err(|why| Problem::unavailable(format!("the proof is not one: {why}")))?;
    let file = Disclosure::new(field.clone(), proof).to_bytes();
    Ok(confidential(([(header::CONTENT_TYPE, "application/json")], file).into_response()))
}

/// What came of opening a version.
enum Audited {
    /// It is on the ledger: the version, its content, and what `document.open` gave.
    Opened(Record, Opened, Value),
    /// It waits for more signatures, so nothing is shown: the answer that says so.
    Held(Response),
}

/// Opens a version in memory, has the opening recorded on the ledger, and only then gives it away. What does not open is
/// not recorded. Where the opening waited for more signatures, the same request (by its `Idempotency-Key`) is shown it when they came.
async fn audited(
    member: &Member,
    headers: &HeaderMap,
    subject: &str,
    version: &str,
    reason: Option<String>,
) -> Answer<Audited> {
    let version = number(version)?;
    let (kid, key) = member.signer(headers)?;
    let (record, opened) = member.opened(kid.member(), subject, version).await?;
    let mut with = json!({"subject": subject, "version": version});
    if let Some(reason) = reason {
        with["reason"] = reason.into();
    }
    let id = idempotency_key(headers)?;
    let call = Call::new("document.open", &with);
    member.check(&call)?;
    let receipt = member.perform(&kid, key, call, id.as_deref()).await?;
    let mut output = match answer::called(&receipt)? {
        Called::Done(output) => output,
        Called::Held(waiting) => match member.store.opening_of(&waiting.waiting.proposal).await? {
            Some(output) => output,
            None => return Ok(Audited::Held(answer::held(&receipt, &waiting))),
        },
    };
    // The ledger has refused whoever is no reader; a node that differs shows nothing.
    let opened = opened.ok_or_else(|| Problem::forbidden(format!("{} is no reader of this", kid.member())))?;
    if let Some(members) = output.as_object_mut() {
        members.insert("receipt".to_owned(), answer::receipt_brief(&receipt));
    }
    Ok(Audited::Opened(record, opened, output))
}

/// Who is to read a version too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    reader: String,
}

/// POST /v1/sealed/{subject}/{version}/share
pub async fn share(
    State(member): State<Arc<Member>>,
    Path((subject, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let version = number(&version)?;
    let (kid, key) = member.signer(&headers)?;
    let Share { reader } = read(&headers, body).await?;
    let (_, opened) = member.opened(kid.member(), &subject, version).await?;
    let opened = opened.ok_or_else(|| {
        let detail = format!("{} is no reader of version {version} of {subject}", kid.member());
        Problem::new(StatusCode::FORBIDDEN, "seal/1", detail).at("/readers")
    })?;
    let readers = member.readers(&[(reader, Some("/reader".to_owned()))]).await?;
    let id = idempotency_key(&headers)?;
    let seed = match id.as_deref() {
        None => rand::random(),
        Some(id) => {
            let request = json!([kid, id, subject, version, readers[0].kid, readers[0].public_key]);
            *Hash::of(&[b"counterfoil/share-once/1", &key.secret(), request.to_string().as_bytes()]).as_bytes()
        }
    };
    let wrap = opened.wrap_for(&readers[0], &mut StdRng::from_seed(seed))?;
    let call = Call::new("document.add_reader", &json!({"subject": subject, "version": version, "wrap": wrap}));
    commands::perform_as(&member, &headers, &kid, key, call, |_| None).await
}

fn number(version: &str) -> Answer<u64> {
    version.parse().map_err(|_| Problem::malformed(format!("{version:?} is not a version: 1, 2, …")))
}

/// Reads a body of JSON; an empty one is an empty object. What is wrong is told by its place: the values are confidential.
async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Answer<T> {
    let bytes = body::read(headers, body, limits::BODY_BYTES_MAX).await?;
    if !bytes.is_empty() {
        body::expect_media_type(headers, &["application/json"])?;
    }
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    let value = read.map_err(|error| unreadable(&pointer(error.path()), error.inner()))?;
    deserializer.end().map_err(|error| unreadable("", &error))?;
    Ok(value)
}

fn unreadable(pointer: &str, error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_data() {
        let detail = format!("the body has not the form of this request: {place}");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "http/invalid", detail).at(pointer)
    } else {
        Problem::malformed(format!("not JSON: {place}"))
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{key}"),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}
