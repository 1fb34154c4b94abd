use crate::{Consortium, Scenario, consortium::GENESIS_MS};
use bytes::Bytes;
use counterfoil_apps::invoice::{self, Issue, Workload};
use counterfoil_engine_sim::Submission;
use counterfoil_types::{Call, Hash, Kid, PayloadDraft, SigningKey, Transaction};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Valid until the end of the first simulated day.
const EXPIRES_MS: u64 = GENESIS_MS + 20 * 60 * 60 * 1000;
/// Of a hundred invoices, how many are tried for another's taxpayer first: ordered, and refused on every member.
const WRONG_PERCENT: u32 = 5;
/// Ticks for the setting up, before the first invoice.
const QUIET_TICKS: u64 = 40;
/// Ticks over which the invoices are spread.
const BUSY_TICKS: u64 = 500;

/// Members that issue invoices, with their taxpayer ids, as the samples register them.
const SELLERS: [(&str, &str); 3] =
    [("shop-1", "92440300MA5DL0010T"), ("shop-2", "92440300MA5DL0029P"), ("supplier-1", "91440300MA5EN1680G")];

/// Taxpayers are registered; then invoices, most of them right, are signed by their sellers and given to random validators.
pub struct Invoices {
    ledger: Hash,
    chance: StdRng,
    validators: usize,
    sellers: Vec<(Kid, Workload)>,
    /// Right ones still to be issued.
    left: usize,
    signed: u64,
}

impl Invoices {
    /// The workload of a scenario.
    pub fn new(consortium: &Consortium, scenario: &Scenario) -> Self {
        let sellers = SELLERS.iter().enumerate().map(|(at, (member, taxpayer))| {
            let kid = Kid::new(member, "dev").expect("names");
            (kid, Workload::new(scenario.seed.wrapping_mul(31).wrapping_add(at as u64), taxpayer))
        });
        Self {
            ledger: consortium.ledger,
            chance: StdRng::seed_from_u64(scenario.seed ^ 0x1d_0c5),
            validators: scenario.validators,
            sellers: sellers.collect(),
            left: scenario.invoices,
            signed: 0,
        }
    }

    /// What is submitted at a tick; `None` when everything was.
    pub fn submissions(&mut self, tick: u64) -> Option<Vec<Submission>> {
        if tick < QUIET_TICKS {
            let registrations = match tick {
                0 => self.registrations(),
                _ => Vec::new(),
            };
            return Some(registrations);
        }
        if self.left == 0 {
            return None;
        }
        let due = (self.left as u64).div_ceil((QUIET_TICKS + BUSY_TICKS).saturating_sub(tick).max(1));
        Some((0..self.chance.random_range(0..=2 * due)).flat_map(|_| self.invoice()).collect())
    }

    /// The taxpayers of the samples.
    fn registrations(&mut self) -> Vec<Submission> {
        let samples = invoice::samples().into_iter().filter(|sample| sample.call.r#do == "invoice.register_taxpayer");
        let calls: Vec<_> = samples.map(|sample| sample.call).collect();
        let kid = Kid::new("tax-bureau", "dev").expect("names");
        let transaction = self.sign(&kid, calls);
        // To everybody: nobody needs to pass it on.
        (0..self.validators)
            .map(|validator| Submission { validator, transactions: vec![transaction.clone()] })
            .collect()
    }

    /// One that is right, and sometimes before it one that is not.
    fn invoice(&mut self) -> Vec<Submission> {
        if self.left == 0 {
            return Vec::new();
        }
        self.left -= 1;
        let seller = self.chance.random_range(0..self.sellers.len());
        let (kid, workload) = &mut self.sellers[seller];
        let kid = kid.clone();
        let right = workload.next().expect("invoices without end");
        let mut issues = vec![right.clone()];
        if self.chance.random_range(0..100) < WRONG_PERCENT {
            issues.insert(0, for_another(right));
        }
        issues
            .into_iter()
            .map(|issue| {
                let transaction = self.sign(&kid, vec![counterfoil_platform::call(&issue)]);
                Submission { validator: self.chance.random_range(0..self.validators), transactions: vec![transaction] }
            })
            .collect()
    }

    fn sign(&mut self, kid: &Kid, calls: Vec<Call>) -> Bytes {
        self.signed += 1;
        let id = format!("sim-{}", self.signed);
        let signers = [kid.clone()];
        let draft =
            PayloadDraft { ledger: self.ledger, id: &id, expires_ms: EXPIRES_MS, signers: &signers, calls: &calls };
        let jws = SigningKey::for_tests(kid.as_str()).sign_compact(kid, &draft.to_bytes());
        Transaction::from_compact(jws.as_bytes()).expect("well formed").wire().clone()
    }
}

/// The same invoice for a taxpayer for whom the signer may not issue, which only the ledger's state can tell.
fn for_another(issue: Issue) -> Issue {
    Issue { seller: "91440300MA5FC0013E".to_owned(), ..issue }
}
