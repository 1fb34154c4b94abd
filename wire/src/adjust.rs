//! SET, SHOW and what clears a session.

use crate::{
    error::{SqlState, WireError},
    reply::{self, Field},
    run::format_of,
    session::{Session, Step},
    settings::{self, Setting},
    text,
    transaction::State,
    types::{self, PgType},
};
use rusqlite::types::ValueRef;
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
        let mut rows = Vec::new();
        if name == "all" {
            let all = self.settings.all().iter();
            rows.extend(all.map(|(name, value)| vec![name.clone(), value.clone(), String::new()]));
        } else {
            rows.push(vec![self.settings.get(&name)?.to_owned()]);
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

    pub(crate) fn set(&mut self, sql: &str) -> Result<&'static str, WireError> {
        match settings::parse_set(sql)? {
            Setting::Value(name, value) => {
                if let Some((name, value)) = self.settings.set(&name, value.as_deref())? {
                    reply::parameter(&mut self.stream.out, name, &value);
                }
            }
            Setting::All => self.settings.reset(),
            Setting::Transaction(read_only) => {
                if self.transaction.state != State::Implicit {
                    self.transaction.read_only = read_only.unwrap_or(self.transaction.read_only);
                } else if let Some(read_only) = read_only {
                    let value = if read_only { "on" } else { "off" };
                    self.settings.set("default_transaction_read_only", Some(value))?;
                }
            }
        }
        let reset = text::tokens(sql).first().is_some_and(|token| token.is("reset"));
        Ok(if reset { "RESET" } else { "SET" })
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
