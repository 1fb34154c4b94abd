use crate::{
    catalog::{Catalog, Table},
    fold::{self, Net},
    held::escaped,
    list::{Change, ChangeList},
    target::Target,
};
use counterfoil_client::BlockChanges;
use counterfoil_types::{Hash, Value, row};
use std::{collections::BTreeMap, sync::Arc};

/// Blocks that one step takes over at most, and writes of rows and bytes of change lists from which on it takes no more.
const BLOCKS_MAX: usize = 1_000;
const ROWS_MAX: usize = 8_192;
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What one transaction of PostgreSQL takes over: a block, or several that follow each other.
#[derive(Debug)]
pub struct Step {
    /// Height after it.
    pub height: u64,
    /// Time of that block.
    pub time_ms: u64,
    /// Result of that block.
    pub result: Hash,
    /// How many blocks it takes over.
    pub blocks: usize,
    /// The tables that the ledger created; a step that has some is of one block.
    pub created: Vec<Arc<Table>>,
    /// What is written, by table.
    pub writes: BTreeMap<u32, Writes>,
    /// How many rows of the ledger's tables changed.
    pub rows: usize,
    /// Bytes of the change lists.
    bytes: usize,
}

/// What becomes of the rows of one table: by encoded primary key, since a statement cannot write a row twice.
#[derive(Debug)]
pub struct Writes {
    /// The table.
    pub target: Arc<Target>,
    /// The rows.
    pub rows: BTreeMap<Vec<u8>, Write>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// It is there afterwards, with these values.
    Put(Vec<Value>),
    /// It is gone; the values of its primary key.
    Remove(Vec<Value>),
}

impl Step {
    /// The step that takes over one block.
    pub fn of(block: &BlockChanges, list: &ChangeList, catalog: &Catalog) -> Self {
        let mut step = Self {
            height: block.header.height,
            time_ms: block.header.time_ms,
            result: block.result,
            blocks: 1,
            created: block.tables.iter().filter_map(|table| catalog.named(&table.name)).cloned().collect(),
            writes: BTreeMap::new(),
            rows: list.changes.len(),
            bytes: block.changes.as_ref().map_or(0, Vec::len),
        };
        step.put(&catalog.block, block_row(block, list.changes.len()));
        for (at, table) in (catalog.tables().len() - step.created.len()..).zip(step.created.clone()) {
            step.put(&catalog.shape, shape_row(at, &table, step.height));
        }
        for net in fold::net(&list.changes) {
            step.settle(net, &catalog.aside);
        }
        if catalog.keeps_history() {
            for (seq, change) in (0..).zip(&list.changes) {
                step.remember(seq, change);
            }
        }
        step
    }

    /// Whether the next block may go along.
    pub fn has_room(&self) -> bool {
        self.created.is_empty() && self.blocks < BLOCKS_MAX && self.rows < ROWS_MAX && self.bytes < BYTES_MAX
    }

    /// Adds the next step to this one, so that both are one transaction; gives it back where they cannot be.
    pub fn absorb(&mut self, next: Self) -> Option<Self> {
        if !self.has_room() || !next.created.is_empty() {
            return Some(next);
        }
        let Self { height, time_ms, result, blocks, created: _, writes, rows, bytes } = next;
        (self.height, self.time_ms, self.result) = (height, time_ms, result);
        (self.blocks, self.rows, self.bytes) = (self.blocks + blocks, self.rows + rows, self.bytes + bytes);
        for (id, more) in writes {
            // Of a row that both write the later state is left.
            self.writes_of(id, &more.target).rows.extend(more.rows);
        }
        None
    }

    fn writes_of(&mut self, id: u32, target: &Arc<Target>) -> &mut Writes {
        self.writes.entry(id).or_insert_with(|| Writes { target: Arc::clone(target), rows: BTreeMap::new() })
    }

    fn put(&mut self, target: &Arc<Target>, row: Vec<Value>) {
        let key = row::encode(&target.key_values(&row));
        self.writes_of(target.id, target).rows.insert(key, Write::Put(row));
    }

    fn remove(&mut self, target: &Arc<Target>, key: Vec<Value>) {
        self.writes_of(target.id, target).rows.insert(row::encode(&key), Write::Remove(key));
    }

    fn settle(&mut self, net: Net, aside: &Arc<Target>) {
        let Net { table, key, row, aside: beyond } = net;
        if !beyond {
            return match row {
                Some(row) => self.put(&table.current, row),
                None => self.remove(&table.current, key.into_iter().map(escaped).collect()),
            };
        }
        let name = Value::Text(table.shape.name.clone());
        let hash = Value::Blob(row::key(&table.shape.name, &key).0.to_vec());
        match row {
            Some(row) => self.put(aside, vec![name, hash, Value::Blob(row::encode(&row))]),
            None => self.remove(aside, vec![name, hash]),
        }
    }

    fn remember(&mut self, seq: i64, change: &Change) {
        let Some(history) = &change.table.history else { return };
        let (operation, values) = match (&change.old, &change.new) {
            (None, Some(new)) => ("insert", new),
            (Some(_), Some(new)) => ("update", new),
            (Some(old), None) => ("delete", old),
            (None, None) => return,
        };
        let first = [
            Value::Integer(self.height as i64),
            Value::Integer(seq),
            Value::Integer(change.transaction.into()),
            Value::Text(operation.to_owned()),
        ];
        let row = first.into_iter().chain(values.iter().cloned().map(escaped)).collect();
        self.put(&Arc::clone(history), row);
    }
}

/// The row of the view `block` of the ledger.
fn block_row(block: &BlockChanges, changed_rows: usize) -> Vec<Value> {
    let (header, execution) = (&block.header, &block.execution);
    vec![
        Value::Integer(header.height as i64),
        Value::Text(header.digest().to_string()),
        Value::Integer(header.time_ms as i64),
        Value::Integer(header.proposer.into()),
        Value::Integer(header.transactions.into()),
        Value::Integer(changed_rows as i64),
        Value::Text(execution.state_root.to_string()),
        Value::Text(execution.changes_root.to_string()),
        Value::Text(execution.receipts_root.to_string()),
    ]
}

fn shape_row(place: usize, table: &Table, since: u64) -> Vec<Value> {
    let shape = serde_json::to_string(&table.shape).expect("a table's shape serialises to JSON");
    let name = table.shape.name.clone();
    vec![Value::Integer(place as i64), Value::Text(name), Value::Integer(since as i64), Value::Text(shape)]
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::list::tests::{self as list, catalog, encoded, stock};
    use counterfoil_types::{Execution, Header};
    use proptest::prelude::*;

    /// A block with these changes of the table `stock`.
    pub fn block(height: u64, changes: &[list::Write]) -> BlockChanges {
        let zero = Hash::ZERO;
        let header = Header {
            ledger: zero,
            epoch: 0,
            height,
            parent: zero,
            time_ms: height,
            proposer: 0,
            transactions_root: zero,
            transactions: 1,
            executed_height: 0,
            executed_result: zero,
        };
        let execution =
            Execution { height, block: header.digest(), state_root: zero, changes_root: zero, receipts_root: zero };
        let changes = Some(encoded("stock", changes));
        BlockChanges { header, execution, result: zero, tables: Vec::new(), changes }
    }

    /// The step of such a block.
    pub fn step(height: u64, changes: &[list::Write], catalog: &Catalog) -> Step {
        let block = block(height, changes);
        let list = ChangeList::read(block.changes.as_deref().expect("it has changes"), catalog).expect("reads");
        Step::of(&block, &list, catalog)
    }

    type Rows = BTreeMap<(u32, Vec<u8>), Vec<Value>>;

    fn apply(rows: &mut Rows, step: Step) {
        for (id, writes) in step.writes {
            for (key, write) in writes.rows {
                match write {
                    Write::Put(values) => rows.insert((id, key), values),
                    Write::Remove(_) => rows.remove(&(id, key)),
                };
            }
        }
    }

    proptest! {
        /// Blocks together come to the same rows, histories and blocks as one after the other.
        #[test]
        fn taken_over_together_or_alone_comes_to_the_same(
            blocks in prop::collection::vec(prop::collection::vec((0i64..4, prop::option::of("[ab]")), 0..6), 1..6),
        ) {
            let catalog = catalog();
            let mut current: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
            let mut steps = Vec::new();
            for (height, changes) in (1..).zip(&blocks) {
                let mut writes = Vec::new();
                for (id, name) in changes {
                    let new = name.as_ref().map(|name| stock(*id, name));
                    let old = current.remove(id);
                    current.extend(new.clone().map(|row| (*id, row)));
                    if old.is_some() || new.is_some() {
                        writes.push((old, new));
                    }
                }
                steps.push((height, writes));
            }
            let of = |(height, writes): &(u64, Vec<list::Write>)| step(*height, writes, &catalog);
            let mut alone = Rows::new();
            steps.iter().for_each(|one| apply(&mut alone, of(one)));
            let mut all = of(&steps[0]);
            for one in &steps[1..] {
                prop_assert!(all.absorb(of(one)).is_none());
            }
            prop_assert_eq!((all.height, all.blocks), (steps.len() as u64, steps.len()));
            let mut together = Rows::new();
            apply(&mut together, all);
            prop_assert_eq!(together, alone);
        }
    }

    #[test]
    fn a_step_that_is_large_or_creates_tables_takes_no_more() {
        let catalog = catalog();
        let rows: Vec<_> = (0..ROWS_MAX as i64).map(|id| (None, Some(stock(id, "a")))).collect();
        let mut large = step(1, &rows, &catalog);
        assert!(!large.has_room());
        assert_eq!(large.absorb(step(2, &[], &catalog)).map(|next| next.height), Some(2));
        let mut creates = step(1, &[], &catalog);
        creates.created = vec![Arc::clone(catalog.named("stock").expect("a table"))];
        assert!(!creates.has_room());
        let mut before = step(0, &[], &catalog);
        assert!(before.absorb(creates).is_some());
    }
}
