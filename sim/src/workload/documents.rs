use super::{Counts, Pace, Workload, one_of, percent};
use crate::{Desk, desk::key, select};
use anyhow::{Context as _, bail, ensure};
use counterfoil_platform::{
    call,
    document::{
        AddReader, Anchor, Create, DefineType, FieldText, Open, PublishReadingKey, RemoveReader, Revise, Sealed,
        TypeField,
    },
};
use counterfoil_seal::{Field, Hex, Place, Reader as SealReader, ReadingKey, Record, seal};
use counterfoil_state::Reader;
use counterfoil_types::{Hash, Kid};
use std::collections::{BTreeMap, BTreeSet};

const TYPE: &str = "tax-bureau/contract";
/// The mandatory reader of the type.
const AUTHORITY: &str = "tax-bureau";
/// Who owns documents.
const OWNERS: [&str; 2] = ["shop-1", "supplier-1"];
/// Who is let read them.
const GUESTS: [&str; 2] = ["bank-a", "core-corp"];

/// Hashes are anchored; contracts are sealed, opened, shown to one more reader, taken from one, and revised. In the end each member's key
/// opens exactly what it must, on every validator.
pub struct Documents {
    pace: Pace,
    beginning: Vec<Hash>,
    begun: bool,
    anchored: Vec<Hash>,
    files: Vec<File>,
}

/// A document on its way: created, opened, shown, taken away, revised.
struct File {
    id: String,
    owner: &'static str,
    /// The one of [`GUESTS`] that it is sealed for at first; the other is added.
    first: &'static str,
    second: &'static str,
    step: usize,
    awaited: Vec<Hash>,
    /// Who reads which version, and its sealed value.
    readers: BTreeMap<u64, BTreeSet<&'static str>>,
    expected: Vec<(Hash, Option<&'static str>)>,
    openings: u64,
    /// A version that is sealed for who was removed.
    wrong: Option<Hash>,
}

impl Documents {
    /// So many anchors and documents; of four, one is a document.
    pub fn new(count: usize) -> Self {
        let pace = Pace::new(count);
        Self { pace, beginning: Vec::new(), begun: false, anchored: Vec::new(), files: Vec::new() }
    }

    /// Reading keys and the type.
    fn begin(&mut self, desk: &mut Desk) {
        self.begun = true;
        for member in [&OWNERS[..], &GUESTS, &[AUTHORITY]].concat() {
            let public_key = reading_key(member).public_key().to_string();
            let publish = PublishReadingKey { member: member.to_owned(), name: "main".to_owned(), public_key };
            self.beginning.push(desk.submit(&[&format!("{member}/dev")], &[call(&publish)]));
        }
        let field = |name: &str, sealed| TypeField { name: name.to_owned(), sealed, required: true };
        let define = DefineType {
            r#type: TYPE.to_owned(),
            title: "Contracts".to_owned(),
            fields: vec![field("matter", false), field("price", true)],
            mandatory_readers: vec![AUTHORITY.to_owned()],
        };
        self.beginning.push(desk.submit(&["tax-bureau/dev"], &[call(&define)]));
    }

    fn start(&mut self, desk: &mut Desk) {
        if !percent(desk, 25) {
            let hash = Hex(Hash::of(&[b"sim/documents", &(self.anchored.len() as u64).to_be_bytes()]).0);
            let anchor = Anchor { hash, r#type: "scan".to_owned(), media_type: None, title: None };
            let signer = format!("{}/dev", one_of(desk, &OWNERS));
            self.anchored.push(desk.submit(&[&signer], &[call(&anchor)]));
            return;
        }
        let owner = *one_of(desk, &OWNERS);
        let [first, second] = if percent(desk, 50) { GUESTS } else { [GUESTS[1], GUESTS[0]] };
        self.files.push(File {
            id: format!("{owner}/contract-{}", self.files.len()),
            owner,
            first,
            second,
            step: 0,
            awaited: Vec::new(),
            readers: BTreeMap::new(),
            expected: Vec::new(),
            openings: 0,
            wrong: None,
        });
    }
}

/// The secret of a member's reading key.
fn reading_key(member: &str) -> ReadingKey {
    ReadingKey::from_bytes(Hash::of(&[b"sim/reading", &key(member).secret()]).0)
}

fn kid(member: &str) -> Kid {
    Kid::new(member, "main").expect("a name")
}

fn seal_reader(member: &str) -> SealReader {
    SealReader { kid: kid(member), public_key: reading_key(member).public_key() }
}

impl File {
    fn value(&self, version: u64) -> String {
        format!("{}:{version}:confidential", self.id)
    }

    fn seal(&self, desk: &mut Desk, version: u64, readers: &[&str]) -> anyhow::Result<Sealed> {
        let ledger = desk.consortium().ledger;
        let place = Place { ledger, subject: self.id.clone(), version, sealer: self.owner.to_owned() };
        let readers: Vec<_> = readers.iter().map(|member| seal_reader(member)).collect();
        Ok(seal(&place, &[Field::text("price", self.value(version))], &readers, &mut desk.chance)?)
    }

    fn clear() -> Vec<FieldText> {
        vec![FieldText { name: "matter".to_owned(), value: "lease".to_owned() }]
    }

    fn expect(&mut self, identity: Hash, code: Option<&'static str>) {
        self.expected.push((identity, code));
        self.awaited.push(identity);
    }

    fn open(&mut self, desk: &mut Desk, member: &str, code: Option<&'static str>) {
        let reason = Some("settlement".to_owned());
        let open = Open { subject: self.id.clone(), version: 1, reader: None, reason };
        self.openings += u64::from(code.is_none());
        let identity = desk.submit(&[&format!("{member}/dev")], &[call(&open)]);
        self.expect(identity, code);
    }

    /// The next step, when all before is done; whether there was one.
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        if self.awaited.iter().any(|identity| desk.receipt(identity).is_none()) {
            return Ok(true);
        }
        self.awaited.clear();
        let owner = format!("{}/dev", self.owner);
        match self.step {
            0 => {
                let readers = [self.owner, self.first, AUTHORITY];
                let sealed = Some(self.seal(desk, 1, &readers)?);
                let create =
                    Create { document: self.id.clone(), r#type: TYPE.to_owned(), fields: Self::clear(), sealed };
                self.readers.insert(1, readers.into());
                let identity = desk.submit(&[&owner], &[call(&create)]);
                self.expect(identity, None);
            }
            1 => {
                self.open(desk, self.first, None);
                self.open(desk, self.second, Some("document/29"));
            }
            2 => {
                // Whoever reads may let another read.
                let opened = record(&desk.reader()?, desk.consortium(), &self.id, 1)?.open(
                    desk.consortium().ledger,
                    &kid(self.first),
                    &reading_key(self.first),
                )?;
                let wrap = opened.wrap_for(&seal_reader(self.second), &mut desk.chance)?;
                let add = AddReader { subject: self.id.clone(), version: 1, wrap };
                self.readers.entry(1).or_default().insert(self.second);
                let identity = desk.submit(&[&format!("{}/dev", self.first)], &[call(&add)]);
                self.expect(identity, None);
            }
            3 => {
                self.open(desk, self.second, None);
                let remove = RemoveReader { subject: self.id.clone(), reader: self.first.to_owned() };
                let identity = desk.submit(&[&owner], &[call(&remove)]);
                self.expect(identity, None);
            }
            4 => {
                let readers = [self.owner, self.second, AUTHORITY];
                let wrong = self.seal(desk, 2, &[self.owner, self.first, AUTHORITY])?;
                let right = self.seal(desk, 2, &readers)?;
                let revise = |sealed| Revise {
                    document: self.id.clone(),
                    version: 2,
                    fields: Self::clear(),
                    sealed: Some(sealed),
                };
                let wrong = desk.submit(&[&owner], &[call(&revise(wrong))]);
                let right = desk.submit(&[&owner], &[call(&revise(right))]);
                self.readers.insert(2, readers.into());
                self.expect(right, None);
                // Refused for its reader, or for its number if the right one came first.
                self.awaited.push(wrong);
                self.wrong = Some(wrong);
            }
            _ => return Ok(false),
        }
        self.step += 1;
        Ok(true)
    }

    /// Each member's key opens what it must and nothing else.
    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<u64> {
        self.expected.iter().try_for_each(|(identity, code)| desk.require(identity, *code))?;
        let wrong = self.wrong.context("the document went all its way")?;
        ensure!(desk.code(&wrong).is_some(), "{} is sealed for a reader that was removed", self.id);
        let ledger = desk.consortium().ledger;
        let mut opened = 0;
        for (version, readers) in &self.readers {
            let record = record(reader, desk.consortium(), &self.id, *version)?;
            for member in [&OWNERS[..], &GUESTS, &[AUTHORITY]].concat() {
                let outcome = record.open(ledger, &kid(member), &reading_key(member));
                match (readers.contains(member), outcome) {
                    (true, Ok(content)) => {
                        let price = content.field("price").and_then(|field| field.value.as_text());
                        ensure!(price == Some(&self.value(*version)), "{member} reads another price of {}", self.id);
                        opened += 1;
                    }
                    (false, Err(_)) => {}
                    (must, _) => {
                        bail!("{member} must{} read version {version} of {}", if must { "" } else { " not" }, self.id)
                    }
                }
            }
        }
        Ok(opened)
    }
}

/// A sealed version as the ledger shows it.
fn record(reader: &Reader, consortium: &crate::Consortium, subject: &str, version: u64) -> anyhow::Result<Record> {
    let query = consortium.registry().query("document.sealed").context("documents can be read")?;
    let (_, shown) = query.read(reader, &[("subject", subject), ("version", &version.to_string())])?;
    Ok(serde_json::from_value(shown)?)
}

impl Workload for Documents {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        if !self.begun {
            self.begin(desk);
        }
        if !self.beginning.iter().all(|identity| desk.applied(identity)) {
            return Ok(true);
        }
        for _ in 0..self.pace.take(desk) {
            self.start(desk);
        }
        let mut more = !self.pace.is_over();
        for file in &mut self.files {
            more |= file.act(desk)?;
        }
        Ok(more)
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.beginning.iter().chain(&self.anchored).try_for_each(|identity| desk.require(identity, None))?;
        let anchors = select::count(reader, "SELECT count(*) FROM document_anchor WHERE type = 'scan'")?;
        ensure!(anchors == self.anchored.len() as u64, "{anchors} anchors on the ledger, {} made", self.anchored.len());
        let mut opened = 0;
        for file in &self.files {
            opened += file.check(desk, reader)?;
        }
        let openings = select::count(reader, "SELECT count(*) FROM document_opening")?;
        let made: u64 = self.files.iter().map(|file| file.openings).sum();
        ensure!(openings == made, "{openings} openings on the ledger, {made} made");
        Ok(vec![
            ("anchors", anchors),
            ("sealed documents", self.files.len() as u64),
            ("opened by their readers", opened),
        ])
    }
}
