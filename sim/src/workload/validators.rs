use super::{
    Counts, Workload,
    members::{propose, vote},
};
use crate::{Desk, select};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{
    call,
    member::{Choice, SetValidators, Validator},
};
use counterfoil_state::Reader;
use counterfoil_types::{Call, GenesisValidator, Hash};

/// A validator that the others vote out.
#[derive(Debug, Clone, Copy)]
pub struct Leaver {
    /// Its place among the sorted public keys.
    pub validator: usize,
    /// At which height they begin to decide that it goes.
    pub goes_at: u64,
    /// At which height they begin to decide that it comes back, if they do.
    pub returns_at: Option<u64>,
}

/// The consortium votes a validator out and perhaps in again.
pub struct Validators {
    leaver: Leaver,
    changes: Vec<Change>,
}

/// A decision on who orders.
struct Change {
    /// Whether the leaver is among them.
    whole: bool,
    proposal: Hash,
    votes: Vec<Hash>,
}

impl Validators {
    /// The votes about one validator.
    pub fn new(leaver: Leaver) -> Self {
        Self { leaver, changes: Vec::new() }
    }

    fn change(&self, desk: &Desk, whole: bool) -> anyhow::Result<Call> {
        let follows_epoch = newest_epoch(&desk.reader()?)?;
        let all = desk.consortium().validators();
        let stays = |(place, _): &(usize, &GenesisValidator)| whole || *place != self.leaver.validator;
        let validator = |(_, one): (usize, &GenesisValidator)| Validator {
            member: one.member.clone(),
            public_key: one.public_key.to_string(),
        };
        let validators = all.iter().enumerate().filter(stays).map(validator).collect();
        Ok(call(&SetValidators { validators, follows_epoch }))
    }

    /// Proposes by the first of those that stay.
    fn propose(&mut self, desk: &mut Desk, whole: bool) -> anyhow::Result<()> {
        let [proposer, ..] = self.voters(desk);
        let calls = [self.change(desk, whole)?];
        let proposal = desk.submit(&[&proposer], &[propose("Who orders", &calls, None)]);
        self.changes.push(Change { whole, proposal, votes: Vec::new() });
        Ok(())
    }

    /// Those who stay, as many as are needed of four.
    fn voters(&self, desk: &Desk) -> [String; 3] {
        let all = desk.consortium().validators().iter().enumerate();
        let staying = all.filter(|(place, _)| *place != self.leaver.validator);
        let kids: Vec<_> = staying.map(|(_, one)| format!("{}/dev", one.member)).take(3).collect();
        kids.try_into().expect("four validators at least")
    }
}

fn newest_epoch(reader: &Reader) -> anyhow::Result<i64> {
    Ok(select::count(reader, "SELECT coalesce(max(from_epoch), 0) FROM member_committee")? as i64)
}

impl Workload for Validators {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        let voters = self.voters(desk);
        if let Some(change) = self.changes.last_mut().filter(|change| change.votes.is_empty()) {
            if desk.applied(&change.proposal) {
                let vote = vote(desk, &change.proposal, Choice::For);
                change.votes = voters[1..].iter().map(|kid| desk.submit(&[kid], std::slice::from_ref(&vote))).collect();
            }
            return Ok(true);
        }
        let due = match self.changes.len() {
            0 => Some(self.leaver.goes_at),
            1 => self.leaver.returns_at,
            _ => None,
        };
        let Some(height) = due else { return Ok(false) };
        if desk.height() >= height {
            self.propose(desk, !self.changes.is_empty())?;
        }
        Ok(true)
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        let rows = select::texts(reader, "SELECT validators FROM member_committee ORDER BY from_epoch")?;
        ensure!(
            rows.len() == self.changes.len(),
            "{} changes on the ledger, {} decided",
            rows.len(),
            self.changes.len()
        );
        let all = desk.consortium().validators();
        let leaver = &all.get(self.leaver.validator).context("the leaver is a validator")?.member;
        for (row, change) in rows.iter().zip(&self.changes) {
            desk.require(&change.proposal, None)?;
            change.votes.iter().try_for_each(|identity| desk.require(identity, None))?;
            let names: Vec<_> = row[0].lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name).collect();
            let others = names.iter().filter(|name| *name != leaver).count();
            ensure!(others == all.len() - 1, "{names:?} order");
            ensure!((names.len() == all.len()) == change.whole, "{names:?} order");
        }
        Ok(vec![("changes of the validators", rows.len() as u64)])
    }
}
