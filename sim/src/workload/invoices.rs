use super::{Counts, Pace, Workload, percent};
use crate::{Desk, select};
use anyhow::ensure;
use counterfoil_apps::invoice::{self, Issue};
use counterfoil_platform::call;
use counterfoil_state::Reader;
use counterfoil_types::Hash;
use rand::RngExt as _;

/// Of a hundred invoices, how many are tried for another's taxpayer first: ordered, and refused on every member.
const WRONG_PERCENT: u32 = 5;

/// Members that issue invoices, with their taxpayer ids, as the samples register them.
const SELLERS: [(&str, &str); 3] = [
    ("shop-1/dev", "92440300MA5DL0010T"),
    ("shop-2/dev", "92440300MA5DL0029P"),
    ("supplier-1/dev", "91440300MA5EN1680G"),
];

/// Taxpayers are registered; then invoices, most of them right, are signed by their sellers and given to random validators.
pub struct Invoices {
    sellers: Vec<(&'static str, invoice::Workload)>,
    pace: Pace,
    registered: Option<Hash>,
    right: Vec<Hash>,
    wrong: Vec<Hash>,
}

impl Invoices {
    /// So many invoices.
    pub fn new(count: usize, seed: u64) -> Self {
        let seller = |(at, (kid, taxpayer)): (usize, &(&'static str, &str))| {
            (*kid, invoice::Workload::new(seed.wrapping_mul(31).wrapping_add(at as u64), taxpayer))
        };
        let sellers = SELLERS.iter().enumerate().map(seller).collect();
        Self { sellers, pace: Pace::new(count), registered: None, right: Vec::new(), wrong: Vec::new() }
    }

    /// One that is right, and sometimes before it one that is not.
    fn issue(&mut self, desk: &mut Desk) {
        let seller = desk.chance.random_range(0..self.sellers.len());
        let (kid, workload) = &mut self.sellers[seller];
        let right = workload.next().expect("invoices without end");
        if percent(desk, WRONG_PERCENT) {
            self.wrong.push(desk.submit(&[kid], &[call(&for_another(right.clone()))]));
        }
        self.right.push(desk.submit(&[kid], &[call(&right)]));
    }
}

/// The same invoice for a taxpayer for whom the signer may not issue, which only the ledger's state can tell.
fn for_another(issue: Issue) -> Issue {
    Issue { seller: "91440300MA5FC0013E".to_owned(), ..issue }
}

impl Workload for Invoices {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        let Some(registered) = self.registered else {
            let samples = invoice::samples().into_iter().map(|sample| sample.call);
            let calls: Vec<_> = samples.filter(|call| call.r#do == "invoice.register_taxpayer").collect();
            self.registered = Some(desk.submit(&["tax-bureau/dev"], &calls));
            return Ok(true);
        };
        if desk.applied(&registered) {
            (0..self.pace.take(desk)).for_each(|_| self.issue(desk));
        }
        Ok(!self.pace.is_over())
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.right.iter().try_for_each(|identity| desk.require(identity, None))?;
        for identity in &self.wrong {
            ensure!(desk.code(identity).is_some(), "an invoice for another's taxpayer took effect");
        }
        let found = select::count(reader, "SELECT count(*) FROM invoice")?;
        let issued = self.right.len() as u64;
        ensure!(found == issued, "{found} invoices on the ledger, {issued} issued");
        Ok(vec![("invoices", found)])
    }
}
