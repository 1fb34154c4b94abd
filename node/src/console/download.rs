//! Rows as files for spreadsheets (RFC 4180), as many as there are, all of one height.

use super::{
    confidential,
    csv::{MARK, kept_as, line},
    desk::Moment,
};
use crate::{
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use counterfoil_apps::invoice::decimal::Fixed;
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Fault, money::format_decimal};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{io::AsyncReadExt as _, sync::Semaphore, time::timeout};

/// Reports that are written at once, each by a thread.
static WRITING: Semaphore = Semaphore::const_new(2);
/// How long one waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// Reports that are written or on their way, by the member that takes them: they take the ledger's disk for as long as it does.
static KEPT: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
/// How many of them there are at most.
const KEPT_MAX: usize = 16;
/// How many one member has of them, so that one which takes its files slowly does not keep the others waiting.
const KEPT_EACH: usize = 4;

/// Rows of one SELECT.
const PAGE: usize = 1_000;
/// Rows of a file below its names: what spreadsheets open (1,048,576 lines).
const ROWS_MAX: usize = 1_048_575;
/// Bytes that are read from a file at a time.
const PIECE: usize = 64 * 1024;

/// What a column is of.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text that somebody chose.
    Text,
    /// Hundredths.
    Amount,
    /// Units of an asset with so many digits after the point.
    Units(u32),
    /// Milliseconds since 1970, as RFC 3339 says a time in UTC.
    Time,
    /// A whole number.
    Number,
    /// A rate of 10,000, as a percentage.
    Rate,
}

/// A report: a SELECT whose first column goes on after ?1 with ?2 rows at most, and the columns after it.
pub struct Report {
    /// The SELECT.
    pub sql: &'static str,
    /// Its parameters from ?3 on.
    pub given: Vec<Value>,
    /// Names and kinds of its columns, from the second on.
    pub columns: Vec<(&'static str, Kind)>,
    /// The file's name, without its ending.
    pub name: String,
}

/// A report as a download for whoever is signed in by `asked`, as long as he is: it ends with his session, without being whole.
///
/// It is written before it is sent: however slowly somebody takes it, all of it is of one height, and the ledger's database does not
/// wait for him.
pub async fn download(node: Arc<Member>, asked: HeaderMap, report: Report) -> Answer<Response> {
    let kept = Place::take(node.seated(&asked)?.member())?;
    let writing = timeout(WAIT, WRITING.acquire()).await.map_err(|_| busy())?;
    let root = node.root.clone();
    // Who breaks off does not end the writing, so the places go with it.
    let write = move |reader: &Reader| {
        let written = write(reader, &report, &root);
        drop(writing);
        Ok((written, kept))
    };
    let (written, kept) = node.store.read(write).await?;
    let written = written?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, kept_as(&format!("{}-height-{}", written.name, written.height), "csv")),
        (header::CONTENT_LENGTH, written.length.to_string()),
    ];
    let begun = (node, asked, tokio::fs::File::from_std(written.file), kept);
    let pieces = futures::stream::try_unfold(begun, |(node, asked, mut file, kept)| async move {
        node.seated(&asked).map_err(|_| io::Error::other("the session is over"))?;
        let mut piece = Vec::with_capacity(PIECE);
        (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), (node, asked, file, kept))))
    });
    Ok(confidential((headers, Body::from_stream(pieces)).into_response()))
}

fn busy() -> Problem {
    Problem::busy("many reports are made or taken now: try again in a moment")
}

/// The place of a report, until it is dropped.
struct Place(String);

impl Place {
    fn take(member: &str) -> Answer<Self> {
        let mut kept = KEPT.lock();
        let own = kept.get(member).copied().unwrap_or(0);
        if own == KEPT_EACH {
            return Err(Problem::busy(format!("{member} takes {own} reports already: let one come to its end first")));
        }
        if kept.values().sum::<usize>() == KEPT_MAX {
            return Err(busy());
        }
        kept.insert(member.to_owned(), own + 1);
        Ok(Self(member.to_owned()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut kept = KEPT.lock();
        match kept.get_mut(&self.0) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(kept.remove(&self.0)),
        }
    }
}

/// A report in a file that has no name and is gone with the request.
struct Written {
    file: File,
    length: u64,
    height: u64,
    name: String,
}

fn write(reader: &Reader, report: &Report, folder: &Path) -> Answer<Written> {
    let failed = |error: io::Error| Fault::new("writing a report", error);
    let mut file = io::BufWriter::new(tempfile::tempfile_in(folder).map_err(failed)?);
    let names = line(report.columns.iter().map(|(name, _)| name));
    file.write_all(format!("{MARK}{names}").as_bytes()).map_err(failed)?;
    let height = reader.snapshot::<_, Problem>(|snapshot| {
        let (mut count, mut from) = (0, String::new());
        loop {
            let params: Vec<Value> =
                [json!(from), json!(PAGE)].into_iter().chain(report.given.iter().cloned()).collect();
            let table = snapshot.sql_static(report.sql, SqlParams::Positional(&params), SqlLimits::default())?;
            // A page may have more rows than places, or fewer: only one that has none is the end.
            let last = table.rows.last().and_then(|row| row.first()?.as_str());
            let Some(last) = last else { return Ok(snapshot.height()) };
            count += table.rows.len();
            // A page that is cut would leave out rows in the middle.
            if count > ROWS_MAX || table.truncated.is_some() {
                return Err(too_long());
            }
            for row in &table.rows {
                file.write_all(cells(row, &report.columns).as_bytes()).map_err(failed)?;
            }
            from = last.to_owned();
        }
    })?;
    let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    let length = file.stream_position().map_err(failed)?;
    file.rewind().map_err(failed)?;
    Ok(Written { file, length, height, name: report.name.clone() })
}

fn too_long() -> Problem {
    let why = format!("the file would have more than the {ROWS_MAX} rows that spreadsheets open");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "http/too-large", why)
}

fn cells(row: &[Value], columns: &[(&'static str, Kind)]) -> String {
    let each = columns.iter().enumerate();
    line(each.map(|(at, (_, kind))| shown(row.get(at + 1).unwrap_or(&Value::Null), *kind)))
}

fn shown(value: &Value, kind: Kind) -> String {
    let number = value.as_i64();
    match (kind, number) {
        (Kind::Amount, Some(minor)) => Fixed::<2>(minor).to_string(),
        (Kind::Units(decimals), Some(minor)) => format_decimal(minor, decimals),
        (Kind::Time, Some(ms)) => Moment(ms.unsigned_abs()).rfc3339(),
        (Kind::Number, Some(number)) => number.to_string(),
        (Kind::Rate, Some(rate)) => format!("{}%", Fixed::<2>(rate).trimmed()),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_member_does_not_take_all_places() {
        let slow: Vec<_> = (0..KEPT_EACH).map(|_| Place::take("slow").unwrap()).collect();
        assert!(Place::take("slow").is_err());
        let others: Vec<_> = (KEPT_EACH..KEPT_MAX).map(|at| Place::take(&format!("member-{at}")).unwrap()).collect();
        assert!(Place::take("late").is_err(), "all are taken");
        drop(slow);
        assert!(Place::take("slow").is_ok());
        drop(others);
        assert!(KEPT.lock().is_empty());
    }

    #[test]
    fn a_column_is_shown_as_what_it_is_of() {
        assert_eq!(shown(&json!(-5), Kind::Amount), "-0.05");
        assert_eq!(shown(&json!(-1_234_567), Kind::Units(3)), "-1234.567");
        assert_eq!(shown(&json!(1_766_966_400_123_u64), Kind::Time), "2025-12-29T00:00:00.123Z");
        assert_eq!(shown(&Value::Null, Kind::Amount), "");
        assert_eq!(shown(&json!(1300), Kind::Rate), "13%");
    }
}
