use super::args::Format;
use counterfoil_client::Table;
use serde_json::{Value, json};
use std::io::Write as _;

/// Writes JSON to stdout, for people and programs.
pub fn json(value: &Value) {
    text(&format!("{value:#}\n"));
}

/// Writes text to stdout. A reader who has gone is no error.
pub fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a table to stdout.
pub fn table(table: &Table, format: Format) {
    match format {
        Format::Table => text(&aligned(&table.columns, &table.rows)),
        Format::Csv => text(&csv(&table.columns, &table.rows)),
        Format::Json => json(&json!({"height": table.height, "columns": table.columns, "rows": table.rows})),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Columns on a terminal that a text takes: those of East Asian scripts take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

fn aligned(columns: &[String], rows: &[Vec<Value>]) -> String {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|value| cell(value).replace(['\n', '\r', '\t'], " ")).collect()).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| cells.iter().map(|row| width(&row[at])).chain([width(&columns[at])]).max().unwrap_or(0))
        .collect();
    let line = |texts: &[String], numbers: &[bool]| {
        let padded = texts.iter().zip(&widths).zip(numbers).map(|((text, all), right)| {
            let space = " ".repeat(all - width(text));
            if *right { format!("{space}{text}") } else { format!("{text}{space}") }
        });
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut out = line(columns, &vec![false; columns.len()]);
    out += &format!("{}\n", widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "));
    for (texts, row) in cells.iter().zip(rows) {
        out += &line(texts, &row.iter().map(Value::is_number).collect::<Vec<_>>());
    }
    out
}

fn csv(columns: &[String], rows: &[Vec<Value>]) -> String {
    let quote = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let line = |texts: Vec<String>| format!("{}\n", texts.join(","));
    let mut out = line(columns.iter().map(|name| quote(name)).collect());
    for row in rows {
        out += &line(row.iter().map(|value| quote(&cell(value))).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_csv_quotes() {
        let columns = ["name".to_owned(), "total".to_owned()];
        let rows = [vec![json!("餐厅"), json!(19800)], vec![json!("a,\"b\""), Value::Null]];
        assert_eq!(aligned(&columns, &rows), "name   total\n─────  ─────\n餐厅   19800\na,\"b\"\n");
        assert_eq!(csv(&columns, &rows), "name,total\n餐厅,19800\n\"a,\"\"b\"\"\",\n");
    }
}
