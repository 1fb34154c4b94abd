//! Writes: collected, signed as one transaction, answered when that is final.

use crate::{
    backend::NotApplied,
    error::{SqlState, WireError},
    extended::{Prepared, blocking},
    parsed,
    reply::{self, Severity},
    rewrite,
    session::{Session, Step},
    settings::{self, AS_OF, DEFAULT_READ_ONLY},
    text,
    touches::{Touches, touches},
    transaction::{self, Collected, Done, Draft, State},
    types::{self, PgType},
};
use bytes::BytesMut;
use counterfoil_state::{Flow, Scope, Select, SqlLimits};
use rusqlite::types::{Value, ValueRef};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// How many rows a write will say that it touches, between BEGIN and COMMIT: as many as it would by the committed state.
    pub(crate) async fn announced(&mut self, prepared: &Prepared, values: &[Value]) -> Step<Option<u64>> {
        if self.transaction.state == State::Implicit {
            return Ok(None);
        }
        let asked = prepared.plan.asked.clone();
        let found = blocking(move || {
            let work = || parsed::parse(&asked).and_then(|tree| touches(&tree));
            parsed::with_room(work).map_err(|error| WireError::new(SqlState::Internal, error.to_string()))
        });
        let sql = match found.await? {
            Some(Touches::Rows(rows)) => return Ok(Some(rows)),
            Some(Touches::Count(sql)) => sql,
            None => return Ok(Some(0)),
        };
        let (ledger, values, stop) = (self.ledger(false).await?, values.to_vec(), Arc::clone(&self.stop));
        let time_max = self.settings.time_max(SqlLimits::default().time_max);
        let place = self.shared.backend.place().await?;
        let counted = blocking(move || {
            let _place = place;
            let rewritten = rewrite::rewrite(&sql)?;
            let params = &values[..rewritten.parameters.min(values.len())];
            let select = Select { sql: &rewritten.sql, params, scope: Scope::default(), time_max, brief: false, stop };
            let mut count = 0;
            ledger.reader.select(&select, &mut |row| {
                count = row.get::<_, i64>(0).unwrap_or(0);
                Ok(Flow::Enough)
            })?;
            Ok(count as u64)
        });
        // What is wrong with the statement, the ledger says.
        Ok(Some(counted.await.unwrap_or(0)))
    }

    pub(crate) fn collect(&mut self, draft: Draft, announced: Option<u64>) -> Step {
        let place = self.stream.out.len();
        let tag = match &draft {
            Draft::Write { write, .. } => write.tag(announced.unwrap_or(0)),
            Draft::Define { tag, .. } => tag.clone(),
            Draft::Call { .. } => "CALL".to_owned(),
        };
        self.require_writing(tag.split(' ').next().unwrap_or_default())?;
        self.transaction.collect(Collected { draft, announced, place })?;
        if self.transaction.state != State::Implicit {
            reply::complete(&mut self.stream.out, &tag);
        }
        Ok(())
    }

    /// Refuses to write in a transaction that only reads, and in the past.
    fn require_writing(&self, what: &str) -> Result<(), WireError> {
        let why = match self.settings.as_of() {
            _ if self.only_reads() => "in a read-only transaction".to_owned(),
            Some(height) => format!("as of height {height}: RESET {AS_OF} first"),
            None => return Ok(()),
        };
        Err(WireError::new(SqlState::ReadOnlyTransaction, format!("cannot execute {what} {why}")))
    }

    /// Has what was collected outside of BEGIN and COMMIT done, and puts the answers where they belong.
    pub(crate) async fn settle(&mut self) -> Step {
        if self.transaction.state != State::Implicit || self.transaction.drafts.is_empty() {
            return Ok(());
        }
        let drafts = self.transaction.drafts.clone();
        let done = self.submit(&drafts).await?;
        self.transaction.take();
        let before = std::mem::take(&mut self.stream.out);
        let mut out = BytesMut::with_capacity(before.len() + 64 * drafts.len());
        let mut from = 0;
        for (collected, done) in drafts.iter().zip(done) {
            out.extend_from_slice(&before[from..collected.place]);
            from = collected.place;
            answer(&mut out, &collected.draft, &done);
        }
        out.extend_from_slice(&before[from..]);
        self.stream.out = out;
        Ok(())
    }

    async fn submit(&mut self, drafts: &[Collected]) -> Step<Vec<Done>> {
        self.require_valid()?;
        let submitted = self.shared.backend.submit(&self.who, transaction::calls(drafts)).await;
        let applied = submitted.map_err(|not| match not {
            NotApplied::Refused(refusal) => WireError::from(refusal),
            NotApplied::Waits(why) => WireError::new(SqlState::WaitsForSignatures, why),
            NotApplied::Unknown(why) => WireError::new(SqlState::ResolutionUnknown, why),
        })?;
        Ok(transaction::done(drafts, &applied.outputs))
    }

    pub(crate) async fn begin(&mut self, asked: &str) -> Step<&'static str> {
        if self.transaction.state != State::Implicit {
            self.notice(Severity::Warning, "25001", "there is already a transaction in progress");
            return Ok("BEGIN");
        }
        self.settle().await?;
        self.transaction.end();
        self.settings.commit();
        self.transaction.state = State::Open;
        let said = settings::read_only(&text::tokens(asked));
        self.transaction.read_only = said.unwrap_or_else(|| self.settings.is_on(DEFAULT_READ_ONLY));
        Ok("BEGIN")
    }

    pub(crate) async fn commit(&mut self) -> Step<&'static str> {
        match self.transaction.state {
            State::Implicit => {
                self.settle().await?;
                self.notice(Severity::Warning, "25P01", "there is no transaction in progress");
                return Ok("COMMIT");
            }
            State::Failed => return Ok(self.roll_back()),
            State::Open => {}
        }
        let drafts = self.transaction.take();
        self.transaction.end();
        self.portals.clear();
        if drafts.is_empty() {
            self.settings.commit();
            return Ok("COMMIT");
        }
        // Whatever goes wrong, the transaction is at its end, and what it has set goes back.
        let done = self.submit(&drafts).await?;
        self.settings.commit();
        for (at, (collected, done)) in drafts.iter().zip(done).enumerate() {
            if let (Some(announced), Done::Rows(rows)) = (collected.announced, done)
                && announced != rows
            {
                let at = at + 1;
                let words =
                    format!("statement {at} of the transaction touched {rows} rows, not {announced} as it had said");
                self.notice(Severity::Warning, "01000", &words);
            }
        }
        Ok("COMMIT")
    }

    pub(crate) fn roll_back(&mut self) -> &'static str {
        if self.transaction.state == State::Implicit {
            self.notice(Severity::Warning, "25P01", "there is no transaction in progress");
        }
        self.transaction.end();
        self.settings.roll_back();
        self.portals.clear();
        "ROLLBACK"
    }

    pub(crate) fn require_open(&self, what: &str) -> Result<(), WireError> {
        if self.transaction.state == State::Implicit {
            let text = format!("{what} can only be used in transaction blocks");
            return Err(WireError::new(SqlState::NoActiveTransaction, text));
        }
        Ok(())
    }
}

/// The answer to a draft that is done.
fn answer(out: &mut BytesMut, draft: &Draft, done: &Done) {
    let tag = match (draft, done) {
        (Draft::Write { write, .. }, Done::Rows(rows)) => write.tag(*rows),
        (Draft::Define { tag, .. }, _) => tag.clone(),
        (_, Done::Output(output)) => {
            let text = output.to_string();
            let written = reply::row(out, 1, |out| {
                types::encode(out, ValueRef::Text(text.as_bytes()), PgType::Json, types::TEXT, "output")
            });
            debug_assert!(written.is_ok(), "text is JSON");
            "CALL".to_owned()
        }
        (draft, _) => unreachable!("{draft:?} was grouped with another"),
    };
    reply::complete(out, &tag);
}
