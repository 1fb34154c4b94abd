//! Histories by seed. One that fails stays here by name.

use counterfoil_sim::{Scenario, run};

#[test]
fn three_hundred_blocks_of_invoices_with_crashes_have_one_history() {
    let scenario = Scenario::new(1, 300);
    let first = run(&scenario).expect("a history in which everything holds");
    println!("{first}");
    assert!(first.height >= 300);
    assert_eq!(first.crashes, 2);
    assert!(first.refused > 0, "some invoices are for another's taxpayer");
    assert!(first.checks > 100, "invariants after every block with transactions");
    let second = run(&scenario).expect("the same history");
    assert_eq!(first.event_hash, second.event_hash);
    assert_eq!(first.result, second.result);
}

#[test]
fn another_seed_is_another_history() {
    let short = |seed| Scenario { invoices: 40, crashes: Vec::new(), ..Scenario::new(seed, 60) };
    let (one, two) = (run(&short(2)).expect("seed 2"), run(&short(3)).expect("seed 3"));
    assert_ne!(one.event_hash, two.event_hash);
    assert_ne!(one.result, two.result);
}
