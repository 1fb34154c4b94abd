//! What the authorizer cannot see is read from the text before it is prepared.

use crate::lexer::{Token, tokens};

/// Names with these beginnings are the ledger's own or SQLite's.
pub(crate) const RESERVED: [&str; 2] = ["ledger_", "sqlite_"];

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|prefix| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)))
}

/// A name or literal that could stand for an internal table. A common table expression named like one of our triggers or views would
/// pass the authorizer for it (SQLite reports either as the accessor), so no such name may occur in the text at all.
pub(crate) fn reserved_name<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    tokens.iter().find_map(|token| match token {
        Token::Word(name) | Token::Quoted(name) | Token::Text(name) if is_reserved(name) => Some(*name),
        _ => None,
    })
}

/// Whether a command may run `sql`; the error says why not.
pub(crate) fn command(sql: &str) -> Result<(), String> {
    let tokens = tokens(sql);
    if let Some(name) = reserved_name(&tokens) {
        return Err(format!("{name} is internal; give a text that begins so as a parameter"));
    }
    for pair in tokens.windows(2) {
        if pair[0].is("or") && (pair[1].is("rollback") || pair[1].is("fail")) {
            return Err(
                "OR ROLLBACK and OR FAIL are not allowed: a failed statement refuses the whole transaction".into()
            );
        }
        let types = ["real", "float", "double", "numeric", "decimal"];
        if pair[0].is("as") && types.iter().any(|name| pair[1].is(name)) {
            return Err("there are no fractional numbers: count in minor units".into());
        }
    }
    if tokens.iter().any(|token| matches!(token, Token::Number { decimal: true, .. })) {
        return Err("there are no fractional numbers: count in minor units".into());
    }
    Ok(())
}

/// Whether a module's schema may be `sql`; the error says why not.
pub(crate) fn schema(sql: &str) -> Result<(), String> {
    command(sql)?;
    let tokens = tokens(sql);
    let refused = [
        ("trigger", "triggers are not allowed: a command writes what it means"),
        ("autoincrement", "AUTOINCREMENT is not allowed: ids derive from transactions"),
        ("deferrable", "deferred constraints are not allowed: each statement is checked at once"),
        ("temp", "temporary objects are not allowed"),
        ("temporary", "temporary objects are not allowed"),
        ("virtual", "virtual tables and columns are not allowed"),
    ];
    for (word, why) in refused {
        if tokens.iter().any(|token| token.is(word)) {
            return Err(why.into());
        }
    }
    for three in tokens.windows(3) {
        if three[0].is("on") && three[1].is("conflict") && (three[2].is("rollback") || three[2].is("fail")) {
            return Err("ON CONFLICT ROLLBACK and ON CONFLICT FAIL are not allowed".into());
        }
    }
    Ok(())
}

/// Whether a column's default is a literal, and so the same everywhere.
pub(crate) fn is_literal(default: &str) -> bool {
    tokens(default).iter().all(|token| match token {
        Token::Number { decimal, .. } => !decimal,
        Token::Text(_) | Token::Blob(_) => true,
        Token::Word(word) => ["null", "true", "false"].iter().any(|known| word.eq_ignore_ascii_case(known)),
        Token::Symbol(symbol) => "+-()".contains(*symbol),
        Token::Quoted(_) | Token::Parameter(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflict_clauses_that_leave_half_a_statement_are_refused() {
        for sql in [
            "INSERT OR FAIL INTO t VALUES (1)",
            "UPDATE or/**/rollback t SET a = 1",
            "INSERT OR --\nFAIL INTO t VALUES (1)",
            "SELECT 1.0",
            "SELECT 1e3",
            "SELECT CAST(a AS REAL) FROM t",
            "SELECT * FROM 'ledger_block'",
            "WITH Ledger_capture AS (SELECT 1) SELECT * FROM [LEDGER_capture]",
            "SELECT * FROM `sqlite_schema`",
        ] {
            assert!(command(sql).is_err(), "{sql}");
        }
        for sql in ["INSERT OR REPLACE INTO t VALUES (1, 'or fail', 'a.b', 10)", "SELECT t.a FROM t -- OR FAIL 1.5"] {
            assert_eq!(command(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn defaults_are_literals() {
        for default in ["0", "-1", "'x'", "NULL", "x'00'", "(7)"] {
            assert!(is_literal(default), "{default}");
        }
        for default in ["1.5", "CURRENT_TIMESTAMP", "(random())", "(1 || 2)", "\"a\""] {
            assert!(!is_literal(default), "{default}");
        }
    }
}
