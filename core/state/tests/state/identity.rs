use crate::ledger::{Ledger, START_MS, code, kid};
use bytes::Bytes;
use counterfoil_types::{Call, Hash, Outcome, PayloadDraft, SigningKey, Transaction, merkle};
use serde_json::json;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn note(text: &str) -> Vec<Call> {
    vec![Call::new("bank.sql", &json!({ "sql": [format!("INSERT INTO note (text) VALUES ('{text}')")] }))]
}

/// A transaction whose one signature has a bit flipped.
fn with_wrong_signature(wire: &Bytes) -> Bytes {
    let mut bytes = wire.to_vec();
    *bytes.last_mut().expect("bytes") ^= 1;
    bytes.into()
}

#[test]
fn an_id_is_used_once() {
    let mut ledger = Ledger::new();
    let first = ledger.sign_with("m0", "x", START_MS + 1_000, &note("a"));
    let other = ledger.sign_with("m0", "x", START_MS + 1_000, &note("b"));
    let elsewhere = ledger.sign_with("m1", "x", START_MS + 1_000, &note("c"));
    let executed = ledger.block(vec![first.clone(), first.clone(), other.clone(), elsewhere]);
    let codes: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
    assert_eq!(codes, ["applied", "transaction/12", "transaction/13", "applied"]);
    assert_eq!(ledger.one_code(first.clone()), "transaction/12");
    assert_eq!(ledger.ask("SELECT count(*) FROM evidence"), json!(0), "an honest proposer may not know yet");

    let reader = ledger.state.reader();
    let identity = executed.receipts[0].transaction;
    assert_eq!(
        reader.receipt(&identity).expect("reads").as_ref(),
        Some(&executed.receipts[0]),
        "the first, not the replay"
    );
    let other = Transaction::from_wire(other).expect("parses").identity();
    assert_eq!(reader.receipt(&other).expect("reads").as_ref(), Some(&executed.receipts[2]));
    let entry = reader.transaction_of(&kid("m0"), "x").expect("reads").expect("known");
    assert_eq!((entry.receipt.transaction, entry.wire), (identity, first));
}

#[test]
fn a_refused_transaction_uses_its_id() {
    let mut ledger = Ledger::new();
    let call = |refuse| vec![Call::new("bank.sql", &json!({ "sql": [], "refuse": refuse }))];
    let refused = ledger.sign_with("m0", "x", START_MS + 60_000, &call(true));
    let retried = ledger.sign_with("m0", "x", START_MS + 60_000, &call(false));
    assert_eq!(ledger.one_code(refused.clone()), "bank/3");
    assert_eq!(ledger.one_code(refused), "transaction/12");
    assert_eq!(ledger.one_code(retried), "transaction/13");
}

#[test]
fn an_id_is_forgotten_when_it_expires() {
    let mut ledger = Ledger::new();
    let first = ledger.sign_with("m0", "x", START_MS + 1_000, &note("a"));
    assert_eq!(ledger.one_code(first.clone()), "applied");
    ledger.time_ms = START_MS + 999;
    let later = ledger.sign_with("m0", "x", START_MS + 9_000, &note("b"));
    assert_eq!(ledger.one_code(later.clone()), "transaction/13", "at the last millisecond");
    assert_eq!(ledger.one_code(later), "applied", "one later");
    assert_eq!(ledger.one_code(first), "transaction/4");
    let kept = ledger.state.reader().transaction_of(&kid("m0"), "x").expect("reads").expect("known");
    assert_eq!(kept.receipt.height, 3);
    ledger.time_ms = START_MS + 20_000;
    ledger.block(Vec::new());
    assert!(ledger.state.reader().transaction_of(&kid("m0"), "x").expect("reads").is_none());
}

#[test]
fn bad_entries_are_refused_where_they_stand_and_kept_as_evidence() {
    let mut ledger = Ledger::new();
    let good = ledger.sign_with("m0", "x", START_MS + 60_000, &note("a"));
    let payload = |ledger: Hash, signer: &str, expires_ms| {
        let signers = [kid(signer)];
        PayloadDraft { ledger, id: "y", expires_ms, signers: &signers, calls: &note("b") }.to_bytes()
    };
    let signed = |ledger: Hash, signer: &str, expires_ms| {
        let compact = SigningKey::for_tests(signer).sign_compact(&kid(signer), &payload(ledger, signer, expires_ms));
        Transaction::from_compact(compact.as_bytes()).expect("parses").wire().clone()
    };
    let id = ledger.id();
    let entries = vec![
        (Bytes::from_static(b"\x00garbage"), "transaction/1"),
        (Bytes::new(), "transaction/1"),
        (with_wrong_signature(&good), "transaction/8"),
        (signed(Hash::ZERO, "m0", START_MS + 60_000), "transaction/3"),
        (signed(id, "m0", START_MS), "transaction/4"),
        (signed(id, "m0", START_MS + 2 * DAY_MS), "transaction/5"),
        (signed(id, "nobody", START_MS + 60_000), "transaction/6"),
        (good.clone(), "applied"),
    ];
    let executed = ledger.block(entries.iter().map(|(wire, _)| wire.clone()).collect());
    for (receipt, (_, expected)) in executed.receipts.iter().zip(&entries) {
        assert_eq!(code(&receipt.outcome), *expected, "entry {}", receipt.index);
    }
    assert_eq!(
        ledger.ask("SELECT group_concat(place || ':' || code) FROM evidence"),
        json!("0:transaction/1,1:transaction/1,2:transaction/8,3:transaction/3,4:transaction/4")
    );
    let identity = Transaction::from_wire(good).expect("parses").identity();
    assert_eq!(executed.receipts[7].transaction, identity);
    assert_ne!(executed.receipts[2].transaction, identity, "wrong signatures do not speak for the right ones");
    assert_eq!(ledger.ask("SELECT count(*) FROM note"), json!(1));
}

#[test]
fn a_revoked_key_signs_no_more_from_its_place_in_the_block_on() {
    let mut ledger = Ledger::new();
    let before = ledger.sign("m1", note("before"));
    let revoke = ledger.sign("m0", vec![Call::new("bank.revoke", &json!({ "kid": "m1/k" }))]);
    let after = ledger.sign("m1", note("after"));
    let later = ledger.sign("m1", note("later"));
    let admitted = ledger.state.admission().admit(vec![after.clone()], START_MS);
    assert!(admitted[0].is_ok(), "the key is good when it knocks");
    let executed = ledger.block(vec![before, revoke, after]);
    let codes: Vec<_> = executed.receipts.iter().map(|receipt| code(&receipt.outcome)).collect();
    assert_eq!(codes, ["applied", "applied", "transaction/7"]);
    assert_eq!(ledger.one_code(later), "transaction/7");
}

#[test]
fn a_verdict_does_not_depend_on_what_was_admitted_before() {
    let mut known = Ledger::new();
    let mut unknown = Ledger::new();
    let wires: Vec<_> = (0..200)
        .map(|at| {
            let wire = known.transfer(&format!("m{}", at % 5), "m0", at);
            if at % 7 == 3 { with_wrong_signature(&wire) } else { wire }
        })
        .collect();
    let verdicts = known.state.admission().admit(wires.clone(), START_MS);
    for (at, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict.is_ok(), at % 7 != 3);
    }
    let (a, b) = (known.block(wires.clone()), unknown.block(wires));
    assert_eq!(a.receipts, b.receipts);
    assert_eq!(a.execution, b.execution);
}

fn identity(wire: &Bytes) -> Hash {
    Transaction::from_wire(wire.clone()).expect("parses").identity()
}

#[test]
fn without_right_signatures_no_refusal_stands_under_the_identity_of_the_right_transaction() {
    let mut ledger = Ledger::new();
    let elsewhere = {
        let signers = [kid("m0")];
        let payload = PayloadDraft {
            ledger: Hash::ZERO,
            id: "e",
            expires_ms: START_MS + 9,
            signers: &signers,
            calls: &note("e"),
        };
        let compact = SigningKey::for_tests("m0").sign_compact(&signers[0], &payload.to_bytes());
        Transaction::from_compact(compact.as_bytes()).expect("parses").wire().clone()
    };
    let far = ledger.sign_with("m0", "far", START_MS + DAY_MS + 5_000, &note("far"));
    let late = ledger.sign_with("m0", "late", START_MS - 1, &note("late"));
    let used = ledger.sign_with("m0", "used", START_MS + 60_000, &note("used"));
    let revoked = ledger.sign_with("m1", "revoked", START_MS + 60_000, &note("revoked"));
    let stranger = ledger.sign_with("stranger", "x", START_MS + 60_000, &note("x"));
    let id = ledger.id();
    let as_m2 = |key: &SigningKey| {
        let signers = [kid("m2")];
        let payload =
            PayloadDraft { ledger: id, id: "k", expires_ms: START_MS + 60_000, signers: &signers, calls: &note("k") };
        let compact = key.sign_compact(&signers[0], &payload.to_bytes());
        Transaction::from_compact(compact.as_bytes()).expect("parses").wire().clone()
    };
    let other_key = as_m2(&SigningKey::for_tests("m3"));
    let other_algorithm = as_m2(&SigningKey::p256([7; 32]).expect("a key"));
    let revoke = ledger.sign("m0", vec![Call::new("bank.revoke", &json!({ "kid": "m1/k" }))]);
    ledger.block(vec![revoke, used.clone()]);

    let right = [
        (&elsewhere, "transaction/3"),
        (&late, "transaction/4"),
        (&far, "transaction/5"),
        (&revoked, "transaction/7"),
        (&used, "transaction/12"),
    ];
    let wrong = [
        (with_wrong_signature(&elsewhere), "transaction/3"),
        (with_wrong_signature(&late), "transaction/4"),
        (with_wrong_signature(&far), "transaction/5"),
        (with_wrong_signature(&revoked), "transaction/7"),
        (with_wrong_signature(&used), "transaction/8"),
        (stranger, "transaction/6"),
        (other_key, "transaction/8"),
        (other_algorithm, "transaction/11"),
    ];
    for (receipt, (wire, expected)) in
        ledger.block(wrong.iter().map(|(wire, _)| wire.clone()).collect()).receipts.iter().zip(&wrong)
    {
        assert_eq!(code(&receipt.outcome), *expected);
        assert_eq!((receipt.transaction, receipt.id.as_str()), (merkle::leaf(wire), ""), "{expected}");
    }
    assert_eq!(ledger.ask("SELECT count(*) FROM receipt WHERE height = 2 AND sender <> ''"), json!(0));
    assert_eq!(
        ledger.ask("SELECT group_concat(code) FROM evidence"),
        json!("transaction/3,transaction/4,transaction/8,transaction/8")
    );
    let reader = ledger.state.reader();
    assert_eq!(reader.receipt(&identity(&far)).expect("reads"), None, "nothing was said of the right one");

    for (receipt, (wire, expected)) in
        ledger.block(right.iter().map(|(wire, _)| (*wire).clone()).collect()).receipts.iter().zip(&right)
    {
        assert_eq!(code(&receipt.outcome), *expected);
        assert_eq!(receipt.transaction, identity(wire), "its sender finds it, {expected}");
        assert!(!receipt.id.is_empty());
    }
    assert_eq!(code(&reader.receipt(&identity(&far)).expect("reads").expect("known").outcome), "transaction/5");
    ledger.time_ms = START_MS + 5_000;
    assert_eq!(ledger.one_code(far.clone()), "applied", "an early refusal used no id");
    assert_eq!(code(&reader.receipt(&identity(&far)).expect("reads").expect("known").outcome), "applied");
}

#[test]
fn a_transaction_is_found_where_it_used_its_id_however_often_it_is_repeated() {
    let mut ledger = Ledger::new();
    let far = ledger.sign_with("m0", "x", START_MS + DAY_MS + 5_000, &note("a"));
    assert!(ledger.block(vec![far.clone(); 300]).receipts.iter().all(|one| code(&one.outcome) == "transaction/5"));
    let newest = |ledger: &Ledger| ledger.state.reader().receipt(&identity(&far)).expect("reads").expect("known");
    assert_eq!((newest(&ledger).height, newest(&ledger).index), (1, 299), "refused: the newest");
    ledger.time_ms = START_MS + 6_000;
    assert_eq!(ledger.one_code(far.clone()), "applied");
    ledger.block(vec![far.clone(); 300]);
    assert_eq!(newest(&ledger).height, 2, "the id says where");

    let mut ledger = Ledger::new();
    let brief = ledger.sign_with("m0", "y", START_MS + 50, &note("b"));
    let find = |ledger: &Ledger| ledger.state.reader().receipt(&identity(&brief)).expect("reads").expect("known");
    assert_eq!(ledger.one_code(brief.clone()), "applied");
    ledger.time_ms = START_MS + 1_000;
    ledger.block(vec![brief.clone(); 300]);
    assert_eq!(find(&ledger).height, 1, "its id is forgotten");
    for _ in 0..600 {
        ledger.block(Vec::new());
    }
    assert_eq!(ledger.one_code(brief.clone()), "transaction/4");
    assert_eq!(find(&ledger).height, 1, "an older run has the use of the id, memory a repetition");
    for _ in 0..300 {
        ledger.block(Vec::new());
    }
    assert_eq!(find(&ledger).height, 1, "an older run has the use of the id, a newer one a repetition");
    assert_eq!(find(&ledger.reopen(&crate::ledger::fast())).height, 1);
}

#[test]
fn what_a_proposer_makes_up_is_not_repeated_at_length() {
    let mut ledger = Ledger::new();
    let payload = format!("{{\"{}\":1}}", "ü".repeat(50_000));
    let mut wire = Vec::new();
    let mut encoder = minicbor::Encoder::new(&mut wire);
    encoder.array(2).expect("written").bytes(payload.as_bytes()).expect("written").array(0).expect("written");
    let Outcome::Refused(refusal) = ledger.one(wire.into()) else { panic!("applied") };
    assert_eq!(refusal.code, "transaction/1");
    assert!((500..=512).contains(&refusal.detail.len()), "{} bytes", refusal.detail.len());
    assert_eq!(ledger.ask("SELECT detail FROM evidence"), json!(refusal.detail));
}
