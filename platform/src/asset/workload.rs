//! Accounts by the thousand and payments without end, for the simulator and benchmarks: the same from the same seed.

use super::{AssetKind, Define, Issue, Leg, OpenAccount, OpenAccounts, Transfer, TransferBatch};
use crate::call;
use counterfoil_types::{Call, money::format_decimal};

/// Accounts that are opened by one call.
const OPEN_AT_ONCE: u32 = 1_000;
/// Accounts that get their first money by one call: well within the bytes of a transaction.
const FUND_AT_ONCE: u32 = 4_000;
/// Digits after the point of the asset.
const DECIMALS: u32 = 2;
/// What is said about each payment.
const REFERENCE: &str = "invoice 4711, second instalment";

/// Many accounts of one currency. Account `n` belongs to owner `n % owners`.
#[derive(Debug, Clone)]
pub struct Population {
    /// The issuer, with the role bank.
    pub issuer: String,
    /// The owners, at least one.
    pub owners: Vec<String>,
    /// How many accounts: as many for each owner.
    pub accounts: u32,
    /// What each has at first, in minor units.
    pub funds_minor: i64,
}

/// A call and the member whose key signs it.
#[derive(Debug)]
pub struct Signed {
    /// The member.
    pub member: String,
    /// The call.
    pub call: Call,
}

/// Whose accounts pay and are paid how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// All alike.
    Uniform,
    /// Half of the sides are among the first so many accounts.
    Hot(u32),
}

impl Population {
    /// The currency that the accounts hold.
    pub fn asset(&self) -> String {
        format!("{}/CNY", self.issuer)
    }

    /// The id of an account.
    pub fn account(&self, n: u32) -> String {
        format!("{}/a{n:07}", self.owners[n as usize % self.owners.len()])
    }

    /// How many accounts each owner has.
    pub fn per_owner(&self) -> u32 {
        self.accounts / self.owners.len() as u32
    }

    /// Defines the currency and gives the issuer a treasury with all the money. To be executed in this order, before anything else.
    pub fn beginning(&self) -> Vec<Signed> {
        let (asset, treasury) = (self.asset(), self.treasury());
        let define = Define {
            asset: asset.clone(),
            title: format!("Money at {}", self.issuer),
            kind: AssetKind::Currency,
            currency: Some("CNY".to_owned()),
            decimals: DECIMALS as u8,
            day_offset_minutes: 480,
            restricted: false,
        };
        let open = OpenAccount { account: treasury.clone(), asset: asset.clone() };
        let amount = format_decimal(self.funds_minor * i64::from(self.accounts), DECIMALS);
        let issue = Issue { account: treasury, asset, amount, source: None, reference: None };
        let signed = |call| Signed { member: self.issuer.clone(), call };
        vec![signed(call(&define)), signed(call(&open)), signed(call(&issue))]
    }

    /// Opens the accounts; in any order, after the beginning.
    pub fn openings(&self) -> impl Iterator<Item = Signed> + '_ {
        let owners = self.owners.len() as u32;
        (0..owners).flat_map(move |owner| {
            (0..self.per_owner()).step_by(OPEN_AT_ONCE as usize).map(move |from| {
                let until = (from + OPEN_AT_ONCE).min(self.per_owner());
                let accounts = (from..until).map(|at| self.account(at * owners + owner)).collect();
                let member = self.owners[owner as usize].clone();
                Signed { member, call: call(&OpenAccounts { asset: self.asset(), accounts }) }
            })
        })
    }

    /// Gives each account its first money; in any order, after the openings.
    pub fn funding(&self) -> impl Iterator<Item = Signed> + '_ {
        (0..self.accounts).step_by(FUND_AT_ONCE as usize).map(|from| {
            let until = (from + FUND_AT_ONCE).min(self.accounts);
            let leg = |n| Leg {
                from: None,
                to: self.account(n),
                amount: format_decimal(self.funds_minor, DECIMALS),
                reference: None,
                end_to_end_id: None,
            };
            let legs = (from..until).map(leg).collect();
            let batch = TransferBatch { from: Some(self.treasury()), asset: self.asset(), legs };
            Signed { member: self.issuer.clone(), call: call(&batch) }
        })
    }

    fn treasury(&self) -> String {
        format!("{}/treasury", self.issuer)
    }
}

/// Random payments from the accounts of one owner to any account, of 0.01 to 1.00 each.
#[derive(Debug, Clone)]
pub struct Payments {
    population: Population,
    owner: u32,
    spread: Spread,
    state: u64,
}

impl Payments {
    /// Payments that `population.owners[owner]` signs.
    pub fn new(population: &Population, owner: usize, spread: Spread, seed: u64) -> Self {
        Self { population: population.clone(), owner: owner as u32, spread, state: seed }
    }

    /// So many payments in one call.
    pub fn batch(&mut self, legs: usize) -> TransferBatch {
        let asset = self.population.asset();
        let legs = (0..legs).map(|_| {
            let (from, to, amount) = self.payment();
            Leg { from: Some(from), to, amount, reference: Some(REFERENCE.to_owned()), end_to_end_id: None }
        });
        TransferBatch { from: None, asset, legs: legs.collect() }
    }

    /// Who pays whom how much.
    fn payment(&mut self) -> (String, String, String) {
        let (accounts, owners) = (self.population.accounts, self.population.owners.len() as u32);
        let payers = self.reach(accounts).div_ceil(owners);
        let from = self.below(payers.min(self.population.per_owner())) * owners + self.owner;
        let among = self.reach(accounts);
        let mut to = self.below(among);
        if to == from {
            to = (to + 1) % accounts;
        }
        let amount = 1 + i64::from(self.below(100));
        (self.population.account(from), self.population.account(to), format_decimal(amount, DECIMALS))
    }

    /// Among how many accounts the next side is.
    fn reach(&mut self, accounts: u32) -> u32 {
        match self.spread {
            Spread::Uniform => accounts,
            Spread::Hot(hot) => [accounts, hot.clamp(1, accounts)][self.below(2) as usize],
        }
    }

    /// A number below `limit`, by SplitMix64.
    fn below(&mut self, limit: u32) -> u32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(limit)) as u32
    }
}

impl Iterator for Payments {
    type Item = Transfer;

    fn next(&mut self) -> Option<Transfer> {
        let (from, to, amount) = self.payment();
        let (asset, reference) = (self.population.asset(), Some(REFERENCE.to_owned()));
        Some(Transfer { from, to, asset, amount, reference, end_to_end_id: None })
    }
}
