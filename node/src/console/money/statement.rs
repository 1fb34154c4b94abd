use super::{account::Account, amount::shown, claims::decimals, texts::Texts};
use crate::{
    console::{
        Row, confidential, csv,
        desk::{Desk, Moment},
    },
    member::Member,
    problem::Answer,
};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::money::format_decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Movements of a page.
const PAGE: usize = 50;
/// Movements of a file; further ones are in the next.
const FILE: usize = 5_000;

/// From the newest one, or the one before `?2`, each leads to the one before it.
const ENTRIES: &str = "WITH RECURSIVE walk (number) AS (
        SELECT CASE WHEN ?2 IS NULL THEN (SELECT newest FROM asset_account WHERE id = ?1)
            ELSE (SELECT iif(from_account = ?1, from_previous, to_previous) FROM asset_transfer
                  WHERE number = ?2 AND ?1 IN (from_account, to_account)) END
        UNION ALL
        SELECT iif(t.from_account = ?1, t.from_previous, t.to_previous)
        FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number LIMIT ?3)
    SELECT CAST(t.number AS TEXT), t.kind, iif(t.from_account = ?1, t.to_account, t.from_account),
        iif(t.from_account = ?1, -t.amount_minor, t.amount_minor),
        iif(t.from_account = ?1, t.from_balance_minor, t.to_balance_minor),
        t.time_ms, coalesce(t.reference, ''), coalesce(t.end_to_end_id, ''), s.decimals
    FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number JOIN asset s ON s.id = t.asset ORDER BY t.number DESC LIMIT ?3";

/// A movement of an account.
pub(super) struct Entry {
    pub(super) number: String,
    pub(super) kind: &'static str,
    pub(super) counterparty: String,
    pub(super) amount: String,
    pub(super) balance: String,
    pub(super) at: Moment,
    pub(super) reference: String,
    pub(super) end_to_end: String,
}

/// The movements of an account before one, or the newest; one SELECT. And whether there are more.
pub(super) async fn entries(desk: &Desk, account: &Account, before: Option<i64>) -> Answer<(Vec<Entry>, bool)> {
    let t = Texts::of(desk.language());
    let rows = desk.select(ENTRIES, params(&account.id, before, PAGE + 1)).await?;
    let entry = |row: &Row| Entry {
        number: row.text(0),
        kind: t.movement(&row.text(1)),
        counterparty: row.text(2),
        amount: shown(row.integer(3).unwrap_or_default(), account.decimals),
        balance: shown(row.integer(4).unwrap_or_default(), account.decimals),
        at: Moment(row.number(5)),
        reference: row.text(6),
        end_to_end: row.text(7),
    };
    Ok((rows.iter().take(PAGE).map(entry).collect(), rows.len() > PAGE))
}

fn params(id: &str, before: Option<i64>, limit: usize) -> Vec<Value> {
    vec![json!(id), json!(before), json!(limit)]
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<i64>,
}

/// GET /accounts/{owner}/{name}/statement.csv?before=
///
/// The newest movements, or those before one, as a file for spreadsheets; the last number leads to the next file.
pub(super) async fn csv(
    State(node): State<Arc<Member>>,
    headers: HeaderMap,
    Path((owner, name)): Path<(String, String)>,
    Query(Wanted { before }): Query<Wanted>,
) -> Answer<Response> {
    node.seated(&headers).await?;
    let id = format!("{owner}/{name}");
    let table = node.store.sql(ENTRIES.to_owned(), params(&id, before, FILE)).await?;
    let names = ["number", "kind", "counterparty", "amount", "balance", "time", "reference", "end_to_end_id"];
    let mut text = format!("{}{}", csv::MARK, csv::line(names));
    for row in table.rows.into_iter().map(Row::new) {
        let of = decimals(&row, 8);
        let amount = |at| format_decimal(row.integer(at).unwrap_or_default(), of);
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(row.number(5));
        let time = humantime::format_rfc3339_millis(at).to_string();
        text +=
            &csv::line([row.text(0), row.text(1), row.text(2), amount(3), amount(4), time, row.text(6), row.text(7)]);
    }
    let file = format!("attachment; filename=\"{}.csv\"", id.replace('/', "-"));
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok(confidential((head, text).into_response()))
}
