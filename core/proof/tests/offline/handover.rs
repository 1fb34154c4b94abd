//! Validators that change: who certified a row is himself certified, back to genesis.

use crate::ledger::Ledger;
use counterfoil_proof::{Bytes, Chain as _, Proof, Step, verify};

fn step(ledger: &Ledger, proof: &Proof) -> Option<Step> {
    verify(&proof.to_bytes(), &ledger.genesis).err().map(|failed| failed.step)
}

#[test]
fn a_row_certified_by_later_validators_is_proved_with_their_handover() {
    let ledger = Ledger::with_handover(1);
    let before = ledger.absent("inv-9", 0);
    assert!(before.handovers.is_empty());
    assert_eq!(verify(&before.to_bytes(), &ledger.genesis).expect("by those of genesis").validators, 4);
    let after = ledger.current(4, 4);
    assert_eq!(after.handovers.len(), 1);
    let proved = verify(&after.to_bytes(), &ledger.genesis).expect("by those who are left");
    assert_eq!((proved.validators, proved.signers.len()), (3, 3));
}

#[test]
fn validators_nobody_handed_over_to_prove_nothing() {
    let ledger = Ledger::with_handover(1);
    let good = ledger.current(4, 4);
    let without = Proof { handovers: Vec::new(), ..good.clone() };
    assert_eq!(step(&ledger, &without), Some(Step::Certificate), "the new validators are not those of genesis");
    let twice = Proof { handovers: [good.handovers.clone(), good.handovers.clone()].concat(), ..good.clone() };
    assert_eq!(step(&ledger, &twice), Some(Step::Handover));
    let nested = Proof { handovers: vec![good.clone()], ..good.clone() };
    assert_eq!(step(&ledger, &nested), Some(Step::Handover), "a handover has no handovers of its own");
    let other_row = Proof { handovers: vec![ledger.written(1)], ..good.clone() };
    assert_eq!(step(&ledger, &other_row), Some(Step::Handover), "another table's row hands nothing over");
    // The committee of the new epoch may not bring itself in.
    let mut by_itself = good.clone();
    let header = |height| ledger.header(height).unwrap().unwrap();
    by_itself.handovers[0].headers.extend([Bytes::from(&header(5)), Bytes::from(&header(6))]);
    for (committee, signers) in [(&[0, 2, 3][..], &[0, 1, 2][..]), (&[0, 1, 2, 3], &[0, 2, 3])] {
        let certificate = ledger.certificate_among(committee, header(6).epoch, &header(6).digest(), signers);
        by_itself.handovers[0].certificate = Bytes(certificate);
        assert_eq!(step(&ledger, &by_itself), Some(Step::Handover));
    }
    let elsewhere = Ledger::with_handover(2);
    let forged = Proof { handovers: elsewhere.current(4, 4).handovers, ..good };
    assert_eq!(step(&ledger, &forged), Some(Step::Certificate), "others were handed over to");
}
