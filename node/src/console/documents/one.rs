use super::{path, texts::Texts};
use crate::{
    console::{
        Page, Row, Visit,
        address::{Path, Query},
        desk::{Desk, Moment, form_id},
        encoded,
    },
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Readers, versions and openings of a page, each.
const PAGE: usize = 50;

/// The version ?2 of a document, or of what another module has sealed; the newest one where none is named. And with which keys the member
/// ?3 reads it.
pub(super) const HEAD: &str = "SELECT h.version, h.type, t.title, h.owner, h.newest,
        (SELECT group_concat(r.key, ' ') FROM document_reader r WHERE r.subject = ?1 AND r.version = h.version AND r.reader = ?3)
    FROM (SELECT v.version, d.type, d.owner, d.version AS newest FROM document d
            JOIN document_version v ON v.document = d.id AND v.version = coalesce(?2, d.version) WHERE d.id = ?1
        UNION ALL SELECT s.version, '', s.sealer, (SELECT max(x.version) FROM document_sealed x WHERE x.subject = ?1)
            FROM document_sealed s WHERE s.subject = ?1 AND instr(?1, ':') > 0
                AND s.version = coalesce(?2, (SELECT max(x.version) FROM document_sealed x WHERE x.subject = ?1))) h
    LEFT JOIN document_type t ON t.id = h.type";

/// Versions before ?2 and openings before ?3, the newest first.
pub(super) const PAST: &str = "SELECT * FROM (SELECT 'version', version, CAST(version AS TEXT), '', signers, '', time_ms FROM document_version
        WHERE document = ?1 AND version < ?2 ORDER BY version DESC LIMIT 51)
    UNION ALL SELECT * FROM (SELECT 'version', version, CAST(version AS TEXT), '', '', '', time_ms FROM document_sealed
        WHERE subject = ?1 AND instr(?1, ':') > 0 AND version < ?2 ORDER BY version DESC LIMIT 51)
    UNION ALL SELECT * FROM (SELECT 'opening', version, CAST(number AS TEXT), reader, signer, coalesce(reason, ''), time_ms
        FROM document_opening WHERE subject = ?1 AND number < ?3 ORDER BY number DESC LIMIT 51)";

const FIELDS: &str = "SELECT name, value, 0, '', -1 FROM document_value WHERE document = ?1 AND version = ?2
    UNION ALL SELECT name, '', 1, lower(hex(commitment)), position FROM document_field WHERE subject = ?1 AND version = ?2
    ORDER BY 3, 5, 1";

/// Readers after the member ?3 and its key ?4.
pub(super) const READERS: &str = "SELECT r.reader, r.key, r.mandatory, r.added_by,
        (SELECT x.from_version FROM document_removed_reader x WHERE x.subject = r.subject AND x.reader = r.reader)
    FROM document_reader r WHERE r.subject = ?1 AND r.version = ?2 AND (r.reader, r.key) > (?3, ?4)
    ORDER BY r.reader, r.key LIMIT 51";

#[derive(Deserialize)]
pub(super) struct Wanted {
    version: Option<u64>,
    /// Readers after this one: a member, a slash, and the name of a key.
    #[serde(default)]
    readers: String,
    /// Versions before this one.
    versions: Option<i64>,
    /// Openings before this one.
    openings: Option<i64>,
}

#[derive(Template)]
#[template(path = "documents/one.html")]
struct One {
    page: Page,
    t: &'static Texts,
    form_id: String,
    subject: String,
    /// The subject as a part of an address.
    encoded: String,
    path: String,
    /// Of which type it is; nothing for what another module has sealed.
    kind: Option<(String, String)>,
    owner: String,
    version: u64,
    newest: u64,
    versions: Vec<Version>,
    /// Where older ones are.
    more_versions: Option<String>,
    clear: Vec<(String, String)>,
    sealed: Vec<Sealed>,
    readers: Vec<Reader>,
    more_readers: Option<String>,
    openings: Vec<Opening>,
    more_openings: Option<String>,
    /// Whether whoever asks is a reader, and this node has a key of his that opens it.
    opens: bool,
    is_reader: bool,
    is_owner: bool,
}

struct Version {
    number: u64,
    at: Moment,
    signers: String,
}

struct Sealed {
    name: String,
    commitment: String,
}

struct Reader {
    member: String,
    key: String,
    mandatory: bool,
    added_by: String,
    removed_from: Option<i64>,
}

struct Opening {
    version: u64,
    reader: String,
    signer: String,
    reason: String,
    at: Moment,
}

impl One {
    fn revise(&self) -> String {
        let of = self.kind.as_ref().map_or("", |(of, _)| of);
        let next = self.newest + 1;
        format!("/documents/seal?type={}&document={}&version={next}", encoded(of), self.encoded)
    }
}

/// GET /documents/{owner}/{name}
pub(super) async fn of_owner(Path((owner, name)): Path<(String, String)>) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path(&format!("{owner}/{name}")))]).into_response()
}

/// GET /documents/{subject}?version=&readers=&versions=&openings=
pub(super) async fn page(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Path(subject): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    visit.at_desk(&node, async |desk| one(desk, &subject, &wanted).await).await
}

async fn one(desk: &Desk, subject: &str, wanted: &Wanted) -> Answer<One> {
    let head = desk.find(HEAD, vec![json!(subject), json!(wanted.version), json!(desk.member())]).await?;
    let head = head.ok_or_else(|| Problem::not_found(format!("there is no such version of {subject}")))?;
    let version = head.number(0);
    let fields = desk.select(FIELDS, vec![json!(subject), json!(version)]).await?;
    let (reader_from, key_from) = wanted.readers.rsplit_once('/').unwrap_or_default();
    let readers = vec![json!(subject), json!(version), json!(reader_from), json!(key_from)];
    let readers = desk.select(READERS, readers).await?;
    let before = |number: Option<i64>| json!(number.unwrap_or(i64::MAX));
    let past = desk.select(PAST, vec![json!(subject), before(wanted.versions), before(wanted.openings)]).await?;
    let (versions, openings): (Vec<_>, Vec<_>) = past.iter().partition(|row| row.text(0) == "version");
    let own_keys = head.words(5);
    let hosts =
        |key: &String| desk.node.keys.reading_keys().any(|(kid, _)| kid.member() == desk.member() && kid.key() == key);
    let (sealed, clear): (Vec<_>, Vec<_>) = fields.iter().partition(|row| row.number(2) == 1);
    let path = path(subject);
    let more = |name: &str, last: Option<String>| {
        last.map(|last| format!("{path}?version={version}&{name}={}#{name}", encoded(&last)))
    };
    Ok(One {
        t: Texts::of(desk.language()),
        form_id: form_id(),
        encoded: encoded(subject).to_string(),
        kind: Some((head.text(1), head.text(2))).filter(|(of, _)| !of.is_empty()),
        is_owner: head.text(3) == desk.member(),
        owner: head.text(3),
        version,
        newest: head.number(4),
        more_versions: more("versions", last(&versions).map(|row| row.text(2))),
        versions: versions.iter().take(PAGE).map(|row| version_of(row)).collect(),
        clear: clear.into_iter().map(|row| (row.text(0), row.text(1))).collect(),
        sealed: sealed.into_iter().map(|row| Sealed { name: row.text(0), commitment: row.text(3) }).collect(),
        more_readers: more("readers", last(&readers).map(|row| format!("{}/{}", row.text(0), row.text(1)))),
        readers: readers.iter().take(PAGE).map(reader).collect(),
        more_openings: more("openings", last(&openings).map(|row| row.text(2))),
        openings: openings.iter().take(PAGE).map(|row| opening(row)).collect(),
        opens: own_keys.iter().any(hosts),
        is_reader: !own_keys.is_empty(),
        path: path.clone(),
        subject: subject.to_owned(),
        page: desk.page(),
    })
}

/// The last row of a page, if there are rows after it.
fn last<T>(rows: &[T]) -> Option<&T> {
    rows.get(PAGE - 1).filter(|_| rows.len() > PAGE)
}

fn version_of(row: &Row) -> Version {
    Version { number: row.number(1), at: Moment(row.number(6)), signers: row.text(4) }
}

fn reader(row: &Row) -> Reader {
    Reader {
        member: row.text(0),
        key: row.text(1),
        mandatory: row.number(2) == 1,
        added_by: row.text(3),
        removed_from: row.integer(4),
    }
}

fn opening(row: &Row) -> Opening {
    Opening {
        version: row.number(1),
        reader: row.text(3),
        signer: row.text(4),
        reason: row.text(5),
        at: Moment(row.number(6)),
    }
}
