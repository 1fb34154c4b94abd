mod model;

use super::{Counts, Pace, Workload, one_of, percent};
use crate::{Desk, select};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{
    asset::{
        AcceptOffer, Capture, Freeze, Hold, Leg as BatchLeg, Number, Offer, RefuseOffer, Transfer, TransferBatch,
        Unfreeze, Void, WithdrawOffer, workload::Population,
    },
    call,
};
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash, money::format_decimal};
use model::{Account, Ask, Leg, Model, owner};
use rand::RngExt as _;
use std::collections::{BTreeMap, BTreeSet};

/// Who has accounts.
const OWNERS: [&str; 4] = ["core-corp", "supplier-1", "person-1", "bank-a"];
/// Accounts of all of them together.
const ACCOUNTS: u32 = 12;
/// What each account has at first, so little that some payments are beyond it.
const FUNDS: i64 = 20_000;
/// Claims that somebody still asks about.
const RECENT: usize = 12;

/// Payments alone and in batches, holds, offers and freezes of one currency, some of them wrong: by who does not own the account, beyond what
/// is in it, about what has ended. The ledger must answer and end as a model in plain Rust that is told the same in the ledger's order.
pub struct Money {
    population: Population,
    pace: Pace,
    beginning: Vec<Hash>,
    stage: Stage,
    asked: BTreeMap<Hash, Asked>,
    /// Of those asked, holds and offers that the ledger has yet to number.
    unnumbered: BTreeSet<Hash>,
    claims: Vec<Claim>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Define,
    Open,
    Fund,
    Pay,
}

/// Something asked for, and by whom.
struct Asked {
    ask: Ask,
    signer: String,
}

/// A hold or an offer, the member that can take it and the one whose money it is.
#[derive(Clone)]
struct Claim {
    number: i64,
    is_hold: bool,
    party: String,
    owner: String,
}

impl Money {
    /// So many things asked for.
    pub fn new(count: usize) -> Self {
        let owners = OWNERS.map(str::to_owned).to_vec();
        let issuer = "bank-a".to_owned();
        Self {
            population: Population { issuer, owners, accounts: ACCOUNTS, funds_minor: FUNDS },
            pace: Pace::new(count),
            beginning: Vec::new(),
            stage: Stage::Define,
            asked: BTreeMap::new(),
            unnumbered: BTreeSet::new(),
            claims: Vec::new(),
        }
    }

    /// Asset, accounts and first money, each when the one before it is there.
    fn begin(&mut self, desk: &mut Desk) {
        if !self.beginning.iter().all(|identity| desk.applied(identity)) {
            return;
        }
        let (next, due): (_, Vec<_>) = match self.stage {
            Stage::Define => (Stage::Open, self.population.beginning()),
            Stage::Open => (Stage::Fund, self.population.openings().collect()),
            Stage::Fund => (Stage::Pay, self.population.funding().collect()),
            Stage::Pay => return,
        };
        let mut by_member: BTreeMap<String, Vec<Call>> = BTreeMap::new();
        due.into_iter().for_each(|signed| by_member.entry(signed.member).or_default().push(signed.call));
        let submit = |(member, calls): (String, Vec<Call>)| desk.submit(&[&format!("{member}/dev")], &calls);
        self.beginning.extend(by_member.into_iter().map(submit));
        self.stage = next;
    }

    fn is_open(&self, desk: &Desk) -> bool {
        self.stage == Stage::Pay && self.beginning.iter().all(|identity| desk.applied(identity))
    }

    /// Learns the numbers of holds and offers.
    fn learn(&mut self, desk: &Desk) {
        let answered: Vec<_> = self.unnumbered.iter().filter(|id| desk.receipt(id).is_some()).copied().collect();
        for identity in answered {
            self.unnumbered.remove(&identity);
            let Some(number) = number(desk, &identity) else { continue };
            let (is_hold, party, account) = match &self.asked[&identity].ask {
                Ask::Hold { account, beneficiary, .. } => (true, beneficiary.clone(), account),
                Ask::Offer { from, to, .. } => (false, owner(to).to_owned(), from),
                _ => continue,
            };
            self.claims.push(Claim { number, is_hold, party, owner: owner(account).to_owned() });
        }
    }

    fn ask(&mut self, desk: &mut Desk) {
        let kind = desk.chance.random_range(0..100);
        let about_claim = kind >= 70 && !self.claims.is_empty();
        let (ask, mut signer) = if about_claim { self.about_a_claim(desk) } else { self.fresh(desk, kind) };
        if percent(desk, 4) {
            signer = (*one_of(desk, &OWNERS)).to_owned();
        }
        let identity = desk.submit(&[&format!("{signer}/dev")], &[self.call(&ask)]);
        if matches!(ask, Ask::Hold { .. } | Ask::Offer { .. }) {
            self.unnumbered.insert(identity);
        }
        self.asked.insert(identity, Asked { ask, signer });
    }

    fn fresh(&self, desk: &mut Desk, kind: u32) -> (Ask, String) {
        let leg = self.leg(desk);
        let signer = owner(&leg.from).to_owned();
        let expires_ms = desk.now_ms() + desk.chance.random_range(2_000..30_000);
        let ask = match kind {
            0..30 => Ask::Pay { legs: vec![leg] },
            30..40 => {
                let others = (0..desk.chance.random_range(1..6)).map(|_| self.leg(desk)).collect::<Vec<_>>();
                let mine = others.into_iter().map(|other| Leg { from: leg.from.clone(), ..other });
                let mine = mine.filter(|other| other.to != leg.from).collect::<Vec<_>>();
                Ask::Pay { legs: [vec![leg], mine].concat() }
            }
            40..55 => {
                let beneficiary = (*one_of(desk, &OWNERS)).to_owned();
                Ask::Hold { account: leg.from, beneficiary, amount: leg.amount, expires_ms }
            }
            55..90 => Ask::Offer { from: leg.from, to: leg.to, amount: leg.amount, expires_ms },
            90..94 => return (Ask::Freeze { account: leg.from }, self.population.issuer.clone()),
            _ => return (Ask::Unfreeze { account: leg.from }, self.population.issuer.clone()),
        };
        (ask, signer)
    }

    fn about_a_claim(&self, desk: &mut Desk) -> (Ask, String) {
        if percent(desk, 12) {
            let account = self.leg(desk).from;
            let ask = if percent(desk, 40) { Ask::Freeze { account } } else { Ask::Unfreeze { account } };
            return (ask, self.population.issuer.clone());
        }
        let recent = &self.claims[self.claims.len().saturating_sub(RECENT)..];
        let Claim { number, is_hold, party, owner } = one_of(desk, recent).clone();
        let choice = desk.chance.random_range(0..10);
        if is_hold {
            let ask = match choice {
                0..2 => Ask::Void { hold: number },
                _ => {
                    let amount = percent(desk, 60).then(|| desk.chance.random_range(1..2_000));
                    Ask::Capture { hold: number, to: self.leg(desk).to, amount, last: percent(desk, 20) }
                }
            };
            return (ask, party);
        }
        match choice {
            0..6 => (Ask::Accept { offer: number }, party),
            6..8 => (Ask::Refuse { offer: number }, party),
            _ => (Ask::Withdraw { offer: number }, owner),
        }
    }

    /// Between accounts of two owners, and now and then more than anybody has.
    fn leg(&self, desk: &mut Desk) -> Leg {
        let owners = OWNERS.len() as u32;
        let from = desk.chance.random_range(0..ACCOUNTS);
        let to = (from + desk.chance.random_range(1..owners)) % owners
            + owners * desk.chance.random_range(0..ACCOUNTS / owners);
        let most = if percent(desk, 5) { 40 * FUNDS } else { FUNDS / 5 };
        let amount = desk.chance.random_range(1..most);
        Leg { from: self.population.account(from), to: self.population.account(to), amount }
    }

    fn call(&self, ask: &Ask) -> Call {
        let asset = self.population.asset();
        let text = |minor: i64| format_decimal(minor, 2);
        match ask.clone() {
            Ask::Pay { mut legs } if legs.len() == 1 => {
                let Leg { from, to, amount } = legs.remove(0);
                call(&Transfer { from, to, asset, amount: text(amount), reference: None, end_to_end_id: None })
            }
            Ask::Pay { legs } => {
                let leg = |Leg { from, to, amount }| {
                    let amount = text(amount);
                    BatchLeg { from: Some(from), to, amount, reference: None, end_to_end_id: None }
                };
                call(&TransferBatch { from: None, asset, legs: legs.into_iter().map(leg).collect() })
            }
            Ask::Hold { account, beneficiary, amount, expires_ms } => {
                let (amount, expires_ms) = (text(amount), expires_ms as i64);
                call(&Hold { account, beneficiary, asset, amount, expires_ms, reference: None })
            }
            Ask::Capture { hold, to, amount, last } => {
                let (hold, amount) = (Number(hold), amount.map(text));
                call(&Capture { hold, to, amount, r#final: last, reference: None })
            }
            Ask::Void { hold } => call(&Void { hold: Number(hold) }),
            Ask::Offer { from, to, amount, expires_ms } => {
                let (amount, expires_ms) = (text(amount), expires_ms as i64);
                call(&Offer { from, to, asset, amount, expires_ms, reference: None, end_to_end_id: None })
            }
            Ask::Accept { offer } => call(&AcceptOffer { offer: Number(offer), account: None }),
            Ask::Refuse { offer } => call(&RefuseOffer { offer: Number(offer), reason: None }),
            Ask::Withdraw { offer } => call(&WithdrawOffer { offer: Number(offer) }),
            Ask::Freeze { account } => call(&Freeze { account, reason: "order 7".to_owned() }),
            Ask::Unfreeze { account } => call(&Unfreeze { account, reason: "settled".to_owned() }),
        }
    }

    /// What the ledger answered is what the model answers; the model after it.
    fn replay(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<(Model, u64)> {
        let accounts = (0..ACCOUNTS).map(|n| self.population.account(n));
        let mut model = Model::new(&self.population.issuer, accounts, FUNDS);
        let mut order = Vec::with_capacity(self.asked.len());
        for (identity, asked) in &self.asked {
            let receipt = desk.receipt(identity).with_context(|| format!("{identity} was never ordered"))?;
            order.push(((receipt.height, receipt.index), identity, asked));
        }
        order.sort_unstable_by_key(|(place, ..)| *place);
        let mut applied = 0;
        for ((height, _), identity, Asked { ask, signer }) in order {
            let now_ms = reader.header(height)?.context("a block with a receipt")?.time_ms;
            let says = model.apply(ask, signer, now_ms, number(desk, identity));
            ensure!(
                says.err() == desk.code(identity),
                "{ask:?} by {signer}: {:?}, the model {says:?}",
                desk.code(identity)
            );
            applied += u64::from(says.is_ok());
        }
        let height = reader.height()?.context("a height")?;
        model.pass(reader.header(height)?.context("the newest block")?.time_ms);
        Ok((model, applied))
    }
}

/// The number of the hold or offer that a transaction made.
fn number(desk: &Desk, identity: &Hash) -> Option<i64> {
    let output = desk.output(identity)?;
    output["hold"].as_str().or(output["offer"].as_str())?.parse().ok()
}

impl Workload for Money {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        self.begin(desk);
        if self.is_open(desk) {
            self.learn(desk);
            (0..self.pace.take(desk)).for_each(|_| self.ask(desk));
        }
        Ok(!self.pace.is_over())
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.beginning.iter().try_for_each(|identity| desk.require(identity, None))?;
        let (model, applied) = self.replay(desk, reader)?;
        let mut found = BTreeMap::new();
        let sql = format!(
            "SELECT id, available_minor, held_minor, state FROM asset_account
             WHERE asset = '{asset}' AND id NOT IN ('{asset}', '{issuer}/treasury')",
            asset = self.population.asset(),
            issuer = self.population.issuer
        );
        for row in select::rows(reader, &sql)? {
            let minor = |at: usize| row[at].as_i64().context("an amount");
            let id = row[0].as_str().context("an id")?.to_owned();
            found.insert(id, Account { available: minor(1)?, held: minor(2)?, frozen: row[3] == "frozen" });
        }
        ensure!(found == model.accounts, "accounts are {found:?}, the model has {:?}", model.accounts);
        let refused = self.asked.len() as u64 - applied;
        Ok(vec![
            ("money moved or set aside", applied),
            ("refused as the model says", refused),
            ("holds and offers lapsed", model.lapsed),
        ])
    }
}
