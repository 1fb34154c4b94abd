use super::texts::Texts;
use crate::{
    console::{Page, Visit, address::Query, desk::Moment, encoded},
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;

/// Characters of an id, a number, or a taxpayer id at most.
const TEXT_MAX: usize = 100;

/// What the code on an invoice has, or what is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    number: String,
    total: String,
    seller: String,
    proof: String,
}

#[derive(Template)]
#[template(path = "check/check.html")]
struct Checked {
    page: Page,
    t: &'static Texts,
    asked: Asked,
    wrong_number: bool,
    wrong_total: bool,
    /// The API's word for what it is; empty where nothing was asked.
    found: String,
    certified: u64,
    at: Moment,
    /// The row of which a proof is given away: only who has the id, from the code, is told of it.
    proof: String,
    scan: bool,
}

impl Checked {
    fn known(&self) -> bool {
        self.found != "unknown"
    }
}

/// GET /check?number=&total=&seller=&proof=
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    if node.seat(&visit.headers).is_some() {
        return visit.at_desk(&node, async |desk| checked(&node, asked, || desk.page()).await).await;
    }
    let asks = !asked.number.is_empty() || !asked.total.is_empty();
    if asks && let Err(problem) = node.checks.take() {
        return visit.problem(&node, &problem);
    }
    let made = checked(&node, asked, || visit.page(&node)).await;
    visit.answer(&node, made)
}

async fn checked(node: &Member, asked: Asked, page: impl FnOnce() -> Page) -> Answer<Checked> {
    let asked = Asked {
        number: asked.number.trim().to_owned(),
        // As it stands on invoices.
        total: asked.total.trim().trim_start_matches(['¥', '￥', '€']).trim().replace(',', ""),
        seller: asked.seller.trim().to_owned(),
        proof: asked.proof.trim().to_owned(),
    };
    let asks = !asked.number.is_empty() || !asked.total.is_empty();
    let fits = |text: &str| text.chars().count() <= TEXT_MAX;
    let wrong_number =
        asks && (asked.number.is_empty() || !fits(&asked.number) || !fits(&asked.seller) || !fits(&asked.proof));
    let wrong_total = asks && !is_amount(&asked.total);
    let found = if asks && !wrong_number && !wrong_total { found(node, &asked).await? } else { String::new() };
    let page = page();
    let mark = *node.hub.executed().borrow();
    Ok(Checked {
        t: Texts::of(page.language),
        proof: if found.is_empty() || found == "unknown" { String::new() } else { encoded(&asked.proof).to_string() },
        asked,
        wrong_number,
        wrong_total,
        found,
        certified: *node.hub.certified().borrow(),
        at: Moment(mark.time_ms),
        scan: node.phone.is_some(),
        page,
    })
}

/// An amount with at most two digits after the point; a red letter's is below zero.
fn is_amount(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    all(whole, 14) && all(fraction, 2)
}

async fn found(node: &Member, asked: &Asked) -> Answer<String> {
    let none = || Problem::not_found("there are no invoices on this ledger");
    let query = *node.registry.query("invoice.check").ok_or_else(none)?;
    let given =
        [("number", &asked.number), ("total", &asked.total), ("seller", &asked.seller), ("proof", &asked.proof)];
    let given = given.into_iter().filter(|(_, text)| !text.is_empty());
    let given = given.map(|(name, text)| (name.to_owned(), text.clone())).collect();
    let answer = node.store.query(query, given).await?;
    Ok(answer["state"].as_str().unwrap_or("unknown").to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_amount;

    #[test]
    fn an_amount_has_two_digits_after_the_point_at_most() {
        for (text, expected) in [
            ("198.00", true),
            ("198", true),
            ("-1.5", true),
            ("1.234", false),
            ("", false),
            (".5", false),
            ("1.", false),
            ("1e3", false),
        ] {
            assert_eq!(is_amount(text), expected, "{text:?}");
        }
    }
}
