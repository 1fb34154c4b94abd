//! PostgreSQL's catalogue, as far as its clients ask: `pg_catalog` and `information_schema` as tables of an in-memory SQLite of the
//! session, filled from what the ledger says of its tables; questions to it are translated from PostgreSQL's SQL.

mod fill;
mod functions;
mod translate;

use crate::{
    error::{SqlState, WireError},
    infer::{self, Columns, Tables},
    parsed,
    reply::Field,
    turn::Turn,
    types::PgType,
};
use counterfoil_types::limits;
use parking_lot::{Mutex, MutexGuard};
use rusqlite::{
    Connection, ErrorCode, Row,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
    types::Value,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// A table or view as the catalogue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Whether it is a view.
    pub view: bool,
    /// Its columns: name, type, and whether it may be NULL.
    pub columns: Vec<(String, PgType, bool)>,
    /// Places of the primary key's columns.
    pub key: Vec<usize>,
}

/// A package's action as the catalogue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Procedure {
    /// Its package.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
}

/// What the catalogue tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Contents {
    /// Who asks.
    pub user: String,
    /// The name by which the client called the database.
    pub database: String,
    /// Tables and views.
    pub relations: Vec<Relation>,
    /// Actions.
    pub procedures: Vec<Procedure>,
}

/// The schema of PostgreSQL's own tables.
pub(crate) const PG_CATALOG: &str = "pg_catalog";
/// The schema in which the ledger's own tables are shown.
pub(crate) const PUBLIC: &str = "public";

/// A setting that a question asks for, by `set_config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The setting.
    pub name: String,
    /// Its value; none for the one of the beginning.
    pub value: Option<String>,
    /// Whether it is for the running transaction alone.
    pub local: bool,
}

/// The catalogue of a session.
pub(crate) struct Catalog {
    contents: Contents,
    settings: BTreeMap<String, String>,
    asked: Arc<Mutex<Vec<Asked>>>,
    connection: Mutex<Connection>,
    columns: BTreeMap<String, Columns>,
}

/// A question to the catalogue that can be run.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The text for SQLite.
    pub sql: String,
    /// The result's columns.
    pub fields: Vec<Field>,
    /// The parameters' types.
    pub parameters: Vec<PgType>,
}

/// How many virtual-machine steps pass between two looks at the clock.
const LOOK_STEPS: i32 = 1_000;
/// How often what waits for the connection looks whether it is to go on.
const LOOK: Duration = Duration::from_millis(20);

impl Tables for BTreeMap<String, Columns> {
    fn columns(&self, _schema: Option<&str>, table: &str) -> Option<Columns> {
        self.get(&table.to_ascii_lowercase()).cloned()
    }
}

impl Catalog {
    /// A catalogue that tells of this; `settings` are what `current_setting` reads.
    pub(crate) fn open(contents: Contents, settings: BTreeMap<String, String>) -> Result<Self, WireError> {
        let asked = Arc::default();
        let open = || -> rusqlite::Result<(Connection, BTreeMap<String, Columns>)> {
            let mut connection = Connection::open_in_memory()?;
            for schema in [PG_CATALOG, "information_schema"] {
                connection.execute(&format!("ATTACH ':memory:' AS {schema}"), [])?;
            }
            connection.execute_batch(include_str!("schema.sql"))?;
            connection.execute_batch("PRAGMA case_sensitive_like = ON;")?;
            let facts = Arc::new(fill::fill(&mut connection, &contents)?);
            functions::register(&connection, &facts, settings.clone(), &asked)?;
            let columns = columns(&connection)?;
            confine(&mut connection)?;
            Ok((connection, columns))
        };
        let (connection, columns) = open().map_err(|error| internal(&error))?;
        Ok(Self { contents, settings, asked, connection: Mutex::new(connection), columns })
    }

    /// The settings that were asked for since the last time.
    pub(crate) fn asked_settings(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock())
    }

    /// Whether it still tells of this.
    pub(crate) fn tells(&self, contents: &Contents, settings: &BTreeMap<String, String>) -> bool {
        self.contents == *contents && self.settings == *settings
    }

    /// Translates a question and tells its types.
    ///
    /// # Errors
    /// `42601` and `0A000` for what is not understood, `42P01`, `42703`, `42883`.
    pub(crate) fn plan(&self, asked: &str, wait: Wait<'_>) -> Result<Question, WireError> {
        let planned = parsed::with_room(|| {
            let mut tree = parsed::postgresql(asked).map_err(|error| not_parsed(&error))?;
            let inferred = infer::infer(&tree, &self.columns);
            Ok::<_, WireError>((translate::translate(&mut tree), inferred))
        });
        let (sql, inferred) = planned.map_err(|error| WireError::new(SqlState::Internal, error.to_string()))??;
        let Held { connection, .. } = self.hold(wait)?;
        let statement = connection.prepare(&sql).map_err(|error| refused(&error))?;
        if !statement.readonly() {
            return Err(WireError::new(SqlState::FeatureNotSupported, "the catalogue is only read"));
        }
        let columns: Vec<_> = statement.columns().collect();
        let field = |(at, column): (usize, &rusqlite::Column<'_>)| {
            let declared = column.decl_type().and_then(PgType::of_declared);
            let kind = declared.or_else(|| inferred.column(at, columns.len())).unwrap_or(PgType::Text);
            Field { name: inferred.name(at, columns.len()).unwrap_or_else(|| column.name().to_owned()), kind }
        };
        let fields = columns.iter().enumerate().map(field).collect();
        let parameter = |at: usize| inferred.parameters.get(&(at + 1)).copied().unwrap_or(PgType::Text);
        let parameters = (0..statement.parameter_count()).map(parameter).collect();
        Ok(Question { sql, fields, parameters })
    }

    /// The connection, which a portal of the session that is read in parts may have meanwhile: the wait for it ends as the statement
    /// would, and takes no place among the SELECTs.
    pub(crate) fn hold(&self, wait: Wait<'_>) -> Result<Held<'_>, WireError> {
        let Wait { mut turn, until } = wait;
        if let Some(connection) = self.connection.try_lock() {
            return Ok(Held { connection, until });
        }
        if let Some(turn) = &mut turn {
            turn.leave();
        }
        let connection = loop {
            match self.connection.try_lock_for(LOOK) {
                Some(connection) => break connection,
                None if until.is_over() => return Err(until.error()),
                None => {}
            }
        };
        if let Some(turn) = turn {
            turn.find()?;
        }
        Ok(Held { connection, until })
    }
}

/// How a statement waits for the catalogue.
pub(crate) struct Wait<'a> {
    /// Its place among the SELECTs, if it has one.
    pub turn: Option<&'a mut Turn>,
    /// For how long.
    pub until: Until,
}

/// When a statement ends.
#[derive(Clone)]
pub(crate) struct Until {
    deadline: Instant,
    /// How long it may run.
    pub time_max: Duration,
    /// Becomes true when nobody wants the answer.
    pub stop: Arc<AtomicBool>,
}

impl Until {
    /// After so long, or when `stop` becomes true.
    pub(crate) fn new(time_max: Duration, stop: &Arc<AtomicBool>) -> Self {
        Self { deadline: Instant::now() + time_max, time_max, stop: Arc::clone(stop) }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() > self.deadline
    }

    fn error(&self) -> WireError {
        let why = if self.stop.load(Ordering::Relaxed) { "user request" } else { "statement timeout" };
        WireError::new(SqlState::Cancelled, format!("canceling statement due to {why}"))
    }
}

/// The catalogue's connection, for one statement.
pub(crate) struct Held<'a> {
    connection: MutexGuard<'a, Connection>,
    until: Until,
}

impl Held<'_> {
    /// Answers a question, row by row; `take` says whether it wants more.
    pub(crate) fn run(
        mut self,
        question: &Question,
        params: &[Value],
        take: &mut dyn FnMut(&Row<'_>) -> Result<bool, WireError>,
    ) -> Result<(), WireError> {
        let until = self.until.clone();
        self.connection
            .progress_handler(LOOK_STEPS, Some(move || until.is_over()))
            .map_err(|error| internal(&error))?;
        let result = answer(&self.connection, &self.until, question, params, take);
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(|error| internal(&error))?;
        result
    }
}

fn answer(
    connection: &Connection,
    until: &Until,
    question: &Question,
    params: &[Value],
    take: &mut dyn FnMut(&Row<'_>) -> Result<bool, WireError>,
) -> Result<(), WireError> {
    let mut statement = connection.prepare_cached(&question.sql).map_err(|error| refused(&error))?;
    for (at, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value).map_err(|error| refused(&error))?;
    }
    let mut rows = statement.raw_query();
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => until.error(),
        _ => refused(&error),
    };
    while let Some(row) = rows.next().map_err(failed)? {
        if !take(row)? {
            break;
        }
    }
    Ok(())
}

/// The columns of the catalogue's own tables.
fn columns(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Columns>> {
    let mut statement = connection.prepare(
        "SELECT t.name, c.name, c.type FROM pragma_table_list AS t, pragma_table_xinfo(t.name, t.schema) AS c
         WHERE t.schema IN ('pg_catalog', 'information_schema') ORDER BY t.schema, t.name, c.cid",
    )?;
    let mut found: BTreeMap<String, Columns> = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let declared: String = row.get(2)?;
        found.entry(row.get(0)?).or_default().push((row.get(1)?, PgType::of_declared(&declared)));
    }
    Ok(found)
}

/// From now on the connection only reads.
fn confine(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, 2 * 1024 * 1024),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 16 * limits::WIRE_PARSED_BYTES_MAX as i32),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 500),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    ] {
        connection.set_limit(limit, value)?;
    }
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }))
}

fn not_parsed(error: &sqlparser::parser::ParserError) -> WireError {
    use sqlparser::parser::ParserError;
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => {
            return WireError::new(SqlState::ProgramLimit, "the question to the catalogue is nested too deeply");
        }
    };
    WireError::new(SqlState::Syntax, text)
}

fn internal(error: &rusqlite::Error) -> WireError {
    WireError::new(SqlState::Internal, format!("the catalogue: {error}"))
}

fn refused(error: &rusqlite::Error) -> WireError {
    let text = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(failure, message) => message.clone().unwrap_or_else(|| failure.to_string()),
        other => other.to_string(),
    };
    let known = crate::error::state_of(&text).unwrap_or(SqlState::FeatureNotSupported);
    let hint = "the catalogue answers what usual clients ask; tables are also listed in information_schema.tables";
    WireError::new(known, text).hint(hint)
}
