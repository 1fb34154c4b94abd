use crate::ledger::{Ledger, START_MS};
use bytes::Bytes;
use counterfoil_types::Call;
use serde_json::json;

#[test]
fn the_door_refuses_what_execution_would() {
    let mut ledger = Ledger::new();
    let done = ledger.transfer("m0", "m1", 1);
    ledger.block(vec![done.clone()]);
    let good = ledger.transfer("m0", "m1", 2);
    let unknown_command = ledger.sign("m0", vec![Call::new("bank.nothing", &json!({}))]);
    let stranger = ledger.sign("stranger", vec![Call::new("bank.interest", &json!({}))]);
    let reused = ledger.sign_with("m0", "id-1", START_MS + 1_000, &[Call::new("bank.interest", &json!({}))]);
    let far = ledger.sign_with("m0", "far", START_MS + 25 * 60 * 60 * 1000, &[Call::new("bank.interest", &json!({}))]);
    let late = ledger.sign_with("m0", "late", START_MS - 1, &[Call::new("bank.interest", &json!({}))]);
    let mut forged = ledger.transfer("m0", "m1", 3).to_vec();
    *forged.last_mut().expect("bytes") ^= 1;
    let cases = [
        (good.clone(), "ok"),
        (done, "transaction/12"),
        (reused, "transaction/13"),
        (unknown_command, "bank/1"),
        (stranger, "transaction/6"),
        (far, "transaction/5"),
        (late, "transaction/4"),
        (forged.into(), "transaction/8"),
        (Bytes::from_static(b"?"), "transaction/1"),
        (vec![0; counterfoil_types::limits::TRANSACTION_BYTES_MAX + 1].into(), "transaction/2"),
        (good, "ok"),
    ];
    let admission = ledger.state.admission();
    for _ in 0..2 {
        let verdicts = admission.admit(cases.iter().map(|(wire, _)| wire.clone()).collect(), START_MS);
        for (verdict, (_, expected)) in verdicts.iter().zip(&cases) {
            let found = verdict.as_ref().map_or_else(|refusal| refusal.code.as_str(), |_| "ok");
            assert_eq!(found, *expected);
        }
        let admitted = verdicts[0].as_ref().expect("admitted");
        assert_eq!((admitted.weight, &admitted.wire), (4, &cases[0].0));
    }
}

#[test]
fn a_new_key_state_is_seen_after_its_commit() {
    let mut ledger = Ledger::new();
    let admission = ledger.state.admission();
    let first = ledger.transfer("m1", "m0", 1);
    let second = ledger.transfer("m1", "m0", 2);
    let parsed = counterfoil_types::Transaction::from_wire(first.clone()).expect("a transaction");
    assert!(admission.admit_parsed(vec![parsed.clone()], START_MS)[0].is_ok());
    assert!(admission.admit(vec![first], START_MS)[0].is_ok());
    let revoke = ledger.sign("m0", vec![Call::new("bank.revoke", &json!({ "kid": "m1/k" }))]);
    ledger.block(vec![revoke]);
    assert_eq!(admission.admit(vec![second], START_MS)[0].as_ref().expect_err("revoked").code, "transaction/7");
    assert_eq!(admission.admit_parsed(vec![parsed], START_MS)[0].as_ref().expect_err("revoked").code, "transaction/7");
}
