use crate::{
    Certificate, Claim, Evidence, IndexProof, Proof, Proved, Sibling,
    committee::{Committee, History},
    file::Record,
};
use counterfoil_types::{Genesis, Hash, Header, Value, merkle, row};
use std::fmt;

/// The step of [`verify`] that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The file is the canonical text of a proof.
    Format,
    /// The genesis file is that of the proof's ledger.
    Genesis,
    /// The row fits its table, and its key its row.
    Row,
    /// The rows of an absent row's table are in the index: a path leads from the table's marker to the same root.
    Table,
    /// A path leads from the row to a root of the block's execution.
    Path,
    /// The executions lead to the result that a header names.
    Execution,
    /// The headers are of this ledger and follow each other.
    Header,
    /// The members signed the last header.
    Certificate,
    /// Each change of the validators since genesis was certified by those before it.
    Handover,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "format",
            Self::Genesis => "genesis",
            Self::Row => "row",
            Self::Table => "table",
            Self::Path => "path",
            Self::Execution => "execution",
            Self::Header => "header",
            Self::Certificate => "certificate",
            Self::Handover => "handover",
        })
    }
}

/// The proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the proof fails at step {step}: {reason}")]
pub struct Failed {
    /// The first step that failed.
    pub step: Step,
    /// Why.
    pub reason: String,
}

fn fail<T>(step: Step, reason: impl Into<String>) -> Result<T, Failed> {
    Err(Failed { step, reason: reason.into() })
}

fn ensure(holds: bool, step: Step, reason: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { fail(step, reason) }
}

/// Checks a proof file against the genesis file of the ledger, both byte by byte, with nothing else: no network, no clock, no trust in
/// whoever made the proof.
///
/// The genesis file is the root of trust: get it once from someone you believe, or compare its SHA-256 with the ledger's published id.
///
/// # Errors
/// The first step that fails, and why.
pub fn verify(proof: &[u8], genesis: &[u8]) -> Result<Proved, Failed> {
    let proof = Proof::from_bytes(proof).or_else(|reason| fail(Step::Format, reason))?;
    let founders = founders(&proof, genesis)?;
    let mut history = History::new(&founders);
    for handover in &proof.handovers {
        let of = |why: String| Failed { step: Step::Handover, reason: format!("of height {}: {why}", handover.height) };
        if handover.ledger != proof.ledger || !handover.handovers.is_empty() {
            return Err(of("it is of another ledger, or has changes of its own".into()));
        }
        let certified = certified(handover, &founders, &history).map_err(|failed| of(failed.to_string()))?;
        history.extend(&handover.claim, certified.last.epoch).map_err(|why| of(why.into()))?;
    }
    let Certified { time_ms, last, signers } = certified(&proof, &founders, &history)?;
    let committee = history.committee(last.epoch);
    Ok(Proved {
        ledger: proof.ledger,
        ledger_name: founders.name.clone(),
        height: proof.height,
        time_ms,
        certified_height: last.height,
        signers: signers.into_iter().map(|signer| committee.validators[signer].clone()).collect(),
        validators: committee.keys.len(),
        claim: proof.claim,
    })
}

/// What the members signed of a claim.
struct Certified {
    time_ms: u64,
    last: Header,
    signers: Vec<usize>,
}

/// Checks a claim and its way up to the members' signatures, by the validators known so far.
fn certified(proof: &Proof, founders: &Genesis, history: &History<'_>) -> Result<Certified, Failed> {
    let row = Row::of(&proof.claim)?;
    path(proof, &row)?;
    let newest = execution(proof)?;
    let time_ms = block_time(proof, founders)?;
    let last = headers(proof, newest)?;
    let signers = certificate(proof, &last, history.committee(last.epoch))?;
    Ok(Certified { time_ms, last, signers })
}

fn founders(proof: &Proof, bytes: &[u8]) -> Result<Genesis, Failed> {
    let ledger = Hash::of(&[bytes]);
    if ledger != proof.ledger {
        return fail(Step::Genesis, format!("the genesis file is of ledger {ledger}, the proof of {}", proof.ledger));
    }
    let (genesis, _) = Genesis::parse(bytes).or_else(|reason| fail(Step::Genesis, reason))?;
    Ok(genesis)
}

/// A claim in the words of the roots.
struct Row {
    key: Hash,
    /// Nothing where the claim is of absence.
    value: Option<Hash>,
}

impl Row {
    fn of(claim: &Claim) -> Result<Self, Failed> {
        let (table, columns, primary_key, cells) = match claim {
            Claim::Absent { table, primary_key, key, hash, .. } => {
                ensure(primary_key.len() == key.len(), Step::Row, "the absent key has not one value a column")?;
                let key: Vec<Value> = key.iter().map(|cell| cell.0.clone()).collect();
                let key = row::key(table, &key);
                ensure(key == *hash, Step::Row, "the absent key has another hash")?;
                return Ok(Self { key, value: None });
            }
            Claim::Current { table, columns, primary_key, row }
            | Claim::Written { table, columns, primary_key, row } => (table, columns, primary_key, row),
        };
        ensure(columns.len() == cells.len(), Step::Row, "the row has not one value a column")?;
        let values: Vec<Value> = cells.iter().map(|cell| cell.0.clone()).collect();
        let mut key = Vec::with_capacity(primary_key.len());
        for name in primary_key {
            match columns.iter().position(|column| column == name) {
                Some(at) => key.push(values[at].clone()),
                None => return fail(Step::Row, format!("the primary key's column {name:?} is not one of the table's")),
            }
        }
        let shape = row::table_hash(table, columns, primary_key);
        Ok(Self { key: row::key(table, &key), value: Some(row::value(&shape, &row::encode(&values))) })
    }
}

/// The row follows from the record of its height.
fn path(proof: &Proof, claimed: &Row) -> Result<(), Failed> {
    let Some(record) = proof.executions.first() else {
        return fail(Step::Path, "there is no execution");
    };
    match (&proof.claim, &proof.evidence, &claimed.value) {
        (Claim::Current { .. }, Evidence::Index(index), Some(value)) => {
            in_index(index, &claimed.key, Some(value), record, Step::Path)
        }
        (Claim::Absent { table, columns, primary_key, .. }, Evidence::Absence { table: marker, row: index }, None) => {
            let shape = row::table_hash(table, columns, primary_key);
            in_index(marker, &row::indexed_table_key(table), Some(&shape), record, Step::Table)?;
            in_index(index, &claimed.key, None, record, Step::Path)
        }
        (Claim::Written { .. }, Evidence::Changes(changes), Some(value)) => {
            let leaf = merkle::leaf(&[claimed.key.0, value.0].concat());
            ensure(
                Sibling::root(leaf, changes) == record.changes_root,
                Step::Path,
                "the path leads to another root than the execution's",
            )
        }
        _ => fail(Step::Path, "the evidence is of another kind than the claim"),
    }
}

/// The index of the record holds this value, or nothing, under the key.
fn in_index(proof: &IndexProof, key: &Hash, value: Option<&Hash>, record: &Record, step: Step) -> Result<(), Failed> {
    let root = proof.root(key, value).or_else(|why| fail(step, why.to_string()))?;
    ensure(root == record.state_root, step, "the index proof leads to another root than the execution's")
}

/// The newest height that the executions reach, and its result.
fn execution(proof: &Proof) -> Result<(u64, Hash), Failed> {
    let step = Step::Execution;
    if proof.height == 0 {
        ensure(proof.prior == Hash::ZERO, step, "before genesis there is no result")?;
    }
    let mut result = proof.prior;
    let mut height = proof.height;
    for (at, record) in (0..).zip(&proof.executions) {
        let Some(of) = proof.height.checked_add(at) else {
            return fail(step, "the heights are beyond any ledger");
        };
        height = of;
        result = record.at(height).result(&result);
    }
    let Some(first) = proof.headers.first() else {
        return fail(Step::Header, "there is no header");
    };
    let first = header(&first.0, &proof.ledger)?;
    ensure(first.executed_height == height, step, "the first header names the result of another height")?;
    ensure(first.executed_result == result, step, "the executions lead to another result than the first header names")?;
    Ok((height, result))
}

/// The time of the claim's block.
fn block_time(proof: &Proof, genesis: &Genesis) -> Result<u64, Failed> {
    // `path` has seen that there is one.
    let block = proof.executions[0].block;
    match &proof.block {
        None => {
            ensure(proof.height == 0, Step::Header, "the header of the claim's height is missing")?;
            ensure(block == proof.ledger, Step::Execution, "the execution of genesis is of another ledger")?;
            Ok(genesis.time_ms)
        }
        Some(bytes) => {
            let header = header(&bytes.0, &proof.ledger)?;
            ensure(
                header.height == proof.height && proof.height > 0,
                Step::Header,
                "the claim's header is of another height",
            )?;
            ensure(header.digest() == block, Step::Header, "the claim's header is not the executed one")?;
            Ok(header.time_ms)
        }
    }
}

/// The last header, at the end of an unbroken chain.
fn headers(proof: &Proof, (executed, _): (u64, Hash)) -> Result<Header, Failed> {
    let mut last: Option<Header> = None;
    for bytes in &proof.headers {
        let next = header(&bytes.0, &proof.ledger)?;
        if let Some(last) = &last {
            let follows = next.parent == last.digest() && Some(next.height) == last.height.checked_add(1);
            ensure(follows, Step::Header, "a header is not the child of the one before")?;
        }
        last = Some(next);
    }
    match last {
        Some(last) if last.height > executed => Ok(last),
        Some(_) => fail(Step::Header, "a header names the result of its own height or a later one"),
        None => fail(Step::Header, "there is no header"),
    }
}

fn header(bytes: &[u8], ledger: &Hash) -> Result<Header, Failed> {
    let Some(header) = Header::decode(bytes) else {
        return fail(Step::Header, "the bytes are no header of this version");
    };
    ensure(header.ledger == *ledger, Step::Header, "a header is of another ledger")?;
    Ok(header)
}

/// Who signed the last header.
fn certificate(proof: &Proof, last: &Header, committee: &Committee) -> Result<Vec<usize>, Failed> {
    let step = Step::Certificate;
    let certificate = Certificate::decode(&proof.certificate.0).or_else(|why| fail(step, why.to_string()))?;
    ensure(certificate.block == last.digest(), step, "it is of another block than the last header")?;
    ensure(certificate.epoch == last.epoch, step, "it is of another epoch than the last header")?;
    certificate.verify(&proof.ledger, &committee.keys).or_else(|why| fail(step, why.to_string()))?;
    Ok(certificate.signatures.iter().map(|(signer, _)| *signer).collect())
}
