//! Tables as files for spreadsheets.

use serde_json::Value;

/// With which byte order mark a spreadsheet reads the file as UTF-8.
const BOM: &str = "\u{feff}";

/// A table as CSV (RFC 4180), with names of columns.
pub fn file(columns: &[String], rows: &[Vec<Value>]) -> String {
    let mut text = BOM.to_owned();
    line(&mut text, columns.iter().map(|name| cell(name)));
    for row in rows {
        line(&mut text, row.iter().map(value));
    }
    text
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push_str(&cells.collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => cell(text),
        Value::Object(members) if members.len() == 1 => match members.get("hex").and_then(Value::as_str) {
            Some(hex) => hex.to_owned(),
            None => cell(&value.to_string()),
        },
        other => other.to_string(),
    }
}

/// A text as a cell: with quotes where it needs them, and with `'` before what a spreadsheet would take for a formula.
pub fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if is_formula { format!("'{text}") } else { text.to_owned() };
    if guarded.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
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
        let lines = ["a,'=b", "'=1+1,-5", "'@SUM(A1),'-5", "'\tx,'+1", "\"a,\"\"b\"\"\nc\",", "00ff,\"'\r=1\"", ""];
        assert_eq!(file(&columns, &rows), format!("{BOM}{}", lines.join("\r\n")));
    }
}
