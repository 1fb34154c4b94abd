use crate::{
    Address, Error,
    catalog::Catalog,
    pipeline::Pipeline,
    progress::{self, Progress},
    sql,
    step::{Step, Writes},
    target::Target,
};
use counterfoil_client::ColumnKind;
use counterfoil_types::{Hash, Value};
use std::{collections::HashMap, sync::Arc};
use tokio_postgres::{Client, Statement, types::ToSql};

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
    client: Client,
    statements: HashMap<(u32, Operation), Statement>,
    advance: Statement,
    /// The tables that it has.
    pub catalog: Catalog,
    /// How far it is.
    pub progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Put,
    Remove,
}

impl Sink {
    /// Connects to the mirror of a ledger, or begins one in a database that has none.
    ///
    /// # Errors
    /// If it is a mirror of another ledger, or was begun without the history that is wanted.
    pub async fn open(address: &Address, ledger: Hash, wants_history: bool) -> Result<Self, Error> {
        let client = address.connect().await?;
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
        Ok(Self { client, statements: HashMap::new(), advance, catalog, progress })
    }

    /// Writes steps, each in a transaction of its own, all of them on the way at once.
    ///
    /// # Errors
    /// With the first step that fails none after it is written. The sink is of no more use then.
    pub async fn apply(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        self.apply_in_parts(steps).await.map_err(progress::explain)
    }

    async fn apply_in_parts(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        let mut together = Vec::new();
        for step in steps {
            if step.created.is_empty() {
                together.push(step);
                continue;
            }
            self.write(std::mem::take(&mut together)).await?;
            self.write_with_tables(step).await?;
        }
        self.write(together).await
    }

    /// A step that creates tables: what is prepared for them needs them to be there.
    async fn write_with_tables(&mut self, step: Step) -> Result<(), Error> {
        self.client.batch_execute("BEGIN").await?;
        let mut text = String::new();
        for table in &step.created {
            let targets = [Some(&table.current), table.history.as_ref()];
            targets.into_iter().flatten().for_each(|target| text.push_str(&sql::create(target)));
        }
        self.client.batch_execute(&text).await?;
        self.prepare(&step).await?;
        let after = self.after(&step);
        let mut pipeline = Pipeline::default();
        self.send(&mut pipeline, step, &self.progress).await?;
        pipeline.send(self.client.batch_execute("COMMIT")).await?;
        pipeline.finish().await?;
        self.progress = after;
        Ok(())
    }

    async fn write(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        for step in &steps {
            self.prepare(step).await?;
        }
        let mut progress = self.progress.clone();
        let mut pipeline = Pipeline::default();
        for step in steps {
            let after = self.after(&step);
            pipeline.send(self.client.batch_execute("BEGIN")).await?;
            self.send(&mut pipeline, step, &progress).await?;
            // Of a transaction that has failed it takes back everything, and the next finds another height than it needs.
            pipeline.send(self.client.batch_execute("COMMIT")).await?;
            progress = after;
        }
        pipeline.finish().await?;
        self.progress = progress;
        Ok(())
    }

    fn after(&self, step: &Step) -> Progress {
        Progress { height: Some(step.height), time_ms: step.time_ms, result: step.result, ..self.progress.clone() }
    }

    async fn prepare(&mut self, step: &Step) -> Result<(), Error> {
        for writes in step.writes.values() {
            let target = &writes.target;
            for (operation, needed) in
                [(Operation::Put, !writes.put.is_empty()), (Operation::Remove, !writes.gone.is_empty())]
            {
                if !needed || self.statements.contains_key(&(target.id, operation)) {
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

    /// Sends what is inside of a step's transaction: the height first, so that nothing is done where it is another.
    async fn send<'s>(&'s self, pipeline: &mut Pipeline<'s>, step: Step, before: &Progress) -> Result<(), Error> {
        let from = before.height.map_or(-1, |height| height as i64);
        let parameters: Vec<Parameter> = vec![
            Box::new(from),
            Box::new(step.height as i64),
            Box::new(step.time_ms as i64),
            Box::new(step.result.to_string()),
        ];
        pipeline.send(self.execute(&self.advance, parameters)).await?;
        for Writes { target, put, gone } in step.writes.into_values() {
            for (operation, rows) in [(Operation::Remove, gone), (Operation::Put, put)] {
                let kinds = kinds(&target, operation);
                for rows in chunks(rows) {
                    let statement = &self.statements[&(target.id, operation)];
                    pipeline.send(self.execute(statement, arrays(&kinds, rows))).await?;
                }
            }
        }
        Ok(())
    }

    async fn execute(&self, statement: &Statement, parameters: Vec<Parameter>) -> Result<(), tokio_postgres::Error> {
        self.client.execute_raw(statement, parameters).await.map(drop)
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
