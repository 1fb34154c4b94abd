use super::{check::Mismatch, histogram::Histogram};
use crate::files;
use counterfoil_client::{Asked, Client};
use counterfoil_types::Fault;
use serde::Serialize;
use serde_json::{Value, json};
use std::{cmp::Reverse, fs, io::ErrorKind, path::Path, time::Instant};

/// Digits in front of a Chinese number that are the same for all of a year, region and channel; the rest counts.
const SERIES_DIGITS: usize = 5;

/// How long a caller waits for something.
#[derive(Debug, Clone, Serialize)]
pub struct Timed {
    /// For what.
    pub what: String,
    /// How often it was asked for.
    pub count: usize,
    /// Half of the answers came within this time.
    pub p50_ms: f64,
    /// 99 of 100 answers came within this time.
    pub p99_ms: f64,
}

/// What it is to have a ledger of this size.
#[derive(Debug, Clone, Serialize)]
pub struct Size {
    /// Invoices on it.
    pub invoices: u64,
    /// Reads over HTTP on one connection, one after the other.
    pub reads: Vec<Timed>,
    /// From the start of the first validator on its data until it answers with all that it had executed.
    pub reopen_s: f64,
    /// What a validator has on disk once it is stopped, bytes.
    pub disk_bytes: u64,
    /// The same by file or folder of its directory, the largest first.
    pub disk: Vec<(String, u64)>,
}

/// An invoice that is looked up.
pub struct Issued {
    pub id: String,
    pub number: String,
    pub total: String,
    pub seller: String,
    pub month: String,
}

/// A kind of read.
type Read<'a> = (&'static str, &'a dyn Fn(&Issued) -> Result<(), Mismatch>);

/// `count` invoices spread over all `invoices` that there are; `known` is the id of one of them.
pub fn choose(client: &Client, known: &str, invoices: u64, count: usize) -> Result<Vec<Issued>, Mismatch> {
    let series: String = issued(client, known)?.number.chars().take(SERIES_DIGITS).collect();
    let mut chosen = Vec::with_capacity(count);
    for at in 0..count as u64 {
        let number = format!("{series}{:015}", 1 + at * invoices / count as u64);
        let found = client.sql("SELECT id FROM invoice WHERE number = ?1", &[json!(number)])?;
        let id = found.rows.first().and_then(|row| row.first()?.as_str().map(str::to_owned));
        let id = id.ok_or_else(|| Mismatch::Wrong(format!("there is no invoice {number}")))?;
        chosen.push(issued(client, &id)?);
    }
    Ok(chosen)
}

/// Times one kind of read, once for each of `chosen`.
pub fn timed(
    what: String,
    chosen: &[Issued],
    read: impl Fn(&Issued) -> Result<(), Mismatch>,
) -> Result<Timed, Mismatch> {
    let mut latencies = Histogram::default();
    for one in chosen {
        let begun = Instant::now();
        read(one)?;
        latencies.add(begun.elapsed());
    }
    let [p50_ms, p99_ms] = [50, 99].map(|percent| latencies.percentile_ms(percent));
    Ok(Timed { what, count: chosen.len(), p50_ms, p99_ms })
}

/// Times what programs ask of invoices, once each for each of `chosen`.
pub fn reads(client: &Client, chosen: &[Issued]) -> Result<Vec<Timed>, Mismatch> {
    let get = |path: &str, right: &dyn Fn(&Value) -> bool| -> Result<(), Mismatch> {
        let answer = client.get(path)?;
        if right(&answer) { Ok(()) } else { Err(Mismatch::Wrong(format!("{path} answers {answer}"))) }
    };
    let filled = |answer: &Value| answer["items"].as_array().is_some_and(|items| !items.is_empty());
    let kinds: [Read<'_>; 5] = [
        ("public check by number", &|one| {
            let path = format!("/v1/invoices/check?number={}&total={}", one.number, one.total);
            get(&path, &|answer| answer["state"] == "valid")
        }),
        ("invoice by id", &|one| get(&format!("/v1/invoices/{}", one.id), &|answer| answer["id"] == one.id.as_str())),
        ("first page of a seller's list", &|one| get(&format!("/v1/invoices?seller={}", one.seller), &filled)),
        ("output tax of a seller's month", &|one| {
            let Issued { seller, month, .. } = one;
            get(&format!("/v1/tax-reports/output?seller={seller}&from={month}&until={month}"), &filled)
        }),
        ("proof of an invoice", &|one| {
            client.proof("invoice", &[&one.id], Asked::Current)?;
            Ok(())
        }),
    ];
    kinds.into_iter().map(|(what, read)| timed(what.to_owned(), chosen, read)).collect()
}

fn issued(client: &Client, id: &str) -> Result<Issued, Mismatch> {
    let shown = client.get(&format!("/v1/invoices/{id}"))?;
    let text = |name: &str| match shown[name].as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Mismatch::Wrong(format!("invoice {id} has no {name}: {shown}"))),
    };
    let month = text("issue_date")?.chars().take("2026-01".len()).collect();
    Ok(Issued { id: id.to_owned(), number: text("number")?, total: text("total")?, seller: text("seller")?, month })
}

/// Bytes of each file and folder in a validator's directory, the largest first.
pub fn on_disk(validator: &Path) -> Result<Vec<(String, u64)>, Fault> {
    let mut sizes = Vec::new();
    for path in files::list(validator)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sizes.push((name, bytes(&path)?));
    }
    sizes.sort_by_key(|(name, bytes)| (Reverse(*bytes), name.clone()));
    Ok(sizes)
}

fn bytes(path: &Path) -> Result<u64, Fault> {
    let metadata = match fs::symlink_metadata(path) {
        // A database that is closed meanwhile takes the files beside it away.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        metadata => metadata.map_err(|error| Fault::new(format!("measuring {}", path.display()), error))?,
    };
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    files::list(path)?.iter().map(|inside| bytes(inside)).sum()
}
