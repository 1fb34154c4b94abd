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

/// Blocks without writes that are written together at most.
const QUIET_MAX: usize = 1_000;

/// What one transaction of PostgreSQL takes over: a block, and blocks before it that wrote nothing.
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
    /// The tables that the ledger created.
    pub created: Vec<Arc<Table>>,
    /// Rows that are written and removed, by table.
    pub writes: BTreeMap<u32, Writes>,
    /// How many rows of the ledger's tables changed.
    pub rows: usize,
}

/// What becomes of the rows of one table, each of which stands here once.
#[derive(Debug)]
pub struct Writes {
    /// The table.
    pub target: Arc<Target>,
    /// Rows that are there afterwards.
    pub put: Vec<Vec<Value>>,
    /// Keys of rows that are not.
    pub gone: Vec<Vec<Value>>,
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

    /// Adds the next step to this one, if this one took over only blocks that wrote nothing; else gives it back.
    pub fn absorb(&mut self, next: Self) -> Option<Self> {
        if self.rows > 0 || !self.created.is_empty() || self.blocks >= QUIET_MAX {
            return Some(next);
        }
        let Self { height, time_ms, result, blocks, created, writes, rows } = next;
        (self.height, self.time_ms, self.result) = (height, time_ms, result);
        (self.blocks, self.created, self.rows) = (self.blocks + blocks, created, rows);
        for (id, more) in writes {
            let own = self.writes_of(id, &more.target);
            own.put.extend(more.put);
            own.gone.extend(more.gone);
        }
        None
    }

    fn writes_of(&mut self, id: u32, target: &Arc<Target>) -> &mut Writes {
        let empty = || Writes { target: Arc::clone(target), put: Vec::new(), gone: Vec::new() };
        self.writes.entry(id).or_insert_with(empty)
    }

    fn put(&mut self, target: &Arc<Target>, row: Vec<Value>) {
        self.writes_of(target.id, target).put.push(row);
    }

    fn settle(&mut self, net: Net, aside: &Arc<Target>) {
        let Net { table, key, row, aside: beyond } = net;
        if !beyond {
            let own = self.writes_of(table.current.id, &table.current);
            match row {
                Some(row) => own.put.push(row),
                None => own.gone.push(key.into_iter().map(escaped).collect()),
            }
            return;
        }
        let name = Value::Text(table.shape.name.clone());
        let hash = Value::Blob(row::key(&table.shape.name, &key).0.to_vec());
        let own = self.writes_of(aside.id, aside);
        match row {
            Some(row) => own.put.push(vec![name, hash, Value::Blob(row::encode(&row))]),
            None => own.gone.push(vec![name, hash]),
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
