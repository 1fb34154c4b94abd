//! The form of a scenario.

use super::{Failed, File};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::time::{Duration, UNIX_EPOCH};
use toml::{Spanned, Table, Value, value::Datetime};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// Time of genesis; 2026-01-01T00:00:00Z if not given.
    pub begins: Option<Datetime>,
    #[serde(default, rename = "member")]
    pub members: Vec<Member>,
    #[serde(default, rename = "step")]
    pub steps: Vec<Spanned<Step>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub id: String,
    #[serde(default = "organisation")]
    pub kind: String,
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Somebody does something, looks at something, or time passes; and what must come of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    r#as: Option<Texts>,
    call: Option<String>,
    r#do: Option<String>,
    #[serde(default)]
    with: Table,
    sql: Option<String>,
    wait: Option<String>,
    pub refused: Option<String>,
    result: Option<Vec<Vec<Value>>>,
    rows: Option<Vec<Vec<Value>>>,
    event: Option<Texts>,
}

/// One text or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Act {
    /// Signs and runs a command.
    Run { signers: Vec<String>, command: String, with: Json, result: Option<Json>, events: Vec<String> },
    /// Reads.
    Select { sql: String, rows: Option<Json> },
    /// Lets time pass.
    Wait(Duration),
}

fn organisation() -> String {
    "organisation".to_owned()
}

impl Texts {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

impl Scenario {
    pub fn read(file: &File) -> Result<Self, Failed> {
        toml::from_str(&file.text).map_err(|error| {
            let line = error.span().map_or(1, |span| line(&file.text, span.start));
            Failed { file: file.name.clone(), line, reason: error.message().to_owned() }
        })
    }

    /// Time of genesis, milliseconds since 1970-01-01 UTC.
    pub fn begins_ms(&self) -> Result<u64, String> {
        self.begins.as_ref().map_or(Ok(1_767_225_600_000), time_ms)
    }
}

/// The line of a byte of a text, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

impl Step {
    /// What it does; the error says what is wrong with how it is written.
    pub fn act(&mut self) -> Result<Act, String> {
        let signers = self.r#as.take().map_or_else(Vec::new, Texts::into_vec);
        let events = self.event.take().map_or_else(Vec::new, Texts::into_vec);
        let given = [self.call.is_some(), self.r#do.is_some(), self.sql.is_some(), self.wait.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err("a step has one of call, do, sql and wait".to_owned());
        }
        let runs = self.call.is_some() || self.r#do.is_some();
        if runs == signers.is_empty() {
            return Err("call and do have as, who signs; sql and wait have not".to_owned());
        }
        for (name, given, fits) in [
            ("with", !self.with.is_empty(), runs),
            ("event", !events.is_empty(), runs),
            ("result", self.result.is_some(), self.call.is_some()),
            ("rows", self.rows.is_some(), self.sql.is_some()),
            ("refused", self.refused.is_some(), self.wait.is_none()),
        ] {
            if given && !fits {
                return Err(format!("this step has no {name}"));
            }
            if given && name != "with" && name != "refused" && self.refused.is_some() {
                return Err(format!("what is refused has no {name}"));
            }
        }
        let with = json(&Value::Table(std::mem::take(&mut self.with)))?;
        if let Some(action) = self.call.take() {
            let with = json!({"action": action, "with": with});
            let result = self.result.take().map(rows).transpose()?;
            return Ok(Act::Run { signers, command: "package.call".to_owned(), with, result, events });
        }
        if let Some(command) = self.r#do.take() {
            return Ok(Act::Run { signers, command, with, result: None, events });
        }
        if let Some(sql) = self.sql.take() {
            if self.rows.is_none() && self.refused.is_none() {
                return Err("sql has rows, what is to be found".to_owned());
            }
            return Ok(Act::Select { sql, rows: self.rows.take().map(rows).transpose()? });
        }
        let text = self.wait.take().unwrap_or_default();
        humantime::parse_duration(&text).map(Act::Wait).map_err(|error| format!("wait = {text:?}: {error}"))
    }
}

fn rows(rows: Vec<Vec<Value>>) -> Result<Json, String> {
    json(&Value::Array(rows.into_iter().map(Value::Array).collect()))
}

/// A value in the JSON of commands: times are milliseconds since 1970-01-01 UTC, `{ null = true }` is null.
fn json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Boolean(truth) => (*truth).into(),
        Value::Datetime(time) => time_ms(time)?.into(),
        Value::Float(number) => return Err(format!("{number}: there are no fractional numbers")),
        Value::Array(items) => items.iter().map(json).collect::<Result<Vec<_>, _>>()?.into(),
        Value::Table(members) if members.len() == 1 && members.get("null") == Some(&Value::Boolean(true)) => Json::Null,
        Value::Table(members) => {
            let member = |(name, value): (&String, &Value)| Ok((name.clone(), json(value)?));
            Json::Object(members.iter().map(member).collect::<Result<_, String>>()?)
        }
    })
}

fn time_ms(time: &Datetime) -> Result<u64, String> {
    let text = time.to_string();
    let wrong = || format!("{text}: a time is written as 2026-01-31T12:00:00Z");
    let time = humantime::parse_rfc3339(&text).map_err(|_| wrong())?;
    let since = time.duration_since(UNIX_EPOCH).map_err(|_| wrong())?;
    u64::try_from(since.as_millis()).map_err(|_| wrong())
}
