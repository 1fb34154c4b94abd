use crate::ledger::{Ledger, code};
use counterfoil_types::{Call, Hash, Value, machine::Machine as _, row};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    Transfer { from: u8, to: u8, amount: i64 },
    Insert { id: i64, text: u8, replace: bool },
    Delete { below: i64 },
    Shift { by: i64, text: u8 },
    Refused { id: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5u8, 0..6u8, 0..8_000i64).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        (0..20i64, 0..20u8, any::<bool>()).prop_map(|(id, text, replace)| Step::Insert { id, text, replace }),
        (0..20i64).prop_map(|below| Step::Delete { below }),
        (-3..3i64, 0..20u8).prop_map(|(by, text)| Step::Shift { by, text }),
        (0..20i64).prop_map(|id| Step::Refused { id }),
    ]
}

fn call(step: &Step) -> (String, Call) {
    let sql = |sql: String, refuse: bool| {
        ("m0".to_owned(), Call::new("bank.sql", &json!({ "sql": [sql], "refuse": refuse })))
    };
    match step {
        Step::Transfer { from, to, amount } => {
            let with = json!({ "from": format!("m{from}"), "to": format!("m{to}"), "amount": amount });
            (format!("m{from}"), Call::new("bank.transfer", &with))
        }
        Step::Insert { id, text, replace } => {
            let or = if *replace { "OR REPLACE" } else { "" };
            sql(format!("INSERT {or} INTO note (id, text, data) VALUES ({id}, 't{text}', x'{text:02x}')"), false)
        }
        Step::Delete { below } => sql(format!("DELETE FROM note WHERE id < {below}"), false),
        Step::Shift { by, text } => sql(format!("UPDATE note SET id = id + {by} WHERE text = 't{text}'"), false),
        Step::Refused { id } => sql(format!("INSERT OR REPLACE INTO note (id, text) VALUES ({id}, 'never')"), true),
    }
}

/// Keys and values of the mutable tables' markers and of all their rows, computed from what SQL shows.
fn rows_now(ledger: &Ledger) -> BTreeMap<Hash, Hash> {
    let reader = ledger.state.reader();
    let mut all = BTreeMap::new();
    for table in reader.tables().iter().filter(|table| table.mutable) {
        all.insert(row::indexed_table_key(&table.name), table.hash);
        let result = reader.sql(&format!("SELECT * FROM {}", table.name), &[], Default::default()).expect("a SELECT");
        for values in result.rows {
            let values: Vec<_> = values.iter().map(value).collect();
            let key: Vec<_> = table.primary_key.iter().map(|at| values[*at].clone()).collect();
            all.insert(row::key(&table.name, &key), row::value(&table.hash, &row::encode(&values)));
        }
    }
    all
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Integer(number.as_i64().expect("an integer")),
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Blob(hex::decode(other["hex"].as_str().expect("hex")).expect("hex")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_change_lists_add_up_to_the_tables(blocks in prop::collection::vec(prop::collection::vec(step(), 0..8), 1..12)) {
        let mut ledger = Ledger::new();
        let mut tables = vec![rows_now(&ledger)];
        for steps in &blocks {
            let wires = steps.iter().map(|step| { let (member, call) = call(step); ledger.sign(&member, vec![call]) }).collect();
            let executed = ledger.block(wires);
            for (receipt, step) in executed.receipts.iter().zip(steps) {
                if matches!(step, Step::Refused { .. }) {
                    prop_assert_ne!(code(&receipt.outcome), "applied");
                }
            }
            tables.push(rows_now(&ledger));
            prop_assert_eq!(&ledger.index, &tables[tables.len() - 1], "the index is what the tables hold");
        }
        // The stored lists lead to the same index, block by block.
        let mut index = BTreeMap::new();
        for (height, expected) in tables.iter().enumerate() {
            for update in ledger.state.index_updates(height as u64).expect("reads") {
                match update.value {
                    Some(value) => prop_assert_ne!(index.insert(update.key, value), Some(value), "nothing is written twice"),
                    None => prop_assert!(index.remove(&update.key).is_some(), "only what is there goes"),
                }
            }
            prop_assert_eq!(&index, expected);
        }
        // And rows are found as they were at each height.
        let tip = ledger.state.tip().height;
        for height in 0..=tip {
            for id in 0..20 {
                let located = ledger.state.locate("note", &[id.to_string()], height).expect("located");
                let table = ledger.state.reader().table("note").expect("a table").hash;
                let found = located.row.map(|bytes| row::value(&table, &bytes));
                prop_assert_eq!(found.as_ref(), tables[height as usize].get(&located.key));
            }
        }
    }
}
