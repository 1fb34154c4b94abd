//! Random commands by random parties, right and wrong: the ledger and the model must agree on every one, and all invariants hold after
//! every block, the same with rows read in reverse order and without indexes.

use super::{
    CNY, POINTS,
    model::{Ask, Claim, Given, Leg, Model, decimals, owner},
    powers::ledger_with_court,
};
use crate::{
    asset::{self, Number},
    call,
    testing::Ledger,
};
use counterfoil_types::{Call, Outcome, Transaction, Value, money::format_decimal};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Steps of one ledger. The invariants look at all of history after every block, which is why there are several ledgers and not one.
const STEPS: usize = 5_000;
/// Ledgers, each with a seed of its own.
const LEDGERS: u64 = 20;
/// Ledgers at a time.
const THREADS: u64 = 4;
/// Steps of one block.
const BLOCK_STEPS: usize = 200;
/// Those who have accounts.
const OWNERS: [&str; 4] = ["alice", "bob", "supplier-1", "shop-2"];
/// Everybody who signs: owners, a beneficiary, both issuers, and the court.
const PARTIES: [&str; 8] = ["alice", "bob", "supplier-1", "shop-2", "core-corp", "bank-a", "shop-1", "cloud-provider"];
/// Names of accounts that each owner may have.
const NAMES: usize = 8;

struct Chance {
    rng: StdRng,
    now_ms: i64,
}

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.rng.random_range(0..limit)
    }

    /// True so many times of a hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    fn asset(&mut self) -> &'static str {
        if self.percent(75) { CNY } else { POINTS }
    }

    /// An account, mostly of the asset: names with even numbers hold money, others points.
    fn account(&mut self, asset: &str) -> String {
        if self.percent(2) {
            return self.of(&[CNY, POINTS]).to_owned();
        }
        let mut name = self.below(NAMES);
        if self.percent(90) && name.is_multiple_of(2) != (asset == CNY) {
            name = (name + 1) % NAMES;
        }
        format!("{}/a{name}", self.of(&OWNERS))
    }

    fn given(&mut self) -> Given {
        match self.below(40) {
            0 => Given::Minor(0),
            1 => Given::Negative,
            2 => Given::TooFine,
            3..6 => Given::Minor(1 + self.below(100_000) as i64),
            _ => Given::Minor(1 + self.below(1_000) as i64),
        }
    }

    /// Mostly soon, sometimes over.
    fn expiry(&mut self) -> i64 {
        self.now_ms - 1_000 + self.below(100_000_000) as i64
    }

    fn claim(&mut self, claims: &std::collections::BTreeMap<i64, Claim>) -> i64 {
        let open: Vec<_> =
            claims.iter().filter(|(_, claim)| claim.state == "open").map(|(number, _)| *number).collect();
        match (open.len(), claims.len()) {
            (1.., _) if self.percent(80) => open[self.below(open.len())],
            (_, all @ 1..) => *claims.keys().nth(self.below(all)).unwrap(),
            _ => 7,
        }
    }

    fn leg(&mut self, asset: &str) -> Leg {
        Leg { from: self.account(asset), to: self.account(asset), amount: self.given() }
    }

    fn ask(&mut self, model: &Model) -> Ask {
        let asset = self.asset();
        let account = self.account(asset);
        match self.below(100) {
            0..4 => Ask::Open { account, asset },
            // A closed account never comes back, so few are.
            4 if self.percent(10) => Ask::Close { account },
            4..14 => {
                let source = self.percent(30).then(|| self.below(2_000) as u64);
                Ask::Issue { account, asset, amount: self.given(), source }
            }
            14..18 => Ask::Redeem { account, asset, amount: self.given() },
            18..44 => Ask::Transfer { asset, leg: self.leg(asset) },
            44..52 => {
                // Mostly from one owner, who then signs for all.
                let from = self.account(asset);
                let legs = (0..1 + self.below(6)).map(|_| Leg { from: from.clone(), ..self.leg(asset) });
                Ask::Batch { asset, legs: legs.collect() }
            }
            52..60 => {
                let beneficiary = self.of(&PARTIES);
                Ask::Hold { account, asset, beneficiary, amount: self.given(), expires_ms: self.expiry() }
            }
            60..68 => {
                let amount = self.percent(70).then(|| self.given());
                Ask::Capture { hold: self.claim(&model.holds), to: account, amount, last: self.percent(20) }
            }
            68..71 => Ask::Void { hold: self.claim(&model.holds) },
            71..79 => {
                let to = if self.percent(50) { self.account(asset) } else { self.of(&PARTIES).to_owned() };
                Ask::Offer { from: account, to, asset, amount: self.given(), expires_ms: self.expiry() }
            }
            79..87 => {
                let offer = self.claim(&model.offers);
                let receiver = model.offers.get(&offer).map_or("alice", |claim| claim.party.as_str());
                let own = format!("{receiver}/a{}", self.below(NAMES));
                let account = self.percent(60).then(|| if self.percent(80) { own } else { account });
                Ask::Accept { offer, account }
            }
            87..89 => Ask::Refuse { offer: self.claim(&model.offers) },
            89..91 => Ask::Withdraw { offer: self.claim(&model.offers) },
            91 => Ask::Freeze { account },
            92..97 => {
                let frozen: Vec<_> = model.accounts.iter().filter(|(_, account)| account.frozen()).collect();
                let some = frozen.len().checked_sub(1).filter(|_| self.percent(90)).map(|last| self.below(last + 1));
                Ask::Unfreeze { account: some.map_or(account, |at| frozen[at].0.clone()) }
            }
            _ => Ask::SetLimit { account, asset, limit: self.given() },
        }
    }

    /// Who signs: mostly who has to.
    fn signer(&mut self, ask: &Ask, model: &Model) -> &'static str {
        let party = |number, claims: &std::collections::BTreeMap<i64, Claim>| {
            claims.get(number).map_or("alice", |claim: &Claim| claim.party.as_str()).to_owned()
        };
        let right = match ask {
            Ask::Open { account, .. }
            | Ask::Close { account }
            | Ask::Redeem { account, .. }
            | Ask::Hold { account, .. } => owner(account).to_owned(),
            Ask::Issue { asset, .. } | Ask::SetLimit { asset, .. } => owner(asset).to_owned(),
            Ask::Transfer { leg, .. } => owner(&leg.from).to_owned(),
            Ask::Batch { legs, .. } => owner(&legs[0].from).to_owned(),
            Ask::Capture { hold, .. } | Ask::Void { hold } => party(hold, &model.holds),
            Ask::Offer { from, .. } => owner(from).to_owned(),
            Ask::Accept { offer, .. } | Ask::Refuse { offer } => party(offer, &model.offers),
            Ask::Withdraw { offer } => {
                model.offers.get(offer).map_or("alice", |claim| owner(&claim.account)).to_owned()
            }
            Ask::Freeze { .. } | Ask::Unfreeze { .. } => self.of(&["bank-a", "shop-1", "cloud-provider"]).to_owned(),
        };
        let wrong = self.percent(8);
        match PARTIES.iter().find(|party| **party == right) {
            Some(party) if !wrong => party,
            _ => self.of(&PARTIES),
        }
    }
}

fn text(given: Given, asset: &str) -> String {
    let decimals = decimals(asset);
    match given {
        Given::Minor(minor) => format_decimal(minor, decimals),
        Given::Negative => "-1".to_owned(),
        Given::TooFine => format_decimal(10_i64.pow(decimals + 1) + 1, decimals + 1),
    }
}

fn to_call(ask: &Ask, model: &Model) -> Call {
    // What is claimed decides the asset of an amount that names none.
    let held = |number: &i64| model.holds.get(number).map_or(CNY, |claim| model.accounts[&claim.account].asset);
    let (reference, end_to_end_id) = (None, None);
    match ask.clone() {
        Ask::Open { account, asset } => call(&asset::OpenAccount { account, asset: asset.into() }),
        Ask::Close { account } => call(&asset::CloseAccount { account }),
        Ask::Issue { account, asset, amount, source } => {
            let (amount, source) = (text(amount, asset), source.map(|source| format!("bill {source}")));
            call(&asset::Issue { account, asset: asset.into(), amount, source, reference })
        }
        Ask::Redeem { account, asset, amount } => {
            call(&asset::Redeem { account, asset: asset.into(), amount: text(amount, asset), reference })
        }
        Ask::Transfer { asset, leg: Leg { from, to, amount } } => {
            let amount = text(amount, asset);
            call(&asset::Transfer { from, to, asset: asset.into(), amount, reference, end_to_end_id })
        }
        Ask::Batch { asset, legs } => {
            let leg = |leg: Leg| asset::Leg {
                from: Some(leg.from),
                to: leg.to,
                amount: text(leg.amount, asset),
                reference: None,
                end_to_end_id: None,
            };
            let legs = legs.into_iter().map(leg).collect();
            call(&asset::TransferBatch { from: None, asset: asset.into(), legs })
        }
        Ask::Hold { account, asset, beneficiary, amount, expires_ms } => {
            let (beneficiary, amount) = (beneficiary.into(), text(amount, asset));
            call(&asset::Hold { account, beneficiary, asset: asset.into(), amount, expires_ms, reference })
        }
        Ask::Capture { hold, to, amount, last } => {
            let amount = amount.map(|amount| text(amount, held(&hold)));
            call(&asset::Capture { hold: Number(hold), to, amount, r#final: last, reference })
        }
        Ask::Void { hold } => call(&asset::Void { hold: Number(hold) }),
        Ask::Offer { from, to, asset, amount, expires_ms } => {
            let amount = text(amount, asset);
            call(&asset::Offer { from, to, asset: asset.into(), amount, expires_ms, reference, end_to_end_id })
        }
        Ask::Accept { offer, account } => call(&asset::AcceptOffer { offer: Number(offer), account }),
        Ask::Refuse { offer } => call(&asset::RefuseOffer { offer: Number(offer), reason: None }),
        Ask::Withdraw { offer } => call(&asset::WithdrawOffer { offer: Number(offer) }),
        Ask::Freeze { account } => call(&asset::Freeze { account, reason: "order".into() }),
        Ask::Unfreeze { account } => call(&asset::Unfreeze { account, reason: "order".into() }),
        Ask::SetLimit { account, asset, limit } => {
            call(&asset::SetLimit { account, asset: asset.into(), limit: text(limit, asset) })
        }
    }
}

/// One block; how many of its steps took effect.
fn block(ledger: &mut Ledger, model: &mut Model, chance: &mut Chance) -> usize {
    ledger.wait_ms(chance.below(3_600_000) as u64);
    chance.now_ms = ledger.time_ms() as i64 + 1_000;
    model.begin_block(chance.now_ms);
    let height = ledger.height() as i64 + 1;
    let (mut transactions, mut expected, mut steps) = (Vec::<Transaction>::new(), Vec::new(), 0);
    while steps < BLOCK_STEPS {
        let first = chance.ask(model);
        let mut signers = vec![chance.signer(&first, model)];
        let mut asks = vec![first];
        if chance.percent(10) {
            let more = chance.ask(model);
            let signer = chance.signer(&more, model);
            if !signers.contains(&signer) {
                signers.push(signer);
            }
            asks.push(more);
        }
        steps += asks.len();
        let kids: Vec<_> = signers.iter().map(|signer| format!("{signer}/dev")).collect();
        let kids: Vec<_> = kids.iter().map(String::as_str).collect();
        let calls: Vec<_> = asks.iter().map(|ask| to_call(ask, model)).collect();
        let numbers = height << 32 | (transactions.len() as i64) << 16;
        transactions.push(ledger.sign(&kids, &calls));
        let answer = model.transaction(&signers, numbers, &asks);
        expected.push((answer, signers, asks));
    }
    let done = ledger.block(transactions);
    let mut applied = 0;
    for (done, (answer, signers, asks)) in done.iter().zip(expected) {
        let found = match &done.receipt.outcome {
            Outcome::Applied { .. } => Ok(()),
            Outcome::Refused(refusal) => Err(refusal.code.as_str()),
        };
        assert_eq!(found, answer, "{asks:?} signed by {signers:?}: {:?}", done.receipt.outcome);
        applied += if found.is_ok() { asks.len() } else { 0 };
    }
    applied
}

fn assert_same(ledger: &Ledger, model: &Model) {
    let accounts =
        ledger.sql("SELECT id, asset, state, available_minor, held_minor, limit_minor FROM asset_account ORDER BY id");
    let expected: Vec<Vec<Value>> = model
        .accounts
        .iter()
        .map(|(id, account)| {
            let state = match (account.closed, account.frozen()) {
                (true, _) => "closed",
                (false, true) => "frozen",
                (false, false) => "open",
            };
            let text = |text: &str| Value::Text(text.to_owned());
            let numbers = [account.available, account.held, account.limit].map(Value::Integer);
            [text(id), text(account.asset), text(state)].into_iter().chain(numbers).collect()
        })
        .collect();
    assert_eq!(accounts, expected);
    let claims =
        ledger.sql("SELECT number, state FROM asset_hold UNION ALL SELECT number, state FROM asset_offer ORDER BY 1");
    let mut expected: Vec<_> = model.holds.iter().chain(&model.offers).collect();
    expected.sort_by_key(|(number, _)| **number);
    let row = |(number, claim): &(&i64, &Claim)| vec![Value::Integer(**number), Value::Text(claim.state.to_owned())];
    assert_eq!(claims, expected.iter().map(row).collect::<Vec<_>>());
}

/// Steps on a ledger of its own; how many took effect.
fn run(seed: u64) -> usize {
    let mut ledger = ledger_with_court();
    let mut model = Model::new();
    for (id, asset) in [("alice/cny", CNY), ("bob/cny", CNY), ("supplier-1/cny", CNY), ("alice/points", POINTS)] {
        model.transaction(&[OWNERS[0], OWNERS[1], OWNERS[2]], 0, &[Ask::Open { account: id.into(), asset }]).unwrap();
    }
    let first = Ask::Issue { account: "alice/cny".into(), asset: CNY, amount: Given::Minor(10_000), source: None };
    model.transaction(&["bank-a"], 0, &[first]).unwrap();
    let mut chance = Chance { rng: StdRng::seed_from_u64(seed), now_ms: 0 };
    let mut applied = 0;
    for _ in 0..STEPS / BLOCK_STEPS {
        applied += block(&mut ledger, &mut model, &mut chance);
        assert_same(&ledger, &model);
    }
    applied
}

#[test]
fn a_hundred_thousand_random_commands_do_what_the_model_says() {
    let applied: usize = std::thread::scope(|scope| {
        let some = |at| move || (at..LEDGERS).step_by(THREADS as usize).map(run).sum::<usize>();
        let runs: Vec<_> = (0..THREADS).map(|at| scope.spawn(some(at))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    // Enough of both: what took effect and what was refused.
    assert!((30_000..70_000).contains(&applied), "{applied} of {} steps took effect", LEDGERS as usize * STEPS);
}
