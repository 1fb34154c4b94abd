use super::{path, texts::Texts};
use crate::{
    console::{
        Page, Row, Visit,
        desk::{Moment, form_id},
        encoded,
    },
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Versions, the newest first: of a document, or of what another module has sealed.
const VERSIONS: &str = "SELECT * FROM (SELECT v.version, v.time_ms, v.signers, v.sealed, d.type, t.title, d.owner
        FROM document_version v JOIN document d ON d.id = v.document JOIN document_type t ON t.id = d.type
        WHERE v.document = ?1 ORDER BY v.version DESC LIMIT 100)
    UNION ALL SELECT * FROM (SELECT s.version, NULL, '', 1, '', '', s.sealer FROM document_sealed s
        WHERE s.subject = ?1 AND instr(?1, ':') > 0 ORDER BY s.version DESC LIMIT 100)";

const FIELDS: &str = "SELECT name, value, 0, '', -1 FROM document_value WHERE document = ?1 AND version = ?2
    UNION ALL SELECT name, '', 1, lower(hex(commitment)), position FROM document_field WHERE subject = ?1 AND version = ?2
    ORDER BY 3, 5, 1";

const READERS: &str = "SELECT r.reader, r.key, r.mandatory, r.added_by,
        (SELECT x.from_version FROM document_removed_reader x WHERE x.subject = r.subject AND x.reader = r.reader)
    FROM document_reader r WHERE r.subject = ?1 AND r.version = ?2 ORDER BY r.reader, r.key LIMIT 200";

const OPENINGS: &str = "SELECT version, reader, signer, coalesce(reason, ''), time_ms FROM document_opening
    WHERE subject = ?1 ORDER BY number DESC LIMIT 50";

#[derive(Deserialize)]
pub(super) struct Wanted {
    version: Option<u64>,
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
    versions: Vec<Version>,
    clear: Vec<(String, String)>,
    sealed: Vec<Sealed>,
    readers: Vec<Reader>,
    openings: Vec<Opening>,
    /// Whether whoever asks is a reader, and this node has a key of his that opens it.
    opens: bool,
    is_reader: bool,
    is_owner: bool,
}

struct Version {
    number: u64,
    at: Option<Moment>,
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
        let next = self.versions.first().map_or(1, |newest| newest.number + 1);
        format!("/documents/seal?type={}&document={}&version={next}", encoded(of), self.encoded)
    }
}

/// GET /documents/{owner}/{name}
pub(super) async fn of_owner(Path((owner, name)): Path<(String, String)>) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path(&format!("{owner}/{name}")))]).into_response()
}

/// GET /documents/{subject}?version=
pub(super) async fn page(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Path(subject): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let versions = desk.select(VERSIONS, vec![json!(subject)]).await?;
            let wanted = |row: &&Row| wanted.version.is_none_or(|version| row.number(0) == version);
            let none = || Problem::not_found(format!("there is no such version of {subject}"));
            let chosen = versions.iter().find(wanted).ok_or_else(none)?;
            let version = chosen.number(0);
            let of_version = || vec![json!(subject), json!(version)];
            let fields = desk.select(FIELDS, of_version()).await?;
            let readers = desk.select(READERS, of_version()).await?;
            let openings = desk.select(OPENINGS, vec![json!(subject)]).await?;
            let is_reader = readers.iter().any(|row| row.text(0) == desk.member());
            let hosts = |row: &Row| {
                desk.node.keys.reading_keys().any(|(kid, _)| kid.member() == row.text(0) && kid.key() == row.text(1))
            };
            let opens = readers.iter().any(|row| row.text(0) == desk.member() && hosts(row));
            let (sealed, clear): (Vec<_>, Vec<_>) = fields.iter().partition(|row| row.number(2) == 1);
            Ok(One {
                t: Texts::of(desk.language()),
                form_id: form_id(),
                encoded: encoded(&subject).to_string(),
                path: path(&subject),
                kind: Some((chosen.text(4), chosen.text(5))).filter(|(of, _)| !of.is_empty()),
                is_owner: chosen.text(6) == desk.member(),
                owner: chosen.text(6),
                version,
                versions: versions.iter().map(version_of).collect(),
                clear: clear.into_iter().map(|row| (row.text(0), row.text(1))).collect(),
                sealed: sealed.into_iter().map(|row| Sealed { name: row.text(0), commitment: row.text(3) }).collect(),
                readers: readers.iter().map(reader).collect(),
                openings: openings.iter().map(opening).collect(),
                opens,
                is_reader,
                subject: subject.clone(),
                page: desk.page(),
            })
        })
        .await
}

fn version_of(row: &Row) -> Version {
    Version { number: row.number(0), at: row.integer(1).map(|_| Moment(row.number(1))), signers: row.text(2) }
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
        version: row.number(0),
        reader: row.text(1),
        signer: row.text(2),
        reason: row.text(3),
        at: Moment(row.number(4)),
    }
}
