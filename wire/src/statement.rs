//! What a statement is, by its first words.

use crate::{
    error::{SqlState, WireError},
    text::{self, Kind, Token},
};

/// What is to be done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Nothing: it has no token.
    Empty,
    /// A SELECT over the ledger; whether it names the vault.
    Read {
        /// Whether the vault must be there.
        vault: bool,
    },
    /// A SELECT over PostgreSQL's catalogue.
    Catalog,
    /// INSERT, UPDATE or DELETE.
    Write(Write),
    /// CREATE, ALTER or DROP.
    Define,
    /// A package's action.
    Call,
    /// The beginning of a transaction.
    Begin,
    /// Its end.
    Commit,
    /// Its end without effect.
    Rollback,
    /// A place in a transaction to which it can go back.
    Savepoint,
    /// The end of such a place.
    Release,
    /// Back to such a place.
    RollbackTo,
    /// SHOW of a setting.
    Show,
    /// SET or RESET of a setting.
    Set,
    /// What a pool says before it gives a session to somebody else, and the like: done by doing nothing. The answer's tag.
    Nothing(&'static str),
    /// DEALLOCATE, or DISCARD ALL.
    Forget,
}

/// Which kind of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl Write {
    /// The answer's tag for so many rows.
    pub(crate) fn tag(self, rows: u64) -> String {
        match self {
            Self::Insert => format!("INSERT 0 {rows}"),
            Self::Update => format!("UPDATE {rows}"),
            Self::Delete => format!("DELETE {rows}"),
        }
    }
}

/// Words with which statements begin that PostgreSQL or SQLite know and this does not do, and why.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("copy", "COPY is not supported: use INSERT and SELECT"),
    ("declare", "DECLARE is not supported: take rows in parts by a portal of the extended protocol"),
    ("fetch", "FETCH is not supported: take rows in parts by a portal of the extended protocol"),
    ("move", "MOVE is not supported"),
    ("prepare", "PREPARE as a statement is not supported: use the extended protocol"),
    ("execute", "EXECUTE as a statement is not supported: use the extended protocol"),
    ("listen", "LISTEN is not supported: follow /v1/events"),
    ("notify", "NOTIFY is not supported: actions emit events"),
    ("lock", "LOCK is not supported: transactions are executed one after the other"),
    ("truncate", "TRUNCATE is not supported: use DELETE"),
    ("merge", "MERGE is not supported: use INSERT … ON CONFLICT"),
    ("replace", "REPLACE is not supported: use INSERT … ON CONFLICT"),
    ("grant", "rights are options of a table here: CREATE TABLE … WITH (writers = …)"),
    ("revoke", "rights are options of a table here: CREATE TABLE … WITH (writers = …)"),
    ("do", "DO is not supported"),
    ("pragma", "PRAGMA is not supported"),
    ("attach", "ATTACH is not supported"),
    ("detach", "DETACH is not supported"),
    ("vacuum", "VACUUM is not supported: each node looks after its own database"),
    ("analyze", "ANALYZE is not supported: each node looks after its own database"),
    ("reindex", "REINDEX is not supported: each node looks after its own database"),
    ("cluster", "CLUSTER is not supported"),
    ("checkpoint", "CHECKPOINT is not supported"),
    ("load", "LOAD is not supported"),
    ("comment", "COMMENT is not supported"),
    ("table", "TABLE is not supported: use SELECT * FROM"),
    ("refresh", "there are no materialized views"),
    ("import", "IMPORT is not supported"),
    ("reassign", "REASSIGN is not supported"),
    ("security", "SECURITY LABEL is not supported"),
];

/// Whether a statement is one of those that a failed transaction still takes.
pub(crate) fn ends_transaction(sort: Sort) -> bool {
    matches!(sort, Sort::Commit | Sort::Rollback | Sort::RollbackTo | Sort::Empty)
}

/// What a statement is.
///
/// # Errors
/// `0A000` for what is not done here, `42601` for what is no statement.
pub(crate) fn sort(sql: &str) -> Result<Sort, WireError> {
    let tokens = text::tokens(sql);
    let Some(first) = tokens.first() else { return Ok(Sort::Empty) };
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let lower = first.text.to_ascii_lowercase();
    Ok(match (first.kind, lower.as_str()) {
        (Kind::Word, "select" | "values" | "with") if names_catalog(&tokens) => Sort::Catalog,
        (Kind::Word, "select" | "values" | "with" | "explain") => Sort::Read { vault: names_vault(&tokens) },
        (Kind::Word, "insert") => Sort::Write(Write::Insert),
        (Kind::Word, "update") => Sort::Write(Write::Update),
        (Kind::Word, "delete") => Sort::Write(Write::Delete),
        (Kind::Word, "create" | "alter" | "drop") => Sort::Define,
        (Kind::Word, "call") => Sort::Call,
        (Kind::Word, "begin") => Sort::Begin,
        (Kind::Word, "start") if word(1, "transaction") => Sort::Begin,
        (Kind::Word, "commit" | "end") if word(1, "prepared") => return Err(two_phase(sql, first)),
        (Kind::Word, "savepoint") => Sort::Savepoint,
        (Kind::Word, "release") => Sort::Release,
        (Kind::Word, "rollback") if tokens.iter().any(|token| token.is("to")) => Sort::RollbackTo,
        (Kind::Word, "rollback") if word(1, "prepared") => return Err(two_phase(sql, first)),
        (Kind::Word, "commit" | "end" | "rollback" | "abort") if chains(&tokens) => {
            let text = "AND CHAIN is not supported: begin the next transaction by BEGIN";
            return Err(WireError::new(SqlState::FeatureNotSupported, text).at(sql, first.at));
        }
        (Kind::Word, "commit" | "end") => Sort::Commit,
        (Kind::Word, "rollback" | "abort") => Sort::Rollback,
        (Kind::Word, "show") => Sort::Show,
        (Kind::Word, "set" | "reset") => Sort::Set,
        (Kind::Word, "deallocate" | "discard") => Sort::Forget,
        (Kind::Word, "close") if word(1, "all") => Sort::Nothing("CLOSE CURSOR ALL"),
        (Kind::Word, "unlisten") => Sort::Nothing("UNLISTEN"),
        (Kind::Word, known) => return Err(not_done(sql, first, known)),
        _ => return Err(syntax_error(sql, first)),
    })
}

/// Whether the end of a transaction is to begin another.
fn chains(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).any(|pair| pair[0].is("and") && pair[1].is("chain"))
}

fn two_phase(sql: &str, token: &Token<'_>) -> WireError {
    WireError::new(SqlState::FeatureNotSupported, "two-phase commit is not supported").at(sql, token.at)
}

fn not_done(sql: &str, token: &Token<'_>, word: &str) -> WireError {
    match UNSUPPORTED.iter().find(|(known, _)| *known == word) {
        Some((_, why)) => WireError::new(SqlState::FeatureNotSupported, *why).at(sql, token.at),
        None => syntax_error(sql, token),
    }
}

/// PostgreSQL's words for a token that cannot stand where it does.
pub(crate) fn syntax_error(sql: &str, token: &Token<'_>) -> WireError {
    WireError::new(SqlState::Syntax, format!("syntax error at or near {:?}", token.text)).at(sql, token.at)
}

/// Names that mean PostgreSQL's catalogue, before a parenthesis.
const CATALOG_FUNCTIONS: &[&str] = &[
    "version",
    "current_schema",
    "current_schemas",
    "current_database",
    "current_catalog",
    "current_setting",
    "set_config",
    "obj_description",
    "col_description",
    "format_type",
    "to_regclass",
    "to_regtype",
    "has_table_privilege",
    "has_schema_privilege",
    "has_database_privilege",
    "inet_server_addr",
    "inet_server_port",
    "txid_current",
];
/// The same without one.
const CATALOG_WORDS: &[&str] = &[
    "pg_catalog",
    "information_schema",
    "current_user",
    "session_user",
    "current_role",
    "current_catalog",
    "current_schema",
    "regclass",
    "regtype",
    "regnamespace",
];

fn names_catalog(tokens: &[Token<'_>]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let Some(name) = token.name() else { return false };
        let called = tokens.get(at + 1).is_some_and(|next| next.is_symbol('('));
        let of_another = at > 0 && tokens[at - 1].is_symbol('.');
        (name.starts_with("pg_") && !of_another)
            || CATALOG_WORDS.contains(&name.as_str())
            || (called && CATALOG_FUNCTIONS.contains(&name.as_str()))
    })
}

fn names_vault(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).any(|pair| pair[0].name().as_deref() == Some("vault") && pair[1].is_symbol('.'))
        || tokens.iter().any(|token| token.name().is_some_and(|name| name.starts_with("vault_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart() {
        for (sql, expected) in [
            ("", Sort::Empty),
            (" -- nothing", Sort::Empty),
            ("SELECT 1", Sort::Read { vault: false }),
            ("/* a */ with x AS (SELECT 1) SELECT * FROM x", Sort::Read { vault: false }),
            ("SELECT * FROM vault.vault_field", Sort::Read { vault: true }),
            ("SELECT version FROM document_sealed", Sort::Read { vault: false }),
            ("select pg_catalog.version()", Sort::Catalog),
            ("select current_schema()", Sort::Catalog),
            ("SELECT t.pg_name FROM t", Sort::Read { vault: false }),
            ("insert into a.b values (1)", Sort::Write(Write::Insert)),
            ("CREATE TABLE a.b (id INTEGER PRIMARY KEY)", Sort::Define),
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", Sort::Begin),
            ("END", Sort::Commit),
            ("COMMIT WORK AND NO CHAIN", Sort::Commit),
            ("ROLLBACK TO a", Sort::RollbackTo),
            ("DISCARD ALL", Sort::Forget),
            ("UNLISTEN *", Sort::Nothing("UNLISTEN")),
        ] {
            assert_eq!(sort(sql), Ok(expected), "{sql}");
        }
        for (sql, state, position) in [
            ("PRAGMA table_info(a)", SqlState::FeatureNotSupported, 1),
            (" ATTACH 'x' AS y", SqlState::FeatureNotSupported, 2),
            ("COMMIT AND CHAIN", SqlState::FeatureNotSupported, 1),
            (" rollback work and chain", SqlState::FeatureNotSupported, 2),
            ("COPY a FROM stdin", SqlState::FeatureNotSupported, 1),
            ("SELEKT 1", SqlState::Syntax, 1),
            ("é)", SqlState::Syntax, 1),
            ("(SELECT 1)", SqlState::Syntax, 1),
        ] {
            let error = sort(sql).unwrap_err();
            assert_eq!((error.state, error.position), (state, Some(position)), "{sql}");
        }
    }
}
