//! What a session has collected to be signed as one transaction.

use crate::{
    error::{SqlState, WireError},
    statement::Write,
};
use counterfoil_types::{Call, limits};
use serde_json::{Map, Value as Json, json};

/// The command that executes statements.
const EXECUTE: &str = "sql.execute";
/// The command that calls a package's action.
const CALL: &str = "package.call";

/// A statement that writes, in its turn.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    /// INSERT, UPDATE or DELETE.
    Write {
        /// Which.
        write: Write,
        /// Its text.
        sql: String,
        /// Values of its parameters.
        params: Vec<Json>,
    },
    /// CREATE, ALTER or DROP, with the answer's tag.
    Define {
        /// Its text.
        sql: String,
        /// The answer's tag.
        tag: String,
    },
    /// A package's action.
    Call {
        /// `package.action`.
        action: String,
        /// Its arguments.
        with: Map<String, Json>,
    },
}

/// A draft, and what is known of its answer.
#[derive(Debug, Clone)]
pub(crate) struct Collected {
    /// What is to be done.
    pub draft: Draft,
    /// The rows that were announced, in a transaction that the client ends.
    pub announced: Option<u64>,
    /// Where its answer belongs in what goes out, outside of such a transaction.
    pub place: usize,
}

/// What a draft did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Done {
    /// Rows were changed.
    Rows(u64),
    /// An action gave this.
    Output(Json),
    /// A definition.
    Defined,
}

/// Whether a transaction is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    /// Each series of messages is one.
    #[default]
    Implicit,
    /// Between BEGIN and its end.
    Open,
    /// The same, after an error.
    Failed,
}

/// A place to which a transaction can go back.
#[derive(Debug)]
struct Savepoint {
    name: String,
    drafts: usize,
    read_only: bool,
    /// How many settings were changed before it.
    settings: usize,
}

/// The transaction of a session.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    /// Whether it is open.
    pub state: State,
    /// Whether it only reads.
    pub read_only: bool,
    /// What it has collected.
    pub drafts: Vec<Collected>,
    bytes: usize,
    savepoints: Vec<Savepoint>,
    /// Whether a statement has read or written, after which it cannot be said to write that it only reads.
    pub asked: bool,
    /// Whether the client was told that reads do not see what is collected.
    pub told: bool,
}

impl Transaction {
    /// Collects one more.
    pub(crate) fn collect(&mut self, collected: Collected) -> Result<(), WireError> {
        let bytes = collected.draft.bytes();
        if self.bytes + bytes > limits::TRANSACTION_BYTES_MAX {
            let max = limits::TRANSACTION_BYTES_MAX;
            return Err(WireError::new(SqlState::ProgramLimit, format!("a transaction has at most {max} bytes")));
        }
        self.bytes += bytes;
        self.drafts.push(collected);
        Ok(())
    }

    /// Takes what is collected.
    pub(crate) fn take(&mut self) -> Vec<Collected> {
        self.bytes = 0;
        std::mem::take(&mut self.drafts)
    }

    /// Ends it; what is collected is forgotten.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }

    /// Remembers a place.
    pub(crate) fn savepoint(&mut self, name: String, settings: usize) {
        let (drafts, read_only) = (self.drafts.len(), self.read_only);
        self.savepoints.push(Savepoint { name, drafts, read_only, settings });
    }

    /// Forgets a place, and those after it.
    pub(crate) fn release(&mut self, name: &str) -> Result<(), WireError> {
        let at = self.find(name)?;
        self.savepoints.truncate(at);
        Ok(())
    }

    /// Forgets what was collected since a place; how many settings were changed before it.
    pub(crate) fn roll_back_to(&mut self, name: &str) -> Result<usize, WireError> {
        let at = self.find(name)?;
        self.savepoints.truncate(at + 1);
        let Savepoint { drafts, read_only, settings, .. } = self.savepoints[at];
        self.drafts.truncate(drafts);
        self.read_only = read_only;
        self.bytes = self.drafts.iter().map(|collected| collected.draft.bytes()).sum();
        self.state = State::Open;
        Ok(settings)
    }

    fn find(&self, name: &str) -> Result<usize, WireError> {
        let found = self.savepoints.iter().rposition(|known| known.name == name);
        found.ok_or_else(|| WireError::new(SqlState::NoSuchObject, format!("savepoint {name:?} does not exist")))
    }
}

impl Draft {
    /// About what it takes in a transaction.
    fn bytes(&self) -> usize {
        let json = |value: &Json| value.to_string().len() + 1;
        match self {
            Self::Write { sql, params, .. } => sql.len() + 32 + params.iter().map(json).sum::<usize>(),
            Self::Define { sql, .. } => sql.len() + 64,
            Self::Call { action, with } => {
                action.len() + 64 + with.iter().map(|(name, value)| name.len() + 4 + json(value)).sum::<usize>()
            }
        }
    }

    fn statement(&self) -> Option<Json> {
        match self {
            Self::Write { sql, params, .. } if params.is_empty() => Some(json!({ "sql": sql })),
            Self::Write { sql, params, .. } => Some(json!({ "sql": sql, "params": params })),
            Self::Define { sql, .. } => Some(json!({ "sql": sql })),
            Self::Call { .. } => None,
        }
    }
}

/// The calls of a transaction: writes that follow each other are one, a definition and an action each their own.
pub(crate) fn calls(drafts: &[Collected]) -> Vec<Call> {
    let mut calls = Vec::new();
    for group in groups(drafts) {
        calls.push(match &group[0].draft {
            Draft::Call { action, with } => Call::new(CALL, &json!({ "action": action, "with": with })),
            _ => {
                let statements: Vec<_> = group.iter().filter_map(|collected| collected.draft.statement()).collect();
                Call::new(EXECUTE, &json!({ "statements": statements }))
            }
        });
    }
    calls
}

fn groups(drafts: &[Collected]) -> impl Iterator<Item = &[Collected]> {
    drafts.chunk_by(|one, next| matches!((&one.draft, &next.draft), (Draft::Write { .. }, Draft::Write { .. })))
}

/// What each draft did, from the outputs of the calls.
pub(crate) fn done(drafts: &[Collected], outputs: &[Json]) -> Vec<Done> {
    let mut all = Vec::with_capacity(drafts.len());
    for (group, output) in groups(drafts).zip(outputs) {
        for (at, collected) in group.iter().enumerate() {
            all.push(match &collected.draft {
                Draft::Write { .. } => Done::Rows(output["changed"][at].as_u64().unwrap_or(0)),
                Draft::Define { .. } => Done::Defined,
                Draft::Call { .. } => Done::Output(output.clone()),
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(sql: &str) -> Collected {
        let draft = Draft::Write { write: Write::Insert, sql: sql.into(), params: vec![json!(1)] };
        Collected { draft, announced: None, place: 0 }
    }

    #[test]
    fn writes_in_a_row_are_one_call() {
        let define = Draft::Define { sql: "CREATE TABLE x".into(), tag: "CREATE TABLE".into() };
        let call = Draft::Call { action: "escrow.open".into(), with: Map::new() };
        let other = |draft| Collected { draft, announced: None, place: 0 };
        let drafts = [write("a"), write("b"), other(call), other(define), write("c")];
        let made = calls(&drafts);
        let texts: Vec<_> = made.iter().map(|call| format!("{} {}", call.r#do, call.with.get())).collect();
        assert_eq!(
            texts,
            [
                r#"sql.execute {"statements":[{"params":[1],"sql":"a"},{"params":[1],"sql":"b"}]}"#,
                r#"package.call {"action":"escrow.open","with":{}}"#,
                r#"sql.execute {"statements":[{"sql":"CREATE TABLE x"}]}"#,
                r#"sql.execute {"statements":[{"params":[1],"sql":"c"}]}"#,
            ]
        );
        let outputs =
            [json!({"changed": [1, 2]}), json!({"id": "d"}), json!({"changed": [0]}), json!({"changed": [3]})];
        let done = done(&drafts, &outputs);
        let expected = [Done::Rows(1), Done::Rows(2), Done::Output(json!({"id": "d"})), Done::Defined, Done::Rows(3)];
        assert_eq!(done, expected);
    }

    #[test]
    fn what_was_collected_since_a_savepoint_is_forgotten() {
        let mut transaction = Transaction { state: State::Open, ..Transaction::default() };
        transaction.collect(write("a")).unwrap();
        transaction.savepoint("s".into(), 3);
        transaction.read_only = true;
        transaction.collect(write("b")).unwrap();
        transaction.state = State::Failed;
        assert_eq!(transaction.roll_back_to("s"), Ok(3));
        assert_eq!((transaction.drafts.len(), transaction.state, transaction.read_only), (1, State::Open, false));
        transaction.release("s").unwrap();
        assert_eq!(transaction.roll_back_to("s").unwrap_err().state, SqlState::NoSuchObject);
        let large = "x".repeat(limits::TRANSACTION_BYTES_MAX);
        assert_eq!(transaction.collect(write(&large)).unwrap_err().state, SqlState::ProgramLimit);
    }
}
