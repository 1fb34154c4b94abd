//! Tables as files for spreadsheets.

use crate::console::csv::{MARK, line};
use serde_json::Value;

/// A table as CSV (RFC 4180), with names of columns.
pub fn file(columns: &[String], rows: &[Vec<Value>]) -> String {
    let mut text = format!("{MARK}{}", line(columns));
    text.extend(rows.iter().map(|row| line(row.iter().map(value))));
    text
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(members) if members.len() == 1 => match members.get("hex").and_then(Value::as_str) {
            Some(hex) => hex.to_owned(),
            None => value.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn formulas_are_text_and_numbers_are_numbers() {
        let columns = ["a".to_owned(), "=b".to_owned()];
        let row = |one: Value, other: Value| vec![one, other];
        let rows = [
            row(json!("=1+1"), json!(-5)),
            row(json!("@SUM(A1)"), json!("-5")),
            row(json!("\tx"), json!("+1")),
            row(json!("a,\"b\"\nc"), Value::Null),
            row(json!({"hex": "00ff"}), json!("\r=1")),
        ];
        let lines = ["a,'=b", "'=1+1,-5", "'@SUM(A1),-5", "'\tx,'+1", "\"a,\"\"b\"\"\nc\",", "00ff,\"'\r=1\"", ""];
        assert_eq!(file(&columns, &rows), format!("{MARK}{}", lines.join("\r\n")));
    }
}
