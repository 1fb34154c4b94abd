use super::{
    act::{Act, open_periods},
    select,
    stand::Stand,
    texts::Texts,
};
use crate::{
    console::{Page, Row, Visit, address::Query, desk::Desk, desk::form_id, encoded, money::shown},
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_apps::invoice::date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{fmt::Write as _, sync::Arc};

/// Invoices of one page.
const PAGE: usize = 50;
/// Invoices that are looked through for a page where not every one fits.
const LOOKED: usize = 1_000;
/// Ids that nobody has, before and after all others: ids are hexadecimal.
const FIRST: &str = "";
const LAST: &str = "z";
/// How far China's days are before those of UTC, milliseconds.
const CHINA_MS: u64 = 8 * 3_600_000;
const DAY_MS: u64 = 24 * 3_600_000;

/// What is asked for; what is left empty does not narrow it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    view: String,
    state: String,
    from: String,
    until: String,
    party: String,
    number: String,
    before: String,
}

#[derive(Template)]
#[template(path = "invoices/list.html")]
struct List {
    page: Page,
    t: &'static Texts,
    asked: Asked,
    views: Vec<Tab>,
    states: Vec<Choice>,
    /// Whether a taxpayer is registered for the member.
    sells: bool,
    authority: bool,
    invoices: Vec<Invoice>,
    /// Where the older ones are.
    next: Option<String>,
    /// Where the list begins.
    newest: String,
    /// How many were looked through, where there may be more that fit.
    looked: Option<u64>,
    wrong_days: bool,
    act: Act,
    organisation: String,
    periods: [String; 2],
    form_id: String,
}

struct Tab {
    address: String,
    name: &'static str,
    current: bool,
}

struct Choice {
    value: &'static str,
    name: &'static str,
}

struct Invoice {
    id: String,
    number: String,
    seller: String,
    holder: String,
    issue_date: String,
    total: String,
    currency: String,
    stand: Stand,
    questioned: bool,
    booking: String,
}

impl Asked {
    fn filters(&self) -> bool {
        !(self.state.is_empty() && self.party.is_empty())
    }

    fn narrows(&self) -> bool {
        self.filters() || !(self.from.is_empty() && self.until.is_empty() && self.number.is_empty())
    }

    /// The address of the same list from another invoice on, or of another view.
    fn address(&self, view: &str, before: &str) -> String {
        let mut address = format!("/invoices?view={view}");
        let rest = [
            ("state", self.state.as_str()),
            ("from", &self.from),
            ("until", &self.until),
            ("party", &self.party),
            ("number", &self.number),
            ("before", before),
        ];
        for (name, value) in rest.into_iter().filter(|(_, value)| !value.is_empty()) {
            let _ = write!(address, "&{name}={}", encoded(value));
        }
        address
    }

    fn sql(&self) -> Answer<&'static str> {
        if !self.number.is_empty() {
            return Ok(select::OF_NUMBER);
        }
        Ok(match self.view.as_str() {
            "all" => select::ALL,
            "issued" => select::ISSUED,
            "held" => select::HELD,
            "received" => select::RECEIVED,
            "reimbursed" => select::REIMBURSED,
            other => return Err(Problem::not_found(format!("there is no list {other:?} of invoices"))),
        })
    }
}

/// GET /invoices
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| list(desk, asked).await).await
}

async fn list(desk: &Desk, mut asked: Asked) -> Answer<List> {
    let t = Texts::of(desk.language());
    for text in [&mut asked.party, &mut asked.number, &mut asked.from, &mut asked.until] {
        *text = text.trim().to_owned();
    }
    let sells = sells(desk).await?;
    let authority = desk.seat.has("tax-authority");
    if asked.view.is_empty() {
        asked.view = default_view(sells, authority || desk.seat.has("auditor")).to_owned();
    }
    let days = [&asked.from, &asked.until].map(|day| day.is_empty() || date::is_date(day));
    let wrong_days = days.contains(&false);
    let Found { invoices, next, looked } = if wrong_days { Found::default() } else { found(desk, &asked, t).await? };
    // Organisations reimburse and book; people pass on what they hold.
    let person = desk.seat.has("person");
    let act = if person { Act::default() } else { Act::of_view(&asked.view, !asked.number.is_empty()) };
    Ok(List {
        views: views(&asked, person, t),
        states: states(desk, t),
        authority,
        invoices,
        newest: asked.address(&asked.view, ""),
        next,
        looked,
        wrong_days,
        act,
        organisation: desk.member().to_owned(),
        periods: open_periods(now_ms()),
        form_id: form_id(),
        sells,
        asked,
        t,
        page: desk.page(),
    })
}

fn default_view(sells: bool, examines: bool) -> &'static str {
    match (sells, examines) {
        (true, _) => "issued",
        (_, true) => "all",
        _ => "held",
    }
}

async fn sells(desk: &Desk) -> Answer<bool> {
    let sql = "SELECT 1 FROM invoice_taxpayer WHERE member = ?1 LIMIT 1";
    Ok(desk.find(sql, vec![json!(desk.member())]).await?.is_some())
}

#[derive(Default)]
struct Found {
    invoices: Vec<Invoice>,
    next: Option<String>,
    looked: Option<u64>,
}

async fn found(desk: &Desk, asked: &Asked, t: &'static Texts) -> Answer<Found> {
    let (low, high) = bounds(desk, asked).await?;
    let most = if asked.filters() { LOOKED } else { PAGE + 1 };
    let given = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let of_number = !asked.number.is_empty();
    let mut params = vec![
        json!(desk.member()),
        json!(if of_number { &asked.number } else { &low }),
        json!(high),
        json!(most),
        given(&asked.state),
        given(&asked.party),
        json!(PAGE + 1),
    ];
    params.extend(of_number.then(|| json!(low)));
    let rows = desk.select(asked.sql()?, params).await?;
    let (seen, last) = rows.first().map_or((0, String::new()), |row| (row.number(0), row.text(1)));
    let mut invoices: Vec<Invoice> =
        rows.iter().filter(|row| !row.text(2).is_empty()).map(|row| invoice(desk, row, t)).collect();
    let (next, looked) = if invoices.len() > PAGE {
        invoices.truncate(PAGE);
        (invoices.last().map(|one| asked.address(&asked.view, &one.id)), None)
    } else if asked.filters() && seen == most as u64 {
        (Some(asked.address(&asked.view, &last)), Some(seen))
    } else {
        (None, None)
    };
    Ok(Found { invoices, next, looked })
}

fn invoice(desk: &Desk, row: &Row, t: &'static Texts) -> Invoice {
    Invoice {
        id: row.text(2),
        number: row.text(3),
        seller: row.text(4),
        issue_date: row.text(5),
        currency: row.text(6),
        // In a column with invoices a credit note stands below zero: it takes back what its amounts say. Its own page has the document's.
        total: shown(row.money(7).0 * row.money(8).0, 2),
        stand: Stand::new(&row.text(9), desk.t()),
        questioned: row.number(10) == 1,
        holder: row.text(11),
        booking: t.booking(&row.text(12)).to_owned(),
    }
}

/// The ids between which the asked days lie: an id begins with the height of its block.
async fn bounds(desk: &Desk, asked: &Asked) -> Answer<(String, String)> {
    let before = |bound: String| match asked.before.as_str() {
        "" => bound,
        before => before.to_owned().min(bound),
    };
    if asked.from.is_empty() && asked.until.is_empty() {
        return Ok((FIRST.to_owned(), before(LAST.to_owned())));
    }
    let from = begin_ms(&asked.from).unwrap_or(0);
    let until = begin_ms(&asked.until).map_or(i64::MAX as u64, |begin| begin + DAY_MS);
    let end = desk.node.hub.executed().borrow().height + 1;
    let rows = desk.select(select::HEIGHTS, vec![json!(from), json!(until), json!(end)]).await?;
    let bound = |at: usize| rows.get(at).map_or(0, |row| row.number(1));
    Ok((format!("{:010x}", bound(0)), before(format!("{:010x}", bound(1)))))
}

/// When a day begins in China.
fn begin_ms(day: &str) -> Option<u64> {
    let time = humantime::parse_rfc3339(&format!("{day}T00:00:00Z")).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()?.checked_sub(CHINA_MS)
}

fn views(asked: &Asked, person: bool, t: &'static Texts) -> Vec<Tab> {
    let all = [
        ("issued", t.view_issued),
        ("held", t.view_held),
        ("received", t.view_received),
        ("reimbursed", t.view_reimbursed),
        ("all", t.view_all),
    ];
    all.into_iter()
        .filter(|(view, _)| !person || ["held", "all"].contains(view))
        .map(|(view, name)| Tab {
            address: format!("/invoices?view={view}"),
            name,
            current: view == asked.view && asked.number.is_empty(),
        })
        .collect()
}

fn states(desk: &Desk, t: &'static Texts) -> Vec<Choice> {
    let standing = ["issued", "passed_on", "locked", "closed", "partly_reversed", "reversed"];
    let standing = standing.map(|value| Choice { value, name: desk.t().state(value) });
    let others = [Choice { value: "booked", name: t.is_booked }, Choice { value: "questioned", name: t.is_questioned }];
    standing.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_china() {
        // 2025-12-29 00:00 in China.
        assert_eq!(begin_ms("2025-12-29"), Some(1_766_937_600_000));
        assert_eq!(begin_ms("2025-02-30"), None);
        assert_eq!(begin_ms(""), None);
    }

    #[test]
    fn what_is_asked_for_goes_on_to_the_next_page() {
        let asked = Asked { state: "locked".into(), party: "A & B".into(), ..Asked::default() };
        assert_eq!(asked.address("held", "00ab"), "/invoices?view=held&state=locked&party=A%20%26%20B&before=00ab");
    }
}
