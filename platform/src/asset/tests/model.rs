//! The rules of the asset service in plain Rust, written a second time: what a ledger must answer, and what is then in the accounts.

use super::{CNY, POINTS};
use std::collections::{BTreeMap, BTreeSet};

/// Something that a party asks for.
#[derive(Debug, Clone)]
pub enum Ask {
    Open { account: String, asset: &'static str },
    Close { account: String },
    Issue { account: String, asset: &'static str, amount: Given, source: Option<u64> },
    Redeem { account: String, asset: &'static str, amount: Given },
    Transfer { asset: &'static str, leg: Leg },
    Batch { asset: &'static str, legs: Vec<Leg> },
    Hold { account: String, asset: &'static str, beneficiary: &'static str, amount: Given, expires_ms: i64 },
    Capture { hold: i64, to: String, amount: Option<Given>, last: bool },
    Void { hold: i64 },
    Offer { from: String, to: String, asset: &'static str, amount: Given, expires_ms: i64 },
    Accept { offer: i64, account: Option<String> },
    Refuse { offer: i64 },
    Withdraw { offer: i64 },
    Freeze { account: String },
    Unfreeze { account: String },
    SetLimit { account: String, asset: &'static str, limit: Given },
}

#[derive(Debug, Clone)]
pub struct Leg {
    pub from: String,
    pub to: String,
    pub amount: Given,
}

/// An amount as a party writes it.
#[derive(Debug, Clone, Copy)]
pub enum Given {
    Minor(i64),
    Negative,
    TooFine,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub asset: &'static str,
    pub closed: bool,
    pub frozen_by_issuer: bool,
    pub frozen_by_court: bool,
    pub available: i64,
    pub held: i64,
    pub limit: i64,
}

/// A hold, or an offer.
#[derive(Debug, Clone)]
pub struct Claim {
    pub account: String,
    /// Beneficiary or receiver.
    pub party: String,
    pub to: Option<String>,
    pub left: i64,
    pub state: &'static str,
    pub expires_ms: i64,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub accounts: BTreeMap<String, Account>,
    pub holds: BTreeMap<i64, Claim>,
    pub offers: BTreeMap<i64, Claim>,
    sources: BTreeSet<(&'static str, u64)>,
    signers: Vec<&'static str>,
    time_ms: i64,
    numbers: i64,
}

/// The code of a refusal.
type Answer = Result<(), &'static str>;

/// Digits after the point of an asset.
pub fn decimals(asset: &str) -> u32 {
    if asset == CNY { 2 } else { 0 }
}

pub fn owner(account: &str) -> &str {
    account.split_once('/').unwrap().0
}

fn require(holds: bool, code: &'static str) -> Answer {
    if holds { Ok(()) } else { Err(code) }
}

impl Given {
    fn check(self) -> Answer {
        match self {
            Self::Minor(0) => Err("asset/7"),
            Self::Negative => Err("asset/8"),
            Self::Minor(_) | Self::TooFine => Ok(()),
        }
    }

    fn minor(self) -> Result<i64, &'static str> {
        match self {
            Self::Minor(minor) => Ok(minor),
            Self::Negative | Self::TooFine => Err("asset/5"),
        }
    }
}

impl Ask {
    /// What can be refused without looking at anything else.
    fn check(&self) -> Answer {
        match self {
            Self::Issue { amount, .. }
            | Self::Redeem { amount, .. }
            | Self::Hold { amount, .. }
            | Self::Offer { amount, .. } => amount.check(),
            Self::Transfer { leg, .. } => leg.amount.check(),
            Self::Batch { legs, .. } => legs.iter().try_for_each(|leg| leg.amount.check()),
            Self::Capture { amount: Some(amount), .. } => amount.check(),
            Self::SetLimit { limit: Given::Negative, .. } => Err("asset/8"),
            Self::Open { account, .. } => require(!account.bytes().any(|byte| byte.is_ascii_uppercase()), "asset/2"),
            _ => Ok(()),
        }
    }
}

impl Account {
    pub fn frozen(&self) -> bool {
        self.frozen_by_issuer || self.frozen_by_court
    }

    fn open(&self) -> Answer {
        require(!self.closed, "asset/15")?;
        require(!self.frozen(), "asset/16")
    }
}

impl Model {
    pub fn new() -> Self {
        let mut model = Self::default();
        for asset in [CNY, POINTS] {
            model.insert(asset, asset);
        }
        model
    }

    /// The beginning of a block: what is over lapses.
    pub fn begin_block(&mut self, time_ms: i64) {
        self.time_ms = time_ms;
        for claim in self.holds.values_mut().chain(self.offers.values_mut()) {
            if claim.state == "open" && claim.expires_ms <= time_ms {
                claim.state = "lapsed";
                let account = self.accounts.get_mut(&claim.account).unwrap();
                account.available += claim.left;
                account.held -= claim.left;
            }
        }
    }

    /// A transaction: all of it or nothing. Its numbers begin after `numbers`.
    pub fn transaction(&mut self, signers: &[&'static str], numbers: i64, asks: &[Ask]) -> Answer {
        asks.iter().try_for_each(Ask::check)?;
        let mut next = self.clone();
        next.signers = signers.to_vec();
        next.numbers = numbers;
        asks.iter().try_for_each(|ask| next.ask(ask))?;
        *self = next;
        Ok(())
    }

    fn ask(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Open { account, asset } => self.open(account, asset),
            Ask::Close { account } => self.close(account),
            Ask::Issue { account, asset, amount, source } => self.issue(account, asset, *amount, *source),
            Ask::Redeem { account, asset, amount } => self.redeem(account, asset, *amount),
            Ask::Transfer { asset, leg } => self.transfer(asset, leg),
            Ask::Batch { asset, legs } => legs.iter().try_for_each(|leg| self.transfer(asset, leg)),
            Ask::Hold { account, asset, beneficiary, amount, expires_ms } => {
                let party = (*beneficiary).to_owned();
                self.payer(account, asset)?;
                let left = self.set_aside(account, *amount, *expires_ms)?;
                let (account, expires_ms) = (account.clone(), *expires_ms);
                let number = self.number();
                self.holds.insert(number, Claim { account, party, to: None, left, state: "open", expires_ms });
                Ok(())
            }
            Ask::Capture { hold, to, amount, last } => self.capture(*hold, to, *amount, *last),
            Ask::Void { hold } => {
                self.hold(*hold)?;
                let claim = self.holds.get_mut(hold).unwrap();
                claim.state = "voided";
                let (account, left) = (claim.account.clone(), claim.left);
                self.give_back(&account, left);
                Ok(())
            }
            Ask::Offer { from, to, asset, amount, expires_ms } => self.offer(from, to, asset, *amount, *expires_ms),
            Ask::Accept { offer, account } => self.accept(*offer, account.as_deref()),
            Ask::Refuse { offer } => self.end_offer(*offer, "refused"),
            Ask::Withdraw { offer } => self.end_offer(*offer, "withdrawn"),
            Ask::Freeze { account } => self.freeze(account, true),
            Ask::Unfreeze { account } => self.freeze(account, false),
            Ask::SetLimit { account, asset, limit } => self.set_limit(account, asset, *limit),
        }
    }

    fn insert(&mut self, id: &str, asset: &'static str) {
        let account = Account {
            asset,
            closed: false,
            frozen_by_issuer: false,
            frozen_by_court: false,
            available: 0,
            held: 0,
            limit: 0,
        };
        self.accounts.insert(id.to_owned(), account);
    }

    fn number(&mut self) -> i64 {
        self.numbers += 1;
        self.numbers
    }

    fn signed(&self, member: &str) -> Answer {
        require(self.signers.contains(&member), "member/12")
    }

    fn find(&self, id: &str) -> Result<&Account, &'static str> {
        self.accounts.get(id).ok_or("asset/12")
    }

    /// An account of the asset that is not the issuer's side.
    fn ordinary(&self, id: &str, asset: &str) -> Answer {
        require(self.find(id)?.asset == asset, "asset/13")?;
        require(id != asset, "asset/20")
    }

    /// The account from which a party sets money aside.
    fn payer(&self, id: &str, asset: &str) -> Answer {
        let account = self.find(id)?;
        require(id != account.asset, "asset/20")?;
        self.signed(owner(id))?;
        require(account.asset == asset, "asset/13")?;
        account.open()
    }

    fn set_aside(&mut self, id: &str, amount: Given, expires_ms: i64) -> Result<i64, &'static str> {
        require(expires_ms > self.time_ms, "asset/33")?;
        let amount = amount.minor()?;
        let account = self.accounts.get_mut(id).unwrap();
        require(account.available + account.limit >= amount, "asset/17")?;
        account.available -= amount;
        account.held += amount;
        Ok(amount)
    }

    fn give_back(&mut self, id: &str, amount: i64) {
        let account = self.accounts.get_mut(id).unwrap();
        account.available += amount;
        account.held -= amount;
    }

    fn post(&mut self, from: &str, to: &str, amount: i64, held: bool) -> Answer {
        require(from != to, "asset/9")?;
        self.find(from)?.open()?;
        require(!self.find(to)?.closed, "asset/15")?;
        self.number();
        let payer = self.accounts.get_mut(from).unwrap();
        if held {
            payer.held -= amount;
        } else {
            require(from == payer.asset || payer.available + payer.limit >= amount, "asset/17")?;
            payer.available -= amount;
        }
        self.accounts.get_mut(to).unwrap().available += amount;
        Ok(())
    }

    fn open(&mut self, id: &str, asset: &'static str) -> Answer {
        self.signed(owner(id))?;
        require(!self.accounts.contains_key(id), "asset/14")?;
        self.insert(id, asset);
        Ok(())
    }

    fn close(&mut self, id: &str) -> Answer {
        let account = self.find(id)?;
        require(id != account.asset, "asset/20")?;
        self.signed(owner(id))?;
        account.open()?;
        require(account.available == 0 && account.held == 0, "asset/34")?;
        self.accounts.get_mut(id).unwrap().closed = true;
        Ok(())
    }

    fn issue(&mut self, id: &str, asset: &'static str, amount: Given, source: Option<u64>) -> Answer {
        self.signed(owner(asset))?;
        let amount = amount.minor()?;
        self.ordinary(id, asset)?;
        require(source.is_none_or(|source| !self.sources.contains(&(asset, source))), "asset/19")?;
        self.post(asset, id, amount, false)?;
        self.sources.extend(source.map(|source| (asset, source)));
        Ok(())
    }

    fn redeem(&mut self, id: &str, asset: &str, amount: Given) -> Answer {
        let amount = amount.minor()?;
        self.ordinary(id, asset)?;
        self.signed(owner(id))?;
        self.post(id, asset, amount, false)
    }

    fn transfer(&mut self, asset: &str, leg: &Leg) -> Answer {
        self.ordinary(&leg.from, asset)?;
        self.signed(owner(&leg.from))?;
        self.ordinary(&leg.to, asset)?;
        self.post(&leg.from, &leg.to, leg.amount.minor()?, false)
    }

    fn hold(&self, number: i64) -> Result<&Claim, &'static str> {
        let claim = self.holds.get(&number).ok_or("asset/22")?;
        require(self.signers.contains(&claim.party.as_str()), "asset/26")?;
        require(claim.state == "open", "asset/23")?;
        Ok(claim)
    }

    fn capture(&mut self, number: i64, to: &str, amount: Option<Given>, last: bool) -> Answer {
        let claim = self.hold(number)?.clone();
        let asset = self.find(&claim.account)?.asset;
        let amount = amount.map_or(Ok(claim.left), Given::minor)?;
        require(amount <= claim.left, "asset/25")?;
        self.ordinary(to, asset)?;
        self.post(&claim.account, to, amount, true)?;
        let hold = self.holds.get_mut(&number).unwrap();
        hold.left -= amount;
        if last || hold.left == 0 {
            hold.state = "captured";
            let rest = hold.left;
            self.give_back(&claim.account, rest);
        }
        Ok(())
    }

    fn offer(&mut self, from: &str, to: &str, asset: &'static str, amount: Given, expires_ms: i64) -> Answer {
        self.payer(from, asset)?;
        let named = to.contains('/');
        if named {
            require(to != self.find(to)?.asset, "asset/20")?;
            self.ordinary(to, asset)?;
            require(!self.find(to)?.closed, "asset/15")?;
            require(from != to, "asset/9")?;
        }
        let left = self.set_aside(from, amount, expires_ms)?;
        let party = if named { owner(to) } else { to }.to_owned();
        let (account, to) = (from.to_owned(), named.then(|| to.to_owned()));
        let number = self.number();
        self.offers.insert(number, Claim { account, party, to, left, state: "open", expires_ms });
        Ok(())
    }

    fn accept(&mut self, number: i64, account: Option<&str>) -> Answer {
        let claim = self.offers.get(&number).ok_or("asset/27")?.clone();
        require(self.signers.contains(&claim.party.as_str()), "asset/30")?;
        require(claim.state == "open", "asset/28")?;
        let to = match (claim.to.as_deref(), account) {
            (Some(named), Some(given)) if named != given => return Err("asset/32"),
            (Some(account), _) | (None, Some(account)) => account,
            (None, None) => return Err("asset/32"),
        };
        let asset = self.find(&claim.account)?.asset;
        self.ordinary(to, asset)?;
        require(owner(to) == claim.party, "asset/32")?;
        self.post(&claim.account, to, claim.left, true)?;
        self.offers.get_mut(&number).unwrap().state = "accepted";
        Ok(())
    }

    fn end_offer(&mut self, number: i64, state: &'static str) -> Answer {
        let claim = self.offers.get(&number).ok_or("asset/27")?.clone();
        let (party, code) = match state {
            "refused" => (claim.party.as_str(), "asset/30"),
            _ => (owner(&claim.account), "asset/31"),
        };
        require(self.signers.contains(&party), code)?;
        require(claim.state == "open", "asset/28")?;
        self.give_back(&claim.account, claim.left);
        self.offers.get_mut(&number).unwrap().state = state;
        Ok(())
    }

    fn freeze(&mut self, id: &str, freeze: bool) -> Answer {
        let account = self.find(id)?.clone();
        let court = self.signers.contains(&"cloud-provider");
        require(court || self.signers.contains(&owner(account.asset)), "asset/35")?;
        if freeze {
            require(!account.closed, "asset/15")?;
        }
        let frozen = if court { account.frozen_by_court } else { account.frozen_by_issuer };
        match (freeze, frozen) {
            (true, true) => return Err("asset/36"),
            (false, false) if !court && account.frozen_by_court => return Err("asset/38"),
            (false, false) => return Err("asset/37"),
            (true, false) | (false, true) => {}
        }
        if freeze {
            self.number();
        }
        let account = self.accounts.get_mut(id).unwrap();
        *(if court { &mut account.frozen_by_court } else { &mut account.frozen_by_issuer }) = freeze;
        Ok(())
    }

    fn set_limit(&mut self, id: &str, asset: &'static str, limit: Given) -> Answer {
        self.signed(owner(asset))?;
        let account = self.find(id)?;
        require(id != account.asset, "asset/20")?;
        require(account.asset == asset, "asset/13")?;
        require(!account.closed, "asset/15")?;
        let limit = limit.minor()?;
        require(account.available >= -limit, "asset/39")?;
        self.accounts.get_mut(id).unwrap().limit = limit;
        Ok(())
    }
}
