use crate::ledger::Ledger;
use counterfoil_proof::{Proof, Step, verify};
use std::collections::BTreeMap;

/// Other values for a byte: a changed bit, another digit.
fn others(byte: u8) -> impl Iterator<Item = u8> {
    let digit = match byte {
        b'0'..=b'8' | b'a'..=b'e' => byte + 1,
        b'9' => b'a',
        b'f' => b'0',
        other => other ^ 0x80,
    };
    [byte ^ 1, digit].into_iter().filter(move |other| *other != byte)
}

#[test]
fn each_kind_of_proof_holds_and_reads_back() {
    let ledger = Ledger::new();
    for (what, proof) in ledger.proofs() {
        let bytes = proof.to_bytes();
        let proved = verify(&bytes, &ledger.genesis).unwrap_or_else(|failed| panic!("{what}: {failed}"));
        assert_eq!((proved.height, proved.signers.len(), proved.validators), (proof.height, 3, 4));
        assert_eq!(Proof::from_bytes(&bytes), Ok(proof.clone()));
        verify(bytes.strip_suffix(b"\n").expect("a line feed"), &ledger.genesis).expect("the line feed may be missing");
    }
}

#[test]
fn any_changed_byte_of_a_proof_is_found_and_the_step_named() {
    let ledger = Ledger::new();
    let mut steps = BTreeMap::new();
    for (what, proof) in ledger.proofs() {
        let bytes = proof.to_bytes();
        for at in 0..bytes.len() {
            for other in others(bytes[at]) {
                let mut changed = bytes.clone();
                changed[at] = other;
                match verify(&changed, &ledger.genesis) {
                    Ok(_) => panic!("{what}: byte {at} as {:?} is not found", other as char),
                    Err(failed) => *steps.entry(failed.step.to_string()).or_insert(0) += 1,
                }
            }
        }
    }
    let expected = [
        Step::Format,
        Step::Genesis,
        Step::Row,
        Step::Table,
        Step::Path,
        Step::Execution,
        Step::Header,
        Step::Certificate,
    ];
    for step in expected {
        assert!(steps.contains_key(&step.to_string()), "no change is found at step {step}: {steps:?}");
    }
}

#[test]
fn any_missing_or_added_byte_is_found() {
    let ledger = Ledger::new();
    for (what, proof) in [("a row", ledger.current(2, 3)), ("absence", ledger.absent("inv-9", 3))] {
        let bytes = proof.to_bytes();
        for at in 0..bytes.len() - 1 {
            let shorter = [&bytes[..at], &bytes[at + 1..]].concat();
            assert!(verify(&shorter, &ledger.genesis).is_err(), "{what}: byte {at} removed");
            let longer = [&bytes[..at], b"0", &bytes[at..]].concat();
            assert!(verify(&longer, &ledger.genesis).is_err(), "{what}: byte added at {at}");
            assert!(verify(&bytes[..at], &ledger.genesis).is_err(), "{what}: cut at {at}");
        }
        assert!(verify(&[bytes.as_slice(), b"\n"].concat(), &ledger.genesis).is_err());
    }
}

#[test]
fn any_changed_byte_of_the_genesis_file_is_found_at_that_step() {
    let ledger = Ledger::new();
    let proof = ledger.current(2, 4).to_bytes();
    for at in 0..ledger.genesis.len() {
        for other in others(ledger.genesis[at]) {
            let mut changed = ledger.genesis.clone();
            changed[at] = other;
            assert_eq!(verify(&proof, &changed).expect_err("changed").step, Step::Genesis, "byte {at}");
        }
    }
    assert_eq!(verify(&proof, b"").expect_err("empty").step, Step::Genesis);
}
