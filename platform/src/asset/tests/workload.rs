use super::*;
use crate::asset::workload::{Payments, Population, Signed, Spread};
use counterfoil_types::Value;

#[test]
fn the_workload_opens_funds_and_pays_without_a_refusal() {
    let owners = vec!["bank-a".to_owned(), "core-corp".to_owned()];
    let population = Population { issuer: "bank-a".to_owned(), owners, accounts: 2_400, funds_minor: 100_000 };
    let mut ledger = Ledger::new(vec![member::MODULE, MODULE]);
    let run = |ledger: &mut Ledger, signed: Signed| {
        ledger.run_calls(&[&format!("{}/dev", signed.member)], &[signed.call]).applied();
    };
    population.beginning().into_iter().chain(population.openings()).for_each(|signed| run(&mut ledger, signed));
    population.funding().for_each(|signed| run(&mut ledger, signed));
    for (spread, seed) in [(Spread::Uniform, 1), (Spread::Hot(10), 2)] {
        for (at, owner) in population.owners.iter().enumerate() {
            let kid = format!("{owner}/dev");
            let mut payments = Payments::new(&population, at, spread, seed);
            let transfers: Vec<_> = payments.by_ref().take(50).map(|payment| crate::call(&payment)).collect();
            assert_eq!(ledger.run_calls(&[&kid], &transfers).outputs().len(), 50);
            ledger.run(&kid, &payments.batch(500)).applied();
        }
    }
    let count = ledger.sql("SELECT count(*) FROM asset_transfer WHERE reference IS NOT NULL");
    assert_eq!(count, [[Value::Integer(2_200)]]);
    let accounts = ledger.sql("SELECT count(*) FROM asset_account WHERE newest IS NOT NULL");
    assert_eq!(accounts, [[Value::Integer(2_402)]]);
    let hot = Payments::new(&population, 0, Spread::Hot(10), 2).take(1_000);
    let sides = hot.flat_map(|payment| [payment.from, payment.to]);
    let hot = sides.filter(|side| side.split_once("/a").unwrap().1 < "0000010").count();
    assert!((900..1_150).contains(&hot), "{hot} of 2,000 sides are hot");
}
