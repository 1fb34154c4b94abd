//! Running a SELECT: on a thread that may block, its rows handed over in pieces, so that no result is ever whole in memory.

use crate::{
    catalog::{Until, Wait},
    error::{self, SqlState, WireError},
    plan::{Ledger, Plan},
    reply::{self, Field},
    stream::SEND_BYTES,
    turn::Turn,
    types,
};
use bytes::BytesMut;
use counterfoil_state::{Flow, Scope, Select, SqlLimits};
use counterfoil_types::{Refusal, RefusalKind, limits};
use rusqlite::{Row, types::Value};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc as blocking,
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task,
};

/// Works a statement out, where it may block.
pub(crate) type Planning = Box<dyn FnOnce(&Ledger, Wait<'_>) -> Result<Plan, WireError> + Send>;

/// What is to be run.
pub(crate) enum Work {
    /// A statement that is planned.
    Planned(Arc<Plan>),
    /// One that is not yet; its columns are told before its rows.
    Text(Planning),
}

/// A SELECT to be run.
pub(crate) struct Job {
    /// What to run.
    pub work: Work,
    /// On what.
    pub ledger: Ledger,
    /// Values of parameters.
    pub params: Vec<Value>,
    /// Formats of the result's columns: none, one for all, or one for each.
    pub formats: Vec<i16>,
    /// How long it may run.
    pub time_max: Duration,
    /// Becomes true when nobody wants the answer.
    pub stop: Arc<AtomicBool>,
    /// Its place among the SELECTs that run.
    pub turn: Turn,
    /// When its rows must have been taken.
    pub until: Instant,
    /// For a portal that is read in parts, the place it takes among those.
    pub partial: Option<OwnedSemaphorePermit>,
}

/// Rows, ready to be sent.
pub(crate) struct Chunk {
    /// Messages.
    pub bytes: BytesMut,
    /// How many rows are in it.
    pub rows: u64,
    /// What comes after it.
    pub after: After,
}

/// What comes after a chunk.
pub(crate) enum After {
    /// More, by itself.
    More,
    /// More, when it is asked for.
    Asked,
    /// Nothing: the result is at its end, or failed.
    End(Result<(), WireError>),
}

/// A SELECT that runs, or waits to be asked for more.
pub(crate) struct Running {
    chunks: mpsc::Receiver<Chunk>,
    ask: blocking::Sender<usize>,
    /// When its rows must have been taken.
    pub until: Instant,
}

impl Running {
    /// Starts a SELECT and asks for at most `rows_max` rows; 0 is all.
    pub(crate) fn start(job: Job, rows_max: usize) -> Self {
        let (send, chunks) = mpsc::channel(2);
        let (ask, asked) = blocking::channel();
        let until = job.until;
        task::spawn_blocking(move || run(job, rows_max, send, asked));
        Self { chunks, ask, until }
    }

    /// Asks for more rows.
    pub(crate) fn more(&mut self, rows_max: usize) {
        // Whoever does not listen any more has sent the reason.
        let _ = self.ask.send(rows_max);
    }

    /// The next rows.
    pub(crate) async fn next(&mut self) -> Chunk {
        let broken = || WireError::new(SqlState::Internal, "the statement was broken off");
        let end = || Chunk { bytes: BytesMut::new(), rows: 0, after: After::End(Err(broken())) };
        self.chunks.recv().await.unwrap_or_else(end)
    }
}

/// Whether a SELECT may be run where others wait: without a parenthesis it has no function and no query within it, so its steps are
/// short ones; and of the ledger as it is nothing has to be made ready.
pub(crate) fn is_plain(ledger: &Ledger, sql: &str) -> bool {
    ledger.vault.is_none() && ledger.as_of.is_none() && sql.len() <= PLAIN_BYTES_MAX && !sql.contains('(')
}

/// Bytes of a statement that is planned where others wait.
const PLAIN_BYTES_MAX: usize = 1024;

/// Runs a plain SELECT at once; its rows and how many there are. None if it takes more than it may here, or fails: then it is run as
/// all others are, which also finds the right words for what is wrong.
pub(crate) fn at_once(plan: &Plan, ledger: &Ledger, params: &[Value], formats: &[i16]) -> Option<(BytesMut, u64)> {
    let (mut bytes, mut rows) = (BytesMut::with_capacity(256), 0);
    let select = Select {
        sql: &plan.sql,
        params,
        scope: Scope::default(),
        time_max: SqlLimits::default().time_max,
        brief: true,
        stop: Arc::default(),
    };
    let mut whole = true;
    let taken = ledger.reader.select(&select, &mut |row| {
        whole = bytes.len() < SEND_BYTES && write_row(&mut bytes, row, &plan.fields, formats).is_ok();
        rows += 1;
        Ok(if whole { Flow::Next } else { Flow::Enough })
    });
    (taken.is_ok() && whole).then_some((bytes, rows))
}

/// Writes a row.
fn write_row(bytes: &mut BytesMut, row: &Row<'_>, fields: &[Field], formats: &[i16]) -> Result<(), WireError> {
    if row.as_ref().column_count() != fields.len() {
        return Err(WireError::new(SqlState::FeatureNotSupported, "cached plan must not change result type")
            .hint("a table has changed since the statement was prepared: prepare it again"));
    }
    reply::row(bytes, fields.len(), |out| {
        for (at, field) in fields.iter().enumerate() {
            let value = row.get_ref(at).map_err(|error| WireError::new(SqlState::Internal, error.to_string()))?;
            types::encode(out, value, field.kind, format_of(formats, at), &field.name)?;
        }
        Ok(())
    })
}

/// The rows that are made and not handed over.
struct Output {
    send: mpsc::Sender<Chunk>,
    asked: blocking::Receiver<usize>,
    bytes: BytesMut,
    rows: u64,
    /// Rows that are wanted yet; none is all.
    wanted: Option<usize>,
    /// Rows and bytes so far, of a result that is not read in parts.
    total_rows: usize,
    total_bytes: usize,
    formats: Vec<i16>,
    turn: Turn,
    until: Instant,
}

/// Why no more rows are made.
enum Ended {
    /// The client is gone, or has closed the portal.
    Unwanted,
    /// It went wrong.
    Failed(WireError),
}

fn run(job: Job, rows_max: usize, send: mpsc::Sender<Chunk>, asked: blocking::Receiver<usize>) {
    let Job { work, ledger, params, formats, time_max, stop, turn, until, partial } = job;
    let wanted = partial.as_ref().map(|_| rows_max);
    let bytes = BytesMut::with_capacity(1024);
    let mut output =
        Output { send, asked, bytes, rows: 0, wanted, total_rows: 0, total_bytes: 0, formats, turn, until };
    // One for all: a statement that has waited for the catalogue to be planned waits only for the rest to be run.
    let ends = Until::new(time_max, &stop);
    let planned = match work {
        Work::Planned(plan) => Ok(plan),
        Work::Text(planning) => planning(&ledger, output.waits(&ends)).map(|plan| {
            reply::row_description(&mut output.bytes, &plan.fields, |_| types::TEXT);
            Arc::new(plan)
        }),
    };
    let result = planned.and_then(|plan| select(&plan, &ledger, &params, &ends, &mut output));
    // Nobody listens when the session is gone.
    let _ = output.hand_over(After::End(result));
    drop(partial);
}

fn select(plan: &Plan, ledger: &Ledger, params: &[Value], ends: &Until, output: &mut Output) -> Result<(), WireError> {
    let fields = &plan.fields;
    if let Some((catalog, question)) = &plan.catalog {
        let held = catalog.hold(output.waits(ends))?;
        let mut take = |row: &Row<'_>| match output.take(row, fields) {
            Ok(_) => Ok(true),
            Err(Ended::Unwanted) => Ok(false),
            Err(Ended::Failed(error)) => Err(error),
        };
        return held.run(question, params, &mut take);
    }
    let select = Select {
        sql: &plan.sql,
        params,
        scope: ledger.scope(),
        time_max: ends.time_max,
        brief: false,
        stop: Arc::clone(&ends.stop),
    };
    let mut failed = None;
    let done = ledger.reader.select(&select, &mut |row| match output.take(row, fields) {
        Ok(Duration::ZERO) => Ok(Flow::Next),
        Ok(waited) => Ok(Flow::Waited(waited)),
        Err(Ended::Unwanted) => Ok(Flow::Enough),
        Err(Ended::Failed(error)) => {
            failed = Some(error);
            Ok(Flow::Enough)
        }
    });
    match (failed, done) {
        (Some(error), _) => Err(error),
        (None, Ok(())) => Ok(()),
        (None, Err(refusal)) => Err(ended(refusal, plan, ends)),
    }
}

fn ended(refusal: Refusal, plan: &Plan, ends: &Until) -> WireError {
    if refusal.kind == RefusalKind::TooLarge && refusal.code == "sql/4" {
        if ends.stop.load(Ordering::Relaxed) {
            return WireError::new(SqlState::Cancelled, "canceling statement due to user request");
        }
        let detail = format!("{}: it may run for {} ms", refusal.code, ends.time_max.as_millis());
        let error = WireError::new(SqlState::Cancelled, "canceling statement due to statement timeout");
        return WireError { detail: Some(detail), ..error };
    }
    error::refused(refusal, &plan.sql, &plan.asked)
}

impl Output {
    /// Takes a row; how long that had to wait for whoever reads.
    fn take(&mut self, row: &Row<'_>, fields: &[Field]) -> Result<Duration, Ended> {
        let mut waited = Duration::ZERO;
        if self.wanted == Some(0) {
            waited = self.wait()?;
        }
        let before = self.bytes.len();
        write_row(&mut self.bytes, row, fields, &self.formats).map_err(Ended::Failed)?;
        self.rows += 1;
        match &mut self.wanted {
            Some(wanted) => *wanted -= 1,
            None => self.count(before).map_err(Ended::Failed)?,
        }
        if self.bytes.len() >= SEND_BYTES {
            let began = Instant::now();
            self.hand_over(After::More)?;
            waited += began.elapsed();
        }
        Ok(waited)
    }

    /// A result that is not read in parts has limits: beyond them nothing is cut off, the statement fails.
    fn count(&mut self, before: usize) -> Result<(), WireError> {
        self.total_rows += 1;
        self.total_bytes += self.bytes.len() - before;
        let (rows_max, bytes_max) = (SqlLimits::default().rows_max, SqlLimits::default().bytes_max);
        let what = if self.total_rows > rows_max {
            format!("more than {rows_max} rows")
        } else if self.total_bytes > bytes_max {
            format!("more than {bytes_max} bytes")
        } else {
            return Ok(());
        };
        Err(WireError::new(SqlState::ProgramLimit, format!("the result has {what}"))
            .hint("say LIMIT, or take rows in parts: a portal with a maximal number of rows"))
    }

    /// How its statement waits for the catalogue.
    fn waits(&mut self, ends: &Until) -> Wait<'_> {
        Wait { turn: Some(&mut self.turn), until: ends.clone() }
    }

    /// Hands over what there is, and waits until more is asked for.
    fn wait(&mut self) -> Result<Duration, Ended> {
        let began = Instant::now();
        self.hand_over(After::Asked)?;
        let left = self.until.saturating_duration_since(Instant::now());
        match self.asked.recv_timeout(left.min(Duration::from_millis(limits::WIRE_PORTAL_IDLE_MS))) {
            Ok(rows_max) if Instant::now() < self.until => {
                self.turn.find().map_err(Ended::Failed)?;
                self.wanted = Some(if rows_max == 0 { usize::MAX } else { rows_max });
                Ok(began.elapsed())
            }
            Err(blocking::RecvTimeoutError::Disconnected) => Err(Ended::Unwanted),
            Ok(_) | Err(blocking::RecvTimeoutError::Timeout) => Err(Ended::Failed(WireError::new(
                SqlState::Cancelled,
                "canceling statement: its rows were not taken in time",
            ))),
        }
    }

    fn hand_over(&mut self, after: After) -> Result<(), Ended> {
        let chunk = Chunk { bytes: std::mem::take(&mut self.bytes), rows: self.rows, after };
        self.rows = 0;
        let goes_on = matches!(chunk.after, After::More);
        if !goes_on {
            self.turn.leave();
        }
        let chunk = match self.send.try_send(chunk) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(Ended::Unwanted),
            Err(mpsc::error::TrySendError::Full(chunk)) => chunk,
        };
        // Others run while this one waits for its client.
        self.turn.leave();
        self.send.blocking_send(chunk).map_err(|_| Ended::Unwanted)?;
        if goes_on { self.turn.find().map_err(Ended::Failed) } else { Ok(()) }
    }
}

/// The format of the column at `at`.
pub(crate) fn format_of(formats: &[i16], at: usize) -> i16 {
    match formats {
        [] => types::TEXT,
        [one] => *one,
        each => each.get(at).copied().unwrap_or(types::TEXT),
    }
}
