use crate::{
    as_of::{self, Until},
    reader::{self, Pooled, Reader},
    sql::{self, Failed, KEPT, Scope, SqlCode, SqlLimits},
};
use counterfoil_types::Refusal;
use rusqlite::{Connection, Row, types::Value};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A column of a SELECT's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// The type as declared, where it is a table's column and no expression.
    pub declared: Option<String>,
}

/// What is known of a SELECT before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The columns of its result.
    pub columns: Vec<ResultColumn>,
    /// How many parameters it has.
    pub parameters: usize,
}

/// A SELECT whose rows are taken one by one.
#[derive(Debug)]
pub struct Select<'a> {
    /// One SELECT, VALUES, WITH or EXPLAIN QUERY PLAN.
    pub sql: &'a str,
    /// Values for `?1` and so on, in order.
    pub params: &'a [Value],
    /// What it reads beside the ledger as it is.
    pub scope: Scope<'a>,
    /// How long it may run. Time in which its rows are being taken does not count.
    pub time_max: Duration,
    /// Whether it is refused, as if its time were over, as soon as it has taken [`BRIEF_STEPS`]: it runs where others wait.
    pub brief: bool,
    /// Becomes true when whoever asked does not want the answer any more; the SELECT is then refused as if its time were over.
    pub stop: Arc<AtomicBool>,
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The next row.
    Next,
    /// The next row; taking this one had to wait for so long.
    Waited(Duration),
    /// No more.
    Enough,
}

/// Steps of SQLite's virtual machine between two looks at clock and [`stop`](Select::stop), and in all those of a brief SELECT: less
/// than a tenth of a millisecond.
pub const BRIEF_STEPS: u32 = 1_000;

impl Reader {
    /// The columns and parameters of a SELECT.
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`].
    pub fn describe(&self, sql: &str, scope: Scope<'_>) -> Result<Described, Refusal> {
        let text = self.public_text(sql)?;
        self.with_connection(scope, |pooled| {
            // Tables do not change once they are made, so the columns are those of now.
            if let Some(height) = scope.as_of {
                as_of::named(pooled, &self.catalog(), &text, height)?;
            }
            pooled.as_public(|connection| describe(connection, &text))
        })
    }

    /// Runs a SELECT at the newest height, or at that of its scope, and hands over its rows. It sees one height, however long its rows
    /// take.
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`], or whatever `take` refuses with.
    pub fn select(
        &self,
        select: &Select<'_>,
        take: &mut dyn FnMut(&Row<'_>) -> Result<Flow, Refusal>,
    ) -> Result<(), Refusal> {
        let text = self.public_text(select.sql)?;
        let watch = Watch::new(select);
        self.with_connection(select.scope, |pooled| match select.scope.as_of {
            None => pooled.as_public(|connection| watched(connection, &text, select, &watch, take)),
            Some(height) => reader::snapshot(pooled, |pooled| {
                let until = Until::new(Instant::now() + select.time_max, &select.stop);
                as_of::shadow(self, pooled, &text, height, &until).map_err(Failed)?;
                pooled.as_public(|connection| watched(connection, &text, select, &watch, take)).map_err(Failed)
            })
            .map_err(Refusal::from),
        })
    }

    /// The names of the views that the public reads.
    pub fn views(&self) -> Vec<String> {
        let names = &self.catalog().names;
        names.views.iter().chain(&names.public_views).cloned().collect()
    }

    /// A text of the public as it is prepared.
    fn public_text(&self, sql: &str) -> Result<String, Refusal> {
        sql::check_text(sql)?;
        Ok(format!("{}{KEPT}", sql::resolved(self, sql)))
    }

    fn with_connection<T>(
        &self,
        scope: Scope<'_>,
        work: impl FnOnce(&mut Pooled) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut pooled = self.take_for(scope).map_err(|fault| SqlCode::Broken.refusal(fault.report()))?;
        let result = work(&mut pooled);
        let whole = !matches!(&result, Err(refusal) if refusal.code == SqlCode::Broken.refusal("").code);
        if whole && scope.is_usual() {
            self.give_back(pooled);
        }
        result
    }
}

fn describe(connection: &Connection, text: &str) -> Result<Described, Refusal> {
    let statement = connection.prepare_cached(text).map_err(|error| sql::unprepared(&error, SqlLimits::default()))?;
    sql::require_read(&statement)?;
    let column = |column: rusqlite::Column<'_>| ResultColumn {
        name: column.name().to_owned(),
        declared: column.decl_type().map(str::to_owned),
    };
    let columns = statement.columns().map(column).collect();
    Ok(Described { columns, parameters: statement.parameter_count() })
}

/// When a SELECT must end.
struct Watch {
    started: Instant,
    /// Milliseconds after `started`; pushed back by the time that taking rows took.
    deadline_ms: Arc<AtomicU64>,
    brief: bool,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn new(select: &Select<'_>) -> Self {
        let deadline_ms = Arc::new(AtomicU64::new(select.time_max.as_millis() as u64));
        Self { started: Instant::now(), deadline_ms, brief: select.brief, stop: Arc::clone(&select.stop) }
    }

    fn set(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let (started, deadline_ms, stop) = (self.started, Arc::clone(&self.deadline_ms), Arc::clone(&self.stop));
        let brief = self.brief;
        let over = move || {
            brief
                || stop.load(Ordering::Relaxed)
                || started.elapsed().as_millis() as u64 > deadline_ms.load(Ordering::Relaxed)
        };
        connection.progress_handler(BRIEF_STEPS as i32, Some(over))
    }

    fn push_back(&self, waited: Duration) {
        self.deadline_ms.fetch_add(waited.as_millis() as u64, Ordering::Relaxed);
    }
}

/// Runs a SELECT for as long as it may run.
fn watched(
    connection: &mut Connection,
    text: &str,
    select: &Select<'_>,
    watch: &Watch,
    take: &mut dyn FnMut(&Row<'_>) -> Result<Flow, Refusal>,
) -> Result<(), Refusal> {
    watch.set(connection).map_err(|error| SqlCode::Broken.refusal(error.to_string()))?;
    let done = run(connection, text, select, watch, take);
    let unset = connection.progress_handler(0, None::<fn() -> bool>);
    unset.map_err(|error| SqlCode::Broken.refusal(error.to_string()))?;
    done
}

fn run(
    connection: &Connection,
    text: &str,
    select: &Select<'_>,
    watch: &Watch,
    take: &mut dyn FnMut(&Row<'_>) -> Result<Flow, Refusal>,
) -> Result<(), Refusal> {
    let limits = SqlLimits { time_max: select.time_max, ..SqlLimits::default() };
    let mut statement =
        connection.prepare_cached(text).map_err(|error| sql::unprepared(&error, SqlLimits::default()))?;
    sql::require_read(&statement)?;
    let count = statement.parameter_count();
    if select.params.len() != count {
        return Err(sql::wrong_count(count, select.params.len()));
    }
    for (at, value) in select.params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value).map_err(|error| SqlCode::Parameters.refusal(error.to_string()))?;
    }
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| sql::refusal(&error, limits))? {
        match take(row)? {
            Flow::Next => {}
            Flow::Waited(waited) => watch.push_back(waited),
            Flow::Enough => break,
        }
    }
    Ok(())
}
