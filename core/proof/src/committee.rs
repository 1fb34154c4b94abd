use crate::Claim;
use counterfoil_types::{Genesis, PublicKey, Value};

/// The table in which the ledger says who orders it: one row a change, never changed. `from_epoch` is its primary key, `validators` has a
/// line `member ed25519:key` for each validator, sorted by key.
pub const COMMITTEE_TABLE: &str = "member_committee";

/// A member that votes, as the paragraph for people names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validator {
    /// The member's id.
    pub member: String,
    /// The member's name, if it is one of genesis; else its id.
    pub name: String,
}

/// Who votes, in the order in which headers and certificates count: by public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// The validators.
    pub validators: Vec<Validator>,
    /// Their Ed25519 keys.
    pub keys: Vec<[u8; 32]>,
}

/// Who voted when: the committee of genesis, and the changes that a proof carries.
#[derive(Debug, Clone)]
pub struct History<'a> {
    genesis: &'a Genesis,
    committees: Vec<(u64, Committee)>,
}

impl<'a> History<'a> {
    /// The history that begins with genesis.
    pub fn new(genesis: &'a Genesis) -> Self {
        let validators = genesis.validators_sorted();
        let voters = validators.iter().filter_map(|one| Some((one.member.as_str(), one.public_key.ed25519()?)));
        Self { genesis, committees: vec![(0, committee(genesis, voters))] }
    }

    /// The committee of an epoch, as far as is known.
    pub fn committee(&self, epoch: u64) -> &Committee {
        let known = self.committees.iter().rev().find(|(from, _)| *from <= epoch);
        &known.expect("genesis counts from epoch 0 on").1
    }

    /// Goes on with a change that the validators of an earlier epoch certified.
    ///
    /// # Errors
    /// The claim is not of such a change, or the change is not after the one before.
    pub fn extend(&mut self, claim: &Claim, certified_in: u64) -> Result<(), &'static str> {
        let (from, text) = change(claim).ok_or("it is not a row that changes the validators")?;
        let last = self.committees.last().map_or(0, |(from, _)| *from);
        if from <= last || from <= certified_in {
            return Err("the validators of its epoch were certified by themselves, or it is not in order");
        }
        let voters = text.lines().map(voter).collect::<Option<Vec<_>>>().ok_or("a validator has not its form")?;
        if voters.is_empty() || !voters.is_sorted_by(|(_, one), (_, next)| one < next) {
            return Err("the validators are not sorted by key");
        }
        self.committees.push((from, committee(self.genesis, voters.into_iter())));
        Ok(())
    }
}

fn committee<'v>(genesis: &Genesis, voters: impl Iterator<Item = (&'v str, [u8; 32])>) -> Committee {
    let name = |id: &str| {
        let member = genesis.members.iter().find(|member| member.id == id);
        member.map_or_else(|| id.to_owned(), |member| member.name.clone())
    };
    let (validators, keys) =
        voters.map(|(member, key)| (Validator { member: member.to_owned(), name: name(member) }, key)).unzip();
    Committee { validators, keys }
}

fn voter(line: &str) -> Option<(&str, [u8; 32])> {
    let (member, key) = line.split_once(' ')?;
    let key: PublicKey = key.parse().ok()?;
    Some((member, key.ed25519()?))
}

/// The epoch and the text of a change.
fn change(claim: &Claim) -> Option<(u64, &str)> {
    let Claim::Written { table, columns, primary_key, row } = claim else { return None };
    if table != COMMITTEE_TABLE || primary_key != &["from_epoch"] {
        return None;
    }
    let cell = |name: &str| columns.iter().position(|column| column == name).map(|at| &row[at].0);
    match (cell("from_epoch")?, cell("validators")?) {
        (Value::Integer(from), Value::Text(text)) => Some((u64::try_from(*from).ok()?, text)),
        _ => None,
    }
}
