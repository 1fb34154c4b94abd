//! Calls that wait for somebody's signature, as pages show them: what is shown is what the hash is of.

use super::{
    desk::{Desk, Moment},
    forms, money,
};
use counterfoil_types::Hash;
use serde_json::Value;

/// A call.
pub struct Shown {
    /// The command.
    pub command: String,
    /// What it does, for people; empty where the node does not know it.
    pub about: String,
    /// What it says, name by name.
    pub with: Vec<Said>,
}

/// A member of a call's input.
pub struct Said {
    /// Its name; empty for an input without names.
    pub name: String,
    /// Its value as it is signed: lists of names as names, what else is neither text nor number as JSON.
    pub value: String,
    /// The same for people, where it is an amount of many digits.
    pub grouped: Option<String>,
    /// The same for people, where it is a point in time.
    pub at: Option<Moment>,
}

/// Milliseconds since 1970 from which on a number of them is a time and no duration: they are of 2001.
const TIME_MS_MIN: u64 = 1_000_000_000_000;

/// The hash that who signs has to repeat: of the text as it stands, which is canonical JSON (RFC 8785).
pub fn hash(calls: &str) -> String {
    Hash::of(&[calls.as_bytes()]).to_string()
}

/// The calls of a text as a page shows them, with what each does.
pub fn shown(desk: &Desk, calls: &str) -> Vec<Shown> {
    let about = |call: Shown| Shown { about: forms::summary(&desk.node, desk.language(), &call.command), ..call };
    read(calls).into_iter().map(about).collect()
}

/// The calls of a text. What cannot be read is shown as it is: nothing is signed unseen.
fn read(calls: &str) -> Vec<Shown> {
    let unread = || Shown { command: String::new(), about: String::new(), with: vec![said("", &Value::from(calls))] };
    let Ok(Value::Array(all)) = serde_json::from_str(calls) else { return vec![unread()] };
    all.iter().map(call).collect()
}

fn call(call: &Value) -> Shown {
    let with = match &call["with"] {
        Value::Object(members) => members.iter().map(|(name, value)| said(name, value)).collect(),
        other => vec![said("", other)],
    };
    Shown { command: call["do"].as_str().unwrap_or_default().to_owned(), about: String::new(), with }
}

fn said(name: &str, value: &Value) -> Said {
    let is_amount = ["amount", "limit", "total"].contains(&name);
    let is_time = |ms: &u64| name.ends_with("_ms") && (TIME_MS_MIN..=Moment::MS_MAX).contains(ms);
    Said {
        name: name.to_owned(),
        value: text(value),
        grouped: value.as_str().filter(|_| is_amount).map(money::grouped).filter(|grouped| grouped.contains(',')),
        at: value.as_u64().filter(is_time).map(Moment),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(all) => names(all).unwrap_or_else(|| value.to_string()),
        other => other.to_string(),
    }
}

/// A list of names alone, which say the same without the marks of JSON.
fn names(all: &[Value]) -> Option<String> {
    let is_part = |one: char| one.is_ascii_alphanumeric() || "-._/".contains(one);
    let name =
        |value: &Value| value.as_str().filter(|text| !text.is_empty() && text.chars().all(is_part)).map(str::to_owned);
    let names: Vec<_> = all.iter().map(name).collect::<Option<_>>()?;
    Some(names.join(", ")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(call: &Shown) -> Vec<(&str, &str)> {
        call.with.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect()
    }

    #[test]
    fn values_say_what_is_signed_and_people_read_them() {
        let text = r#"[{"do":"x.y","with":{"amount":"1234567.89","expires_ms":1795839260222,"lapse_after_ms":3600000,"never_ms":9000000000000000,
            "no":[],"odd":["a, b"],"one":["a","b/c"],"reference":"1234567"}}]"#;
        let calls = read(text);
        let with = &calls[0].with;
        assert_eq!(
            values(&calls[0]),
            [
                ("amount", "1234567.89"),
                ("expires_ms", "1795839260222"),
                ("lapse_after_ms", "3600000"),
                ("never_ms", "9000000000000000"),
                ("no", "[]"),
                ("odd", r#"["a, b"]"#),
                ("one", "a, b/c"),
                ("reference", "1234567"),
            ]
        );
        assert_eq!(with[0].grouped.as_deref(), Some("1,234,567.89"));
        assert_eq!(with[1].at, Some(Moment(1_795_839_260_222)));
        assert!(with[2].at.is_none() && with[3].at.is_none() && with[7].grouped.is_none());
    }

    #[test]
    fn calls_are_shown_value_by_value_and_nothing_is_left_out() {
        let text =
            r#"[{"do":"asset.transfer","with":{"amount":"5.00","legs":[{"to":"b/x"}],"n":1}},{"do":"x.y","with":[1]}]"#;
        let calls = read(text);
        assert_eq!(calls[0].command, "asset.transfer");
        assert_eq!(values(&calls[0]), [("amount", "5.00"), ("legs", "[{\"to\":\"b/x\"}]"), ("n", "1")]);
        assert_eq!(values(&calls[1]), [("", "[1]")]);
        assert_eq!(values(&read("no JSON")[0]), [("", "no JSON")]);
        assert_eq!(hash("[]"), "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    }
}
