use super::{
    amount::shown,
    claims::{Claim, decimals, waiting},
    list::path,
    statement::{self, Entry, Period},
    texts::Texts,
};
use crate::{
    console::{
        Page, Row, Visit,
        address::{Path, Query},
        desk::{Moment, form_id},
    },
    gate::now_ms,
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// For how many days money is set aside or offered on the page.
const DAYS: [u64; 4] = [1, 7, 30, 90];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Holds and offers of a page.
const HELD_PAGE: usize = 50;

const ACCOUNT: &str = "SELECT a.asset, s.title, s.decimals, s.issuer, a.owner, a.state, a.available_minor, a.held_minor, a.limit_minor,
    m.name, f.reason, f.frozen_by, f.frozen_ms FROM asset_account a JOIN asset s ON s.id = a.asset JOIN member m ON m.id = a.owner
    LEFT JOIN asset_freeze f ON a.state = 'frozen' AND f.number = (SELECT max(number) FROM asset_freeze WHERE account = a.id)
    WHERE a.id = ?1";

/// What is set aside in it, after number ?2.
pub(super) const HELD: &str =
    "SELECT 'hold', number, beneficiary, amount_minor - captured_minor, expires_ms, coalesce(reference, '')
    FROM asset_hold WHERE account = ?1 AND state = 'open' AND number > ?2
    UNION ALL
    SELECT 'offer', number, receiver, amount_minor, expires_ms, coalesce(reference, '')
    FROM asset_offer WHERE from_account = ?1 AND state = 'open' AND number > ?2
    ORDER BY 2 LIMIT 51";

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Movements before this one.
    before: Option<i64>,
    /// Holds and offers after this one.
    held: Option<i64>,
    /// From and until which business day.
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
}

/// An account, as its pages show it.
pub(super) struct Account {
    pub(super) id: String,
    pub(super) owner: String,
    pub(super) owner_name: String,
    pub(super) asset: String,
    pub(super) title: String,
    pub(super) decimals: u32,
    pub(super) issuer: String,
    pub(super) state: &'static str,
    pub(super) is_open: bool,
    /// Whether it is open or frozen.
    pub(super) has_not_ended: bool,
    pub(super) available: String,
    pub(super) held: String,
    pub(super) limit: String,
    pub(super) balance: String,
    pub(super) path: String,
    /// Why no money leaves it.
    pub(super) freeze: Option<Freeze>,
}

/// Who stopped an account, when and why.
pub(super) struct Freeze {
    reason: String,
    by: String,
    at: Moment,
}

#[derive(Template)]
#[template(path = "money/account.html")]
struct One {
    page: Page,
    t: &'static Texts,
    form_id: String,
    account: Account,
    entries: Vec<Entry>,
    /// From where on there are older ones.
    older: Option<String>,
    /// Before which movement, and after which hold or offer, those that are shown are: as it was asked for.
    before: Option<i64>,
    held_from: Option<i64>,
    /// The business days that are shown, and whether the first and the last are no days: nothing is shown then.
    period: Period,
    wrong: [bool; 2],
    held: Vec<Held>,
    /// From where on there are more of them.
    held_after: Option<String>,
    /// Days and what time it is then, for holds and offers.
    until: [(u64, u64); DAYS.len()],
    /// What waits for the owner in money of the asset, and whether there is more.
    claims: Vec<Claim>,
    more_claims: bool,
    /// Whether whoever asks pays out of it.
    pays: bool,
    /// Whether whoever asks has issued its asset, and so says what it may.
    oversees: bool,
    /// Whether it is the issuer's side and whoever asks is the issuer.
    issues: bool,
}

struct Held {
    is_offer: bool,
    number: String,
    who: String,
    amount: String,
    expires: Moment,
    reference: String,
}

/// GET /accounts/{owner%2Fname}
pub(super) async fn redirect(Path(account): Path<String>) -> Response {
    match account.split_once('/') {
        Some((owner, name)) => (StatusCode::SEE_OTHER, [(header::LOCATION, path(owner, name))]).into_response(),
        None => Problem::not_found(format!("{account:?} is no account: they are owner/name")).into_response(),
    }
}

/// GET /accounts/{owner}/{name}?before=&held=&from=&until=
pub(super) async fn page(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Path((owner, name)): Path<(String, String)>,
    Query(Wanted { before, held: held_from, from, until }): Query<Wanted>,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let id = format!("{owner}/{name}");
            let period = Period { from, until };
            let wrong = period.wrong();
            let account = find(desk, &id).await?;
            let (entries, more) = match wrong {
                [false, false] => statement::entries(desk, &account, &period, before).await?,
                _ => (Vec::new(), false),
            };
            let held = desk.select(HELD, vec![json!(id), json!(held_from.unwrap_or_default())]).await?;
            let held_of = |row: &Row| Held {
                is_offer: row.text(0) == "offer",
                number: row.shown(1),
                who: row.text(2),
                amount: shown(row.integer(3).unwrap_or_default(), account.decimals),
                expires: Moment(row.number(4)),
                reference: row.text(5),
            };
            let is_issuers = account.id == account.asset;
            let own = desk.member() == account.owner;
            let (claims, more_claims) =
                if own && !is_issuers { waiting(desk, Some(&account.asset)).await? } else { (Vec::new(), false) };
            let held_after = held.get(HELD_PAGE - 1).filter(|_| held.len() > HELD_PAGE).map(|last| last.shown(1));
            Ok(One {
                t,
                form_id: form_id(),
                older: entries.last().filter(|_| more).map(|last| last.number.clone()),
                before,
                held_from,
                period,
                wrong,
                entries,
                held: held.iter().take(HELD_PAGE).map(held_of).collect(),
                held_after,
                until: DAYS.map(|days| (days, now_ms() + days * DAY_MS)),
                claims,
                more_claims,
                pays: own && account.is_open && !is_issuers,
                oversees: desk.member() == account.issuer && !is_issuers && account.has_not_ended,
                issues: own && is_issuers,
                account,
                page: desk.page(),
            })
        })
        .await
}

/// An account; one SELECT.
pub(super) async fn find(desk: &crate::console::desk::Desk, id: &str) -> crate::problem::Answer<Account> {
    let none = || Problem::not_found(format!("there is no account {id}"));
    let row = desk.find(ACCOUNT, vec![json!(id)]).await?.ok_or_else(none)?;
    let t = Texts::of(desk.language());
    let of = decimals(&row, 2);
    let minor = |at| row.integer(at).unwrap_or_default();
    Ok(Account {
        // Ids of accounts are names, which addresses have as they are.
        path: format!("/accounts/{id}"),
        id: id.to_owned(),
        asset: row.text(0),
        title: row.text(1),
        decimals: of,
        issuer: row.text(3),
        owner: row.text(4),
        is_open: row.text(5) == "open",
        has_not_ended: row.text(5) != "closed",
        state: t.state(&row.text(5)),
        available: shown(minor(6), of),
        held: shown(minor(7), of),
        limit: shown(minor(8), of),
        balance: shown(minor(6).saturating_add(minor(7)), of),
        owner_name: row.text(9),
        freeze: row.integer(12).map(|_| Freeze { reason: row.text(10), by: row.text(11), at: Moment(row.number(12)) }),
    })
}
