use crate::ledger::{Ledger, fast};
use counterfoil_state::{Reader, RowRange};
use counterfoil_types::{Call, Hash, Transaction, Value, machine::Machine as _};
use serde_json::json;

const PAIR: &str = r#"CREATE TABLE "test.pair" (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID"#;

fn texts(key: &[&str]) -> Vec<String> {
    key.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn a_block_is_found_by_its_digest_also_in_old_runs_and_after_a_restart() {
    let mut ledger = Ledger::new();
    let digests: Vec<_> = (1..=300).map(|_| ledger.block(Vec::new()).execution.block).collect();
    let check = |ledger: &Ledger| {
        let reader = ledger.state.reader();
        for (height, digest) in (1..).zip(&digests) {
            assert_eq!(reader.block_with_digest(digest).expect("reads"), Some(height));
        }
        let genesis = ledger.state.genesis_header().digest();
        assert_eq!(reader.block_with_digest(&genesis).expect("reads"), Some(0));
        assert_eq!(reader.block_with_digest(&Hash::ZERO).expect("reads"), None);
        // It is no transaction.
        assert!(reader.transaction(&digests[7]).expect("reads").is_none());
    };
    check(&ledger);
    check(&ledger.reopen(&fast()));
}

#[test]
fn a_block_is_told_with_what_came_of_it() {
    let mut ledger = Ledger::new();
    let wires = vec![ledger.transfer("m0", "m1", 5), ledger.transfer("m0", "none", 5), ledger.transfer("m1", "m2", 1)];
    let executed = ledger.block(wires.clone());
    ledger.block(Vec::new());
    ledger.state.certificate(2, b"certificate").expect("kept");
    ledger.block(Vec::new());
    let reader = ledger.state.reader();
    let record = reader.block_record(1).expect("reads").expect("there");
    assert_eq!((record.execution, record.result), (executed.execution, executed.result));
    assert_eq!(record.digest, record.header.digest());
    assert_eq!((record.total, record.evidence), (3, 0));
    assert_eq!(record.certificate, Some((2, b"certificate".to_vec())));
    assert_eq!(reader.block_record(3).expect("reads").expect("there").certificate, None);
    assert!(reader.block_record(4).expect("reads").is_none());

    let tables = reader.changed_tables(1).expect("reads");
    let counts: Vec<_> =
        tables.iter().map(|one| (one.table.name.as_str(), one.inserted, one.updated, one.deleted)).collect();
    assert_eq!(counts.iter().map(|(_, a, b, c)| a + b + c).sum::<u64>(), record.changed_rows);
    assert!(counts.contains(&("transfer", 2, 0, 0)) && counts.contains(&("account", 0, 4, 0)), "{counts:?}");
    assert!(reader.changed_tables(2).expect("reads").is_empty());

    let listed = reader.entries(1, 1, 10).expect("reads");
    let identity = |at: usize| Transaction::from_wire(wires[at].clone()).expect("a transaction").identity();
    assert_eq!(
        listed.iter().map(|one| (one.index, one.identity)).collect::<Vec<_>>(),
        [(1, identity(1)), (2, identity(2))]
    );
    assert_eq!((listed[0].code.is_some(), listed[1].code.is_some()), (true, false));
    assert_eq!((listed[1].sender.as_str(), listed[1].wire.as_ref()), ("m1/k", Some(&wires[2])));
    let newest = reader.entries_before(None, 2).expect("reads");
    assert_eq!(newest.iter().map(|one| (one.height, one.index)).collect::<Vec<_>>(), [(1, 2), (1, 1)]);
    assert!(newest.iter().chain(&listed).all(|one| one.time_ms == record.header.time_ms));
    assert_eq!(reader.entries_before(Some((1, 1)), 9).expect("reads")[0].identity, identity(0));
}

#[test]
fn what_a_transaction_wrote_is_told_with_what_was_before() {
    let mut ledger = Ledger::new();
    let wires = vec![
        ledger.sql(&["INSERT INTO note (id, text) VALUES (1, 'a')", "INSERT INTO note (id, text) VALUES (2, 'b')"]),
        ledger.sql(&["UPDATE note SET text = 'c' WHERE id = 1", "DELETE FROM note WHERE id = 2"]),
    ];
    ledger.block(wires);
    let reader = ledger.state.reader();
    let note = |id: i64, text: &str| vec![Value::Integer(id), Value::Text(text.into()), Value::Null, Value::Null];
    let (changes, count) = reader.changes_of(1, 1, 0..10).expect("reads");
    let seen: Vec<_> = changes.into_iter().map(|change| (change.table.name.clone(), change.old, change.new)).collect();
    let table = || "note".to_owned();
    assert_eq!(seen, [(table(), Some(note(1, "a")), Some(note(1, "c"))), (table(), Some(note(2, "b")), None)]);
    assert_eq!(count, 2);
    let (second, count) = reader.changes_of(1, 0, 1..2).expect("reads");
    assert_eq!((second.len(), count, second[0].new.clone()), (1, 2, Some(note(2, "b"))));
    assert_eq!(reader.changes_of(1, 2, 0..9).expect("reads").1, 0);
}

/// The keys of all pages, one after the other.
fn paged(reader: &Reader, table: &str, prefix: &[&str], descending: bool) -> Vec<Vec<Value>> {
    let prefix = texts(prefix);
    let known = reader.table(table).expect("a table");
    let (mut beyond, mut keys): (Option<Vec<String>>, Vec<Vec<Value>>) = (None, Vec::new());
    loop {
        let range = RowRange { prefix: &prefix, beyond: beyond.as_deref(), descending };
        let page = reader.rows(table, &range, 3).expect("a page");
        keys.extend(page.rows.iter().map(|row| known.primary_key.iter().map(|&at| row[at].clone()).collect()));
        if !page.more {
            return keys;
        }
        let text = |value: &Value| match value {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        beyond = Some(keys.last().expect("a row").iter().map(text).collect());
    }
}

#[test]
fn rows_come_in_pages_by_key_and_by_its_beginning() {
    let mut ledger = Ledger::new();
    let names =
        ["a", "ab", "abc", "ac", "a\u{10ffff}", "a\u{10ffff}x", "b", "\u{d7ff}", "\u{d7ff}1", "\u{e000}", "%", "_"];
    let statements: Vec<_> = names
        .iter()
        .flat_map(|name| (0..2).map(move |at| format!("INSERT INTO \"test.pair\" VALUES ('{name}', {at}, 'x')")))
        .collect();
    let create = json!({"name": "test.pair", "mutable": true, "sql": PAIR});
    let calls = vec![Call::new("bank.create", &create), Call::new("bank.sql", &json!({ "sql": statements }))];
    let wire = ledger.sign("m0", calls);
    assert_eq!(ledger.one_code(wire), "applied");
    let reader = ledger.state.reader();
    let mut all: Vec<Vec<Value>> = names
        .iter()
        .flat_map(|name| (0..2).map(move |at| vec![Value::Text((*name).into()), Value::Integer(at)]))
        .collect();
    all.sort();
    for prefix in ["", "a", "ab", "a\u{10ffff}", "\u{d7ff}", "b", "%", "none"] {
        let given = if prefix.is_empty() { vec![] } else { vec![prefix] };
        let of_prefix = |key: &&Vec<Value>| matches!(&key[0], Value::Text(text) if text.starts_with(prefix));
        let mut expected: Vec<_> = all.iter().filter(of_prefix).cloned().collect();
        assert_eq!(paged(&reader, "test.pair", &given, false), expected, "{prefix}");
        expected.reverse();
        assert_eq!(paged(&reader, "test.pair", &given, true), expected, "{prefix} downwards");
    }
    assert_eq!(paged(&reader, "test.pair", &["ab", "1"], false), [[Value::Text("ab".into()), Value::Integer(1)]]);
    assert_eq!(
        reader.row_of("test.pair", &texts(&["ab", "1"])).expect("reads").1.expect("there")[2],
        Value::Text("x".into())
    );
    // The beginning of a key is no key.
    assert!(reader.row_of("note", &texts(&["1"])).expect("reads").1.is_none());
    assert!(reader.row_of("account", &texts(&["m"])).expect("reads").1.is_none());
    for (prefix, beyond) in [(&["ab", "x"][..], None), (&["ab", "1", "2"], None), (&["ab"], Some(texts(&["b", "1"])))] {
        let prefix = texts(prefix);
        let range = RowRange { prefix: &prefix, beyond: beyond.as_deref(), descending: false };
        assert_eq!(reader.rows("test.pair", &range, 3).expect_err("no key").code, "state/2");
    }
    assert_eq!(reader.rows("ledger_block", &RowRange::default(), 3).expect_err("hidden").code, "state/1");
}
