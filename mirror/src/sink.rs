use crate::{
    Address, Error,
    catalog::Catalog,
    pipeline::Pipeline,
    progress::{self, Progress},
    sql,
    step::{Step, Write, Writes},
    target::Target,
};
use counterfoil_client::{ColumnKind, Mark};
use counterfoil_types::{Hash, Value};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio_postgres::{Client, Statement, types::ToSql};

/// Transactions that are under way at once.
const TRANSACTIONS_MAX: usize = 4;
/// Rows of one statement at most, and bytes of their texts and blobs.
const ROWS_MAX: usize = 4_096;
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How a mirror's session differs from others: a lost commit is written again from the ledger, height and rows together, so that none is
/// waited for; keys are looked up by index, whatever the statistics of a growing table say; and nothing is compiled, which would take
/// longer than the statement, since a scan that cannot be avoided looks dear then.
const SESSION: &str =
    "SET synchronous_commit = off; SET enable_seqscan = off; SET jit = off; SET statement_timeout = 0";

type Parameter = Box<dyn ToSql + Sync + Send>;

/// A database that is a mirror, and the connection that writes it.
pub struct Sink {
    client: Arc<Client>,
    statements: HashMap<(u32, Operation), Statement>,
    advance: Statement,
    under_way: VecDeque<Transaction>,
    /// The tables that it has.
    pub catalog: Catalog,
    /// How far it is when all is done that is under way.
    pub progress: Progress,
}

/// A transaction that was sent and is not known to be done.
struct Transaction {
    requests: Pipeline,
    written: Written,
}

/// What a transaction came to.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// The newest block in the mirror after it.
    pub mark: Mark,
    /// How many blocks it took over.
    pub blocks: usize,
    /// How many writes of rows.
    pub rows: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Put,
    Remove,
}

impl Operation {
    fn of(write: &Write) -> Self {
        match write {
            Write::Put(_) => Self::Put,
            Write::Remove(_) => Self::Remove,
        }
    }
}

impl Sink {
    /// Connects to the mirror of a ledger, or begins one in a database that has none.
    ///
    /// # Errors
    /// If it is a mirror of another ledger, or was begun without the history that is wanted.
    pub async fn open(address: &Address, ledger: Hash, wants_history: bool) -> Result<Self, Error> {
        let client = Arc::new(address.connect().await?);
        client.batch_execute(SESSION).await?;
        let progress = match Progress::read(&client).await? {
            Some(progress) => progress,
            None => Progress::begin(&client, ledger, wants_history).await?,
        };
        if progress.ledger != ledger {
            let found = progress.ledger;
            return Err(Error::Refused(format!("the database is a mirror of ledger {found}, the node is of {ledger}")));
        }
        if wants_history && !progress.keeps_history {
            return Err(Error::Refused(
                "the mirror was begun without --history: only a new one, in a database of its own, can have it".into(),
            ));
        }
        let catalog = progress.catalog(&client).await?;
        let advance = client.prepare(progress::ADVANCE).await?;
        let (statements, under_way) = (HashMap::new(), VecDeque::new());
        Ok(Self { client, statements, advance, under_way, catalog, progress })
    }

    /// Whether transactions are under way.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Whether another may be.
    pub fn has_room(&self) -> bool {
        self.under_way.len() < TRANSACTIONS_MAX
    }

    /// How many blocks are under way.
    pub fn blocks_under_way(&self) -> usize {
        self.under_way.iter().map(|transaction| transaction.written.blocks).sum()
    }

    /// Awaits the oldest transaction that is under way, of which there must be one. It may be dropped and called again.
    ///
    /// # Errors
    /// If it failed: then none after it is done either, and the sink is of no more use.
    pub async fn settled(&mut self) -> Result<Written, Error> {
        let oldest = self.under_way.front_mut().expect("a transaction is under way");
        oldest.requests.finish().await.map_err(progress::explain)?;
        let written = oldest.written;
        self.under_way.pop_front();
        Ok(written)
    }

    /// Sends a step as a transaction, which then is under way. One that creates tables is sent alone: what is prepared for them needs
    /// them to be there.
    ///
    /// # Errors
    /// If it cannot be sent. The sink is of no more use then.
    pub async fn send(&mut self, step: Step) -> Result<(), Error> {
        assert!(step.created.is_empty() || !self.is_busy(), "tables are created by a transaction alone");
        let mark = Mark { height: step.height, time_ms: step.time_ms };
        let written = Written { mark, blocks: step.blocks, rows: step.rows };
        let after =
            Progress { height: Some(step.height), time_ms: step.time_ms, result: step.result, ..self.progress.clone() };
        let mut requests = Pipeline::default();
        if step.created.is_empty() {
            self.prepare(&step).await?;
            requests.send(self.plain("BEGIN")).await?;
            requests.send(self.advanced(&step)).await?;
        } else {
            self.create(&step).await?;
        }
        self.fill(&mut requests, step).await?;
        // Of a transaction that has failed it takes back everything, and the next finds another height than it needs.
        requests.send(self.plain("COMMIT")).await?;
        self.under_way.push_back(Transaction { requests, written });
        self.progress = after;
        Ok(())
    }

    /// Begins the transaction of a step and creates its tables. The height goes first here too, and is waited for: where another mirror
    /// has created them it says so, and not that they are there.
    async fn create(&mut self, step: &Step) -> Result<(), Error> {
        self.plain("BEGIN").await?;
        self.advanced(step).await.map_err(progress::explain)?;
        let mut text = String::new();
        for table in &step.created {
            let targets = [Some(&table.current), table.history.as_ref()];
            targets.into_iter().flatten().for_each(|target| text.push_str(&sql::create(target)));
        }
        self.client.batch_execute(&text).await?;
        self.prepare(step).await
    }

    async fn prepare(&mut self, step: &Step) -> Result<(), Error> {
        for Writes { target, rows } in step.writes.values() {
            for operation in rows.values().map(Operation::of) {
                if self.statements.contains_key(&(target.id, operation)) {
                    continue;
                }
                let text = match operation {
                    Operation::Put => sql::put(target),
                    Operation::Remove => sql::remove(target),
                };
                let statement = self.client.prepare(&text).await?;
                self.statements.insert((target.id, operation), statement);
            }
        }
        Ok(())
    }

    /// Moves the height on, first in a step's transaction, so that nothing is done where it is another.
    fn advanced(&self, step: &Step) -> impl Future<Output = Result<(), tokio_postgres::Error>> + use<> {
        let from = self.progress.height.map_or(-1, |height| height as i64);
        let parameters: Vec<Parameter> = vec![
            Box::new(from),
            Box::new(step.height as i64),
            Box::new(step.time_ms as i64),
            Box::new(step.result.to_string()),
        ];
        self.execute(&self.advance, parameters)
    }

    /// Sends the rows of a step's transaction.
    async fn fill(&self, requests: &mut Pipeline, step: Step) -> Result<(), tokio_postgres::Error> {
        for Writes { target, rows } in step.writes.into_values() {
            let (mut put, mut gone) = (Vec::new(), Vec::new());
            for write in rows.into_values() {
                match write {
                    Write::Put(row) => put.push(row),
                    Write::Remove(key) => gone.push(key),
                }
            }
            for (operation, rows) in [(Operation::Remove, gone), (Operation::Put, put)] {
                let kinds = kinds(&target, operation);
                for rows in chunks(rows) {
                    let statement = &self.statements[&(target.id, operation)];
                    requests.send(self.execute(statement, arrays(&kinds, rows))).await?;
                }
            }
        }
        Ok(())
    }

    fn plain(&self, sql: &'static str) -> impl Future<Output = Result<(), tokio_postgres::Error>> + use<> {
        let client = Arc::clone(&self.client);
        async move { client.batch_execute(sql).await }
    }

    fn execute(
        &self,
        statement: &Statement,
        parameters: Vec<Parameter>,
    ) -> impl Future<Output = Result<(), tokio_postgres::Error>> + use<> {
        let (client, statement) = (Arc::clone(&self.client), statement.clone());
        async move { client.execute_raw(&statement, parameters).await.map(drop) }
    }
}

/// What the parameters of a statement hold.
fn kinds(target: &Arc<Target>, operation: Operation) -> Vec<ColumnKind> {
    match operation {
        Operation::Put => target.columns.iter().map(|column| column.kind).collect(),
        Operation::Remove => target.key.iter().map(|&at| target.columns[at].kind).collect(),
    }
}

fn bytes(row: &[Value]) -> usize {
    let of = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) => 8,
    };
    row.iter().map(of).sum()
}

/// The rows in parts that one statement can take.
fn chunks(rows: Vec<Vec<Value>>) -> Vec<Vec<Vec<Value>>> {
    let mut parts: Vec<Vec<Vec<Value>>> = Vec::new();
    let mut size = 0;
    for row in rows {
        let more = bytes(&row);
        match parts.last_mut() {
            Some(part) if part.len() < ROWS_MAX && size + more <= BYTES_MAX => {
                part.push(row);
                size += more;
            }
            _ => {
                parts.push(vec![row]);
                size = more;
            }
        }
    }
    parts
}

/// The rows as an array a column.
fn arrays(kinds: &[ColumnKind], rows: Vec<Vec<Value>>) -> Vec<Parameter> {
    let mut columns: Vec<Array> = kinds.iter().map(|kind| Array::new(*kind, rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns.into_iter().map(Array::parameter).collect()
}

enum Array {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Blobs(Vec<Option<Vec<u8>>>),
}

impl Array {
    fn new(kind: ColumnKind, length: usize) -> Self {
        match kind {
            ColumnKind::Integer => Self::Integers(Vec::with_capacity(length)),
            ColumnKind::Text => Self::Texts(Vec::with_capacity(length)),
            ColumnKind::Blob => Self::Blobs(Vec::with_capacity(length)),
        }
    }

    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Integers(all), Value::Integer(number)) => all.push(Some(number)),
            (Self::Texts(all), Value::Text(text)) => all.push(Some(text)),
            (Self::Blobs(all), Value::Blob(bytes)) => all.push(Some(bytes)),
            (Self::Integers(all), Value::Null) => all.push(None),
            (Self::Texts(all), Value::Null) => all.push(None),
            (Self::Blobs(all), Value::Null) => all.push(None),
            (_, value) => unreachable!("a row was checked against its columns, {value:?} is of none"),
        }
    }

    fn parameter(self) -> Parameter {
        match self {
            Self::Integers(all) => Box::new(all),
            Self::Texts(all) => Box::new(all),
            Self::Blobs(all) => Box::new(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parted_by_number_and_size() {
        let rows = |count: usize, bytes: usize| vec![vec![Value::Blob(vec![0; bytes])]; count];
        let lengths = |rows| chunks(rows).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(rows(ROWS_MAX + 1, 1)), [ROWS_MAX, 1]);
        assert_eq!(lengths(rows(3, BYTES_MAX / 2)), [2, 1]);
        assert_eq!(lengths(rows(1, BYTES_MAX + 1)), [1]);
        assert!(lengths(rows(0, 0)).is_empty());
    }
}
