//! Calls that wait for somebody's signature, as pages show them: what is shown is what the hash is of.

use counterfoil_types::Hash;
use serde_json::Value;

/// A call.
pub struct Shown {
    /// The command.
    pub command: String,
    /// What it says, name by name: values that are neither text nor number as JSON.
    pub with: Vec<(String, String)>,
}

/// The hash that who signs has to repeat: of the text as it stands, which is canonical JSON (RFC 8785).
pub fn hash(calls: &str) -> String {
    Hash::of(&[calls.as_bytes()]).to_string()
}

/// The calls of a text. What cannot be read is shown as it is: nothing is signed unseen.
pub fn read(calls: &str) -> Vec<Shown> {
    let unread = || vec![Shown { command: String::new(), with: vec![(String::new(), calls.to_owned())] }];
    let Ok(Value::Array(all)) = serde_json::from_str(calls) else { return unread() };
    all.iter().map(call).collect()
}

fn call(call: &Value) -> Shown {
    let with = match &call["with"] {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        other => vec![(String::new(), text(other))],
    };
    Shown { command: call["do"].as_str().unwrap_or_default().to_owned(), with }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_shown_value_by_value_and_nothing_is_left_out() {
        let text =
            r#"[{"do":"asset.transfer","with":{"amount":"5.00","legs":[{"to":"b/x"}],"n":1}},{"do":"x.y","with":[1]}]"#;
        let calls = read(text);
        assert_eq!(calls[0].command, "asset.transfer");
        let expected = [("amount", "5.00"), ("legs", "[{\"to\":\"b/x\"}]"), ("n", "1")];
        assert_eq!(calls[0].with, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(calls[1].with, [(String::new(), "[1]".to_owned())]);
        assert_eq!(read("no JSON")[0].with[0].1, "no JSON");
        assert_eq!(hash("[]"), "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    }
}
