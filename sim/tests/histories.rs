//! Histories by seed. One that fails stays here by name.

use counterfoil_engine_sim::{Crash, Victims};
use counterfoil_sim::{Scenario, run, workload::Leaver};
use std::time::Duration;

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[test]
fn three_hundred_blocks_of_everything_with_crashes_have_one_history() {
    let scenario = Scenario::new(1, 300);
    let first = run(&scenario).expect("a history in which everything holds");
    println!("{first}");
    assert!(first.height >= 300);
    assert_eq!(first.crashes, 2);
    assert!(first.refused > 0, "some of what members ask for is wrong");
    assert!(first.checks > 100, "invariants after every block with transactions");
    for name in [
        "holds and offers lapsed",
        "paid by proposal",
        "proposals refused",
        "proposals withdrawn",
        "proposals lapsed",
        "anchors before a key's end",
    ] {
        assert!(first.count(name) > 0, "{name}");
    }
    let second = run(&scenario).expect("the same history");
    assert_eq!(first.event_hash, second.event_hash);
    assert_eq!(first.result, second.result);
}

#[test]
fn another_seed_is_another_history() {
    let short = |seed| Scenario {
        invoices: 40,
        money: 40,
        approvals: 0,
        documents: 12,
        packages: 60,
        members: false,
        crashes: Vec::new(),
        ..Scenario::new(seed, 60)
    };
    let (one, two) = (run(&short(2)).expect("seed 2"), run(&short(3)).expect("seed 3"));
    assert_ne!(one.event_hash, two.event_hash);
    assert_ne!(one.result, two.result);
}

fn voted_out(returns_at: Option<u64>, crashes: Vec<Crash>) -> Scenario {
    let leaver = Some(Leaver { validator: 2, goes_at: 12, returns_at });
    Scenario { leaver, crashes, epoch_length: 20, money: 60, invoices: 40, ..Scenario::quiet(4, 120) }
}

#[test]
fn a_validator_that_is_voted_out_stops_and_what_the_others_certify_is_proved_from_genesis() {
    let report = run(&voted_out(None, Vec::new())).expect("seed 4");
    println!("{report}");
    assert_eq!(report.stopped.len(), 1);
    assert!(report.stopped[0].1.contains("voted out: since epoch 2"), "{:?}", report.stopped);
    assert_eq!(report.proofs.len(), 3);
    assert_eq!(report.proposers, [0, 1, 2].into(), "three are left, counted anew");
    for proof in &report.proofs {
        assert_eq!((proof.handovers, proof.validators), (1, 3), "{proof:?}");
        assert!(!proof.signers.contains(&"bank-a".to_owned()), "{proof:?}");
    }
}

#[test]
fn a_validator_that_was_voted_out_is_voted_in_again_and_orders_again() {
    let restart = Crash { victims: Victims::One(2), at: Duration::from_secs(25), down: Some(Duration::from_secs(1)) };
    let report = run(&voted_out(Some(60), vec![restart])).expect("seed 4");
    println!("{report}");
    assert_eq!(report.stopped.len(), 1);
    assert_eq!(report.proposers, [0, 1, 2, 3].into());
    assert_eq!(report.proofs.len(), 4);
    assert!(report.proofs.iter().all(|proof| (proof.handovers, proof.validators) == (2, 4)), "{:?}", report.proofs);
}

#[test]
fn after_ten_years_in_which_nobody_was_up_the_ledger_goes_on() {
    let down =
        |validator| Crash { victims: Victims::One(validator), at: Duration::from_secs(8), down: Some(10 * YEAR) };
    let crashes = (0..4).map(down).collect();
    let report = run(&Scenario { crashes, ages: true, ..Scenario::quiet(5, 40) }).expect("seed 5");
    println!("{report}");
    assert_eq!((report.crashes, report.count("years")), (4, 10));
    assert!(report.count("signed by valid keys") > 20);
}
