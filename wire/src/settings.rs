use crate::{
    error::{SqlState, WireError},
    text::{self, Kind, Token},
};
use std::{collections::BTreeMap, time::Duration};

/// Settings of a session: name, value at the beginning, whether clients are told of changes.
const SETTINGS: &[(&str, &str, bool)] = &[
    ("application_name", "", true),
    ("bytea_output", "hex", false),
    ("check_function_bodies", "on", false),
    ("client_encoding", "UTF8", true),
    ("client_min_messages", "notice", false),
    ("datestyle", "ISO, MDY", true),
    ("default_table_access_method", "heap", false),
    ("default_tablespace", "", false),
    ("default_transaction_isolation", "serializable", false),
    ("default_transaction_read_only", "off", true),
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
    ("transaction_read_only", "off", false),
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

/// How PostgreSQL writes names that it does not write in lower case when it tells of them.
const SPELLED: &[(&str, &str)] =
    &[("datestyle", "DateStyle"), ("intervalstyle", "IntervalStyle"), ("timezone", "TimeZone")];

/// The settings of a session.
#[derive(Debug)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
}

/// What a SET, RESET or SHOW says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// A value, or none for the one of the beginning.
    Value(String, Option<String>),
    /// All as at the beginning.
    All,
    /// Something about transactions; whether they only read, if it says so.
    Transaction(Option<bool>),
}

impl Settings {
    /// Those of the beginning.
    pub(crate) fn new(user: &str) -> Self {
        let mut values: BTreeMap<_, _> =
            SETTINGS.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())).collect();
        values.insert("session_authorization".into(), user.to_owned());
        Self { values }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Those that clients are told, as PostgreSQL spells them.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static str, &str)> {
        SETTINGS.iter().filter(|(_, _, told)| *told).map(|(name, ..)| (spelled(name), self.values[*name].as_str()))
    }

    /// The value of a setting.
    pub(crate) fn get(&self, name: &str) -> Result<&str, WireError> {
        self.values.get(name).map(String::as_str).ok_or_else(|| unknown(name))
    }

    /// Sets a value; the name and value to be told, if clients are told of this one.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) -> Result<Option<(&'static str, String)>, WireError> {
        let Some((known, initial, told)) = SETTINGS.iter().find(|(known, ..)| *known == name) else {
            return Err(unknown(name));
        };
        let fixed = FIXED.iter().find(|(fixed, _)| fixed == known);
        if let (Some(value), Some((_, allowed))) = (value, fixed)
            && !allowed.contains(&value.to_ascii_lowercase().as_str())
        {
            let only = &self.values[*known];
            return Err(WireError::new(SqlState::ParameterValue, format!("{known} is always {only} here")));
        }
        if name == "statement_timeout" && duration(value.unwrap_or("0")).is_none() {
            return Err(WireError::new(SqlState::ParameterValue, "statement_timeout is a number of milliseconds"));
        }
        let value = if fixed.is_some() { initial } else { value.unwrap_or(initial) };
        self.values.insert(name.to_owned(), value.to_owned());
        Ok(told.then(|| (spelled(known), value.to_owned())))
    }

    /// All as at the beginning, but who has signed in.
    pub(crate) fn reset(&mut self) {
        let user = self.values.get("session_authorization").cloned().unwrap_or_default();
        *self = Self::new(&user);
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
    if rest.first().is_some_and(|token| token.is("session") || token.is("local")) {
        rest = &rest[1..];
    }
    let Some(first) = rest.first() else { return Err(incomplete()) };
    if first.is("transaction") || first.is("characteristics") {
        return Ok(Setting::Transaction(read_only(rest)));
    }
    if tokens[0].is("reset") && first.is("all") {
        return Ok(Setting::All);
    }
    if first.is("time") && rest.get(1).is_some_and(|token| token.is("zone")) {
        return Ok(Setting::Value("timezone".into(), rest.get(2).map(value)));
    }
    if first.is("names") {
        return Ok(Setting::Value("client_encoding".into(), rest.get(1).map(value)));
    }
    let (name, used) = setting_name(rest)?;
    if tokens[0].is("reset") {
        return Ok(Setting::Value(name, None));
    }
    let rest = &rest[used..];
    let Some(operator) = rest.first() else { return Err(incomplete()) };
    if !operator.is_symbol('=') && !operator.is("to") {
        return Err(crate::statement::syntax_error(sql, operator));
    }
    let values: Vec<_> = rest[1..].iter().filter(|token| !token.is_symbol(',')).map(value).collect();
    match values.as_slice() {
        [] => Err(incomplete()),
        [one] if one.eq_ignore_ascii_case("default") => Ok(Setting::Value(name, None)),
        _ => Ok(Setting::Value(name, Some(values.join(", ")))),
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
        let value = |name: &str, value: Option<&str>| Setting::Value(name.into(), value.map(str::to_owned));
        for (sql, setting) in [
            ("SET application_name = 'a b'", value("application_name", Some("a b"))),
            ("SET LOCAL statement_timeout TO 100", value("statement_timeout", Some("100"))),
            ("SET search_path TO a, public", value("search_path", Some("a, public"))),
            ("SET TIME ZONE 'UTC'", value("timezone", Some("UTC"))),
            ("RESET ALL", Setting::All),
            ("RESET jit", value("jit", None)),
            ("SET jit TO DEFAULT", value("jit", None)),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", Setting::Transaction(Some(true))),
            ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", Setting::Transaction(None)),
        ] {
            assert_eq!(parse_set(sql).unwrap(), setting, "{sql}");
        }
        let mut settings = Settings::new("a/b");
        assert_eq!(settings.set("client_encoding", Some("utf-8")).unwrap(), Some(("client_encoding", "UTF8".into())));
        settings.set("statement_timeout", Some("2s")).unwrap();
        assert_eq!(settings.time_max(Duration::from_secs(5)), Duration::from_secs(2));
        settings.reset();
        assert_eq!(settings.time_max(Duration::from_secs(5)), Duration::from_secs(5));
        for (name, value, state) in [
            ("client_encoding", "latin1", SqlState::ParameterValue),
            ("server_version", "9", SqlState::ParameterValue),
            ("statement_timeout", "soon", SqlState::ParameterValue),
            ("nothing", "1", SqlState::NoSuchObject),
        ] {
            assert_eq!(settings.set(name, Some(value)).unwrap_err().state, state, "{name}");
        }
        assert_eq!(parse_show("SHOW transaction isolation level").unwrap(), "transaction_isolation");
        assert!(parse_set("SET").is_err() && parse_set("SET a").is_err() && parse_show("SHOW").is_err());
    }
}
