mod create;
mod user;

pub use create::NewTable;
pub use user::{Arguments, BrokenConstraint, ConstraintKind, WrittenRow};

use crate::{Prepared, Program, sandbox::Sandbox};
use counterfoil_types::{Call, Event, Fault, Hash, Kid, Refusal, TransactionCode, limits};
use rusqlite::{CachedStatement, Connection, Params, Row, StatementStatus, ffi};
use serde::Serialize;
use std::cell::{Cell, RefCell};

/// What a command may see and do: the ledger's tables by SQL, the block's time, who signed, and telling what happened.
///
/// Any statement that fails refuses the whole transaction, even if the command goes on: with the command's own refusal if it returns
/// one, else with `transaction/14` or `transaction/15`.
pub struct Context<'a> {
    connection: &'a Connection,
    sandbox: &'a Sandbox,
    program: &'a dyn Program,
    place: Place<'a>,
    undo: Undo,
    wrote: Cell<bool>,
    /// How many calls within calls led here.
    depth: u32,
    ids: u64,
    numbers: u16,
    events: Vec<Event>,
    notes: Vec<Note>,
    /// Bytes of the rows that users' SELECTs gave.
    given: Cell<usize>,
    failure: RefCell<Failure>,
}

/// What a program notes for the calls that follow in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was done.
    pub what: &'static str,
    /// Of what.
    pub of: String,
    /// How much.
    pub amount: i64,
}

/// How what a refused transaction wrote is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undo {
    /// With the whole block, which is then executed once more. Nothing is kept for it, and nearly every refusal comes before the
    /// first write.
    Block,
    /// Alone. For its savepoint SQLite copies every page that the transaction changes.
    Savepoint,
}

/// Where in the ledger a transaction is executed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub ledger: Hash,
    pub height: u64,
    pub epoch: u64,
    pub index: u32,
    pub time_ms: u64,
    pub transaction: Hash,
    pub signers: &'a [Kid],
}

/// What went wrong in a statement, if anything did.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// The statement's refusal.
    pub refusal: Option<Refusal>,
    /// The constraint that it broke, if it was that.
    pub constraint: Option<BrokenConstraint>,
    /// The database itself failed: the member stops.
    pub fault: Option<Fault>,
    /// SQLite gave up the whole block with the statement: it is executed again without this transaction.
    pub block_lost: bool,
    /// The transaction has used up what it may do.
    pub exhausted: bool,
}

impl Failure {
    /// Whether the transaction cannot go on, not even without the calls that failed.
    fn is_final(&self) -> bool {
        self.fault.is_some() || self.block_lost || self.exhausted
    }
}

/// What a transaction left in its context.
pub(crate) struct Finished {
    /// Whether a statement that writes was begun, and with it the savepoint, if there is one.
    pub wrote: bool,
    pub events: Vec<Event>,
    pub failure: Failure,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        connection: &'a Connection,
        sandbox: &'a Sandbox,
        program: &'a dyn Program,
        place: Place<'a>,
        undo: Undo,
    ) -> Self {
        Self {
            connection,
            sandbox,
            program,
            place,
            undo,
            wrote: Cell::new(false),
            depth: 0,
            ids: 0,
            numbers: 0,
            events: Vec::new(),
            notes: Vec::new(),
            given: Cell::new(0),
            failure: RefCell::default(),
        }
    }

    pub(crate) fn finish(self) -> Finished {
        Finished { wrote: self.wrote.get(), events: self.events, failure: self.failure.into_inner() }
    }

    /// The block's time, milliseconds since 1970-01-01 UTC.
    pub fn time_ms(&self) -> u64 {
        self.place.time_ms
    }

    /// The block's height; 0 in genesis.
    pub fn height(&self) -> u64 {
        self.place.height
    }

    /// The block's epoch: the validators of this one and the next are settled.
    pub fn epoch(&self) -> u64 {
        self.place.epoch
    }

    /// The ledger.
    pub fn ledger(&self) -> Hash {
        self.place.ledger
    }

    /// The keys that signed the transaction, the sender's first; none in genesis and at the beginning of a block.
    pub fn signers(&self) -> &'a [Kid] {
        self.place.signers
    }

    /// The names of all commands of the program, sorted.
    pub fn command_names(&self) -> Vec<&'a str> {
        self.program.command_names()
    }

    /// Parses calls that stand in a command's input or were kept from a transaction, and checks what can be checked without state, as
    /// [`Program::prepare`] does.
    pub fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal> {
        self.program.prepare(calls)
    }

    /// The transaction's identity; in genesis the ledger's id, at the beginning of a block a hash of its height.
    pub fn transaction(&self) -> Hash {
        self.place.transaction
    }

    /// A new id that nobody else gets: 32 hexadecimal digits, derived from the transaction's identity and a counter.
    pub fn new_id(&mut self) -> String {
        self.ids += 1;
        let hash = Hash::of(&[b"counterfoil/id/1", &self.place.transaction.0, &self.ids.to_be_bytes()]);
        hex::encode(&hash.0[..16])
    }

    /// A new number that nobody else gets, greater than those of all earlier blocks: rows with it as primary key are appended, which is
    /// cheaper than rows with a [`new_id`](Self::new_id). `height << 32 | place in the block << 16 | counter`.
    ///
    /// After 65,535 of them the transaction is refused (`transaction/15`), whatever is done with the number.
    pub fn new_number(&mut self) -> i64 {
        match self.numbers.checked_add(1) {
            Some(next) => self.numbers = next,
            None => drop(self.too_much_work()),
        }
        (self.place.height as i64) << 32 | i64::from(self.place.index) << 16 | i64::from(self.numbers)
    }

    /// Tells those who follow the ledger that something happened: `name` is `module.happened`, `data` serialises to JSON.
    ///
    /// # Panics
    /// If `data` does not serialise to JSON, which is a bug of its type.
    pub fn emit(&mut self, name: &str, data: &impl Serialize) {
        let data = serde_json::to_string(data).expect("an event serialises to JSON");
        self.events.push(Event { name: name.to_owned(), data });
    }

    /// Notes something for the calls that follow in this transaction, those within calls too. It stays noted when calls are undone.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// What was noted in this transaction so far.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Executes calls as if `signers` had signed them; outputs, one a call. What they write is part of this transaction.
    ///
    /// The program's [`gate`](Program::gate) is not asked again: whoever uses this has made sure that these signers want these calls.
    /// Calls within calls go [`limits::CALL_DEPTH_MAX`] deep.
    pub fn call_as(&mut self, signers: &[Kid], calls: &[Call]) -> Result<Vec<String>, Refusal> {
        if self.depth == limits::CALL_DEPTH_MAX {
            let detail = format!("calls within calls go {} deep at most", limits::CALL_DEPTH_MAX);
            return Err(TransactionCode::TooMuchWork.refusal(detail));
        }
        let prepared = self.program.prepare(calls)?;
        let mut inner = Context {
            connection: self.connection,
            sandbox: self.sandbox,
            program: self.program,
            place: Place { signers, ..self.place },
            undo: self.undo,
            wrote: self.wrote.clone(),
            depth: self.depth + 1,
            ids: self.ids,
            numbers: self.numbers,
            events: std::mem::take(&mut self.events),
            notes: std::mem::take(&mut self.notes),
            given: self.given.clone(),
            failure: RefCell::new(self.failure.take()),
        };
        let outcome = inner.program.apply(&mut inner, &prepared);
        let Context { wrote, ids, numbers, events, notes, given, failure, .. } = inner;
        (self.wrote, self.ids, self.numbers) = (wrote, ids, numbers);
        (self.events, self.notes, self.given, self.failure) = (events, notes, given, failure);
        outcome
    }

    /// Executes calls as [`call_as`](Self::call_as) does, so that they can be refused alone: then nothing of them stays, neither rows
    /// nor events, and the transaction goes on with the inner refusal in its hands.
    ///
    /// The outer refusal ends the transaction as ever: it had failed before, or the calls used up the work that a transaction may do.
    pub fn try_call_as(&mut self, signers: &[Kid], calls: &[Call]) -> Result<Result<Vec<String>, Refusal>, Refusal> {
        if let Some(refusal) = &self.failure.get_mut().refusal {
            return Err(refusal.clone());
        }
        self.begin_writing()?;
        self.savepoint(Savepoint::Open, CALLS)?;
        let (mark, events) = (self.sandbox.capture.lock().mark(), self.events.len());
        let outcome = self.call_as(signers, calls);
        let failure = self.failure.get_mut();
        let failed = if failure.is_final() { failure.refusal.clone() } else { None };
        if let Some(refusal) = failed {
            return Err(refusal);
        }
        failure.constraint = None;
        let refusal = match (outcome, failure.refusal.take()) {
            (Ok(outputs), None) => {
                self.savepoint(Savepoint::Keep, CALLS)?;
                return Ok(Ok(outputs));
            }
            (Err(refusal), _) | (Ok(_), Some(refusal)) => refusal,
        };
        self.savepoint(Savepoint::Undo, CALLS)?;
        self.sandbox.capture.lock().back_to(mark);
        self.events.truncate(events);
        Ok(Err(refusal))
    }

    /// Runs a statement that writes; how many rows it changed.
    pub fn run(&mut self, sql: &str, params: impl Params) -> Result<usize, Refusal> {
        self.begin_writing()?;
        let start = self.sandbox.capture.lock().len();
        let count = self.guarded(sql, |statement| statement.execute(params))?;
        self.sandbox.capture.lock().settle(start);
        Ok(count)
    }

    /// Runs a SELECT and reads each of its rows.
    pub fn query<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Refusal> {
        self.guarded(sql, |statement| {
            read_only(statement)?;
            let mut rows = statement.query(params)?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(read(row)?);
            }
            Ok(all)
        })
    }

    /// Runs a SELECT and reads its first row, if it has one.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Refusal> {
        self.guarded(sql, |statement| {
            read_only(statement)?;
            statement.query(params)?.next()?.map(read).transpose()
        })
    }

    /// Before the first statement that writes: opens the savepoint that a refusal goes back to, if there is to be one.
    fn begin_writing(&self) -> Result<(), Refusal> {
        if !self.wrote.get() {
            if self.undo == Undo::Savepoint {
                self.savepoint(Savepoint::Open, TRANSACTION)?;
            }
            self.wrote.set(true);
        }
        Ok(())
    }

    fn savepoint(&self, what: Savepoint, of: SavepointOf) -> Result<(), Refusal> {
        savepoint(self.connection, what, of).map_err(|error| self.fault(error))
    }

    fn guarded<T>(
        &self,
        sql: &str,
        run: impl FnOnce(&mut CachedStatement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Refusal> {
        if let Some(refusal) = &self.failure.borrow().refusal {
            return Err(refusal.clone());
        }
        if let Err(why) = self.sandbox.vet(sql) {
            return Err(self.refuse(TransactionCode::StatementFailed, why));
        }
        let mut statement = match self.sandbox.as_command(|| self.connection.prepare_cached(sql)) {
            Ok(statement) => statement,
            Err(error) => return Err(self.failed(error)),
        };
        statement.reset_status(StatementStatus::VmStep);
        self.sandbox.meter.statement();
        let outcome = run(&mut statement);
        let steps = u64::try_from(statement.get_status(StatementStatus::VmStep)).unwrap_or(u64::MAX);
        let within = self.sandbox.meter.finish(steps);
        match outcome {
            Err(error) => Err(self.failed(error)),
            Ok(_) if self.connection.is_autocommit() => {
                self.failure.borrow_mut().block_lost = true;
                Err(self.refuse(TransactionCode::StatementFailed, "a statement ended the block's transaction".into()))
            }
            Ok(_) if !within => Err(self.too_much_work()),
            Ok(value) => Ok(value),
        }
    }

    fn failed(&self, error: rusqlite::Error) -> Refusal {
        if self.connection.is_autocommit() {
            self.failure.borrow_mut().block_lost = true;
        }
        let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
        match code {
            Some(ffi::SQLITE_INTERRUPT) => self.too_much_work(),
            Some(code) if is_environment(code) => self.fault(error),
            _ if self.sandbox.capture.lock().exceeded => self.too_much_work(),
            _ => {
                self.failure.borrow_mut().constraint = BrokenConstraint::of(&error);
                self.refuse(TransactionCode::StatementFailed, error.to_string())
            }
        }
    }

    fn too_much_work(&self) -> Refusal {
        self.failure.borrow_mut().exhausted = true;
        self.refuse(
            TransactionCode::TooMuchWork,
            "the transaction takes more steps or writes more bytes than one may".into(),
        )
    }

    fn refuse(&self, code: TransactionCode, detail: String) -> Refusal {
        let refusal = code.refusal(detail);
        self.failure.borrow_mut().refusal.get_or_insert(refusal).clone()
    }

    fn fault(&self, error: rusqlite::Error) -> Refusal {
        self.broken(Fault::new("executing a transaction", Box::new(error)))
    }

    fn broken(&self, fault: Fault) -> Refusal {
        let mut failure = self.failure.borrow_mut();
        failure.fault.get_or_insert(fault);
        failure.refusal.get_or_insert(TransactionCode::StatementFailed.refusal("the database failed")).clone()
    }
}

fn read_only(statement: &CachedStatement<'_>) -> rusqlite::Result<()> {
    if statement.readonly() && statement.is_explain() == 0 { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Whether an error of SQLite is the disk's or the machine's: not the same on every member, so never a refusal.
pub(crate) fn is_environment(code: i32) -> bool {
    [
        ffi::SQLITE_INTERNAL,
        ffi::SQLITE_PERM,
        ffi::SQLITE_BUSY,
        ffi::SQLITE_LOCKED,
        ffi::SQLITE_NOMEM,
        ffi::SQLITE_READONLY,
        ffi::SQLITE_IOERR,
        ffi::SQLITE_CORRUPT,
        ffi::SQLITE_FULL,
        ffi::SQLITE_CANTOPEN,
        ffi::SQLITE_PROTOCOL,
        ffi::SQLITE_NOLFS,
        ffi::SQLITE_NOTADB,
    ]
    .contains(&code)
}

/// What is done with a savepoint.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Savepoint {
    Open,
    Keep,
    Undo,
}

/// The statements of a savepoint: to open, keep and undo it.
pub(crate) type SavepointOf = [&'static str; 3];

/// The savepoint that a refused transaction goes back to.
pub(crate) const TRANSACTION: SavepointOf =
    ["SAVEPOINT ledger_transaction", "RELEASE ledger_transaction", "ROLLBACK TO ledger_transaction"];
/// The savepoint that refused calls within a transaction go back to; inside each other the innermost is meant.
const CALLS: SavepointOf = ["SAVEPOINT ledger_calls", "RELEASE ledger_calls", "ROLLBACK TO ledger_calls"];

pub(crate) fn savepoint(connection: &Connection, what: Savepoint, of: SavepointOf) -> rusqlite::Result<()> {
    let [open, keep, undo] = of;
    let run = |sql| connection.prepare_cached(sql)?.execute([]).map(|_| ());
    match what {
        Savepoint::Open => run(open),
        Savepoint::Keep => run(keep),
        Savepoint::Undo => run(undo).and_then(|()| run(keep)),
    }
}
