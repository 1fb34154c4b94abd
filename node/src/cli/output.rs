use super::args::Format;
use counterfoil_client::Table;
use counterfoil_proof::Utc;
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

/// Says something on stderr, beside the data. A reader who has gone is no error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a table to stdout.
pub fn table(table: &Table, format: Format) {
    match format {
        Format::Table => text(&aligned(&table.columns, &table.rows)),
        Format::Csv => text(&csv(&table.columns, &table.rows)),
        Format::Json => json(&json!({"height": table.height, "columns": table.columns, "rows": table.rows})),
    }
}

/// Writes a list as [`table`] does; people read its times in UTC, programs in milliseconds since 1970.
pub fn list(mut table: Table, format: Format) {
    if format == Format::Table {
        with_times(&mut table);
    }
    self::table(&table, format);
}

/// What is less is a span of time, not a point.
const POINT_MS_MIN: u64 = 1_000_000_000_000;

fn with_times(table: &mut Table) {
    let times: Vec<usize> = (0..table.columns.len()).filter(|at| table.columns[*at].ends_with("_ms")).collect();
    for row in &mut table.rows {
        for at in &times {
            if let Some(ms) = row[*at].as_u64().filter(|ms| *ms >= POINT_MS_MIN) {
                row[*at] = Utc(ms).to_string().into();
            }
        }
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
    fn times_of_a_list_are_read_by_people_and_spans_stay_numbers() {
        let columns = ["opened_ms", "lapse_ms", "total"].map(str::to_owned).to_vec();
        let rows = vec![vec![json!(1_795_752_790_752_u64), json!(259_200_000), json!(1_795_752_790_752_u64)]];
        let mut table = Table { height: 0, columns, rows, truncated: None };
        with_times(&mut table);
        let shown = [json!("2026-11-27T04:13:10.752Z"), json!(259_200_000), json!(1_795_752_790_752_u64)];
        assert_eq!(table.rows, [shown]);
    }

    #[test]
    fn tables_align_and_csv_quotes() {
        let columns = ["name".to_owned(), "total".to_owned()];
        let rows = [vec![json!("餐厅"), json!(19800)], vec![json!("a,\"b\""), Value::Null]];
        assert_eq!(aligned(&columns, &rows), "name   total\n─────  ─────\n餐厅   19800\na,\"b\"\n");
        assert_eq!(csv(&columns, &rows), "name,total\n餐厅,19800\n\"a,\"\"b\"\"\",\n");
    }
}
