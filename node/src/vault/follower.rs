use super::file::{self, Page, Progress, VaultFile};
use crate::{hub::Mark, keystore::Keystore};
use counterfoil_platform::Registry;
use counterfoil_seal::{ReadingKey, Record, SealError};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Fault, Hash, Kid, Refusal};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// Openings that are followed between two commits of a vault.
const PAGE: usize = 128;

/// Every how many blocks a vault notes how far it is although there was nothing for it.
const NOTE_EVERY: u64 = 256;

/// Which of many members, each with the number of the last opening looked at, opened anything since.
const ANYTHING: &str = "\
    SELECT value ->> 0 FROM json_each(?1)
    WHERE EXISTS (SELECT 1 FROM document_opening o WHERE o.reader = value ->> 0 AND o.number > value ->> 1)";

/// Which versions a member opened, in that order.
const OPENED: &str = "\
    SELECT number, subject, version FROM document_opening WHERE reader = ?1 AND number > ?2 ORDER BY number LIMIT ?3";

/// The vaults of all members whose reading keys this node hosts.
///
/// A thread of its own fills them with what the ledger says that a member opened. It reads as others read, so it slows no block; it
/// stops with the hub.
#[derive(Default)]
pub struct Vaults {
    known: BTreeMap<String, Known>,
}

struct Known {
    path: PathBuf,
    height: watch::Receiver<u64>,
}

/// From what vaults are filled.
pub struct Source {
    /// The ledger.
    pub ledger: Hash,
    /// Its state.
    pub reader: Reader,
    /// Its modules.
    pub registry: Arc<Registry>,
    /// Follows what is executed.
    pub executed: watch::Receiver<Mark>,
}

impl Vaults {
    /// Opens or makes the vaults in `folder` and begins to fill them.
    pub fn start(folder: &Path, keys: &Keystore, source: Source) -> Result<Self, Fault> {
        let mut members = BTreeMap::<String, Vec<(Kid, ReadingKey)>>::new();
        for (kid, key) in keys.reading_keys() {
            members.entry(kid.member().to_owned()).or_default().push((kid.clone(), key.clone()));
        }
        let (mut known, mut filled) = (BTreeMap::new(), Vec::new());
        for (member, keys) in members {
            let path = file::path(folder, &member)?;
            let kids: Vec<&Kid> = keys.iter().map(|(kid, _)| kid).collect();
            let file = VaultFile::open(path.clone(), source.ledger, &kids)?;
            let noted = file.progress()?;
            let (sender, height) = watch::channel(noted.height);
            filled.push(Vault { member: member.clone(), keys, file, noted, height: sender, failing: false });
            known.insert(member, Known { path, height });
        }
        if !filled.is_empty() {
            thread::Builder::new()
                .name("vault".to_owned())
                .spawn(move || follow(source, filled))
                .map_err(|error| Fault::new("starting the thread that fills vaults", error))?;
        }
        Ok(Self { known })
    }

    /// The file of a member's vault, if it has one here.
    pub fn path(&self, member: &str) -> Option<&Path> {
        Some(&self.known.get(member)?.path)
    }

    /// Waits until the vault of a member has what is executed at `height`, a moment at most.
    pub async fn reached(&self, member: &str, height: u64, at_most: Duration) {
        let Some(known) = self.known.get(member) else { return };
        let mut reached = known.height.clone();
        // Who asks in vain reads what is there: a vault may lag.
        let _ = timeout(at_most, reached.wait_for(|reached| *reached >= height)).await;
    }
}

/// One member's vault while it is filled.
struct Vault {
    member: String,
    keys: Vec<(Kid, ReadingKey)>,
    file: VaultFile,
    /// How far the file says that it is.
    noted: Progress,
    /// How far it is.
    height: watch::Sender<u64>,
    failing: bool,
}

/// A version that a member opened.
struct Opening {
    number: i64,
    subject: String,
    version: u64,
}

fn follow(mut source: Source, mut vaults: Vec<Vault>) {
    let mut failing = false;
    loop {
        let newest = source.executed.borrow_and_update().height;
        match anything(&source, &vaults) {
            Ok(members) => {
                failing = false;
                for vault in &mut vaults {
                    let found = members.contains(&vault.member);
                    vault.go_on(&source, newest, found);
                }
            }
            // Tried again with each block, told once.
            Err(_) if failing => {}
            Err(fault) => {
                tracing::error!("vaults: {}", fault.report());
                failing = true;
            }
        }
        if futures::executor::block_on(source.executed.changed()).is_err() {
            return;
        }
    }
}

/// The members for whom there is something new: mostly none, and then one question is all that a block costs.
fn anything(source: &Source, vaults: &[Vault]) -> Result<Vec<String>, Fault> {
    let seen: Vec<Value> = vaults.iter().map(|vault| json!([vault.member, vault.noted.number])).collect();
    let rows = select(source, ANYTHING, &[json!(json!(seen).to_string())])?;
    Ok(rows.iter().filter_map(|row| Some(row.first()?.as_str()?.to_owned())).collect())
}

fn select(source: &Source, sql: &'static str, params: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
    let table = source.reader.sql_static(sql, SqlParams::Positional(params), SqlLimits::default());
    Ok(table.map_err(|refusal| failed(&refusal))?.rows)
}

impl Vault {
    /// Takes what is executed up to `newest`; `found` says whether anything of it is for this member.
    fn go_on(&mut self, source: &Source, newest: u64, found: bool) {
        if *self.height.borrow() >= newest {
            return;
        }
        let gone = if found { self.fill(source, newest) } else { self.note(newest) };
        match gone {
            Ok(()) => {
                self.failing = false;
                self.height.send_replace(newest);
            }
            Err(_) if self.failing => {}
            Err(fault) => {
                tracing::error!("the vault of {}: {}", self.member, fault.report());
                self.failing = true;
            }
        }
    }

    /// Notes how far it is, now and then.
    fn note(&mut self, newest: u64) -> Result<(), Fault> {
        if newest < self.noted.height + NOTE_EVERY {
            return Ok(());
        }
        self.reach(Progress { height: newest, ..self.noted }, |_| Ok(()))
    }

    /// Takes everything that was opened since.
    fn fill(&mut self, source: &Source, newest: u64) -> Result<(), Fault> {
        loop {
            let page = self.openings(source)?;
            let Some(last) = page.last() else { return Ok(()) };
            let whole = page.len() < PAGE;
            let height = if whole { newest } else { self.noted.height };
            let (keys, member) = (self.keys.clone(), self.member.clone());
            self.reach(Progress { height, number: last.number }, |into| {
                page.iter().try_for_each(|opening| take(source, &keys, &member, opening, into))
            })?;
            if whole {
                return Ok(());
            }
        }
    }

    /// Writes what brings the vault so far, and that it is.
    fn reach(&mut self, progress: Progress, write: impl FnOnce(&Page<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.file.write(|into| {
            write(into)?;
            into.reached(progress)
        })?;
        self.noted = progress;
        Ok(())
    }

    fn openings(&self, source: &Source) -> Result<Vec<Opening>, Fault> {
        let rows = select(source, OPENED, &[json!(self.member), json!(self.noted.number), json!(PAGE)])?;
        let read = |row: &Vec<Value>| {
            Some(Opening {
                number: row.first()?.as_i64()?,
                subject: row.get(1)?.as_str()?.to_owned(),
                version: row.get(2)?.as_u64()?,
            })
        };
        rows.iter().map(|row| read(row).ok_or_else(|| Fault::failed("reading document_opening"))).collect()
    }
}

/// Puts a version that was opened into the vault, if one of the keys here opens it.
fn take(
    source: &Source,
    keys: &[(Kid, ReadingKey)],
    member: &str,
    opening: &Opening,
    into: &Page<'_>,
) -> Result<(), Fault> {
    let Opening { subject, version, .. } = opening;
    if into.has(subject, *version)? {
        return Ok(());
    }
    let record = record(source, subject, *version)?;
    let at_hand = |kid: &Kid| keys.iter().find(|(known, _)| known == kid).map(|(_, key)| key);
    match record.open_as(source.ledger, member, at_hand) {
        Ok((kid, opened)) => into.put(&record, &kid, &opened),
        // Opened elsewhere, by a key that is not here.
        Err(SealError::NotAReader { .. }) => Ok(()),
        Err(why) => {
            tracing::warn!(
                "the vault of {member}: version {version} of {subject} does not open: {}: {why}",
                why.code()
            );
            Ok(())
        }
    }
}

/// What is sealed under a subject and version, as the ledger has it.
fn record(source: &Source, subject: &str, version: u64) -> Result<Record, Fault> {
    let query = source.registry.query("document.sealed").ok_or_else(|| Fault::failed("no query document.sealed"))?;
    let version = version.to_string();
    let given = [("subject", subject), ("version", version.as_str())];
    let (_, answer) = query.read(&source.reader, &given).map_err(|refusal| failed(&refusal))?;
    serde_json::from_value(answer).map_err(|error| Fault::new("reading what is sealed", error))
}

fn failed(refusal: &Refusal) -> Fault {
    Fault::failed(format!("reading what is sealed: {refusal}"))
}
