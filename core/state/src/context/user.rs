use super::{Context, read_only};
use crate::{
    functions::Caller,
    lookup::{bound, read_value},
    table::Table,
};
use counterfoil_types::{Refusal, Value, limits, row};
use rusqlite::{Error, Statement, ffi};
use std::sync::Arc;

/// Values for the parameters of a statement that a user wrote.
#[derive(Debug, Clone, Copy)]
pub enum Arguments<'a> {
    /// For `?` and `?1`, in order.
    Positional(&'a [Value]),
    /// For `:name`. Values that the statement does not name are left out.
    Named(&'a [(&'a str, Value)]),
}

/// A row that a statement wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRow {
    /// Its table.
    pub table: Arc<Table>,
    /// The row before, if there was one.
    pub old: Option<Vec<Value>>,
    /// The row after, if there is one.
    pub new: Option<Vec<Value>>,
}

/// A constraint that a statement broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenConstraint {
    /// Which sort.
    pub kind: ConstraintKind,
    /// SQLite's words: `UNIQUE constraint failed: warehouse.receipt.id`.
    pub text: String,
}

/// The sorts of constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// CHECK.
    Check,
    /// NOT NULL.
    NotNull,
    /// UNIQUE or PRIMARY KEY.
    Unique,
    /// REFERENCES.
    ForeignKey,
    /// The type of a column.
    Type,
}

impl BrokenConstraint {
    /// What an error of SQLite says of it, if it is that.
    pub(super) fn of(error: &Error) -> Option<Self> {
        let Error::SqliteFailure(code, text) = error else { return None };
        let kind = match code.extended_code {
            ffi::SQLITE_CONSTRAINT_CHECK => ConstraintKind::Check,
            ffi::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                ConstraintKind::Unique
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
            ffi::SQLITE_CONSTRAINT_DATATYPE => ConstraintKind::Type,
            _ => return None,
        };
        Some(Self { kind, text: text.clone().unwrap_or_default() })
    }
}

impl Context<'_> {
    /// Sets in whose name the users' statements that follow run.
    pub fn act_for(&mut self, caller: Caller) {
        *self.sandbox.caller.lock() = caller;
    }

    /// Runs a user's statement that writes; the rows that it wrote, in the order of tables and keys.
    pub fn run_as_user(&mut self, sql: &str, arguments: Arguments<'_>) -> Result<Vec<WrittenRow>, Refusal> {
        self.begin_writing()?;
        let start = self.sandbox.capture.lock().len();
        self.guarded(sql, |statement| {
            bind(statement, arguments)?;
            statement.raw_execute()
        })?;
        let mut capture = self.sandbox.capture.lock();
        capture.settle(start);
        let decode = |bytes: &[u8]| row::decode(bytes).expect("a captured row decodes");
        let written = |(table, old, new): (&Arc<Table>, Option<&[u8]>, Option<&[u8]>)| WrittenRow {
            table: Arc::clone(table),
            old: old.map(decode),
            new: new.map(decode),
        };
        Ok(capture.since(start).map(written).collect())
    }

    /// Runs a user's SELECT: its rows, `rows_max` at most; with more, or with more bytes than all of a transaction may have
    /// ([`limits::USER_ROW_BYTES_MAX`]), the transaction is refused (`transaction/15`).
    pub fn rows_as_user(
        &self,
        sql: &str,
        arguments: Arguments<'_>,
        rows_max: usize,
    ) -> Result<Vec<Vec<Value>>, Refusal> {
        let rows = self.guarded(sql, |statement| {
            read_only(statement)?;
            bind(statement, arguments)?;
            let columns = statement.column_count();
            let mut rows = statement.raw_query();
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                if all.len() == rows_max {
                    return Ok(None);
                }
                let value = |at| {
                    let value = row.get_ref(at)?;
                    self.given.set(self.given.get() + value.as_bytes().map_or(8, <[u8]>::len));
                    Ok(read_value(value)?)
                };
                if self.given.get() > limits::USER_ROW_BYTES_MAX {
                    return Ok(None);
                }
                all.push((0..columns).map(value).collect::<rusqlite::Result<Vec<_>>>()?);
            }
            Ok(Some(all))
        })?;
        rows.filter(|_| self.given.get() <= limits::USER_ROW_BYTES_MAX).ok_or_else(|| self.too_much_work())
    }

    /// The constraint that the statement broke with which this transaction has failed, if it was that.
    pub fn broken_constraint(&self) -> Option<BrokenConstraint> {
        self.failure.borrow().constraint.clone()
    }
}

fn bind(statement: &mut Statement<'_>, arguments: Arguments<'_>) -> rusqlite::Result<()> {
    let count = statement.parameter_count();
    match arguments {
        Arguments::Positional(values) => {
            if values.len() != count {
                return Err(Error::InvalidParameterCount(values.len(), count));
            }
            values.iter().zip(1..).try_for_each(|(value, at)| statement.raw_bind_parameter(at, bound(value)))
        }
        Arguments::Named(values) => (1..=count).try_for_each(|at| {
            let name = statement.parameter_name(at).map(|name| &name[1..]);
            let found = name.and_then(|name| values.iter().find(|(known, _)| *known == name));
            let Some((_, value)) = found else {
                return Err(Error::InvalidParameterName(name.unwrap_or("?").to_owned()));
            };
            let value = bound(value);
            statement.raw_bind_parameter(at, value)
        }),
    }
}
