use crate::{
    as_of::{self, Until},
    lexer,
    reader::{self, Pooled, Reader},
    vet,
};
use counterfoil_types::{Refusal, RefusalKind, limits};
use rusqlite::{Error, Statement, ffi, types::ValueRef};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{
    borrow::Cow,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Why a SELECT is refused. Codes `sql/N` are for life: never reuse a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlCode {
    /// Not one SELECT, VALUES, WITH or EXPLAIN QUERY PLAN.
    NotARead = 1,
    /// SQLite does not understand it.
    Syntax = 2,
    /// It names something that is not for the public.
    Internal = 3,
    /// It ran into the time limit.
    TimeLimit = 4,
    /// Parameters and their values do not match.
    Parameters = 5,
    /// It failed while running.
    Failed = 6,
    /// Its text is too long.
    TooLong = 7,
    /// The node's database failed.
    Broken = 8,
    /// It is asked as of a height that is not executed yet.
    NoSuchHeight = 9,
    /// Too much has changed since the height as of which it is asked.
    TooFarBack = 10,
}

impl SqlCode {
    /// The refusal with this code.
    pub fn refusal(self, detail: impl Into<String>) -> Refusal {
        let kind = match self {
            Self::NotARead | Self::Internal => RefusalKind::Forbidden,
            Self::Syntax | Self::Parameters | Self::Failed => RefusalKind::Invalid,
            Self::TimeLimit | Self::TooLong | Self::TooFarBack => RefusalKind::TooLarge,
            Self::NoSuchHeight => RefusalKind::NotFound,
            Self::Broken => RefusalKind::Busy,
        };
        Refusal::new(format!("sql/{}", self as u8), kind, detail)
    }
}

/// One more database that a SELECT reads: the schema's name and the file.
pub type Attached<'a> = (&'static str, &'a Path);

/// What a SELECT reads beside the ledger as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// A database whose tables are read as `name.table`. It is opened to be read only, for this statement alone.
    pub attached: Option<Attached<'a>>,
    /// The ledger's tables and views are read as they were after the block at this height, those of an attached database as they are.
    /// None is the newest height.
    pub as_of: Option<u64>,
}

impl Scope<'_> {
    /// Whether there is nothing in it that others may not see on the same connection.
    pub(crate) fn is_usual(&self) -> bool {
        self.attached.is_none() && self.as_of.is_none()
    }
}

/// What a SELECT may cost.
#[derive(Debug, Clone, Copy)]
pub struct SqlLimits {
    /// Rows of the result; more are left out.
    pub rows_max: usize,
    /// Bytes of the result; rows beyond are left out.
    pub bytes_max: usize,
    /// How long it may run; then it is refused.
    pub time_max: Duration,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self {
            rows_max: limits::SQL_ROWS_MAX,
            bytes_max: limits::SQL_BYTES_MAX,
            time_max: Duration::from_millis(limits::SQL_TIME_MS_MAX),
        }
    }
}

/// The limit at which a result ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truncated {
    /// `rows_max`.
    Rows,
    /// `bytes_max`.
    Bytes,
}

/// The result of a SELECT.
#[derive(Debug, Clone, Serialize)]
pub struct SqlResult {
    /// The height that it is of.
    pub height: u64,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows: integers and reals as numbers, text as strings, NULL as null, blobs as `{"hex": "…"}`.
    pub rows: Vec<Vec<Json>>,
    /// The limit at which rows were left out, if any were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<Truncated>,
}

/// Values for parameters.
#[derive(Debug, Clone, Copy)]
pub enum SqlParams<'a> {
    /// For `?` and `?1`, in order.
    Positional(&'a [Json]),
    /// For `:name`, `@name` and `$name`; names without the first character. Values that the text does not name are left out.
    Named(&'a [(&'a str, Json)]),
}

impl<'a> From<&'a [Json]> for SqlParams<'a> {
    fn from(values: &'a [Json]) -> Self {
        Self::Positional(values)
    }
}

impl<'a> From<&'a Vec<Json>> for SqlParams<'a> {
    fn from(values: &'a Vec<Json>) -> Self {
        Self::Positional(values)
    }
}

impl<'a, const N: usize> From<&'a [Json; N]> for SqlParams<'a> {
    fn from(values: &'a [Json; N]) -> Self {
        Self::Positional(values)
    }
}

/// How many virtual-machine steps pass between two looks at the clock.
const CLOCK_STEPS: i32 = 1_000;

/// Where a text comes from, and so whether its statement is worth keeping.
#[derive(Clone, Copy)]
enum Text {
    /// From somebody who asks.
    Given,
    /// From the program, which has few.
    Program,
}

/// What a kept text ends with. A statement is found again by its text alone, and was authorised when it was prepared: so no text of the
/// ledger itself, which may do more, is found for one of the public.
pub(crate) const KEPT: &str = "\n-- public";

impl Reader {
    /// Runs one SELECT, VALUES, WITH or EXPLAIN QUERY PLAN over the ledger's tables and views, at the newest height.
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`].
    pub fn sql<'a>(
        &self,
        sql: &str,
        params: impl Into<SqlParams<'a>>,
        limits: SqlLimits,
    ) -> Result<SqlResult, Refusal> {
        self.sql_of(Scope::default(), sql, Text::Given, params.into(), limits)
    }

    /// The same in a scope.
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`].
    pub fn sql_in<'a>(
        &self,
        scope: Scope<'_>,
        sql: &str,
        params: impl Into<SqlParams<'a>>,
        limits: SqlLimits,
    ) -> Result<SqlResult, Refusal> {
        self.sql_of(scope, sql, Text::Given, params.into(), limits)
    }

    /// The same with a text that is part of the program: its statement stays prepared.
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`].
    pub fn sql_static<'a>(
        &self,
        sql: &'static str,
        params: impl Into<SqlParams<'a>>,
        limits: SqlLimits,
    ) -> Result<SqlResult, Refusal> {
        self.sql_of(Scope::default(), sql, Text::Program, params.into(), limits)
    }

    /// Has `read` run several SELECTs of the program at one height.
    ///
    /// # Errors
    /// What `read` refuses; a refusal `sql/8` if the database fails.
    pub fn snapshot<T, E: From<Refusal>>(&self, read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut pooled = self.take_for(Scope::default()).map_err(|fault| SqlCode::Broken.refusal(fault.report()))?;
        let read = reader::snapshot(&mut pooled, |pooled| {
            let height = reader::height(&pooled.connection)?.unwrap_or(0);
            Ok::<_, Failed>(read(&mut Snapshot { pooled, height }))
        });
        let read = read.map_err(Refusal::from)?;
        self.give_back(pooled);
        read
    }

    fn sql_of(
        &self,
        scope: Scope<'_>,
        sql: &str,
        text: Text,
        params: SqlParams<'_>,
        limits: SqlLimits,
    ) -> Result<SqlResult, Refusal> {
        check_text(sql)?;
        // The program's own texts name no table that users made.
        let sql = &match text {
            Text::Given => resolved(self, sql),
            Text::Program => sql.into(),
        };
        let mut pooled = self.take_for(scope).map_err(|fault| SqlCode::Broken.refusal(fault.report()))?;
        let deadline = Instant::now() + limits.time_max;
        let result = reader::snapshot(&mut pooled, |pooled| {
            if let Some(height) = scope.as_of {
                as_of::shadow(self, pooled, sql, height, &Until::new(deadline, &Arc::default())).map_err(Failed)?;
            }
            run(pooled, sql, text, params, (limits, deadline))
        });
        let result = result.map_err(Refusal::from);
        let whole = !matches!(&result, Err(refusal) if refusal.code == SqlCode::Broken.refusal("").code);
        if whole && scope.is_usual() {
            self.give_back(pooled);
        }
        let height = |result: SqlResult| SqlResult { height: scope.as_of.unwrap_or(result.height), ..result };
        result.map(height)
    }
}

/// The ledger as it was when [`Reader::snapshot`] began, whatever is executed meanwhile. It keeps what is written since from being moved
/// into the database file, so it should not last.
pub struct Snapshot<'p> {
    pooled: &'p mut Pooled,
    height: u64,
}

impl Snapshot<'_> {
    /// The height that it is of.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// As [`Reader::sql_static`].
    ///
    /// # Errors
    /// A refusal `sql/N`, see [`SqlCode`].
    pub fn sql_static<'a>(
        &mut self,
        sql: &'static str,
        params: impl Into<SqlParams<'a>>,
        limits: SqlLimits,
    ) -> Result<SqlResult, Refusal> {
        check_text(sql)?;
        let deadline = Instant::now() + limits.time_max;
        Ok(run(self.pooled, sql, Text::Program, params.into(), (limits, deadline))?)
    }
}

/// A refusal, also of an error of SQLite outside the statement itself.
pub(crate) struct Failed(pub Refusal);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(SqlCode::Broken.refusal(error.to_string()))
    }
}

impl From<Failed> for Refusal {
    fn from(Failed(refusal): Failed) -> Self {
        refusal
    }
}

pub(crate) fn check_text(sql: &str) -> Result<(), Refusal> {
    if sql.len() > limits::SQL_TEXT_BYTES_MAX {
        return Err(SqlCode::TooLong.refusal(format!("the text has at most {} bytes", limits::SQL_TEXT_BYTES_MAX)));
    }
    let tokens = lexer::tokens(sql);
    let read = ["select", "values", "with", "explain"];
    match tokens.first() {
        None => return Err(SqlCode::Syntax.refusal("there is no statement")),
        Some(first) if read.iter().any(|word| first.is(word)) => {}
        Some(_) => return Err(not_a_read()),
    }
    if tokens[0].is("explain")
        && !(tokens.get(1).is_some_and(|t| t.is("query")) && tokens.get(2).is_some_and(|t| t.is("plan")))
    {
        return Err(not_a_read());
    }
    match vet::reserved_name(&tokens) {
        Some(name) => Err(internal(name)),
        None => Ok(()),
    }
}

fn not_a_read() -> Refusal {
    SqlCode::NotARead.refusal(
        "only one SELECT, VALUES, WITH or EXPLAIN QUERY PLAN is run here; whoever wants to write signs a transaction",
    )
}

fn internal(name: &str) -> Refusal {
    SqlCode::Internal.refusal(format!("{name} is internal; a text that begins so can be given as a parameter"))
}

fn run(
    pooled: &mut Pooled,
    sql: &str,
    text: Text,
    params: SqlParams<'_>,
    (limits, deadline): (SqlLimits, Instant),
) -> Result<SqlResult, Failed> {
    let height = reader::height(&pooled.connection)?.unwrap_or(0);
    pooled.connection.progress_handler(CLOCK_STEPS, Some(move || Instant::now() > deadline))?;
    let result = pooled.as_public(|connection| match text {
        Text::Given => select(&mut prepared(connection.prepare(sql), limits)?, params, limits),
        Text::Program => {
            let mut kept = prepared(connection.prepare_cached(&format!("{sql}{KEPT}")), limits)?;
            select(&mut kept, params, limits)
        }
    });
    pooled.connection.progress_handler(0, None::<fn() -> bool>)?;
    let (columns, rows, truncated) = result.map_err(Failed)?;
    Ok(SqlResult { height, columns, rows, truncated })
}

type Selected = (Vec<String>, Vec<Vec<Json>>, Option<Truncated>);

/// A statement as it is prepared, or why it is not.
fn prepared<S>(statement: rusqlite::Result<S>, limits: SqlLimits) -> Result<S, Refusal> {
    statement.map_err(|error| unprepared(&error, limits))
}

/// A text of the public with the names of shared tables, `schema.table`, as SQLite knows them.
pub(crate) fn resolved<'t>(reader: &Reader, sql: &'t str) -> Cow<'t, str> {
    counterfoil_sql::public_select(sql, &reader.catalog().shared)
}

/// Why a text is not prepared.
pub(crate) fn unprepared(error: &Error, limits: SqlLimits) -> Refusal {
    match refusal(error, limits) {
        Refusal { code, detail, .. } if code == SqlCode::Failed.refusal("").code => SqlCode::Syntax.refusal(detail),
        refusal => refusal,
    }
}

/// Refuses a statement that writes, or tells more of SQLite than its plan.
pub(crate) fn require_read(statement: &Statement<'_>) -> Result<(), Refusal> {
    if statement.readonly() && statement.is_explain() != 1 { Ok(()) } else { Err(not_a_read()) }
}

fn select(statement: &mut Statement<'_>, params: SqlParams<'_>, limits: SqlLimits) -> Result<Selected, Refusal> {
    require_read(statement)?;
    bind(statement, params)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.raw_query();
    let (mut all, mut bytes) = (Vec::new(), 0);
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok((columns, all, None)),
            Err(error) => return Err(refusal(&error, limits)),
        };
        if all.len() == limits.rows_max {
            return Ok((columns, all, Some(Truncated::Rows)));
        }
        let mut values = Vec::with_capacity(columns.len());
        for column in 0..columns.len() {
            let value = row.get_ref(column).map_err(|error| refusal(&error, limits))?;
            bytes += size(value);
            values.push(to_json(value));
        }
        if bytes > limits.bytes_max {
            return Ok((columns, all, Some(Truncated::Bytes)));
        }
        all.push(values);
    }
}

/// About what a value takes in JSON.
fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) => text.len() + 3,
        ValueRef::Blob(bytes) => 2 * bytes.len() + 10,
        _ => 8,
    }
}

fn to_json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => json!({ "hex": hex::encode(bytes) }),
    }
}

/// A statement with `count` parameters got another number of values.
pub(crate) fn wrong_count(count: usize, given: usize) -> Refusal {
    SqlCode::Parameters.refusal(format!("the statement has {count} parameters, {given} values are given"))
}

fn bind(statement: &mut Statement<'_>, params: SqlParams<'_>) -> Result<(), Refusal> {
    let count = statement.parameter_count();
    if let SqlParams::Positional(values) = params
        && values.len() != count
    {
        return Err(wrong_count(count, values.len()));
    }
    for at in 1..=count {
        let (pointer, value) = match params {
            SqlParams::Positional(values) => (format!("/params/{}", at - 1), &values[at - 1]),
            SqlParams::Named(values) => {
                let name = statement.parameter_name(at).map(|name| &name[1..]);
                let found = name.and_then(|name| values.iter().find(|(known, _)| *known == name));
                let Some((name, value)) = found else {
                    let name = name.unwrap_or("?");
                    return Err(SqlCode::Parameters.refusal(format!("there is no value for the parameter {name}")));
                };
                (format!("/params/{name}"), value)
            }
        };
        let value = from_json(value).ok_or_else(|| {
            SqlCode::Parameters.refusal("a value is null, a boolean, number, string or {\"hex\": …}").at(pointer)
        })?;
        statement.raw_bind_parameter(at, value).map_err(|error| SqlCode::Parameters.refusal(error.to_string()))?;
    }
    Ok(())
}

fn from_json(value: &Json) -> Option<rusqlite::types::Value> {
    use rusqlite::types::Value;
    Some(match value {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Integer((*truth).into()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(real)) if !number.is_u64() => Value::Real(real),
            _ => return None,
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(members) if members.len() == 1 => Value::Blob(hex::decode(members.get("hex")?.as_str()?).ok()?),
        _ => return None,
    })
}

pub(crate) fn refusal(error: &Error, limits: SqlLimits) -> Refusal {
    match error {
        Error::MultipleStatement | Error::InvalidQuery => not_a_read(),
        Error::Empty => SqlCode::Syntax.refusal("there is no statement"),
        Error::SqlInputError { error, msg, offset, .. } => {
            if error.extended_code & 0xff == ffi::SQLITE_AUTH || msg.starts_with("not authorized") {
                return SqlCode::Internal.refusal(forbidden(msg));
            }
            let place = if *offset >= 0 { format!(" (at byte {offset})") } else { String::new() };
            SqlCode::Syntax.refusal(format!("{msg}{place}"))
        }
        Error::SqliteFailure(error, message) => {
            let text = message.clone().unwrap_or_else(|| error.to_string());
            match error.extended_code & 0xff {
                ffi::SQLITE_INTERRUPT => {
                    let ms = limits.time_max.as_millis();
                    SqlCode::TimeLimit.refusal(format!("the statement ran longer than {ms} ms and was stopped"))
                }
                ffi::SQLITE_AUTH => SqlCode::Internal.refusal(forbidden(&text)),
                code if crate::context::is_environment(code) => SqlCode::Broken.refusal(text),
                _ => SqlCode::Failed.refusal(text),
            }
        }
        other => SqlCode::Failed.refusal(other.to_string()),
    }
}

/// SQLite's `not authorized`, in words that help.
fn forbidden(message: &str) -> String {
    format!(
        "{message}: only the ledger's tables and views are read here, without PRAGMA, ATTACH and functions that reach outside"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::Catalog,
        sandbox::{self, Names, Sandbox},
    };
    use rusqlite::Connection;

    /// A database with a table and a view for the public and a table that is hidden from it.
    fn pooled() -> Pooled {
        let mut connection = Connection::open_in_memory().unwrap();
        let schema = "CREATE TABLE invoice (id INTEGER); CREATE TABLE ledger_secret (id INTEGER);
                      CREATE VIEW shown AS SELECT id FROM invoice; INSERT INTO ledger_secret VALUES (1)";
        connection.execute_batch(schema).unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let sandbox = Arc::new(Sandbox::default());
        let names = Names {
            tables: names(&["invoice"]),
            views: names(&["shown"]),
            hidden: names(&["ledger_secret"]),
            ..Names::default()
        };
        sandbox.set_catalog(Arc::new(Catalog::new(Vec::new(), names)));
        sandbox::confine(&mut connection, &sandbox).unwrap();
        Pooled { connection, sandbox }
    }

    fn read(pooled: &mut Pooled, sql: &'static str) -> Result<Vec<Vec<Json>>, String> {
        let limits = SqlLimits::default();
        let select = |connection: &mut Connection| {
            let mut kept = prepared(connection.prepare_cached(&format!("{sql}{KEPT}")), limits)?;
            select(&mut kept, SqlParams::Positional(&[]), limits)
        };
        pooled.as_public(select).map(|(_, rows, _)| rows).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_kept_statement_of_the_ledger_is_not_found_for_the_public() {
        let (mut pooled, sql) = (pooled(), "SELECT id FROM ledger_secret");
        let own = |pooled: &Pooled| pooled.connection.prepare_cached(sql).unwrap().exists([]).unwrap();
        assert!(own(&pooled));
        assert_eq!(read(&mut pooled, sql), Err("sql/3".to_owned()));
        assert!(own(&pooled));
        assert_eq!(read(&mut pooled, "SELECT id FROM shown"), Ok(vec![]));
    }

    #[test]
    fn a_kept_statement_is_authorised_again_when_the_schema_has_changed() {
        let (mut pooled, sql) = (pooled(), "SELECT id FROM shown");
        assert_eq!(read(&mut pooled, sql), Ok(vec![]));
        let change = |pooled: &Pooled, of: &str| {
            let schema = format!("DROP VIEW shown; CREATE VIEW shown AS SELECT id FROM {of}");
            pooled.connection.execute_batch(&schema).unwrap();
        };
        change(&pooled, "ledger_secret");
        assert_eq!(read(&mut pooled, sql), Err("sql/3".to_owned()));
        change(&pooled, "invoice");
        assert_eq!(read(&mut pooled, sql), Ok(vec![]));
    }
}
