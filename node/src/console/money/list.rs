use super::{
    amount::shown,
    claims::{Claim, decimals, owned, waiting},
    texts::Texts,
};
use crate::{
    console::{Page, Row, Visit, address::Query, desk::form_id},
    member::Member,
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

/// Accounts of a page.
const PAGE: usize = 50;

const ACCOUNTS: &str =
    "SELECT a.id, a.asset, s.title, s.decimals, a.state, a.available_minor, a.held_minor, a.limit_minor
    FROM asset_account a JOIN asset s ON s.id = a.asset
    WHERE a.id > ?1 AND a.id >= ?2 AND a.id < ?3 ORDER BY a.id LIMIT 51";

const ASSETS: &str = "SELECT id, title FROM asset ORDER BY id LIMIT 500";

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    after: String,
    /// An account to go to.
    #[serde(default)]
    account: String,
}

#[derive(Template)]
#[template(path = "money/list.html")]
struct List {
    page: Page,
    t: &'static Texts,
    form_id: String,
    /// What was looked up and is no account's id; empty if nothing was.
    wrong_account: String,
    member: String,
    accounts: Vec<Account>,
    after: Option<String>,
    claims: Vec<Claim>,
    /// Whether the inbox has more of them.
    more_claims: bool,
    assets: Vec<(String, String)>,
}

struct Account {
    id: String,
    asset: String,
    title: String,
    state: &'static str,
    is_open: bool,
    is_issuers: bool,
    available: String,
    held: String,
    limit: String,
}

/// GET /accounts?after=, or ?account= to go to one
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    if let Some((owner, name)) = wanted.account.trim().split_once('/') {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, path(owner, name))]).into_response();
    }
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let [first, end] = owned(desk.member());
            let rows = desk.select(ACCOUNTS, vec![json!(wanted.after), json!(first), json!(end)]).await?;
            let (claims, more_claims) = waiting(desk, None).await?;
            let assets = desk.select(ASSETS, Vec::new()).await?;
            let mut accounts: Vec<_> = rows.iter().map(|row| account(row, t)).collect();
            let more = accounts.len() > PAGE;
            accounts.truncate(PAGE);
            Ok(List {
                t,
                form_id: form_id(),
                wrong_account: wanted.account.trim().to_owned(),
                member: desk.member().to_owned(),
                after: accounts.last().filter(|_| more).map(|last| last.id.clone()),
                accounts,
                claims,
                more_claims,
                assets: assets.iter().map(|row| (row.text(0), row.text(1))).collect(),
                page: desk.page(),
            })
        })
        .await
}

fn account(row: &Row, t: &'static Texts) -> Account {
    let of = decimals(row, 3);
    let amount = |at| shown(row.integer(at).unwrap_or_default(), of);
    Account {
        is_issuers: row.text(0) == row.text(1),
        id: row.text(0),
        asset: row.text(1),
        title: row.text(2),
        is_open: row.text(4) == "open",
        state: t.state(&row.text(4)),
        available: amount(5),
        held: amount(6),
        limit: amount(7),
    }
}

/// Where an account's page is.
pub(super) fn path(owner: &str, name: &str) -> String {
    use crate::console::encoded;
    format!("/accounts/{}/{}", encoded(owner), encoded(name))
}
