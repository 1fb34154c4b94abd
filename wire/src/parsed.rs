//! Statements as trees, for their types and for the catalogue. What is executed is never made from a tree of the ledger's statements.

use counterfoil_types::limits;
use sqlparser::{
    ast::{Expr, Statement, Visit as _, Visitor},
    dialect::{Dialect, PostgreSqlDialect, SQLiteDialect},
    parser::{Parser, ParserError},
};
use std::{io, ops::ControlFlow, thread};

/// Stack for trees as deep as a text of the greatest length can make them; pages that are not used cost nothing.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Runs `work`, which walks trees, where there is room for it.
pub(crate) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let running =
            thread::Builder::new().name("sql tree".into()).stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        running.join().map_err(|_| io::Error::other("a tree of SQL was not walked to its end"))
    })
}

/// The tree of one statement, by PostgreSQL's grammar or else SQLite's; none of what is too long or understood by neither.
pub(crate) fn parse(sql: &str) -> Option<Statement> {
    if sql.len() > limits::WIRE_PARSED_BYTES_MAX {
        return None;
    }
    one(&PostgreSqlDialect {}, sql).or_else(|_| one(&SQLiteDialect {}, sql)).ok()
}

/// The tree of one statement of PostgreSQL.
pub(crate) fn postgresql(sql: &str) -> Result<Statement, ParserError> {
    if sql.len() > limits::WIRE_PARSED_BYTES_MAX {
        let max = limits::WIRE_PARSED_BYTES_MAX;
        return Err(ParserError::ParserError(format!("a question to the catalogue has at most {max} bytes")));
    }
    one(&PostgreSqlDialect {}, sql)
}

fn one(dialect: &dyn Dialect, sql: &str) -> Result<Statement, ParserError> {
    let mut statements = Parser::parse_sql(dialect, sql)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) if statement.visit(&mut Depth(0)).is_break() => {
            Err(ParserError::RecursionLimitExceeded)
        }
        (Some(statement), true) => Ok(statement),
        _ => Err(ParserError::ParserError("one statement is expected".into())),
    }
}

/// Breaks off where expressions are too deep within each other. Operators in a row are a tree as deep as they are many, and what looks
/// at the parts of each part takes time by the square of that.
struct Depth(usize);

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 > limits::WIRE_PARSED_DEPTH_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 -= 1;
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_and_long_statements_are_refused_in_time() {
        let long = |operators: usize| format!("SELECT {}1", "1+".repeat(operators));
        assert!(with_room(|| parse(&long(limits::WIRE_PARSED_DEPTH_MAX - 2)).is_some()).unwrap());
        assert!(with_room(|| parse(&long(limits::WIRE_PARSED_BYTES_MAX / 2 - 10)).is_none()).unwrap());
        let deep = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(with_room(|| parse(&deep).is_none()).unwrap());
        let not = format!("SELECT {} 1", "NOT ".repeat(5_000));
        with_room(|| parse(&not).map(drop)).unwrap();
    }
}
