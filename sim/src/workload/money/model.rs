//! The rules of payments in plain Rust, told a second time: what the ledger must answer, and what is then in the accounts.

use std::collections::BTreeMap;

/// What a party asks for. Amounts are in minor units.
#[derive(Debug, Clone)]
pub enum Ask {
    Pay { legs: Vec<Leg> },
    Hold { account: String, beneficiary: String, amount: i64, expires_ms: u64 },
    Capture { hold: i64, to: String, amount: Option<i64>, last: bool },
    Void { hold: i64 },
    Offer { from: String, to: String, amount: i64, expires_ms: u64 },
    Accept { offer: i64 },
    Refuse { offer: i64 },
    Withdraw { offer: i64 },
    Freeze { account: String },
    Unfreeze { account: String },
}

#[derive(Debug, Clone)]
pub struct Leg {
    pub from: String,
    pub to: String,
    pub amount: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    pub available: i64,
    pub held: i64,
    pub frozen: bool,
}

/// Money set aside for a beneficiary, or for the receiver of an offer.
#[derive(Debug, Clone)]
struct Claim {
    account: String,
    party: String,
    to: Option<String>,
    left: i64,
    expires_ms: u64,
    open: bool,
}

/// The accounts of one asset and what is set aside in them. Its issuer may freeze.
#[derive(Debug, Clone)]
pub struct Model {
    pub accounts: BTreeMap<String, Account>,
    issuer: String,
    holds: BTreeMap<i64, Claim>,
    offers: BTreeMap<i64, Claim>,
    /// Claims that ended by time alone.
    pub lapsed: u64,
}

/// The code of a refusal.
type Answer = Result<(), &'static str>;

pub fn owner(account: &str) -> &str {
    account.split_once('/').map_or(account, |(owner, _)| owner)
}

fn require(holds: bool, code: &'static str) -> Answer {
    if holds { Ok(()) } else { Err(code) }
}

impl Model {
    pub fn new(issuer: &str, accounts: impl Iterator<Item = String>, funds: i64) -> Self {
        let funded = |id| (id, Account { available: funds, ..Account::default() });
        Self {
            accounts: accounts.map(funded).collect(),
            issuer: issuer.to_owned(),
            holds: BTreeMap::new(),
            offers: BTreeMap::new(),
            lapsed: 0,
        }
    }

    fn account(&mut self, id: &str) -> &mut Account {
        self.accounts.get_mut(id).expect("only accounts that are there are asked about")
    }

    fn require_open(&self, id: &str) -> Answer {
        require(!self.accounts[id].frozen, "asset/16")
    }

    /// What a block does before its transactions.
    pub fn pass(&mut self, now_ms: u64) {
        for claim in self.holds.values_mut().chain(self.offers.values_mut()) {
            if claim.open && claim.expires_ms <= now_ms {
                claim.open = false;
                self.lapsed += 1;
                let account = self.accounts.get_mut(&claim.account).expect("its account is there");
                account.held -= claim.left;
                account.available += claim.left;
            }
        }
    }

    /// Does what is asked, or refuses it and changes nothing. `number` is what the ledger calls a new hold or offer.
    pub fn apply(&mut self, ask: &Ask, signer: &str, now_ms: u64, number: Option<i64>) -> Answer {
        self.pass(now_ms);
        let mut after = self.clone();
        after.perform(ask, signer, now_ms, number)?;
        *self = after;
        Ok(())
    }

    fn perform(&mut self, ask: &Ask, signer: &str, now_ms: u64, number: Option<i64>) -> Answer {
        match ask {
            Ask::Pay { legs } => legs.iter().try_for_each(|leg| {
                require(owner(&leg.from) == signer, "member/12")?;
                self.require_open(&leg.from)?;
                require(self.accounts[&leg.from].available >= leg.amount, "asset/17")?;
                self.account(&leg.from).available -= leg.amount;
                self.account(&leg.to).available += leg.amount;
                Ok(())
            }),
            Ask::Hold { account, beneficiary, amount, expires_ms } => {
                let claim = self.set_aside(signer, account, beneficiary, *amount, (*expires_ms, now_ms))?;
                self.holds.extend(number.map(|number| (number, claim)));
                Ok(())
            }
            Ask::Offer { from, to, amount, expires_ms } => {
                let claim = self.set_aside(signer, from, owner(to), *amount, (*expires_ms, now_ms))?;
                self.offers.extend(number.map(|number| (number, Claim { to: Some(to.clone()), ..claim })));
                Ok(())
            }
            Ask::Capture { hold, to, amount, last } => self.capture(signer, *hold, to, *amount, *last),
            Ask::Void { hold } => {
                let claim = self.hold(signer, *hold)?;
                self.give_back(&claim);
                self.holds.insert(*hold, Claim { open: false, ..claim });
                Ok(())
            }
            Ask::Accept { offer } => {
                let claim = self.offer(signer, *offer, "asset/30")?;
                self.require_open(&claim.account)?;
                self.account(&claim.account).held -= claim.left;
                self.account(claim.to.as_deref().expect("offers name an account")).available += claim.left;
                self.offers.insert(*offer, Claim { open: false, ..claim });
                Ok(())
            }
            Ask::Refuse { offer } => self.end_offer(signer, *offer, "asset/30"),
            Ask::Withdraw { offer } => self.end_offer(signer, *offer, "asset/31"),
            Ask::Freeze { account } => self.freeze(signer, account, true),
            Ask::Unfreeze { account } => self.freeze(signer, account, false),
        }
    }

    fn set_aside(
        &mut self,
        signer: &str,
        account: &str,
        party: &str,
        amount: i64,
        (expires_ms, now_ms): (u64, u64),
    ) -> Result<Claim, &'static str> {
        require(owner(account) == signer, "member/12")?;
        self.require_open(account)?;
        require(expires_ms > now_ms, "asset/33")?;
        require(self.accounts[account].available >= amount, "asset/17")?;
        let from = self.account(account);
        from.available -= amount;
        from.held += amount;
        let (account, party) = (account.to_owned(), party.to_owned());
        Ok(Claim { account, party, to: None, left: amount, expires_ms, open: true })
    }

    fn capture(&mut self, signer: &str, hold: i64, to: &str, amount: Option<i64>, last: bool) -> Answer {
        let mut claim = self.hold(signer, hold)?;
        let amount = amount.unwrap_or(claim.left);
        require(amount <= claim.left, "asset/25")?;
        require(claim.account != to, "asset/9")?;
        self.require_open(&claim.account)?;
        self.account(&claim.account).held -= amount;
        self.account(to).available += amount;
        claim.left -= amount;
        if last || claim.left == 0 {
            self.give_back(&claim);
            claim.open = false;
        }
        self.holds.insert(hold, claim);
        Ok(())
    }

    fn hold(&self, signer: &str, number: i64) -> Result<Claim, &'static str> {
        let claim = &self.holds[&number];
        require(claim.party == signer, "asset/26")?;
        require(claim.open, "asset/23")?;
        Ok(claim.clone())
    }

    fn offer(&self, signer: &str, number: i64, code: &'static str) -> Result<Claim, &'static str> {
        let claim = &self.offers[&number];
        let party = if code == "asset/30" { &claim.party } else { owner(&claim.account) };
        require(party == signer, code)?;
        require(claim.open, "asset/28")?;
        Ok(claim.clone())
    }

    fn end_offer(&mut self, signer: &str, offer: i64, code: &'static str) -> Answer {
        let claim = self.offer(signer, offer, code)?;
        self.give_back(&claim);
        self.offers.insert(offer, Claim { open: false, ..claim });
        Ok(())
    }

    fn give_back(&mut self, claim: &Claim) {
        let account = self.account(&claim.account);
        account.held -= claim.left;
        account.available += claim.left;
    }

    fn freeze(&mut self, signer: &str, account: &str, freeze: bool) -> Answer {
        require(self.issuer == signer, "asset/35")?;
        require(self.accounts[account].frozen != freeze, if freeze { "asset/36" } else { "asset/37" })?;
        self.account(account).frozen = freeze;
        Ok(())
    }
}
