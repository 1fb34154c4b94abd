//! Rows as files for spreadsheets (RFC 4180), as many as there are: page by page while they are sent.

use super::{
    confidential,
    csv::{MARK, kept_as, line},
};
use crate::{member::Member, problem::Answer};
use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_apps::invoice::decimal::Fixed;
use counterfoil_state::{SqlLimits, SqlParams};
use counterfoil_types::money::format_decimal;
use serde_json::{Value, json};
use std::sync::Arc;

/// Rows of one SELECT.
const PAGE: usize = 1_000;

/// What a column is of.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text that somebody chose.
    Text,
    /// Hundredths.
    Amount,
    /// Units of an asset with so many digits after the point.
    Units(u32),
    /// Milliseconds since 1970, as RFC 3339 says a time in UTC.
    Time,
    /// A whole number.
    Number,
    /// A rate of 10,000, as a percentage.
    Rate,
}

/// A report: a SELECT whose first column goes on after ?1 with ?2 rows at most, and the columns after it.
pub struct Report {
    /// The SELECT.
    pub sql: &'static str,
    /// Its parameters from ?3 on.
    pub given: Vec<Value>,
    /// Names and kinds of its columns, from the second on.
    pub columns: Vec<(&'static str, Kind)>,
    /// The file's name, without its ending.
    pub name: String,
}

/// A report as a download for whoever is signed in by `asked`, as long as he is: it ends with his session, without being whole.
pub fn download(node: Arc<Member>, asked: HeaderMap, report: Report) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, kept_as(&report.name, "csv")),
    ];
    let head = format!("{MARK}{}", line(report.columns.iter().map(|(name, _)| name)));
    let begun = (node, asked, report, Some(String::new()));
    let rows = futures::stream::try_unfold(begun, |(node, asked, report, from)| async move {
        let Some(from) = from else { return Ok::<_, std::io::Error>(None) };
        let page = async {
            node.seated(&asked)?;
            page(&node, &report, from).await
        };
        let (text, next) = page.await.map_err(|problem| {
            std::io::Error::other(problem.document()["detail"].as_str().unwrap_or_default().to_owned())
        })?;
        Ok(Some((text, (node, asked, report, next))))
    });
    let head = futures::stream::once(async { Ok(head) });
    confidential((headers, Body::from_stream(futures::StreamExt::chain(head, rows))).into_response())
}

/// The lines of one SELECT, and from where the next one goes on.
async fn page(node: &Member, report: &Report, from: String) -> Answer<(String, Option<String>)> {
    let sql = report.sql;
    let params: Vec<Value> = [json!(from), json!(PAGE)].into_iter().chain(report.given.iter().cloned()).collect();
    let table =
        node.store.ask(move |reader| reader.sql_static(sql, SqlParams::Positional(&params), SqlLimits::default()));
    let rows = table.await?.rows;
    let cells = |row: &Vec<Value>| {
        let each = report.columns.iter().enumerate();
        line(each.map(|(at, (_, kind))| shown(row.get(at + 1).unwrap_or(&Value::Null), *kind)))
    };
    let text = rows.iter().map(cells).collect();
    // A page may have more rows than places, or fewer: only one that has none is the end.
    let last = rows.last().and_then(|row| row.first()?.as_str()).map(str::to_owned);
    Ok((text, last))
}

fn shown(value: &Value, kind: Kind) -> String {
    let number = value.as_i64();
    match (kind, number) {
        (Kind::Amount, Some(minor)) => Fixed::<2>(minor).to_string(),
        (Kind::Units(decimals), Some(minor)) => format_decimal(minor, decimals),
        (Kind::Time, Some(ms)) => {
            let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms.unsigned_abs());
            humantime::format_rfc3339_millis(at).to_string()
        }
        (Kind::Number, Some(number)) => number.to_string(),
        (Kind::Rate, Some(rate)) => format!("{}%", Fixed::<2>(rate).trimmed()),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_shown_as_what_it_is_of() {
        assert_eq!(shown(&json!(-5), Kind::Amount), "-0.05");
        assert_eq!(shown(&json!(-1_234_567), Kind::Units(3)), "-1234.567");
        assert_eq!(shown(&json!(1_766_966_400_123_u64), Kind::Time), "2025-12-29T00:00:00.123Z");
        assert_eq!(shown(&Value::Null, Kind::Amount), "");
        assert_eq!(shown(&json!(1300), Kind::Rate), "13%");
    }
}
