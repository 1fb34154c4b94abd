//! Doing what statements say.

use crate::{
    call,
    catalog::Wait,
    error::{SqlState, WireError},
    extended::{Portal, Prepared, Progress},
    plan::{self, Plan},
    reply::{self, Severity},
    run::{After, Job, Planning, Running, Work, at_once, is_plain},
    session::{Session, Step, Stopped},
    statement::{self, Sort},
    stream::SEND_BYTES,
    text,
    transaction::{Draft, State},
    turn::Turn,
    types,
};
use counterfoil_state::SqlLimits;
use rusqlite::types::Value;
use serde_json::{Value as Json, json};
use std::{io, sync::Arc, time::Instant};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout_at,
};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// The simple protocol: statements as one text.
    pub(crate) async fn simple(&mut self, sql: &str) -> Step {
        let parts = text::statements(sql);
        if parts.is_empty() {
            reply::bare(&mut self.stream.out, reply::EMPTY_QUERY);
            return Ok(());
        }
        for part in parts {
            let before = part.as_ptr() as usize - sql.as_ptr() as usize;
            match self.simple_statement(part).await {
                Err(Stopped::Error(error)) => {
                    let position = error.position.map(|at| at + sql[..before].chars().count());
                    return Err(WireError { position, ..error }.into());
                }
                done => done?,
            }
        }
        Ok(())
    }

    async fn simple_statement(&mut self, sql: &str) -> Step {
        self.require_valid()?;
        let sort = statement::sort(sql)?;
        self.require_sound(sort)?;
        if let Sort::Read { .. } | Sort::Catalog = sort {
            return self.simple_read(sort, sql).await;
        }
        let prepared = Arc::new(self.prepare(sql, &[], None).await?);
        require_no_parameters(&prepared.plan)?;
        if !prepared.plan.fields.is_empty() {
            reply::row_description(&mut self.stream.out, &prepared.plan.fields, |_| types::TEXT);
        }
        let mut portal =
            Portal { prepared, values: Vec::new(), bytes: 0, formats: Vec::new(), progress: Progress::Ready };
        self.run_portal(&mut portal, 0).await
    }

    /// Plans and runs a SELECT at once.
    async fn simple_read(&mut self, sort: Sort, sql: &str) -> Step {
        self.before_read().await?;
        let ledger = self.ledger(sort == Sort::Read { vault: true }).await?;
        if matches!(sort, Sort::Read { .. }) && is_plain(&ledger, sql) {
            let plan = plan::read_if_known(&ledger, sql, &[], None).filter(|plan| plan.parameters.is_empty());
            if let Some((plan, (rows, count))) = plan.and_then(|plan| {
                let rows = at_once(&plan, &ledger, &[], &[])?;
                Some((plan, rows))
            }) {
                reply::row_description(&mut self.stream.out, &plan.fields, |_| types::TEXT);
                self.stream.out.extend_from_slice(&rows);
                reply::complete(&mut self.stream.out, &format!("SELECT {count}"));
                return self.relieve().await;
            }
        }
        let asked = sql.to_owned();
        let planning: Planning = match sort {
            Sort::Read { .. } => Box::new(move |ledger, _| plan::read(ledger, &asked, &[])),
            _ => {
                let catalog = self.catalog().await?;
                Box::new(move |_, wait| plan::question(catalog, &asked, &[], wait))
            }
        };
        let planning = move |ledger: &plan::Ledger, wait: Wait<'_>| {
            let plan = planning(ledger, wait)?;
            require_no_parameters(&plan)?;
            Ok(plan)
        };
        let job = self.job(Work::Text(Box::new(planning)), ledger, Vec::new(), Vec::new()).await?;
        let mut running = Running::start(job, 0);
        let (rows, _) = self.rows(&mut running).await?;
        self.adopt()?;
        reply::complete(&mut self.stream.out, &format!("SELECT {rows}"));
        Ok(())
    }

    async fn job(
        &self,
        work: Work,
        ledger: plan::Ledger,
        params: Vec<Value>,
        formats: Vec<i16>,
    ) -> Result<Job, WireError> {
        let time_max = self.settings.time_max(SqlLimits::default().time_max);
        let turn = Turn::take(Arc::clone(&self.shared.backend)).await?;
        let until = Instant::now() + self.shared.bounds.reading;
        Ok(Job { work, ledger, params, formats, time_max, turn, until, stop: Arc::clone(&self.stop), partial: None })
    }

    /// Outside of BEGIN and COMMIT, what was written before is done before it is read.
    async fn before_read(&mut self) -> Step {
        self.transaction.asked = true;
        if self.transaction.state == State::Implicit {
            return self.settle().await;
        }
        if !self.transaction.drafts.is_empty() && !self.transaction.told {
            self.transaction.told = true;
            let words = "reads see the committed state, without what this transaction has collected so far";
            self.notice(Severity::Notice, "00000", words);
        }
        Ok(())
    }

    /// Sends what has piled up, unless answers of collected writes are still to be put between it.
    async fn relieve(&mut self) -> Step {
        if self.stream.out.len() >= SEND_BYTES && self.transaction.drafts.is_empty() {
            self.stream.send().await?;
        }
        Ok(())
    }

    /// Sends rows as they come; how many, and whether there may be more.
    async fn rows(&mut self, running: &mut Running) -> Step<(u64, bool)> {
        let mut rows = 0;
        loop {
            let chunk = running.next().await;
            rows += chunk.rows;
            if self.stream.out.is_empty() {
                self.stream.out = chunk.bytes;
            } else {
                self.stream.out.extend_from_slice(&chunk.bytes);
            }
            match chunk.after {
                After::More if self.stream.out.len() >= SEND_BYTES => {
                    // Who does not take rows in time keeps the database from being tidied up.
                    let sent = timeout_at(running.until.into(), self.stream.send()).await;
                    sent.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
                }
                After::More => {}
                After::Asked => return Ok((rows, true)),
                After::End(result) => {
                    result?;
                    return Ok((rows, false));
                }
            }
        }
    }

    /// Runs a portal, or goes on with it.
    pub(crate) async fn run_portal(&mut self, portal: &mut Portal, rows_max: usize) -> Step {
        let prepared = Arc::clone(&portal.prepared);
        match prepared.sort {
            Sort::Read { .. } | Sort::Catalog => self.read(&prepared, portal, rows_max).await,
            Sort::Empty => {
                reply::bare(&mut self.stream.out, reply::EMPTY_QUERY);
                Ok(())
            }
            _ if matches!(portal.progress, Progress::Done) => {
                let text = "the portal has run to its end";
                Err(WireError::new(SqlState::NotInState, text).into())
            }
            _ => {
                portal.progress = Progress::Done;
                self.perform(&prepared, &portal.values, &portal.formats).await
            }
        }
    }

    async fn read(&mut self, prepared: &Arc<Prepared>, portal: &mut Portal, rows_max: usize) -> Step {
        let mut running = match std::mem::replace(&mut portal.progress, Progress::Done) {
            Progress::Ready => {
                self.before_read().await?;
                let vault = matches!(prepared.sort, Sort::Read { vault: true });
                let ledger = self.ledger(vault).await?;
                if rows_max == 0
                    && prepared.sort != Sort::Catalog
                    && is_plain(&ledger, &prepared.plan.asked)
                    && let Some((rows, count)) = at_once(&prepared.plan, &ledger, &portal.values, &portal.formats)
                {
                    self.stream.out.extend_from_slice(&rows);
                    reply::complete(&mut self.stream.out, &format!("SELECT {count}"));
                    return self.relieve().await;
                }
                let work = Work::Planned(Arc::clone(&prepared.plan));
                let partial = if rows_max > 0 { Some(self.shared.partial_place()?) } else { None };
                let job = self.job(work, ledger, portal.values.clone(), portal.formats.clone()).await?;
                let job = Job { partial, ..job };
                Box::new(Running::start(job, rows_max))
            }
            Progress::Half(mut running) => {
                self.before_read().await?;
                running.more(rows_max);
                running
            }
            Progress::Done => {
                reply::complete(&mut self.stream.out, "SELECT 0");
                return Ok(());
            }
        };
        let (rows, more) = self.rows(&mut running).await?;
        if more {
            portal.progress = Progress::Half(running);
            reply::bare(&mut self.stream.out, reply::PORTAL_SUSPENDED);
        } else {
            self.adopt()?;
            reply::complete(&mut self.stream.out, &format!("SELECT {rows}"));
        }
        Ok(())
    }

    /// Does what is not a SELECT.
    async fn perform(&mut self, prepared: &Prepared, values: &[Value], formats: &[i16]) -> Step {
        let asked = &prepared.plan.asked;
        self.transaction.asked |= matches!(prepared.sort, Sort::Write(_) | Sort::Define | Sort::Call);
        let tag = match prepared.sort {
            Sort::Write(write) => {
                let params = values.iter().map(to_json).collect();
                let sql = prepared.plan.sql.clone();
                let announced = self.announced(prepared, values).await?;
                return self.collect(Draft::Write { write, sql, params }, announced);
            }
            Sort::Define => {
                let sql = prepared.plan.asked.clone();
                let words: Vec<_> = text::tokens(asked).iter().take(2).map(|token| token.text.to_uppercase()).collect();
                return self.collect(Draft::Define { sql, tag: words.join(" ") }, None);
            }
            Sort::Call => {
                let params: Vec<_> = values.iter().map(to_json).collect();
                let written = call::parse(asked)?;
                let with = written.arguments(&self.shared.backend.actions().await?, &params)?;
                return self.collect(Draft::Call { action: written.action, with }, None);
            }
            Sort::Begin => self.begin(asked).await?,
            Sort::Commit => self.commit().await?,
            Sort::Rollback => self.roll_back(),
            Sort::Savepoint => {
                self.require_open("SAVEPOINT")?;
                self.transaction.savepoint(last_name(asked)?, self.settings.mark());
                "SAVEPOINT"
            }
            Sort::Release => {
                self.require_open("RELEASE SAVEPOINT")?;
                self.transaction.release(&last_name(asked)?)?;
                "RELEASE"
            }
            Sort::RollbackTo => {
                self.require_open("ROLLBACK TO SAVEPOINT")?;
                let mark = self.transaction.roll_back_to(&last_name(asked)?)?;
                self.settings.roll_back_to(mark);
                "ROLLBACK"
            }
            Sort::Show => return self.show(asked, formats),
            Sort::Set => self.set(asked)?,
            Sort::Forget => self.forget(asked)?,
            Sort::Nothing(tag) => tag,
            Sort::Empty | Sort::Read { .. } | Sort::Catalog => unreachable!("handled by run_portal"),
        };
        reply::complete(&mut self.stream.out, tag);
        Ok(())
    }
}

fn require_no_parameters(plan: &Plan) -> Result<(), WireError> {
    if plan.parameters.is_empty() {
        return Ok(());
    }
    Err(WireError::new(SqlState::NoSuchParameter, "there is no parameter $1")
        .hint("parameters have values in the extended protocol"))
}

fn last_name(sql: &str) -> Result<String, WireError> {
    let tokens = text::tokens(sql);
    let name = if tokens.len() > 1 { tokens.last().and_then(text::Token::name) } else { None };
    name.ok_or_else(|| WireError::new(SqlState::Syntax, "syntax error at end of input"))
}

/// A value as commands take it.
fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!({ "hex": hex::encode(bytes) }),
    }
}
