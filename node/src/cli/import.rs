use super::{args::Import, exit::Exit, exit::Outcome, output, remote};
use counterfoil_client::{Client, Document, Table};
use counterfoil_types::{Fault, Hash, Kid, limits::BODY_BYTES_MAX};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Files of one request at most, and bytes of them: a request is at most 8 MiB.
const BATCH: usize = 250;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// What stands around a file in a request, at most.
const HEAD_BYTES: usize = 64 * 1024;
/// Status of a document that is issued.
const DONE: u64 = 200;

/// A file to be issued.
struct Waiting {
    name: String,
    content_type: &'static str,
    bytes: Vec<u8>,
    /// Of its content: the same file is issued once, wherever it lies.
    id: String,
}

/// Files under way.
struct Importing<'a> {
    client: Client,
    key: &'a Kid,
    results: &'a Path,
    log: File,
    bar: ProgressBar,
    issued: u64,
    /// Files that wait for more signatures.
    waiting: u64,
    /// Files of which it is not known what will become.
    unsettled: u64,
    /// By code and rule: how many, and the first file.
    refused: BTreeMap<(String, String), (u64, String)>,
}

/// `counterfoil invoice import`
pub fn run(args: &Import) -> Outcome {
    let results = args.results.clone().unwrap_or_else(|| args.folder.join("import-results.ndjson"));
    let before = issued(&results)?;
    let mut paths = Vec::new();
    find(&args.folder, &mut paths)?;
    let log = log(&results);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}").expect("a right template");
    let mut importing = Importing {
        client: remote::client(&args.signing.remote),
        key: &args.signing.key,
        results: &results,
        log: log.map_err(|error| Fault::new(format!("opening {}", results.display()), error))?,
        bar: ProgressBar::new(paths.len() as u64).with_style(style),
        issued: 0,
        waiting: 0,
        unsettled: 0,
        refused: BTreeMap::new(),
    };
    let (mut batch, mut bytes, mut known) = (Vec::<Waiting>::new(), 0, 0);
    for path in paths {
        let waiting = Waiting::read(&args.folder, &path)?;
        if before.contains(&waiting.id) {
            known += 1;
            importing.bar.inc(1);
            continue;
        }
        if waiting.bytes.len() > BODY_BYTES_MAX - HEAD_BYTES {
            let detail = format!("a file has at most {} bytes", BODY_BYTES_MAX - HEAD_BYTES);
            let problem = json!({"code": "http/too-large", "detail": detail, "status": 413});
            importing.note(&waiting, json!({"document": waiting.name, "status": 413, "problem": problem}))?;
            continue;
        }
        if batch.len() == BATCH || (!batch.is_empty() && bytes + waiting.bytes.len() > BATCH_BYTES) {
            importing.send(std::mem::take(&mut batch))?;
            bytes = 0;
        }
        bytes += waiting.bytes.len();
        batch.push(waiting);
    }
    importing.send(batch)?;
    importing.bar.finish_and_clear();
    output::text(&format!("{} issued, {known} issued before; {} lists them\n", importing.issued, results.display()));
    importing.report()
}

impl Importing<'_> {
    fn send(&mut self, batch: Vec<Waiting>) -> Outcome {
        if batch.is_empty() {
            return Ok(());
        }
        let documents: Vec<_> = batch.iter().map(Waiting::document).collect();
        let answers = self.client.post_many("/v1/invoices", &documents, self.key)?;
        batch.iter().zip(answers).try_for_each(|(waiting, answer)| self.note(waiting, answer))
    }

    /// Writes and counts what became of a file.
    fn note(&mut self, waiting: &Waiting, mut answer: Value) -> Outcome {
        answer["id"] = json!(waiting.id);
        let written = writeln!(self.log, "{answer}");
        written.map_err(|error| Fault::new(format!("writing {}", self.results.display()), error))?;
        match answer["status"].as_u64() {
            Some(DONE) => self.issued += 1,
            Some(202) => self.waiting += 1,
            Some(429 | 500..) | None => self.unsettled += 1,
            Some(_) => {
                self.refused.entry(rule(&answer["problem"])).or_insert_with(|| (0, waiting.name.clone())).0 += 1;
            }
        }
        self.bar.inc(1);
        Ok(())
    }

    fn report(&self) -> Outcome {
        if self.waiting > 0 {
            output::text(&format!("{} wait for more signatures\n", self.waiting));
        }
        let row = |((code, rule), (count, first)): (&(String, String), &(u64, String))| {
            vec![json!(code), json!(rule), json!(count), json!(first)]
        };
        if !self.refused.is_empty() {
            let columns = ["code", "rule", "invoices", "first"].map(str::to_owned).to_vec();
            let table = Table { height: 0, columns, rows: self.refused.iter().map(row).collect(), truncated: None };
            output::table(&table, super::args::Format::Table);
        }
        let refused: u64 = self.refused.values().map(|(count, _)| count).sum();
        match (self.unsettled, refused, self.waiting) {
            (0, 0, 0) => Ok(()),
            (0, 0, waiting) => Err(Exit::Waits(format!("{waiting} wait for more signatures"))),
            (0, refused, _) => Err(Exit::No(format!("{refused} refused"))),
            (unsettled, ..) => Err(Exit::Fault(format!("{unsettled} not done: the node could not; run it again"))),
        }
    }
}

/// The file of results, for its owner alone, since it tells of invoices. A line that broke off is ended.
fn log(results: &Path) -> std::io::Result<File> {
    let mut log = OpenOptions::new().create(true).append(true).mode(0o600).open(results)?;
    if fs::read(results)?.last().is_some_and(|last| *last != b'\n') {
        log.write_all(b"\n")?;
    }
    Ok(log)
}

impl Waiting {
    fn read(folder: &Path, path: &Path) -> Result<Self, Exit> {
        let bytes = fs::read(path).map_err(|error| Fault::new(format!("reading {}", path.display()), error))?;
        let xml = path.extension().is_some_and(|extension| extension == "xml");
        Ok(Self {
            name: path.strip_prefix(folder).unwrap_or(path).display().to_string(),
            content_type: if xml { "application/xml" } else { "application/json" },
            id: format!("import-{}", Hash::of(&[&bytes])),
            bytes,
        })
    }

    fn document(&self) -> Document<'_> {
        Document { name: &self.name, id: &self.id, content_type: self.content_type, bytes: &self.bytes }
    }
}

/// The files of a folder and those in it, sorted.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    for path in crate::files::list(folder)? {
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "xml") {
            found.push(path);
        }
    }
    Ok(())
}

/// What is issued already, by what an earlier run wrote. A line that broke off counts for nothing.
fn issued(results: &Path) -> Result<BTreeSet<String>, Exit> {
    if !results.exists() {
        return Ok(BTreeSet::new());
    }
    let failed = |error| Fault::new(format!("reading {}", results.display()), error);
    let mut issued = BTreeSet::new();
    for line in BufReader::new(File::open(results).map_err(failed)?).split(b'\n') {
        let line: Value = serde_json::from_slice(&line.map_err(failed)?).unwrap_or_default();
        if line["status"] == DONE
            && let Some(id) = line["id"].as_str()
        {
            issued.insert(id.to_owned());
        }
    }
    Ok(issued)
}

/// The code of a refusal, and the rule where its detail begins with one, such as `BR-CO-15`.
fn rule(problem: &Value) -> (String, String) {
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let (code, detail) = (text("code"), text("detail"));
    let first = detail.split(':').next().unwrap_or_default();
    let is_rule = !first.is_empty() && first.len() <= 16 && first.contains('-') && !first.contains(' ');
    (code, if is_rule { first.to_owned() } else { String::new() })
}
