use counterfoil_types::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// Integers beyond this lose digits in a reader that keeps numbers as floats, so they are written as text.
const EXACT: u64 = (1 << 53) - 1;

/// A column's value in a proof: JSON `null`, a number, a string, `{"integer":"…"}` beyond ±(2^53 − 1), or `{"blob":"<hex>"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell(pub Value);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wide {
    Integer(String),
    Blob(String),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Json {
    Null(()),
    Integer(i64),
    Text(String),
    Wide(Wide),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Null => Json::Null(()),
            Value::Integer(number) if number.unsigned_abs() > EXACT => Json::Wide(Wide::Integer(number.to_string())),
            Value::Integer(number) => Json::Integer(*number),
            Value::Text(text) => Json::Text(text.clone()),
            Value::Blob(bytes) => Json::Wide(Wide::Blob(hex::encode(bytes))),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    /// Also takes other forms of the same value; who needs the one form writes it again and compares.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Json::deserialize(deserializer)? {
            Json::Null(()) => Value::Null,
            Json::Integer(number) => Value::Integer(number),
            Json::Text(text) => Value::Text(text),
            Json::Wide(Wide::Integer(digits)) => Value::Integer(digits.parse().map_err(D::Error::custom)?),
            Json::Wide(Wide::Blob(digits)) => Value::Blob(hex::decode(digits).map_err(D::Error::custom)?),
        }))
    }
}

impl fmt::Display for Cell {
    /// For people: nothing that could move a terminal's cursor or turn the direction of text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Null => f.write_str("NULL"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Blob(bytes) => write!(f, "x'{}'", hex::encode(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_a_text_that_reads_back() {
        for (value, text) in [
            (Value::Null, "null"),
            (Value::Integer(-5), "-5"),
            (Value::Integer((1 << 53) - 1), "9007199254740991"),
            (Value::Integer(1 << 53), r#"{"integer":"9007199254740992"}"#),
            (Value::Integer(i64::MIN), r#"{"integer":"-9223372036854775808"}"#),
            (Value::Text("发票 \"1\"".into()), r#""发票 \"1\"""#),
            (Value::Blob(vec![0, 255]), r#"{"blob":"00ff"}"#),
        ] {
            assert_eq!(serde_json::to_string(&Cell(value.clone())).unwrap(), text);
            assert_eq!(serde_json::from_str::<Cell>(text).unwrap(), Cell(value));
        }
        for other in
            ["1.5", "true", "[]", r#"{"blob":"0"}"#, r#"{"integer":"x"}"#, r#"{"blob":"","integer":""}"#, "1e3"]
        {
            assert!(serde_json::from_str::<Cell>(other).is_err(), "{other}");
        }
    }

    #[test]
    fn text_for_people_cannot_turn_a_terminal() {
        let text = Cell(Value::Text("a\u{1b}[2J\u{202e}b".into())).to_string();
        assert_eq!(text, r#""a\u{1b}[2J\u{202e}b""#);
    }
}
