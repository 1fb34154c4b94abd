use super::{
    blocks::{none, parsed},
    cell::{Cell, Extent, visible},
    links,
    sealed::Sealed,
    texts::{Texts, filled},
    tree::Tree,
};
use crate::{
    console::{Page, Visit, address::Path, confidential, desk::Moment},
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use counterfoil_state::{Entry, RowChange};
use counterfoil_types::{Hash, Outcome, Transaction, Value};
use std::sync::Arc;

/// Rows that a page shows of those that a transaction wrote.
const ROWS_SHOWN: usize = 100;
/// Events that a page shows.
const EVENTS_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "explorer/transaction.html")]
struct Shown {
    page: Page,
    t: &'static Texts,
    height: u64,
    index: u32,
    identity: String,
    time: Moment,
    certified: bool,
    bytes: String,
    asked: Option<Asked>,
    refusal: Option<Refused>,
    outputs: Vec<Vec<Tree>>,
    events: Vec<Event>,
    events_left: Option<String>,
    changes: Vec<Change>,
    changes_left: Option<String>,
    sealed: Vec<Sealed>,
}

/// What a transaction says.
struct Asked {
    id: String,
    expires: Moment,
    signatures: Vec<Signature>,
    calls: Vec<Call>,
}

struct Signature {
    kid: String,
    href: String,
    algorithm: String,
}

struct Call {
    command: String,
    with: Vec<Tree>,
}

struct Refused {
    code: String,
    detail: String,
    field: Option<String>,
    reason: Option<&'static str>,
}

struct Event {
    name: String,
    data: Vec<Tree>,
}

/// A row that the transaction wrote.
struct Change {
    table: String,
    table_href: String,
    key: String,
    href: String,
    what: &'static str,
    columns: Vec<ColumnChange>,
}

/// A column with its value before and after.
pub struct ColumnChange {
    /// Its name.
    pub name: String,
    /// Before, if there was a row.
    pub old: Option<Cell>,
    /// After, if there is a row.
    pub new: Option<Cell>,
}

/// GET /transactions/{identity}: its place, or that it waits for one.
pub async fn find(State(node): State<Arc<Member>>, Path(identity): Path<String>, visit: Visit) -> Response {
    let mut found = None;
    let response = visit
        .at_desk(&node, async |desk| {
            let wrong = |_| Problem::not_found(format!("{identity:?} is not the identity of a transaction"));
            let identity: Hash = identity.parse().map_err(wrong)?;
            // First, since what is executed meanwhile waits no more, and has its receipt then.
            let waits = desk.node.hub.accepted(&identity).is_some_and(|expires_ms| expires_ms >= now_ms());
            let receipt = desk.node.known_receipt(identity).await?;
            found = receipt.map(|receipt| links::entry(receipt.height, receipt.index));
            if found.is_none() && !waits {
                return Err(Problem::not_found(format!("this node knows no transaction {identity}")));
            }
            Ok(Pending { page: desk.page(), t: Texts::of(desk.language()), identity: identity.to_string() })
        })
        .await;
    match found {
        Some(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        None => response,
    }
}

#[derive(Template)]
#[template(path = "explorer/pending.html")]
struct Pending {
    page: Page,
    t: &'static Texts,
    identity: String,
}

fn place(height: &str, index: &str) -> Answer<(u64, u32)> {
    let number = index.parse::<u16>().map(u32::from);
    Ok((parsed(height)?, number.map_err(|_| Problem::not_found(format!("{index:?} is not a place in a block")))?))
}

fn no_entry(height: u64, index: u32) -> Problem {
    Problem::not_found(format!("block {height} has no entry at place {index}"))
}

/// GET /blocks/{height}/{index}
pub async fn page(
    State(node): State<Arc<Member>>,
    Path((height, index)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let (height, index) = place(&height, &index)?;
            let dated = desk.look(move |reader| reader.dated_entry(height, index)).await?;
            let (entry, time_ms) = dated.ok_or_else(|| no_entry(height, index))?;
            let (changes, count) = desk.look(move |reader| reader.changes_of(height, index, 0..ROWS_SHOWN)).await?;
            let sealed = Sealed::among(desk, &changes).await?;
            let bytes = filled(t.bytes, &[&entry.wire.len().to_string()]);
            let Entry { wire, receipt } = entry;
            let (mut outputs, mut events, mut events_left, mut refusal) = (Vec::new(), Vec::new(), None, None);
            match receipt.outcome {
                Outcome::Applied { outputs: gave, events: happened } => {
                    outputs = gave.iter().map(|text| Tree::of_text(t, text)).filter(|tree| !tree.is_empty()).collect();
                    events_left = left(t, EVENTS_SHOWN, happened.len());
                    let event = |event: counterfoil_types::Event| Event {
                        data: Tree::of_text(t, &event.data),
                        name: event.name,
                    };
                    events = happened.into_iter().take(EVENTS_SHOWN).map(event).collect();
                }
                Outcome::Refused(why) => {
                    let reason = crate::console::refusals::of(&why.code).map(|reason| reason.text(desk.language()));
                    refusal = Some(Refused { code: why.code, detail: visible(&why.detail), field: why.field, reason });
                }
            }
            Ok(Shown {
                page: desk.page(),
                t,
                height,
                index,
                identity: receipt.transaction.to_string(),
                time: Moment(time_ms),
                certified: height <= *desk.node.hub.certified().borrow(),
                bytes,
                asked: Transaction::from_wire(wire).ok().map(|transaction| Asked::of(t, &transaction)),
                refusal,
                outputs,
                events,
                events_left,
                changes: changes.iter().map(|change| Change::of(t, change)).collect(),
                changes_left: left(t, ROWS_SHOWN, count),
                sealed,
            })
        })
        .await
}

/// That not all is shown.
fn left(t: &Texts, shown: usize, count: usize) -> Option<String> {
    (count > shown).then(|| filled(t.rows_left, &[&shown.to_string(), &count.to_string()]))
}

impl Asked {
    fn of(t: &'static Texts, transaction: &Transaction) -> Self {
        let signature = |signature: &counterfoil_types::Signature| Signature {
            kid: signature.kid.to_string(),
            href: links::member(signature.kid.member()),
            algorithm: format!("{:?}", signature.algorithm),
        };
        let call = |call: &counterfoil_types::Call| Call {
            command: call.r#do.clone(),
            with: Tree::of_text(t, call.with.get()),
        };
        Self {
            id: transaction.payload.id.clone(),
            expires: Moment(transaction.payload.expires_ms),
            signatures: transaction.signatures.iter().map(signature).collect(),
            calls: transaction.payload.calls.iter().map(call).collect(),
        }
    }
}

impl Change {
    fn of(t: &'static Texts, change: &RowChange) -> Self {
        let row = change.new.as_ref().or(change.old.as_ref()).map(Vec::as_slice).unwrap_or_default();
        let key = key_of(&change.table, row);
        Self {
            table: change.table.name.clone(),
            table_href: links::table(&change.table.name),
            href: links::row(&change.table.name, &key),
            key: visible(&key.join(", ")),
            what: what(t, change.old.is_some(), change.new.is_some()),
            columns: column_changes(&change.table, change.old.as_deref(), change.new.as_deref()),
        }
    }
}

/// Whether a row came, changed or went.
pub fn what(t: &'static Texts, old: bool, new: bool) -> &'static str {
    match (old, new) {
        (false, _) => t.is_inserted,
        (true, true) => t.is_updated,
        (true, false) => t.is_deleted,
    }
}

/// The primary key of a row as text.
pub fn key_of(table: &counterfoil_state::Table, row: &[Value]) -> Vec<String> {
    let text = |&at: &usize| match row.get(at) {
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Blob(bytes)) => hex::encode(bytes),
        Some(Value::Null) | None => String::new(),
    };
    table.primary_key.iter().map(text).collect()
}

/// The columns that differ, of a row that came or went all that are there.
pub fn column_changes(
    table: &counterfoil_state::Table,
    old: Option<&[Value]>,
    new: Option<&[Value]>,
) -> Vec<ColumnChange> {
    let mut changes = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let (before, after) = (old.and_then(|row| row.get(at)), new.and_then(|row| row.get(at)));
        let is_absent = |value: Option<&Value>| value.is_none_or(|value| *value == Value::Null);
        if before == after || is_absent(before) && is_absent(after) {
            continue;
        }
        let cell = |value: Option<&Value>| value.map(|value| Cell::of(&column.name, value, Extent::Brief));
        changes.push(ColumnChange { name: column.name.clone(), old: cell(before), new: cell(after) });
    }
    changes
}

/// Whether there was a row before, so that a page says what stood there.
pub fn had_before(columns: &[ColumnChange]) -> bool {
    columns.iter().any(|column| column.old.is_some())
}

/// Whether there is a row after, so that a page says what stands there.
pub fn has_after(columns: &[ColumnChange]) -> bool {
    columns.iter().any(|column| column.new.is_some())
}

/// GET /blocks/{height}/{index}/payload: the text that was signed, byte for byte.
pub async fn payload(
    State(node): State<Arc<Member>>,
    Path((height, index)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    if let Err(problem) = node.seated(&visit.headers) {
        return problem.into_response();
    }
    match signed_text(&node, &height, &index).await {
        Ok(text) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, "attachment")];
            confidential((headers, text).into_response())
        }
        Err(problem) => visit.problem(&node, &problem),
    }
}

async fn signed_text(node: &Member, height: &str, index: &str) -> Answer<Vec<u8>> {
    let (height, index) = place(height, index)?;
    let entry = node.store.read(move |reader| reader.entry(height, index)).await?;
    let entry = entry.ok_or_else(|| no_entry(height, index))?;
    let transaction = Transaction::from_wire(entry.wire)?;
    // What a JWS signs is its header and payload, with a point between them.
    let payload = transaction.signatures.first().and_then(|signature| signature.input.split_once('.'));
    let bytes = payload.and_then(|(_, payload)| Base64UrlUnpadded::decode_vec(payload).ok());
    bytes.ok_or_else(|| none(height))
}
