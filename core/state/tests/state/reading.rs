use crate::ledger::{Ledger, fast};
use counterfoil_state::RowHistory;
use counterfoil_types::{Hash, machine::Machine as _, merkle, row};

#[test]
fn a_written_row_has_a_path_to_the_root_of_changes() {
    let mut ledger = Ledger::new();
    let wires: Vec<_> = (0..50).map(|at| ledger.transfer("m0", "m1", at)).collect();
    let executed = ledger.block(wires);
    let reader = ledger.state.reader();
    let id = ledger.ask("SELECT id FROM transfer WHERE amount = 33").as_str().expect("text").to_owned();
    let found = reader.change_path(1, "transfer", std::slice::from_ref(&id)).expect("written");
    let table = reader.table("transfer").expect("a table");
    let encoded = found.row.clone().expect("a row");
    assert_eq!(found.key, row::key("transfer", &found.key_values));
    let value = row::value(&table.hash, &encoded);
    assert_eq!(table.hash, row::table_hash("transfer", &found.columns, &found.primary_key));
    let leaf = merkle::leaf(&[found.key.0, value.0].concat());
    let root = merkle::root_from_path(leaf, found.index, found.count, &found.path);
    assert_eq!(root, Some(executed.execution.changes_root));
    assert_eq!(reader.unwritten_since("transfer", std::slice::from_ref(&id)).expect("reads"), Some(1));
    assert_eq!(reader.written_at("transfer", &[id]).expect("reads"), Some(1));
    assert_eq!(reader.written_at("transfer", &["none".into()]).expect("reads"), None);
    assert_eq!(reader.unwritten_since("transfer", &["none".into()]).expect("reads"), None);
    assert_eq!(reader.change_path(1, "transfer", &["none".into()]).expect_err("not written").code, "state/5");
    assert_eq!(reader.change_path(1, "account", &["m2".into()]).expect_err("not written").code, "state/5");
}

#[test]
fn a_row_has_its_history_also_in_old_runs() {
    let mut ledger = Ledger::new();
    let mut identities = Vec::new();
    for height in 1..=600_u64 {
        let wires = if height % 100 == 1 { vec![ledger.transfer("m0", "m1", height as i64)] } else { Vec::new() };
        let executed = ledger.block(wires);
        identities.extend(executed.receipts.iter().map(|receipt| (receipt.transaction, height)));
    }
    for ledger in [ledger, Ledger::new()] {
        if ledger.state.tip().height == 0 {
            continue;
        }
        let check = |ledger: &Ledger| {
            let reader = ledger.state.reader();
            let page = |before, limit| reader.history("account", &["m0".into()], before, limit).expect("reads");
            let heights = |page: &RowHistory| page.versions.iter().map(|version| version.height).collect::<Vec<_>>();
            let whole = page(None, 100);
            assert_eq!((heights(&whole), whole.next), (vec![501, 401, 301, 201, 101, 1, 0], None));
            for newer_and_older in whole.versions.windows(2) {
                assert_eq!(newer_and_older[0].old, newer_and_older[1].row, "each version follows the one before it");
            }
            let transactions: Vec<_> = whole.versions.iter().map(|version| version.transaction).collect();
            let sent = identities.iter().rev().map(|(identity, _)| Some(*identity));
            assert_eq!(transactions, sent.chain([None]).collect::<Vec<_>>(), "genesis is no transaction");
            // Page by page, wherever the runs of the directory end.
            let (mut paged, mut before) = (Vec::new(), None);
            loop {
                let part = page(before, 2);
                assert!(part.versions.len() <= 2);
                paged.extend(part.versions);
                before = part.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole.versions);
            assert_eq!(heights(&page(Some(402), 1)), [401]);
            assert_eq!(heights(&page(Some(401), 1)), [301]);
            assert_eq!(heights(&page(Some(0), 1)), [0; 0]);
            for (identity, height) in &identities {
                assert_eq!(reader.receipt(identity).expect("reads").expect("known").height, *height);
            }
            assert_eq!(reader.receipt(&Hash::ZERO).expect("reads"), None);
        };
        check(&ledger);
        let ledger = ledger.reopen(&fast());
        check(&ledger);
    }
}

#[test]
fn blocks_come_back_as_they_were_ordered() {
    let mut ledger = Ledger::new();
    let wires = vec![
        ledger.transfer("m0", "m1", 5),
        bytes::Bytes::from_static(b"rubbish"),
        ledger.transfer("m0", "m1", 99_999),
    ];
    let block = ledger.next(wires);
    ledger.state.execute(&block, Some(b"certificate")).expect("executes");
    let executed = ledger.state.commit(Hash::ZERO).expect("commits");
    let reader = ledger.state.reader();
    assert_eq!(reader.block(1).expect("reads"), Some(block.clone()));
    assert_eq!(reader.block(2).expect("reads"), None);
    assert_eq!(reader.receipts(1).expect("reads"), *executed.receipts);
    assert_eq!(reader.headers(0, 10).expect("reads").len(), 2);
    assert_eq!(reader.headers(1, 10).expect("reads"), std::slice::from_ref(&block.header));
    assert_eq!(reader.execution(1).expect("reads"), Some(executed.execution));
    assert_eq!(reader.executions(0, 9).expect("reads").len(), 2);
    assert_eq!(reader.entry(1, 1).expect("reads").expect("an entry").wire, &b"rubbish"[..]);
    let counts = reader.counts().expect("reads").expect("counts");
    assert_eq!((counts.height, counts.transactions), (1, 3));
    assert_eq!(reader.genesis(), ledger.genesis);
    let record = executed.execution.result(&ledger.state.result(0).expect("reads").expect("a result"));
    assert_eq!(record, executed.result);
    assert_eq!(ledger.state.state_root(1).expect("reads"), Some(Hash::ZERO));

    let found = reader.certificate_at_or_after(0).expect("reads").expect("certified");
    assert_eq!((found.header.height, found.certificate.as_slice()), (1, &b"certificate"[..]));
    assert_eq!(reader.certificate_at_or_after(2).expect("reads"), None);
    ledger.state.certificate(0, b"late").expect("kept");
    ledger.state.certificate(1, b"another").expect("kept");
    ledger.state.certificate(3, b"early").expect("kept");
    ledger.block(Vec::new());
    ledger.block(Vec::new());
    let certificate = |height| reader.certificate_at_or_after(height).expect("reads").expect("certified").certificate;
    assert_eq!(certificate(0), b"late");
    assert_eq!(certificate(1), b"certificate", "the first stays");
    assert_eq!(certificate(2), b"early");
}

#[test]
fn the_first_header_that_executed_a_height_is_found() {
    let mut ledger = Ledger::new();
    // Executed heights as the headers say: 0 0 0 3 3 5.
    for executed in [0, 0, 0, 3, 3, 5] {
        let mut block = ledger.next(Vec::new());
        block.header.executed_height = executed;
        ledger.state.execute(&block, None).expect("executes");
        ledger.state.commit(Hash::ZERO).expect("commits");
    }
    let reader = ledger.state.reader();
    let found = |height| reader.header_executing(height).expect("reads").map(|header| header.height);
    assert_eq!(
        (0..=7).map(found).collect::<Vec<_>>(),
        [Some(0), Some(4), Some(4), Some(4), Some(6), Some(6), None, None]
    );
}

#[test]
fn a_broken_invariant_is_named() {
    let mut ledger = Ledger::new();
    let wires = vec![ledger.sql(&["UPDATE account SET balance = 1 WHERE id = 'm0'"])];
    let block = ledger.next(wires);
    ledger.state.execute(&block, None).expect("executes");
    ledger.state.commit(Hash::ZERO).expect("commits");
    let broken = ledger.state.reader().invariants().expect("they run");
    assert_eq!(broken.len(), 1);
    assert_eq!(
        (broken[0].module.as_str(), broken[0].invariant.as_str(), broken[0].height),
        ("bank", "the money adds up", 1)
    );
}

#[test]
fn who_follows_gets_every_block_with_what_it_wrote() {
    let mut ledger = Ledger::new();
    ledger.block(Vec::new());
    let wires: Vec<_> = (0..3).map(|at| ledger.transfer("m0", "m1", at)).collect();
    ledger.block(wires);
    let reader = ledger.state.reader();
    let all = reader.followed(0, 10, usize::MAX).expect("reads");
    assert_eq!(all.iter().map(|block| block.header.height).collect::<Vec<_>>(), [0, 1, 2]);
    let mut prior = Hash::ZERO;
    for block in &all {
        assert_eq!(block.execution.result(&prior), block.result);
        assert_eq!(block.changes.is_none(), block.execution.changes_root == merkle::root(&[]));
        prior = block.result;
    }
    assert_eq!((all[0].tables.len(), all[1].tables.len()), (reader.tables().len(), 0));
    assert_eq!(all[0].execution.block, reader.ledger());
    assert!(all[1].changes.is_none() && all[2].changes.is_some());

    assert_eq!(reader.followed(1, 1, usize::MAX).expect("reads").len(), 1);
    assert_eq!(reader.followed(0, 10, 1).expect("reads").len(), 1, "one at least, however large");
    assert!(reader.followed(3, 10, 1).expect("reads").is_empty());
}
