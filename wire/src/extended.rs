//! The extended protocol: statements prepared, bound and run in steps.

use crate::{
    call,
    catalog::{Until, Wait},
    error::{SqlState, WireError},
    frontend::{Bind, Target},
    plan::{self, Ledger, Plan},
    reply::{self, Field},
    run::{Running, format_of, is_plain},
    session::{Session, Step},
    statement::{self, Sort},
    text,
    transaction::State,
    types::{self, PgType},
};
use counterfoil_state::SqlLimits;
use counterfoil_types::limits;
use rusqlite::types::Value;
use std::sync::Arc;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task,
};

/// A prepared statement.
pub(crate) struct Prepared {
    /// What it is.
    pub sort: Sort,
    /// What is known of it.
    pub plan: Arc<Plan>,
}

/// A statement with its values.
pub(crate) struct Portal {
    /// The statement.
    pub prepared: Arc<Prepared>,
    /// The values.
    pub values: Vec<Value>,
    /// Bytes of the values as they came.
    pub bytes: usize,
    /// Formats of the result's columns.
    pub formats: Vec<i16>,
    /// How far it has run.
    pub progress: Progress,
}

/// How far a portal has run.
pub(crate) enum Progress {
    /// Not yet.
    Ready,
    /// In part; so many rows were given.
    Half(Box<Running>),
    /// To its end.
    Done,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Refuses all but the end of a transaction that has failed.
    pub(crate) fn require_sound(&self, sort: Sort) -> Result<(), WireError> {
        if self.transaction.state == State::Failed && !statement::ends_transaction(sort) {
            let text = "current transaction is aborted, commands ignored until end of transaction block";
            return Err(WireError::new(SqlState::FailedTransaction, text));
        }
        Ok(())
    }

    /// Works out what a statement is and takes.
    pub(crate) async fn prepare(&mut self, sql: &str, given: &[u32], before: Option<&Plan>) -> Step<Prepared> {
        let sort = statement::sort(sql)?;
        self.require_sound(sort)?;
        let (asked, given) = (sql.to_owned(), given.to_vec());
        let plan = match sort {
            Sort::Read { vault } => {
                let ledger = self.ledger(vault).await?;
                let plain = is_plain(&ledger, &asked);
                match plain.then(|| plan::read_if_known(&ledger, &asked, &given, before)).flatten() {
                    Some(plan) => plan,
                    None => blocking(move || plan::read(&ledger, &asked, &given)).await?,
                }
            }
            Sort::Catalog => {
                let catalog = self.catalog().await?;
                let until = Until::new(self.settings.time_max(SqlLimits::default().time_max), &self.stop);
                blocking(move || plan::question(catalog, &asked, &given, Wait { turn: None, until })).await?
            }
            Sort::Write(_) => {
                let ledger = Ledger { as_of: None, ..self.ledger(false).await? };
                blocking(move || plan::write(&ledger, &asked, &given)).await?
            }
            Sort::Call => {
                let written = call::parse(sql)?;
                let output = Field { name: "output".into(), kind: PgType::Json };
                plan::bare(sql, vec![output], &written.types, &given)
            }
            Sort::Show => plan::bare(sql, self.show_fields(sql)?, &[], &given),
            _ => plan::bare(sql, Vec::new(), &[], &given),
        };
        Ok(Prepared { sort, plan: Arc::new(plan) })
    }

    pub(crate) async fn parse(&mut self, name: String, sql: &str, types: &[u32]) -> Step {
        if !name.is_empty() && self.statements.contains_key(&name) {
            let text = format!("prepared statement {name:?} already exists");
            return Err(WireError::new(SqlState::DuplicateStatement, text).into());
        }
        let parts = text::statements(sql);
        if parts.len() > 1 {
            let text = "cannot insert multiple commands into a prepared statement";
            return Err(WireError::new(SqlState::Syntax, text).into());
        }
        let held: usize = self.statements.values().map(|prepared| prepared.plan.asked.len()).sum();
        if self.statements.len() >= limits::WIRE_STATEMENTS_MAX || held + sql.len() > limits::WIRE_STATEMENT_BYTES_MAX {
            let text = "too many prepared statements: close some";
            return Err(WireError::new(SqlState::ConfigurationLimit, text).into());
        }
        // The whole text, and not its part, so that places in it are the client's.
        let asked = if parts.is_empty() { "" } else { sql.trim_end().trim_end_matches(';') };
        // The unnamed statement is mostly the same as before it.
        let before = self.statements.get("").map(|prepared| Arc::clone(&prepared.plan));
        let prepared = self.prepare(asked, types, before.as_deref()).await?;
        self.statements.insert(name, Arc::new(prepared));
        reply::bare(&mut self.stream.out, reply::PARSE_COMPLETE);
        Ok(())
    }

    pub(crate) fn bind(&mut self, bind: Bind) -> Step {
        let prepared = self.statement(&bind.statement)?;
        self.require_sound(prepared.sort)?;
        let kinds = &prepared.plan.parameters;
        if bind.values.len() != kinds.len() {
            let (given, takes) = (bind.values.len(), kinds.len());
            let name = &bind.statement;
            let text =
                format!("bind message supplies {given} parameters, but prepared statement {name:?} requires {takes}");
            return Err(WireError::new(SqlState::ProtocolViolation, text).into());
        }
        for (formats, count) in [(&bind.formats, kinds.len()), (&bind.result_formats, prepared.plan.fields.len())] {
            if formats.len() > 1 && formats.len() != count {
                let text = format!("bind message has {} formats for {count} values", formats.len());
                return Err(WireError::new(SqlState::ProtocolViolation, text).into());
            }
        }
        if !bind.portal.is_empty() && self.portals.contains_key(&bind.portal) {
            let text = format!("portal {:?} already exists", bind.portal);
            return Err(WireError::new(SqlState::DuplicateStatement, text).into());
        }
        let bytes: usize = bind.values.iter().flatten().map(bytes::Bytes::len).sum();
        let held: usize = self.portals.values().map(|portal| portal.bytes).sum();
        if self.portals.len() >= limits::WIRE_STATEMENTS_MAX || held + bytes > limits::WIRE_STATEMENT_BYTES_MAX {
            return Err(WireError::new(SqlState::ConfigurationLimit, "too many portals: close some").into());
        }
        let value = |(at, bytes): (usize, &Option<bytes::Bytes>)| match bytes {
            None => Ok(Value::Null),
            Some(bytes) => types::decode(kinds[at], format_of(&bind.formats, at), bytes),
        };
        let values = bind.values.iter().enumerate().map(value).collect::<Result<_, _>>()?;
        let portal = Portal { prepared, values, bytes, formats: bind.result_formats, progress: Progress::Ready };
        self.portals.insert(bind.portal, portal);
        reply::bare(&mut self.stream.out, reply::BIND_COMPLETE);
        Ok(())
    }

    fn statement(&self, name: &str) -> Result<Arc<Prepared>, WireError> {
        self.statements.get(name).cloned().ok_or_else(|| {
            WireError::new(SqlState::NoSuchStatement, format!("prepared statement {name:?} does not exist"))
        })
    }

    pub(crate) fn describe(&mut self, target: &Target) -> Step {
        let (prepared, formats) = match target {
            Target::Statement(name) => {
                let prepared = self.statement(name)?;
                reply::parameters(&mut self.stream.out, &prepared.plan.parameters);
                (prepared, Vec::new())
            }
            Target::Portal(name) => {
                let portal = self.portals.get(name).ok_or_else(|| no_portal(name))?;
                (Arc::clone(&portal.prepared), portal.formats.clone())
            }
        };
        match prepared.plan.fields.as_slice() {
            [] => reply::bare(&mut self.stream.out, reply::NO_DATA),
            fields => reply::row_description(&mut self.stream.out, fields, |at| format_of(&formats, at)),
        }
        Ok(())
    }

    pub(crate) async fn execute(&mut self, name: &str, rows_max: usize) -> Step {
        let mut portal = self.portals.remove(name).ok_or_else(|| no_portal(name))?;
        self.require_sound(portal.prepared.sort)?;
        let result = self.run_portal(&mut portal, rows_max).await;
        // COMMIT and ROLLBACK end the portals with the transaction.
        let ends = matches!(portal.prepared.sort, Sort::Commit | Sort::Rollback);
        if result.is_ok() && !ends {
            self.portals.insert(name.to_owned(), portal);
        }
        result
    }

    pub(crate) fn close(&mut self, target: Target) {
        match target {
            Target::Statement(name) => drop(self.statements.remove(&name)),
            Target::Portal(name) => drop(self.portals.remove(&name)),
        }
        reply::bare(&mut self.stream.out, reply::CLOSE_COMPLETE);
    }
}

fn no_portal(name: &str) -> WireError {
    WireError::new(SqlState::NoSuchPortal, format!("portal {name:?} does not exist"))
}

/// Runs what may block beside the others.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    task::spawn_blocking(work).await.map_err(|error| WireError::new(SqlState::Internal, error.to_string()))?
}
