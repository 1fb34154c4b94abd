use crate::{
    error::{SqlState, WireError},
    text::{self, Kind, Token},
};
use std::{collections::BTreeMap, time::Duration};

/// The height as of which a session reads.
pub(crate) const AS_OF: &str = "counterfoil.as_of";
/// The value of [`AS_OF`] for the ledger as it is.
const NEWEST: &str = "newest";
/// Whether the transactions that begin from now on only read.
pub(crate) const DEFAULT_READ_ONLY: &str = "default_transaction_read_only";
/// Whether this transaction only reads: not kept among the settings, but with the transaction.
pub(crate) const READ_ONLY: &str = "transaction_read_only";

/// Settings of a session: name, value at the beginning, whether clients are told of changes.
const SETTINGS: &[(&str, &str, bool)] = &[
    ("application_name", "", true),
    ("bytea_output", "hex", false),
    ("check_function_bodies", "on", false),
    ("client_encoding", "UTF8", true),
    ("client_min_messages", "notice", false),
    (AS_OF, NEWEST, false),
    ("datestyle", "ISO, MDY", true),
    ("default_table_access_method", "heap", false),
    ("default_tablespace", "", false),
    ("default_transaction_isolation", "serializable", false),
    (DEFAULT_READ_ONLY, "off", true),
    ("extra_float_digits", "1", false),
    ("idle_in_transaction_session_timeout", "0", false),
    ("in_hot_standby", "off", true),
    ("integer_datetimes", "on", true),
    ("intervalstyle", "postgres", true),
    ("is_superuser", "off", true),
    ("jit", "off", false),
    ("lock_timeout", "0", false),
    ("max_identifier_length", "63", false),
    ("row_security", "on", false),
    ("search_path", "\"$user\", public", false),
    ("server_encoding", "UTF8", true),
    ("server_version", "15.0", true),
    ("server_version_num", "150000", false),
    ("session_authorization", "", true),
    ("standard_conforming_strings", "on", true),
    ("statement_timeout", "0", false),
    ("synchronous_commit", "on", false),
    ("synchronize_seqscans", "on", false),
    ("timezone", "UTC", true),
    ("transaction_isolation", "serializable", false),
    (READ_ONLY, "off", false),
    ("xmloption", "content", false),
];

/// Settings that have one value here: name and what else may be said for it.
const FIXED: &[(&str, &[&str])] = &[
    ("bytea_output", &["hex"]),
    ("client_encoding", &["utf8", "utf-8", "unicode", "sql_ascii"]),
    ("integer_datetimes", &[]),
    ("is_superuser", &[]),
    ("server_encoding", &[]),
    ("server_version", &[]),
    ("server_version_num", &[]),
    ("standard_conforming_strings", &["on", "true", "1"]),
    ("timezone", &["utc", "gmt", "etc/utc", "default"]),
];

/// Settings that are true or false.
const SWITCHES: &[&str] =
    &["check_function_bodies", DEFAULT_READ_ONLY, "jit", "row_security", "synchronize_seqscans", READ_ONLY];

/// How PostgreSQL writes names that it does not write in lower case when it tells of them.
const SPELLED: &[(&str, &str)] =
    &[("datestyle", "DateStyle"), ("intervalstyle", "IntervalStyle"), ("timezone", "TimeZone")];

/// The settings of a session.
#[derive(Debug)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
    /// What a transaction has changed for itself alone: the values that come back at its end.
    kept: BTreeMap<String, String>,
    /// What was before each change of the transaction.
    undo: Vec<Undo>,
    /// What clients were told last.
    told: BTreeMap<&'static str, String>,
}

/// A setting before a change.
#[derive(Debug)]
struct Undo {
    name: String,
    value: String,
    kept: Option<String>,
}

/// What a SET, RESET or SHOW says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// A value, or none for the one of the beginning.
    Value {
        /// The setting.
        name: String,
        /// Its value.
        value: Option<String>,
        /// Whether it is for the running transaction alone.
        local: bool,
    },
    /// All as at the beginning.
    All,
    /// Something about the running transaction; whether it only reads, if it says so.
    Transaction(Option<bool>),
    /// The same about those to come.
    Characteristics(Option<bool>),
}

impl Settings {
    /// Those of the beginning.
    pub(crate) fn new(user: &str) -> Self {
        let mut values: BTreeMap<_, _> =
            SETTINGS.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())).collect();
        values.insert("session_authorization".into(), user.to_owned());
        Self { values, kept: BTreeMap::new(), undo: Vec::new(), told: BTreeMap::new() }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Those of which clients have not been told, as PostgreSQL spells them.
    pub(crate) fn news(&mut self) -> Vec<(&'static str, String)> {
        let mut changed = Vec::new();
        for (name, ..) in SETTINGS.iter().filter(|(_, _, told)| *told) {
            let value = &self.values[*name];
            if self.told.get(name) != Some(value) {
                self.told.insert(name, value.clone());
                changed.push((spelled(name), value.clone()));
            }
        }
        changed
    }

    /// The value of a setting.
    pub(crate) fn get(&self, name: &str) -> Result<&str, WireError> {
        self.values.get(name).map(String::as_str).ok_or_else(|| unknown(name))
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| value == "on")
    }

    /// The height as of which is read; none is the newest.
    pub(crate) fn as_of(&self) -> Option<u64> {
        self.values.get(AS_OF).and_then(|value| value.parse().ok())
    }

    /// Sets a value, or with none that of the beginning; `local` is for the running transaction alone.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>, local: bool) -> Result<(), WireError> {
        let Some((known, initial, _)) = SETTINGS.iter().find(|(known, ..)| *known == name) else {
            return Err(unknown(name));
        };
        let value = match value {
            Some(value) => self.taken(known, initial, value)?,
            None if *known == "session_authorization" => self.values[*known].clone(),
            None => (*initial).to_owned(),
        };
        let before = self.values.insert(name.to_owned(), value).unwrap_or_default();
        let kept = self.kept.get(name).cloned();
        if local {
            self.kept.entry(name.to_owned()).or_insert_with(|| before.clone());
        } else {
            self.kept.remove(name);
        }
        self.undo.push(Undo { name: name.to_owned(), value: before, kept });
        Ok(())
    }

    /// A value as it is kept, if it can be one of the setting.
    fn taken(&self, known: &str, initial: &str, value: &str) -> Result<String, WireError> {
        let wrong = |text: String| Err(WireError::new(SqlState::ParameterValue, text));
        if let Some((_, allowed)) = FIXED.iter().find(|(fixed, _)| *fixed == known) {
            return match allowed.contains(&value.to_ascii_lowercase().as_str()) {
                true => Ok(initial.to_owned()),
                false => wrong(format!("{known} is always {} here", self.values[known])),
            };
        }
        if known == AS_OF {
            return match value.trim() {
                "" => Ok(NEWEST.to_owned()),
                text if text.eq_ignore_ascii_case(NEWEST) => Ok(NEWEST.to_owned()),
                text => match text.parse::<u64>() {
                    Ok(height) => Ok(height.to_string()),
                    Err(_) => wrong(format!("{AS_OF} is the height of a block, or {NEWEST}")),
                },
            };
        }
        if SWITCHES.contains(&known) {
            return switch(value).map_or_else(
                || wrong(format!("parameter {known:?} requires a Boolean value")),
                |on| Ok(on.to_owned()),
            );
        }
        if known == "statement_timeout" && duration(value).is_none() {
            return wrong("statement_timeout is a number of milliseconds".to_owned());
        }
        Ok(value.to_owned())
    }

    /// All as at the beginning, but who has signed in.
    pub(crate) fn reset(&mut self) {
        for (name, initial, _) in SETTINGS {
            if self.values[*name] != *initial {
                let set = self.set(name, None, false);
                debug_assert!(set.is_ok(), "the values of the beginning are allowed");
            }
        }
    }

    /// How many changes a transaction has made so far.
    pub(crate) fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Takes back the changes since a mark.
    pub(crate) fn roll_back_to(&mut self, mark: usize) {
        for Undo { name, value, kept } in self.undo.drain(mark.min(self.undo.len())..).rev() {
            match kept {
                Some(kept) => drop(self.kept.insert(name.clone(), kept)),
                None => drop(self.kept.remove(&name)),
            }
            self.values.insert(name, value);
        }
    }

    /// The transaction is at its end and has failed, or was taken back.
    pub(crate) fn roll_back(&mut self) {
        self.roll_back_to(0);
    }

    /// The transaction is at its end: what it changed stays, but for what it changed for itself alone.
    pub(crate) fn commit(&mut self) {
        self.values.append(&mut self.kept);
        self.undo.clear();
    }

    /// How long a statement may run, of at most `max`.
    pub(crate) fn time_max(&self, max: Duration) -> Duration {
        let asked = self.values.get("statement_timeout").and_then(|value| duration(value));
        asked.filter(|asked| !asked.is_zero()).map_or(max, |asked| asked.min(max))
    }
}

fn spelled(name: &'static str) -> &'static str {
    SPELLED.iter().find(|(lower, _)| *lower == name).map_or(name, |(_, spelled)| *spelled)
}

fn unknown(name: &str) -> WireError {
    WireError::new(SqlState::NoSuchObject, format!("unrecognized configuration parameter {name:?}"))
}

/// A switch as PostgreSQL reads it: the words and their beginnings, as far as they are clear.
fn switch(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    if text == "1" || begins("true", 1) || begins("yes", 1) || begins("on", 2) {
        return Some("on");
    }
    (text == "0" || begins("false", 1) || begins("no", 1) || begins("off", 2)).then_some("off")
}

/// Milliseconds, or a number with the unit `ms`, `s` or `min`.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic() || char == ' ');
    let number: u64 = digits.parse().ok()?;
    let unit = match text[digits.len()..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.checked_mul(unit)?))
}

/// Reads a SET or RESET.
pub(crate) fn parse_set(sql: &str) -> Result<Setting, WireError> {
    let tokens = text::tokens(sql);
    let mut rest = &tokens[1..];
    let local = rest.first().is_some_and(|token| token.is("local"));
    if local || rest.first().is_some_and(|token| token.is("session")) {
        rest = &rest[1..];
    }
    let Some(first) = rest.first() else { return Err(incomplete()) };
    if first.is("transaction") {
        return Ok(Setting::Transaction(read_only(rest)));
    }
    if first.is("characteristics") {
        return Ok(Setting::Characteristics(read_only(rest)));
    }
    if tokens[0].is("reset") && first.is("all") {
        return Ok(Setting::All);
    }
    let one = |name: &str, value: Option<String>| Ok(Setting::Value { name: name.to_owned(), value, local });
    if first.is("time") && rest.get(1).is_some_and(|token| token.is("zone")) {
        return one("timezone", rest.get(2).map(value));
    }
    if first.is("names") {
        return one("client_encoding", rest.get(1).map(value));
    }
    let (name, used) = setting_name(rest)?;
    if tokens[0].is("reset") {
        return one(&name, None);
    }
    let rest = &rest[used..];
    let Some(operator) = rest.first() else { return Err(incomplete()) };
    if !operator.is_symbol('=') && !operator.is("to") {
        return Err(crate::statement::syntax_error(sql, operator));
    }
    let values: Vec<_> = rest[1..].iter().filter(|token| !token.is_symbol(',')).map(value).collect();
    match values.as_slice() {
        [] => Err(incomplete()),
        [one_value] if one_value.eq_ignore_ascii_case("default") => one(&name, None),
        _ => one(&name, Some(values.join(", "))),
    }
}

/// The setting that a SHOW asks for; `all` is all of them.
pub(crate) fn parse_show(sql: &str) -> Result<String, WireError> {
    let tokens = text::tokens(sql);
    let rest = &tokens[1..];
    let words: Vec<_> = rest.iter().map(|token| token.text.to_ascii_lowercase()).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["transaction", "isolation", "level"] => Ok("transaction_isolation".into()),
        ["time", "zone"] => Ok("timezone".into()),
        _ => Ok(setting_name(rest)?.0),
    }
}

/// Whether the words of a BEGIN or SET TRANSACTION say that it only reads, or does not.
pub(crate) fn read_only(tokens: &[Token<'_>]) -> Option<bool> {
    let pair = |first: &str, second: &str| tokens.windows(2).any(|pair| pair[0].is(first) && pair[1].is(second));
    if pair("read", "only") { Some(true) } else { pair("read", "write").then_some(false) }
}

fn setting_name(tokens: &[Token<'_>]) -> Result<(String, usize), WireError> {
    let Some(mut name) = tokens.first().and_then(Token::name) else { return Err(incomplete()) };
    let mut used = 1;
    while let [dot, part, ..] = &tokens[used..]
        && dot.is_symbol('.')
    {
        name = format!("{name}.{}", part.text);
        used += 2;
    }
    Ok((name.to_ascii_lowercase(), used))
}

fn value(token: &Token<'_>) -> String {
    match token.kind {
        Kind::Quoted => token.name().unwrap_or_default(),
        _ => token.literal().unwrap_or_else(|| token.text.to_owned()),
    }
}

fn incomplete() -> WireError {
    WireError::new(SqlState::Syntax, "syntax error at end of input")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_kept() {
        let value = |name: &str, value: Option<&str>, local: bool| Setting::Value {
            name: name.into(),
            value: value.map(str::to_owned),
            local,
        };
        for (sql, setting) in [
            ("SET application_name = 'a b'", value("application_name", Some("a b"), false)),
            ("SET LOCAL statement_timeout TO 100", value("statement_timeout", Some("100"), true)),
            ("SET search_path TO a, public", value("search_path", Some("a, public"), false)),
            ("SET counterfoil.as_of = 120", value(AS_OF, Some("120"), false)),
            ("SET TIME ZONE 'UTC'", value("timezone", Some("UTC"), false)),
            ("RESET ALL", Setting::All),
            ("RESET jit", value("jit", None, false)),
            ("SET jit TO DEFAULT", value("jit", None, false)),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", Setting::Characteristics(Some(true))),
            ("SET TRANSACTION READ WRITE", Setting::Transaction(Some(false))),
            ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", Setting::Transaction(None)),
        ] {
            assert_eq!(parse_set(sql).unwrap(), setting, "{sql}");
        }
        let mut settings = Settings::new("a/b");
        settings.news();
        settings.set("client_encoding", Some("utf-8"), false).unwrap();
        assert_eq!(settings.news(), [], "it has one value");
        settings.set("application_name", Some("x"), false).unwrap();
        assert_eq!(settings.news(), [("application_name", "x".to_owned())]);
        settings.set("statement_timeout", Some("2s"), false).unwrap();
        assert_eq!(settings.time_max(Duration::from_secs(5)), Duration::from_secs(2));
        settings.set(AS_OF, Some("007"), false).unwrap();
        assert_eq!(settings.as_of(), Some(7));
        settings.reset();
        assert_eq!(settings.time_max(Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!((settings.as_of(), settings.get("session_authorization").unwrap()), (None, "a/b"));
        for (name, value, state) in [
            ("client_encoding", "latin1", SqlState::ParameterValue),
            ("server_version", "9", SqlState::ParameterValue),
            ("statement_timeout", "soon", SqlState::ParameterValue),
            ("jit", "o", SqlState::ParameterValue),
            (AS_OF, "-1", SqlState::ParameterValue),
            ("nothing", "1", SqlState::NoSuchObject),
        ] {
            assert_eq!(settings.set(name, Some(value), false).unwrap_err().state, state, "{name}");
        }
        assert_eq!(parse_show("SHOW transaction isolation level").unwrap(), "transaction_isolation");
        assert!(parse_set("SET").is_err() && parse_set("SET a").is_err() && parse_show("SHOW").is_err());
    }

    #[test]
    fn what_a_transaction_sets_goes_back_with_it() {
        let mut settings = Settings::new("a/b");
        let jit = |settings: &Settings| settings.get("jit").unwrap().to_owned();
        settings.set("jit", Some("YES"), false).unwrap();
        settings.roll_back();
        assert_eq!(jit(&settings), "off");
        settings.set("jit", Some("on"), true).unwrap();
        assert_eq!(jit(&settings), "on");
        settings.commit();
        assert_eq!(jit(&settings), "off", "it was for the transaction alone");
        settings.set("jit", Some("on"), false).unwrap();
        settings.set("jit", Some("off"), true).unwrap();
        let mark = settings.mark();
        settings.set("jit", Some("on"), false).unwrap();
        settings.roll_back_to(mark);
        assert_eq!(jit(&settings), "off");
        settings.commit();
        assert_eq!(jit(&settings), "on", "what was set for the session before stays");
    }
}
