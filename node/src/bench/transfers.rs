use super::{
    check::Mismatch,
    load::{Calls, Issuer},
    nodes::Nodes,
};
use counterfoil_platform::{
    asset::workload::{Payments, Population, Signed, Spread},
    call,
};
use counterfoil_types::{Kid, SigningKey};
use serde_json::json;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Who owns the accounts, evenly: members of every dev consortium.
const OWNERS: [&str; 3] = ["shop-1", "shop-2", "supplier-1"];
const ISSUER: &str = "bank-a";
/// Keys that sign for each owner.
const KEYS: usize = 32;
/// What each account holds at first: more than it can pay.
const FUNDS_MINOR: i64 = 10_000_000;
/// Requests on their way while accounts are opened and funded.
const SETTERS: usize = 8;

/// The accounts between which money moves.
#[derive(Debug, Clone, Copy)]
pub struct Accounts {
    /// How many; as many for each of three owners.
    pub count: u32,
    /// Half of all payers and payees are among the first so many; 0 for none.
    pub hot: u32,
}

impl Accounts {
    fn population(self) -> Population {
        Population {
            issuer: ISSUER.to_owned(),
            owners: OWNERS.map(str::to_owned).to_vec(),
            accounts: self.count - self.count % OWNERS.len() as u32,
            funds_minor: FUNDS_MINOR,
        }
    }

    /// Opens and funds them; how many movements that took.
    pub fn prepare(self, nodes: &Nodes<'_>) -> Result<u64, Mismatch> {
        let population = self.population();
        for signed in population.beginning() {
            perform(nodes, &signed)?;
        }
        all(nodes, &population.openings().collect::<Vec<_>>())?;
        all(nodes, &population.funding().collect::<Vec<_>>())?;
        Ok(1 + u64::from(population.accounts))
    }

    /// One for each owner, with keys of its own; `calls` makes commands without end of an owner's payments.
    pub fn issuers(
        self,
        nodes: &Nodes<'_>,
        calls: impl Fn(Payments) -> Calls + Clone + Send + Sync + 'static,
    ) -> Result<Vec<Issuer>, Mismatch> {
        let spread = if self.hot > 0 { Spread::Hot(self.hot) } else { Spread::Uniform };
        let mut issuers = Vec::with_capacity(OWNERS.len());
        for (owner, member) in OWNERS.into_iter().enumerate() {
            let admin = hosted(member);
            let mut keys = vec![(admin.clone(), nodes.key(&admin).clone())];
            for number in 1..KEYS {
                let kid = Kid::new(member, &format!("bench-{number}")).expect("a key name");
                let key = SigningKey::for_tests(kid.as_str());
                let with = json!({"member": member, "name": kid.key(), "public_key": key.public_key()});
                nodes.call(&admin, "member.add_key", &with)?;
                keys.push((kid, key));
            }
            let (calls, population) = (calls.clone(), self.population());
            let calls = move |seed| calls(Payments::new(&population, owner, spread, seed));
            issuers.push(Issuer { keys, calls: Box::new(calls) });
        }
        Ok(issuers)
    }
}

/// Single transfers without end.
pub fn single(payments: Payments) -> Calls {
    Box::new(payments.map(|transfer| call(&transfer)))
}

/// Batches of so many transfers without end.
pub fn batches(mut payments: Payments, legs: usize) -> Calls {
    Box::new(std::iter::repeat_with(move || call(&payments.batch(legs))))
}

fn hosted(member: &str) -> Kid {
    Kid::new(member, "dev").expect("a key name")
}

fn perform(nodes: &Nodes<'_>, signed: &Signed) -> Result<(), Mismatch> {
    nodes.call(&hosted(&signed.member), &signed.call.r#do, &signed.call.with)
}

/// Has all calls executed, several at a time; the first refusal ends it.
fn all(nodes: &Nodes<'_>, calls: &[Signed]) -> Result<(), Mismatch> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(signed) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            perform(nodes, signed)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..SETTERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a setting thread does not panic"))
    })
}
