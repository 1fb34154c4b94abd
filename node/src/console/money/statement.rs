use super::{account::Account, amount::shown, texts::Texts};
use crate::{
    console::{
        Row,
        address::{Path, Query},
        desk::{Desk, Moment},
        download::{Kind, Report, download},
        encoded, select,
    },
    member::Member,
    problem::{Answer, Problem},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use counterfoil_apps::invoice::date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Movements of a page.
const PAGE: usize = 50;

/// The newest movements of the account ?3, ?2 at most, or those before ?1, and of them those of the business days from ?4 until ?5. Each
/// movement leads to the one before it.
pub(super) const ENTRIES: &str = "WITH RECURSIVE walk (number) AS (
        SELECT CASE WHEN ?1 <> '' THEN (SELECT iif(from_account = ?3, from_previous, to_previous) FROM asset_transfer
                WHERE number = CAST(?1 AS INTEGER) AND ?3 IN (from_account, to_account))
            WHEN day <= unixepoch(?5) / 86400 THEN newest
            ELSE (SELECT d.newest FROM asset_day d WHERE d.account = ?3 AND d.day <= unixepoch(?5) / 86400 ORDER BY d.day DESC LIMIT 1) END
        FROM asset_account WHERE id = ?3
        UNION ALL
        SELECT iif(t.from_account = ?3, t.from_previous, t.to_previous)
        FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number WHERE t.day >= unixepoch(?4) / 86400 LIMIT ?2)
    SELECT CAST(t.number AS TEXT), CAST(t.number AS TEXT), t.kind, iif(t.from_account = ?3, t.to_account, t.from_account),
        iif(t.from_account = ?3, -t.amount_minor, t.amount_minor),
        iif(t.from_account = ?3, t.from_balance_minor, t.to_balance_minor),
        t.time_ms, coalesce(t.reference, ''), coalesce(t.end_to_end_id, '')
    FROM walk w CROSS JOIN asset_transfer t ON t.number = w.number WHERE t.day >= unixepoch(?4) / 86400
    ORDER BY t.number DESC LIMIT ?2";

const DECIMALS: &str = "SELECT s.decimals FROM asset_account a JOIN asset s ON s.id = a.asset WHERE a.id = ?1";

/// The business days that a statement is of, as they were asked for: empty where it has no beginning or no end.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Period {
    pub(super) from: String,
    pub(super) until: String,
}

impl Period {
    /// Whether its beginning, and its end, is no day.
    pub(super) fn wrong(&self) -> [bool; 2] {
        [&self.from, &self.until].map(|day| !day.is_empty() && !date::is_date(day))
    }

    /// Refuses what is no day.
    fn check(&self) -> Answer<()> {
        for (wrong, (field, day)) in self.wrong().into_iter().zip([("/from", &self.from), ("/until", &self.until)]) {
            if wrong {
                return Err(Problem::malformed(format!("{day:?} is no day such as 2026-11-26")).at(field));
            }
        }
        Ok(())
    }

    fn params(&self) -> [Value; 2] {
        let or = |day: &String, other: &str| json!(if day.is_empty() { other } else { day });
        [or(&self.from, "0001-01-01"), or(&self.until, "9999-12-31")]
    }

    /// The same as a part of an address, after a `?` or `&`.
    pub(super) fn query(&self) -> String {
        format!("from={}&until={}", encoded(&self.from), encoded(&self.until))
    }
}

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

/// The movements of an account in a period before one, or the newest; one SELECT. And whether there are more.
pub(super) async fn entries(
    desk: &Desk,
    account: &Account,
    period: &Period,
    before: Option<i64>,
) -> Answer<(Vec<Entry>, bool)> {
    let t = Texts::of(desk.language());
    let before = before.map(|number| number.to_string()).unwrap_or_default();
    let mut params = vec![json!(before), json!(PAGE + 1), json!(account.id)];
    params.extend(period.params());
    let rows = desk.select(ENTRIES, params).await?;
    let entry = |row: &Row| Entry {
        number: row.text(0),
        kind: t.movement(&row.text(2)),
        counterparty: row.text(3),
        amount: shown(row.integer(4).unwrap_or_default(), account.decimals),
        balance: shown(row.integer(5).unwrap_or_default(), account.decimals),
        at: Moment(row.number(6)),
        reference: row.text(7),
        end_to_end: row.text(8),
    };
    Ok((rows.iter().take(PAGE).map(entry).collect(), rows.len() > PAGE))
}

/// GET /accounts/{owner}/{name}/statement.csv?from=&until=
///
/// All movements of the business days as a file for spreadsheets, the newest first.
pub(super) async fn csv(
    State(node): State<Arc<Member>>,
    headers: HeaderMap,
    Path((owner, name)): Path<(String, String)>,
    Query(period): Query<Period>,
) -> Answer<Response> {
    node.seated(&headers)?;
    period.check()?;
    let id = format!("{owner}/{name}");
    let found = select(&node, DECIMALS, vec![json!(id)]).await?;
    let none = || Problem::not_found(format!("there is no account {id}"));
    let units = Kind::Units(u32::try_from(found.first().ok_or_else(none)?.number(0)).unwrap_or_default());
    let columns = vec![
        ("number", Kind::Text),
        ("kind", Kind::Text),
        ("counterparty", Kind::Text),
        ("amount", units),
        ("balance", units),
        ("time", Kind::Time),
        ("reference", Kind::Text),
        ("end_to_end_id", Kind::Text),
    ];
    let given = std::iter::once(json!(id)).chain(period.params()).collect();
    let name = [owner.as_str(), &name, &period.from, &period.until].map(str::to_owned);
    let name = name.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("-");
    download(node, headers, Report { sql: ENTRIES, given, columns, name }).await
}
