//! Functions of SQL that commands have instead of SQLite's, or beside them.

use crate::sandbox::Sandbox;
use counterfoil_types::Hash;
use rusqlite::{
    Connection, Error,
    functions::{Aggregate, Context, FunctionFlags},
    types::{Value, ValueRef},
};
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("integer overflow")]
    Overflow,
    #[error("sum() adds integers")]
    NotInteger,
    #[error("a subquery that stands for one value gave more than one row")]
    ManyRows,
    #[error("sha256() takes a text or a blob")]
    NotBytes,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::UserFunctionError(Box::new(refused))
    }
}

/// `exact_sum(x)` of integers, and for commands `sum(x)`: SQLite's own fails when it overflows on the way, and so depends on the order of rows.
struct Sum;

impl Aggregate<Option<i128>, Option<i64>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<i128>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<i128>) -> rusqlite::Result<()> {
        match context.get_raw(0) {
            ValueRef::Null => Ok(()),
            ValueRef::Integer(number) => {
                *sum = Some(sum.unwrap_or_default() + i128::from(number));
                Ok(())
            }
            _ => Err(Refused::NotInteger.into()),
        }
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<i128>>) -> rusqlite::Result<Option<i64>> {
        sum.flatten().map(|sum| i64::try_from(sum).map_err(|_| Refused::Overflow.into())).transpose()
    }
}

/// `only(x)`: the value of the only row, NULL without one. SQL's rule for a subquery that stands for a value (ISO/IEC 9075-2, scalar
/// subquery); SQLite itself takes whichever row it finds first.
struct Only;

impl Aggregate<Option<Value>, Option<Value>> for Only {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<Value>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, only: &mut Option<Value>) -> rusqlite::Result<()> {
        match only.replace(context.get(0)?) {
            None => Ok(()),
            Some(_) => Err(Refused::ManyRows.into()),
        }
    }

    fn finalize(&self, _: &mut Context<'_>, only: Option<Option<Value>>) -> rusqlite::Result<Option<Value>> {
        Ok(only.flatten())
    }
}

/// `sha256(x)`: the hash of a text in UTF-8, or of a blob, as 64 hexadecimal digits in lower case; NULL of NULL.
fn sha256(value: ValueRef<'_>) -> rusqlite::Result<Option<String>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(Some(Hash::of(&[bytes]).to_string())),
        ValueRef::Integer(_) | ValueRef::Real(_) => Err(Refused::NotBytes.into()),
    }
}

/// What users' statements ask of the transaction that they are part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// `caller()`: the member in whose name it acts.
    pub member: String,
    /// `caller_key()`: the key that signed.
    pub key: String,
    /// What `caller_has_role(x)` is true of.
    pub roles: Vec<String>,
    /// `now()`: the block's time, milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// `height()`: the block's height.
    pub height: i64,
    /// `transaction_id()`: the transaction's identity, hexadecimal.
    pub transaction: String,
}

/// The functions of [`Caller`].
pub(crate) const CALLER: &[&str] = &["caller", "caller_has_role", "caller_key", "height", "now", "transaction_id"];

/// Registers what users' statements have besides SQLite's functions, wherever they run.
pub(crate) fn register_pure(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_aggregate_function("exact_sum", 1, PURE, Sum)?;
    connection.create_aggregate_function("only", 1, PURE, Only)?;
    connection.create_scalar_function("sha256", 1, PURE, |context| sha256(context.get_raw(0)))
}

const PURE: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC).union(FunctionFlags::SQLITE_INNOCUOUS);

/// Registers all of them on the writing connection.
pub(crate) fn register(connection: &Connection, sandbox: &Arc<Sandbox>) -> rusqlite::Result<()> {
    register_pure(connection)?;
    connection.create_aggregate_function("sum", 1, PURE, Sum)?;
    // Deterministic as far as one statement can see, and never part of what is stored: not in a CHECK, an index or a view.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    let scalar = |name: &str, value: fn(&Caller) -> Value| {
        let sandbox = Arc::clone(sandbox);
        connection.create_scalar_function(name, 0, flags, move |_| Ok(value(&sandbox.caller.lock())))
    };
    scalar("caller", |caller| caller.member.clone().into())?;
    scalar("caller_key", |caller| caller.key.clone().into())?;
    scalar("now", |caller| caller.now_ms.into())?;
    scalar("height", |caller| caller.height.into())?;
    scalar("transaction_id", |caller| caller.transaction.clone().into())?;
    let sandbox = Arc::clone(sandbox);
    connection.create_scalar_function("caller_has_role", 1, flags, move |context| {
        let role = context.get_raw(0);
        Ok(role.as_str().is_ok_and(|role| sandbox.caller.lock().roles.iter().any(|known| known == role)))
    })
}
