use crate::ledger::{Ledger, located};
use counterfoil_proof::{Bytes, Cell, Claim, Evidence, NoProof, Proof, Step, assemble, verify};
use counterfoil_types::{Hash, Header, Value, row};

/// A proof changed on purpose, in canonical text, fails at `step`.
fn check(ledger: &Ledger, proof: &Proof, step: Step, change: impl FnOnce(&mut Proof)) {
    let mut proof = proof.clone();
    change(&mut proof);
    let failed = verify(&proof.to_bytes(), &ledger.genesis).expect_err("it is forged");
    assert_eq!(failed.step, step, "{failed}");
}

fn shape(proof: &mut Proof) -> (&mut String, &mut Vec<String>, &mut Vec<String>, &mut Vec<Cell>) {
    match &mut proof.claim {
        Claim::Current { table, columns, primary_key, row } | Claim::Written { table, columns, primary_key, row } => {
            (table, columns, primary_key, row)
        }
        Claim::Absent { .. } => panic!("a row"),
    }
}

fn with_last_header(proof: &mut Proof, change: impl FnOnce(&mut Header)) -> Header {
    let last = proof.headers.last_mut().expect("a header");
    let mut header = Header::decode(&last.0).expect("a header");
    change(&mut header);
    *last = Bytes::from(&header);
    header
}

#[test]
fn a_row_cannot_be_read_as_another_one() {
    let ledger = Ledger::new();
    for proof in [ledger.current(2, 4), ledger.written(3)] {
        let check = |step, change: fn(&mut Proof)| check(&ledger, &proof, step, change);
        check(Step::Path, |proof| shape(proof).3[2] = Cell(Value::Integer(1)));
        check(Step::Path, |proof| shape(proof).0.push('s'));
        check(Step::Path, |proof| shape(proof).1[2] = "tax_minor".into());
        check(Step::Path, |proof| shape(proof).1.swap(1, 2));
        check(Step::Path, |proof| *shape(proof).2 = vec!["number".into()]);
        check(Step::Path, |proof| shape(proof).2.push("id".into()));
        check(Step::Path, |proof| shape(proof).2.clear());
        check(Step::Row, |proof| shape(proof).2[0] = "identity".into());
        check(Step::Row, |proof| shape(proof).3.push(Cell(Value::Null)));
        check(Step::Path, |proof| {
            shape(proof).1.push("more".into());
            shape(proof).3.push(Cell(Value::Null));
        });
    }
}

#[test]
fn evidence_of_one_kind_shows_nothing_of_another() {
    let ledger = Ledger::new();
    let (current, absent, written) = (ledger.current(2, 4), ledger.absent("inv-9", 4), ledger.written(4));
    check(&ledger, &current, Step::Path, |proof| proof.evidence = written.evidence.clone());
    check(&ledger, &written, Step::Path, |proof| proof.evidence = current.evidence.clone());
    check(&ledger, &current, Step::Path, |proof| proof.evidence = absent.evidence.clone());
    check(&ledger, &absent, Step::Path, |proof| proof.evidence = current.evidence.clone());
    let key = vec![Value::Text("inv-2".into())];
    let hash = row::key("invoice", &key);
    let mut present = absent.claim.clone();
    let Claim::Absent { key: of, hash: its, .. } = &mut present else { panic!("absence") };
    (*of, *its) = (key.into_iter().map(Cell).collect(), hash);
    check(&ledger, &absent, Step::Path, |proof| proof.claim = present.clone());
    check(&ledger, &current, Step::Path, |proof| proof.claim = present);
    check(&ledger, &absent, Step::Row, |proof| {
        let Claim::Absent { key, .. } = &mut proof.claim else { panic!("absence") };
        key.push(Cell(Value::Null));
    });
}

#[test]
fn no_row_is_absent_from_a_table_that_the_index_does_not_hold() {
    let ledger = Ledger::new();
    let mut append_only = located(&[Value::Text("inv-9".into())], false);
    append_only.table = "invoice_event".into();
    append_only.key = row::key(&append_only.table, &append_only.key_values);
    let forged = ledger.absent_of(&append_only, 4);
    check(&ledger, &forged, Step::Table, |_| {});
    // Nor does the marker of another table help.
    let absent = ledger.absent("inv-9", 4);
    check(&ledger, &forged, Step::Table, |proof| {
        let Evidence::Absence { table: other, .. } = &absent.evidence else { panic!("absence") };
        let Evidence::Absence { table, .. } = &mut proof.evidence else { panic!("absence") };
        *table = other.clone();
    });
}

#[test]
fn an_absent_key_is_of_the_tables_own_columns() {
    let ledger = Ledger::new();
    let check = |step, change: fn(&mut Vec<String>, &mut Vec<String>)| {
        check(&ledger, &ledger.absent("inv-9", 4), step, |proof| {
            let Claim::Absent { columns, primary_key, .. } = &mut proof.claim else { panic!("absence") };
            change(columns, primary_key);
        });
    };
    check(Step::Table, |_, primary_key| primary_key[0] = "number".into());
    check(Step::Table, |columns, _| columns.swap(1, 2));
    check(Step::Table, |columns, _| columns.truncate(1));
    check(Step::Row, |_, primary_key| primary_key.clear());
    check(Step::Row, |_, primary_key| primary_key.push("number".into()));
}

#[test]
fn marker_and_gap_are_of_the_same_height() {
    let ledger = Ledger::new();
    let (earlier, absent) = (ledger.absent("inv-9", 2).evidence, ledger.absent("inv-9", 4));
    let Evidence::Absence { table: old_table, row: old_row } = earlier else { panic!("absence") };
    check(&ledger, &absent, Step::Table, |proof| {
        let Evidence::Absence { table, .. } = &mut proof.evidence else { panic!("absence") };
        *table = old_table;
    });
    check(&ledger, &absent, Step::Path, |proof| {
        let Evidence::Absence { row, .. } = &mut proof.evidence else { panic!("absence") };
        *row = old_row;
    });
}

#[test]
fn a_proof_is_of_its_height_and_no_other() {
    let ledger = Ledger::new();
    let proof = ledger.current(2, 3);
    check(&ledger, &proof, Step::Execution, |proof| proof.height = 4);
    check(&ledger, &proof, Step::Execution, |proof| proof.height = u64::MAX);
    check(&ledger, &proof, Step::Execution, |proof| proof.height = 0);
    check(&ledger, &proof, Step::Header, |proof| proof.block = None);
    check(&ledger, &proof, Step::Header, |proof| proof.block = Some(proof.headers[0].clone()));
    check(&ledger, &proof, Step::Execution, |proof| proof.executions.truncate(1));
    check(&ledger, &proof, Step::Path, |proof| proof.executions.clear());
    // The value that was current at height 2 is superseded by height 5.
    let later = ledger.current(2, 2);
    check(&ledger, &later, Step::Path, |proof| proof.executions[0] = ledger.executions[5].into());
    let genesis = ledger.written(0);
    check(&ledger, &genesis, Step::Execution, |proof| proof.prior = Hash([1; 32]));
    check(&ledger, &genesis, Step::Header, |proof| proof.block = Some(Bytes::from(&ledger.headers[0])));
}

#[test]
fn headers_are_an_unbroken_chain_of_the_ledger() {
    let ledger = Ledger::new();
    let proof = ledger.current(2, 4);
    assert_eq!(proof.headers.len(), 2);
    check(&ledger, &proof, Step::Header, |proof| proof.headers.clear());
    check(&ledger, &proof, Step::Header, |proof| proof.headers.reverse());
    check(&ledger, &proof, Step::Header, |proof| proof.headers[1] = Bytes::from(&ledger.headers[5]));
    check(&ledger, &proof, Step::Header, |proof| proof.headers[1].0.push(0));
    check(&ledger, &proof, Step::Header, |proof| {
        with_last_header(proof, |header| header.ledger = Hash::ZERO);
    });
    check(&ledger, &proof, Step::Certificate, |proof| {
        proof.headers.pop();
    });
}

#[test]
fn a_header_that_names_its_own_result_certifies_nothing() {
    let ledger = Ledger::new();
    check(&ledger, &ledger.current(2, 4), Step::Header, |proof| {
        proof.headers.remove(0);
        let header = with_last_header(proof, |header| header.height = header.executed_height);
        proof.certificate = Bytes(ledger.certificate(0, &header.digest(), &[0, 1, 2]));
    });
}

#[test]
fn a_certificate_is_of_the_block_its_epoch_and_a_quorum() {
    let ledger = Ledger::new();
    let proof = ledger.current(2, 4);
    let block = ledger.headers[6].digest();
    let check = |certificate: Vec<u8>| {
        check(&ledger, &proof, Step::Certificate, |proof| proof.certificate = Bytes(certificate))
    };
    check(ledger.certificate(0, &block, &[0, 1]));
    check(ledger.certificate(0, &block, &[]));
    check(ledger.certificate(1, &block, &[0, 1, 2]));
    check(ledger.certificate(0, &ledger.headers[5].digest(), &[0, 1, 2]));
    check([ledger.certificate(0, &block, &[0, 1, 2]), vec![0]].concat());

    let genuine = ledger.certificate(0, &block, &[0, 1, 2]);
    let signatures = genuine.len() - 3 * 64;
    let mut twice = genuine.clone();
    twice.copy_within(signatures..signatures + 64, signatures + 64);
    check(twice);
    let mut five = genuine.clone();
    five[42] = 5;
    check(five);
    let mut beyond = genuine;
    beyond[43] |= 0x10;
    check(beyond);
    let more = Bytes(ledger.certificate(0, &block, &[0, 1, 2, 3]));
    let mut all = proof.clone();
    all.certificate = more;
    assert_eq!(verify(&all.to_bytes(), &ledger.genesis).expect("a proof").signers.len(), 4);
}

#[test]
fn another_ledger_with_the_same_members_proves_nothing_here() {
    let ledger = Ledger::new();
    let genesis = String::from_utf8(ledger.genesis.clone()).expect("text").replace("\"test\"", "\"tess\"");
    let proof = ledger.current(2, 4);
    assert_eq!(verify(&proof.to_bytes(), genesis.as_bytes()).expect_err("another").step, Step::Genesis);
    let mut moved = proof;
    moved.ledger = Hash::of(&[genesis.as_bytes()]);
    assert_eq!(verify(&moved.to_bytes(), genesis.as_bytes()).expect_err("another").step, Step::Header);
}

#[test]
fn foreign_text_is_refused_by_its_form() {
    let ledger = Ledger::new();
    let proof = ledger.written(3);
    let text = String::from_utf8(proof.to_bytes()).expect("text");
    let pretty = serde_json::to_vec_pretty(&proof).expect("text");
    let nested = "[".repeat(100_000);
    for other in [
        "",
        "{}",
        "null",
        nested.as_str(),
        &text.replace("counterfoil-proof/1", "counterfoil-proof/2"),
        &text.replace("\"height\":3", "\"height\":3,\"height\":3"),
        &text.replace("\"height\":3", "\"height\":3.0"),
        &text.replace("\"height\":3", "\"more\":1,\"height\":3"),
        &text.replace("\"left\"", "\"up\""),
        &text.replace("19803", "{\"integer\":\"19803\"}"),
        &text.replace("inv-0", "inv-\\u0030"),
        std::str::from_utf8(&pretty).expect("text"),
        &format!(" {text}"),
    ] {
        assert_ne!(other, text);
        let failed = verify(other.as_bytes(), &ledger.genesis).expect_err("foreign");
        assert_eq!(failed.step, Step::Format, "{failed}");
    }
    assert_eq!(verify(&[0xff; 10], &ledger.genesis).expect_err("foreign").step, Step::Format);
}

#[test]
fn what_is_not_certified_yet_has_no_proof_yet() {
    let ledger = Ledger::new();
    let proof = ledger.written(3);
    let Evidence::Changes(_) = proof.evidence else { panic!("changes") };
    assert_eq!(assemble(&ledger, 5, proof.claim, proof.evidence), Err(NoProof::NotYet(5)));
}
