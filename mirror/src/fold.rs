use crate::{
    catalog::Table,
    held::{escaped, fits_an_index},
    list::Change,
};
use counterfoil_types::{Value, row};
use std::{collections::BTreeMap, sync::Arc};

/// What a block came to for one row.
#[derive(Debug)]
pub struct Net {
    /// Its table.
    pub table: Arc<Table>,
    /// Its primary key, as the ledger has it.
    pub key: Vec<Value>,
    /// The row after the block, as PostgreSQL holds it; none where it is gone.
    pub row: Option<Vec<Value>>,
    /// Whether its key is too long for an index of PostgreSQL.
    pub aside: bool,
}

/// The rows that a block changed, each once, by table and key.
pub fn net(changes: &[Change]) -> Vec<Net> {
    let mut rows: BTreeMap<(u32, &[u8]), (bool, &Change)> = BTreeMap::new();
    for change in changes {
        let place = (change.table.current.id, change.key.as_slice());
        rows.entry(place).and_modify(|(_, last)| *last = change).or_insert((change.old.is_some(), change));
    }
    let there = rows.into_values().filter(|(before, last)| *before || last.new.is_some());
    there.map(|(_, last)| of(last)).collect()
}

fn of(last: &Change) -> Net {
    let key = row::decode(&last.key).expect("a key was encoded as a row");
    let row = last.new.as_ref().map(|values| values.iter().cloned().map(escaped).collect());
    let held: Vec<Value> = key.iter().cloned().map(escaped).collect();
    Net { table: Arc::clone(&last.table), aside: !fits_an_index(&held), key, row }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::{
        ChangeList,
        tests::{Write, catalog, encoded, stock},
    };
    use proptest::prelude::*;

    fn folded(writes: &[Write]) -> BTreeMap<Vec<Value>, Option<Vec<Value>>> {
        let list = ChangeList::read(&encoded("stock", writes), &catalog()).expect("reads");
        net(&list.changes).into_iter().map(|net| (net.key, net.row)).collect()
    }

    #[test]
    fn a_row_that_came_and_went_is_none() {
        let (a, b) = (stock(1, "a"), stock(1, "b"));
        let came = (None, Some(a.clone()));
        let went = (Some(a.clone()), None);
        assert!(folded(&[came.clone(), went.clone()]).is_empty());
        let again = folded(&[went, (None, Some(b.clone()))]);
        assert_eq!(again[&vec![Value::Integer(1)]], Some(b.clone()));
        let changed = folded(&[came, (Some(a), Some(b.clone()))]);
        assert_eq!(changed[&vec![Value::Integer(1)]], Some(b));
    }

    proptest! {
        /// Done one after the other or folded, writes come to the same rows.
        #[test]
        fn folding_changes_no_outcome(steps in prop::collection::vec((0i64..4, prop::option::of("[ab]")), 0..24)) {
            let before: BTreeMap<i64, Vec<Value>> = (0..2).map(|id| (id, stock(id, "first"))).collect();
            let mut rows = before.clone();
            let mut writes: Vec<Write> = Vec::new();
            for (id, name) in steps {
                let new = name.map(|name| stock(id, &name));
                let old = rows.remove(&id);
                rows.extend(new.clone().map(|row| (id, row)));
                if old.is_some() || new.is_some() {
                    writes.push((old, new));
                }
            }
            let mut mirrored = before;
            for (key, row) in folded(&writes) {
                let [Value::Integer(id)] = key[..] else { panic!("{key:?}") };
                match row {
                    Some(row) => mirrored.insert(id, row),
                    None => Some(mirrored.remove(&id).expect("only what was there goes")),
                };
            }
            prop_assert_eq!(mirrored, rows);
        }
    }
}
