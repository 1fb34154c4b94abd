//! SET, SHOW and what clears a session.

use crate::{
    catalog::Asked,
    error::{SqlState, WireError},
    reply::{self, Field, Severity},
    run::format_of,
    session::{Session, Step},
    settings::{self, DEFAULT_READ_ONLY, READ_ONLY, Setting},
    text,
    transaction::State,
    types::{self, PgType},
};
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(crate) fn show_fields(&self, sql: &str) -> Result<Vec<Field>, WireError> {
        let name = settings::parse_show(sql)?;
        let field = |name: &str| Field { name: name.to_owned(), kind: PgType::Text };
        if name == "all" {
            return Ok(["name", "setting", "description"].map(field).to_vec());
        }
        self.settings.get(&name)?;
        Ok(vec![field(&name)])
    }

    pub(crate) fn show(&mut self, sql: &str, formats: &[i16]) -> Step {
        let name = settings::parse_show(sql)?;
        let (mut rows, all) = (Vec::new(), self.shown());
        if name == "all" {
            rows.extend(all.into_iter().map(|(name, value)| vec![name, value, String::new()]));
        } else {
            self.settings.get(&name)?;
            rows.push(vec![all[&name].clone()]);
        }
        for values in rows {
            reply::row(&mut self.stream.out, values.len(), |out| {
                for (at, value) in values.iter().enumerate() {
                    types::encode(out, ValueRef::Text(value.as_bytes()), PgType::Text, format_of(formats, at), "")?;
                }
                Ok::<_, WireError>(())
            })?;
        }
        reply::complete(&mut self.stream.out, "SHOW");
        Ok(())
    }

    /// The settings as SHOW tells them.
    pub(crate) fn shown(&self) -> BTreeMap<String, String> {
        let mut all = self.settings.all().clone();
        all.insert(READ_ONLY.to_owned(), if self.only_reads() { "on" } else { "off" }.to_owned());
        all
    }

    /// Whether the running transaction only reads.
    pub(crate) fn only_reads(&self) -> bool {
        match self.transaction.state {
            State::Implicit => self.settings.is_on(DEFAULT_READ_ONLY),
            State::Open | State::Failed => self.transaction.read_only,
        }
    }

    pub(crate) fn set(&mut self, sql: &str) -> Result<&'static str, WireError> {
        match settings::parse_set(sql)? {
            Setting::Value { name, value, local } => self.set_one(&name, value.as_deref(), local)?,
            Setting::All => self.settings.reset(),
            Setting::Transaction(read_only) => self.set_transaction("SET TRANSACTION", read_only)?,
            Setting::Characteristics(Some(read_only)) => {
                self.settings.set(DEFAULT_READ_ONLY, Some(if read_only { "on" } else { "off" }), false)?;
            }
            Setting::Characteristics(None) => {}
        }
        let reset = text::tokens(sql).first().is_some_and(|token| token.is("reset"));
        Ok(if reset { "RESET" } else { "SET" })
    }

    /// Sets one setting, as SET or `set_config` says.
    fn set_one(&mut self, name: &str, value: Option<&str>, local: bool) -> Result<(), WireError> {
        if name == READ_ONLY {
            // Checked as any setting is, and kept with the transaction.
            let mark = self.settings.mark();
            self.settings.set(name, value, false)?;
            let on = self.settings.is_on(name);
            self.settings.roll_back_to(mark);
            return self.set_transaction("SET transaction_read_only", Some(on));
        }
        if local && self.transaction.state == State::Implicit {
            self.settings.get(name)?;
            self.notice(Severity::Warning, "25P01", "SET LOCAL can only be used in transaction blocks");
            return Ok(());
        }
        self.settings.set(name, value, local)
    }

    /// Says of the running transaction whether it only reads.
    fn set_transaction(&mut self, what: &str, read_only: Option<bool>) -> Result<(), WireError> {
        if self.transaction.state == State::Implicit {
            let words = format!("{what} can only be used in transaction blocks");
            self.notice(Severity::Warning, "25P01", &words);
            return Ok(());
        }
        if read_only == Some(false) && self.transaction.read_only && self.transaction.asked {
            let text = "transaction read-write mode must be set before any query";
            return Err(WireError::new(SqlState::ActiveTransaction, text));
        }
        self.transaction.read_only = read_only.unwrap_or(self.transaction.read_only);
        Ok(())
    }

    /// Does what `set_config` said in a question to the catalogue.
    pub(crate) fn adopt(&mut self) -> Result<(), WireError> {
        let asked = self.catalog.as_ref().map(|catalog| catalog.asked_settings()).unwrap_or_default();
        for Asked { name, value, local } in asked {
            self.set_one(&name.to_ascii_lowercase(), value.as_deref(), local)?;
        }
        Ok(())
    }

    pub(crate) fn forget(&mut self, sql: &str) -> Result<&'static str, WireError> {
        let tokens = text::tokens(sql);
        if tokens[0].is("discard") {
            // Who takes over a pooled session would commit what somebody else has collected.
            if self.transaction.state != State::Implicit {
                let text = "DISCARD cannot run inside a transaction block";
                return Err(WireError::new(SqlState::ActiveTransaction, text));
            }
            self.statements.clear();
            self.settings.reset();
            return Ok("DISCARD ALL");
        }
        match tokens.last().and_then(text::Token::name).as_deref() {
            Some("all") => self.statements.clear(),
            Some(name) => drop(self.statements.remove(name)),
            None => {}
        }
        Ok("DEALLOCATE")
    }
}
