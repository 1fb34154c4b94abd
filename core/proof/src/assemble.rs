use crate::{
    Bytes, Cell, Claim, Evidence, IndexProof, Proof, Sibling,
    file::{FORMAT, Record},
};
use counterfoil_types::{Execution, Hash, Header, machine::Located, row};

/// Where the parts of a proof come from: a member's store of blocks and executions.
pub trait Chain {
    /// Why the store cannot answer.
    type Error;

    /// The ledger.
    fn ledger(&self) -> Hash;
    /// The record of an executed height.
    fn execution(&self, height: u64) -> Result<Option<Execution>, Self::Error>;
    /// The result of an executed height.
    fn result(&self, height: u64) -> Result<Option<Hash>, Self::Error>;
    /// The header of a height.
    fn header(&self, height: u64) -> Result<Option<Header>, Self::Error>;
    /// The lowest header whose `executed_height` is `height` or more.
    fn header_executing(&self, height: u64) -> Result<Option<Header>, Self::Error>;
    /// The rows of [`COMMITTEE_TABLE`](crate::COMMITTEE_TABLE) that count in an epoch, in order: the height that wrote each, and where it
    /// stands there.
    fn handovers(&self, epoch: u64) -> Result<Vec<(u64, Located, ChangePath)>, Self::Error>;
    /// The encoded certificate of the lowest height from `height` on that has one.
    fn certificate_at_or_after(&self, height: u64) -> Result<Option<(u64, Vec<u8>)>, Self::Error>;
}

/// Where a written row stands in its block's list of changes, and the path from there to its root (RFC 9162 §2.1.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePath {
    /// Place in the list, from 0.
    pub index: u64,
    /// Length of the list.
    pub count: u64,
    /// Siblings from the leaf up.
    pub path: Vec<Hash>,
}

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProof<E> {
    /// The members have not certified the height yet; they do within a second.
    #[error("height {0} is not certified yet")]
    NotYet(u64),
    /// The store lacks a part that it should have.
    #[error("the {part} of height {height} is missing")]
    Missing {
        /// What.
        part: &'static str,
        /// Of which height.
        height: u64,
    },
    /// The row does not fit its columns, or its path its place.
    #[error("the row does not fit its table, or its path its place")]
    Unfit,
    /// The store failed.
    #[error(transparent)]
    Store(E),
}

/// The proof of a row's value, or of its absence, at `height`, where `index` is the index's proof at that height. Absence needs the
/// index's proof of the table's marker ([`row::indexed_table_key`]) as well.
///
/// # Errors
/// [`NoProof`] where a part is missing.
pub fn prove_current<C: Chain>(
    chain: &C,
    height: u64,
    located: &Located,
    index: IndexProof,
    marker: Option<IndexProof>,
) -> Result<Proof, NoProof<C::Error>> {
    let table = located.table.clone();
    let (columns, primary_key) = (located.columns.clone(), located.primary_key.clone());
    let Some(row) = &located.row else {
        let key = located.key_values.iter().cloned().map(Cell).collect();
        let hash = row::key(&table, &located.key_values);
        let marker = marker.ok_or(NoProof::Missing { part: "table's marker", height })?;
        let claim = Claim::Absent { table, columns, primary_key, key, hash };
        return assemble(chain, height, claim, Evidence::Absence { table: Box::new(marker), row: Box::new(index) });
    };
    let row = cells(located, row).ok_or(NoProof::Unfit)?;
    let claim = Claim::Current { table, columns, primary_key, row };
    assemble(chain, height, claim, Evidence::Index(Box::new(index)))
}

/// The proof that the block of `height` wrote a row, where `changes` is the row's place in the block's list of changes.
///
/// # Errors
/// [`NoProof`] where a part is missing.
pub fn prove_written<C: Chain>(
    chain: &C,
    height: u64,
    located: &Located,
    changes: &ChangePath,
) -> Result<Proof, NoProof<C::Error>> {
    let (claim, evidence) = written(located, changes).ok_or(NoProof::Unfit)?;
    assemble(chain, height, claim, evidence)
}

fn written(located: &Located, changes: &ChangePath) -> Option<(Claim, Evidence)> {
    let siblings = Sibling::of(changes.index, changes.count, &changes.path)?;
    let claim = Claim::Written {
        table: located.table.clone(),
        columns: located.columns.clone(),
        primary_key: located.primary_key.clone(),
        row: located.row.as_deref().and_then(|row| cells(located, row))?,
    };
    Some((claim, Evidence::Changes(siblings)))
}

fn cells(located: &Located, row: &[u8]) -> Option<Vec<Cell>> {
    let values = row::decode(row)?;
    (values.len() == located.columns.len()).then(|| values.into_iter().map(Cell).collect())
}

/// The proof of any claim: adds everything between the evidence and the members' signatures, and who these members are.
///
/// # Errors
/// [`NoProof`] where a part is missing.
pub fn assemble<C: Chain>(
    chain: &C,
    height: u64,
    claim: Claim,
    evidence: Evidence,
) -> Result<Proof, NoProof<C::Error>> {
    let (mut proof, epoch) = certify(chain, height, claim, evidence)?;
    for (height, located, changes) in chain.handovers(epoch).map_err(NoProof::Store)? {
        let (claim, evidence) = written(&located, &changes).ok_or(NoProof::Unfit)?;
        proof.handovers.push(certify(chain, height, claim, evidence)?.0);
    }
    Ok(proof)
}

/// The proof without the history of the validators, and the epoch of those who certify it.
fn certify<C: Chain>(
    chain: &C,
    height: u64,
    claim: Claim,
    evidence: Evidence,
) -> Result<(Proof, u64), NoProof<C::Error>> {
    let present = |part, height| NoProof::Missing { part, height };
    let first = chain.header_executing(height).map_err(NoProof::Store)?.ok_or(NoProof::NotYet(height))?;
    let (certified, certificate) =
        chain.certificate_at_or_after(first.height).map_err(NoProof::Store)?.ok_or(NoProof::NotYet(height))?;
    let header = |height| chain.header(height).map_err(NoProof::Store)?.ok_or(present("header", height));

    let prior = match height.checked_sub(1) {
        None => Hash::ZERO,
        Some(before) => chain.result(before).map_err(NoProof::Store)?.ok_or(present("result", before))?,
    };
    let executions = (height..=first.executed_height)
        .map(|height| {
            let execution = chain.execution(height).map_err(NoProof::Store)?.ok_or(present("execution", height))?;
            Ok(Record::from(execution))
        })
        .collect::<Result<_, NoProof<C::Error>>>()?;
    let mut headers = vec![Bytes::from(&first)];
    let mut epoch = first.epoch;
    for height in first.height + 1..=certified {
        let header = header(height)?;
        epoch = header.epoch;
        headers.push(Bytes::from(&header));
    }
    let proof = Proof {
        format: FORMAT.into(),
        ledger: chain.ledger(),
        claim,
        height,
        evidence,
        block: if height == 0 { None } else { Some(Bytes::from(&header(height)?)) },
        prior,
        executions,
        headers,
        certificate: Bytes(certificate),
        handovers: Vec::new(),
    };
    Ok((proof, epoch))
}
