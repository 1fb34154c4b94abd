use crate::{
    capture::Buffer,
    catalog::Catalog,
    functions::{CALLER, Caller},
    vet,
};
use parking_lot::Mutex;
use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};
use std::{
    collections::{BTreeSet, HashSet},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

/// Who is having a statement prepared, and so what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    /// The ledger itself.
    System = 0,
    /// A module's schema.
    Schema = 1,
    /// A command of a transaction.
    Command = 2,
    /// Somebody who asks by SQL.
    Public = 3,
}

/// The objects that commands and the public know by name, in lower case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    /// The modules' tables.
    pub tables: BTreeSet<String>,
    /// The modules' views.
    pub views: BTreeSet<String>,
    /// The ledger's own views for the public.
    pub public_views: BTreeSet<String>,
    /// Everything else with a name: system tables and table-valued functions.
    pub hidden: BTreeSet<String>,
}

/// How the public reads the ledger's tables on a connection.
#[derive(Debug, Default)]
pub(crate) enum Reading {
    /// As they are.
    #[default]
    Now,
    /// The same, and which of them a statement reads is noted.
    Noted(BTreeSet<String>),
    /// These, as they were, through the temporary views that shadow them; no others.
    Past(BTreeSet<String>),
}

/// Beginning of the names of temporary tables with rows as they were. No text of the public can name one.
pub(crate) const WAS: &str = "ledger_was_";

impl Reading {
    fn may(&mut self, names: &Names, context: AuthContext<'_>) -> bool {
        if let AuthAction::Read { table_name, .. } = context.action {
            let table = table_name.to_ascii_lowercase();
            match self {
                Self::Noted(noted) if names.tables.contains(&table) => drop(noted.insert(table)),
                Self::Past(shadowed) => match context.database_name {
                    Some("temp") if table.starts_with(WAS) => return true,
                    Some("temp") => {}
                    _ if names.tables.contains(&table) && !shadowed.contains(&table) => return false,
                    _ => {}
                },
                Self::Now | Self::Noted(_) => {}
            }
        }
        public_may(names, context)
    }
}

/// Name of the host function that captures a row, and beginning of the names of the triggers that may call it.
pub(crate) const CAPTURE: &str = "ledger_capture";

/// Functions of SQLite whose result depends on their arguments alone, on every machine, without floating point.
const COMMAND_FUNCTIONS: &[&str] = &[
    "abs",
    "changes",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "dense_rank",
    "exact_sum",
    "first_value",
    "format",
    "glob",
    "hex",
    "ifnull",
    "if",
    "iif",
    "instr",
    "json_array",
    "json_object",
    "json_valid",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "lower",
    "ltrim",
    "max",
    "min",
    "nth_value",
    "nullif",
    "octet_length",
    "only",
    "printf",
    "rank",
    "replace",
    "row_number",
    "rtrim",
    "sha256",
    "sign",
    "substr",
    "substring",
    "sum",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "unlikely",
    "upper",
    "zeroblob",
];

/// What the public may call beside [`COMMAND_FUNCTIONS`]: reading need not be deterministic.
const PUBLIC_FUNCTIONS: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "cos",
    "cosh",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "exp",
    "floor",
    "group_concat",
    "json",
    "json_array_length",
    "json_error_position",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_patch",
    "json_pretty",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "julianday",
    "ln",
    "log",
    "log10",
    "log2",
    "mod",
    "ntile",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "quote",
    "radians",
    "random",
    "round",
    "sin",
    "sinh",
    "soundex",
    "sqrt",
    "strftime",
    "string_agg",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "trunc",
    "unixepoch",
    "->",
    "->>",
];

/// Table-valued functions for the public.
const PUBLIC_TABLE_FUNCTIONS: &[&str] = &["json_each", "json_tree"];

/// How many virtual-machine steps pass between two looks at the meter.
pub(crate) const STEP_GRAIN: u64 = 1_000;

/// Counts the virtual-machine steps of one transaction.
///
/// SQLite's count of steps depends on the statement, the rows and the plan, all the same on every member with the pinned version; it
/// is set to zero before each statement, because a cached statement remembers the count of its earlier runs.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Steps of the transaction's finished statements.
    finished: AtomicU64,
    /// Steps of the running one, as the progress handler counts them.
    running: AtomicU64,
    /// The limit; 0 switches the meter off.
    limit: AtomicU64,
    /// Whether a statement of the transaction runs, and not one of the ledger's own between them, such as a savepoint.
    counting: AtomicBool,
}

impl Meter {
    /// Starts to count from nothing.
    pub(crate) fn start(&self, limit: u64) {
        self.finished.store(0, Ordering::Relaxed);
        self.running.store(0, Ordering::Relaxed);
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Ends the transaction: the system's own statements are not counted.
    pub(crate) fn stop(&self) {
        self.limit.store(0, Ordering::Relaxed);
    }

    /// Steps of the transaction's finished statements.
    pub(crate) fn finished(&self) -> u64 {
        self.finished.load(Ordering::Relaxed)
    }

    /// Before a statement.
    pub(crate) fn statement(&self) {
        self.running.store(0, Ordering::Relaxed);
        self.counting.store(true, Ordering::Relaxed);
    }

    /// After a statement of `steps`; whether the transaction is still within its limit.
    pub(crate) fn finish(&self, steps: u64) -> bool {
        self.counting.store(false, Ordering::Relaxed);
        let total = self.finished.load(Ordering::Relaxed) + steps;
        self.finished.store(total, Ordering::Relaxed);
        total <= self.limit.load(Ordering::Relaxed)
    }

    /// Another grain of steps; whether the statement must stop.
    fn tick(&self) -> bool {
        if !self.counting.load(Ordering::Relaxed) {
            return false;
        }
        let running = self.running.load(Ordering::Relaxed) + STEP_GRAIN;
        self.running.store(running, Ordering::Relaxed);
        let limit = self.limit.load(Ordering::Relaxed);
        limit > 0 && self.finished.load(Ordering::Relaxed) + running > limit
    }
}

/// What confines the statements of the one writing connection.
#[derive(Default)]
pub(crate) struct Sandbox {
    mode: AtomicU8,
    /// The schema beside the ledger's own from which the public may read; see [`Scope::attached`](crate::Scope::attached).
    attached: OnceLock<&'static str>,
    /// How the public reads the ledger's tables; see [`Scope::as_of`](crate::Scope::as_of).
    reading: Mutex<Reading>,
    vetted: Mutex<HashSet<Box<str>>>,
    /// The captured rows of the block under execution.
    pub capture: Mutex<Buffer>,
    /// In whose name users' statements run.
    pub caller: Mutex<Caller>,
    /// The steps of the transaction under execution.
    pub meter: Meter,
}

/// Texts of statements whose verdict is remembered; commands have few, each prepared once.
const VETTED_MAX: usize = 4_096;

impl Sandbox {
    /// Sets what the next statements are prepared as.
    pub(crate) fn set_mode(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::Relaxed);
    }

    /// Makes the tables known that statements may name; before that only the system and schemas can prepare statements.
    pub(crate) fn set_catalog(&self, catalog: Arc<Catalog>) {
        self.capture.lock().begin_with(catalog);
    }

    /// Lets the public read the tables of an attached database too.
    pub(crate) fn set_attached(&self, name: &'static str) {
        assert!(self.attached.set(name).is_ok(), "one database is attached, once");
    }

    /// Sets how the public reads the ledger's tables; how it did before.
    pub(crate) fn set_reading(&self, reading: Reading) -> Reading {
        std::mem::replace(&mut *self.reading.lock(), reading)
    }

    /// Whether a command may run `sql`, as far as its text tells.
    pub(crate) fn vet(&self, sql: &str) -> Result<(), String> {
        let mut vetted = self.vetted.lock();
        if vetted.contains(sql) {
            return Ok(());
        }
        vet::command(sql)?;
        if vetted.len() >= VETTED_MAX {
            vetted.clear();
        }
        vetted.insert(sql.into());
        Ok(())
    }

    /// Runs `prepare` with the rights of a command.
    pub(crate) fn as_command<T>(&self, prepare: impl FnOnce() -> T) -> T {
        self.set_mode(Mode::Command);
        let prepared = prepare();
        self.set_mode(Mode::System);
        prepared
    }

    fn authorize(&self, context: AuthContext<'_>) -> Authorization {
        let mode = self.mode.load(Ordering::Relaxed);
        let names = || Arc::clone(self.capture.lock().catalog());
        let allowed = match mode {
            mode if mode == Mode::System as u8 => true,
            mode if mode == Mode::Schema as u8 => schema_may(context),
            mode if mode == Mode::Command as u8 => command_may(&names().names, context),
            mode if mode == Mode::Public as u8 => {
                self.is_attached(context) || self.reading.lock().may(&names().names, context)
            }
            _ => false,
        };
        if allowed { Authorization::Allow } else { Authorization::Deny }
    }

    /// Whether a table of the attached database is read. Texts of the public cannot name one that is SQLite's own.
    fn is_attached(&self, context: AuthContext<'_>) -> bool {
        let Some(name) = self.attached.get() else { return false };
        matches!(context.action, AuthAction::Read { .. }) && context.database_name == Some(name)
    }
}

/// Sets the authorizer and the meter of the writing connection.
pub(crate) fn confine_writer(connection: &mut Connection, sandbox: &Arc<Sandbox>) -> rusqlite::Result<()> {
    confine(connection, sandbox)?;
    let meter = Arc::clone(sandbox);
    connection.progress_handler(STEP_GRAIN as i32, Some(move || meter.meter.tick()))
}

/// Sets the authorizer of a connection.
pub(crate) fn confine(connection: &mut Connection, sandbox: &Arc<Sandbox>) -> rusqlite::Result<()> {
    let sandbox = Arc::clone(sandbox);
    connection.authorizer(Some(move |context: AuthContext<'_>| sandbox.authorize(context)))
}

fn is_function(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn schema_may(context: AuthContext<'_>) -> bool {
    match context.action {
        AuthAction::CreateTable { .. }
        | AuthAction::CreateIndex { .. }
        | AuthAction::CreateView { .. }
        | AuthAction::Reindex { .. }
        | AuthAction::Read { .. }
        | AuthAction::Select
        | AuthAction::Recursive => true,
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name } => table_name.starts_with("sqlite_"),
        AuthAction::Function { function_name } => is_function(COMMAND_FUNCTIONS, function_name),
        _ => false,
    }
}

fn command_may(names: &Names, context: AuthContext<'_>) -> bool {
    let known = |table: &str| names.tables.contains(&table.to_ascii_lowercase());
    match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        // A hidden row number is not part of the row: VACUUM may change it.
        AuthAction::Read { column_name: "ROWID", .. } => false,
        AuthAction::Read { table_name, column_name } => {
            let table = table_name.to_ascii_lowercase();
            names.tables.contains(&table) || names.views.contains(&table) || is_derived(names, &table, column_name)
        }
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name } => known(table_name),
        AuthAction::Function { function_name } if function_name.eq_ignore_ascii_case(CAPTURE) => {
            context.accessor.is_some_and(|trigger| trigger.starts_with(CAPTURE))
        }
        AuthAction::Function { function_name } => {
            is_function(COMMAND_FUNCTIONS, function_name) || is_function(CALLER, function_name)
        }
        _ => false,
    }
}

fn public_may(names: &Names, context: AuthContext<'_>) -> bool {
    match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Read { table_name, column_name } => {
            let table = table_name.to_ascii_lowercase();
            names.tables.contains(&table)
                || names.views.contains(&table)
                || names.public_views.contains(&table)
                || is_function(PUBLIC_TABLE_FUNCTIONS, &table)
                || is_derived(names, &table, column_name)
                || (names.hidden.contains(&table) && is_through_view(names, context, &table, column_name))
        }
        AuthAction::Function { function_name } => {
            is_function(COMMAND_FUNCTIONS, function_name) || is_function(PUBLIC_FUNCTIONS, function_name)
        }
        _ => false,
    }
}

/// Whether an internal table is read by one of the ledger's own views. No text of the public can name such a table or shadow such a
/// view by a common table expression that does (see [`vet::reserved_name`]); a view of which no column is used has no accessor.
fn is_through_view(names: &Names, context: AuthContext<'_>, table: &str, column: &str) -> bool {
    match context.accessor {
        Some(view) => names.public_views.contains(&view.to_ascii_lowercase()),
        None => column.is_empty() && table.starts_with(vet::RESERVED[0]),
    }
}

/// A common table expression or subquery of which no column is used: SQLite reports its name as if it were a table's.
fn is_derived(names: &Names, table: &str, column: &str) -> bool {
    let reserved = vet::RESERVED.iter().any(|prefix| table.starts_with(prefix)) || table.starts_with("pragma_");
    column.is_empty() && !reserved && !names.hidden.contains(table) && !names.public_views.contains(table)
}
