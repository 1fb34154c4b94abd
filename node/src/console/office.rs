//! An organisation's invoices to reimburse. What is done here goes to the routes of the API, signed by a hosted key.

use super::{
    Page, Visit,
    address::Path,
    rows::{Row, select},
};
use crate::{
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use counterfoil_types::Kid;
use serde_json::json;
use std::sync::Arc;

/// Invoices of each kind on the page.
const SHOWN: u64 = 100;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new().route("/office/{member}", get(page))
}

#[derive(Template)]
#[template(path = "office.html")]
struct Office {
    page: Page,
    organisation: Organisation,
    key: Kid,
    waiting: Vec<Invoice>,
    locked: Vec<Invoice>,
    closed: Vec<Invoice>,
}

struct Organisation {
    id: String,
    name: String,
}

struct Invoice {
    id: String,
    number: String,
    seller: String,
    total: String,
    subject: String,
    reference: String,
    holder: String,
    readable: bool,
}

/// GET /office/{member}
async fn page(State(node): State<Arc<Member>>, Path(member): Path<String>, visit: Visit) -> Response {
    let made = office(&node, &member, visit.page(&node)).await;
    visit.answer(&node, made)
}

async fn office(node: &Member, member: &str, page: Page) -> Answer<Office> {
    let none = || Problem::not_found(format!("no key of an organisation {member:?} is hosted here"));
    let key = node.keys.kids().find(|kid| kid.member() == member).cloned().ok_or_else(none)?;
    let sql = "SELECT id, name FROM member WHERE id = ?1 AND kind = 'organisation'";
    let found = select(node, sql, vec![json!(member)]).await?;
    let row = found.first().ok_or_else(none)?;
    let organisation = Organisation { id: row.text(0), name: row.text(1) };
    let reimbursed =
        async |state: &str| invoices(node, REIMBURSED, vec![json!(member), json!(SHOWN), json!(state)]).await;
    Ok(Office {
        page,
        organisation,
        key,
        waiting: invoices(node, WAITING, vec![json!(member), json!(SHOWN)]).await?,
        locked: reimbursed("locked").await?,
        closed: reimbursed("closed").await?,
    })
}

/// Whether the organisation can read the invoice `i`.
macro_rules! readable {
    () => {
        "EXISTS (SELECT 1 FROM document_reader r WHERE r.subject = i.subject AND r.version = 1 AND r.reader = ?1)"
    };
}

const WAITING: &str = concat!(
    "SELECT i.id, i.number, i.seller_name, i.total_minor, i.subject, '', h.member, ",
    readable!(),
    ", i.currency FROM invoice_pass p JOIN invoice i ON i.id = p.invoice JOIN invoice_holder h ON h.invoice = i.id
      WHERE p.organisation = ?1 AND p.state = 'open' AND i.state <> 'reversed' ORDER BY i.id LIMIT ?2"
);

const REIMBURSED: &str = concat!(
    "SELECT i.id, i.number, i.seller_name, i.total_minor, i.subject, u.reference, h.member, ",
    readable!(),
    ", i.currency FROM invoice_reimbursement u JOIN invoice i ON i.id = u.invoice LEFT JOIN invoice_holder h ON h.invoice = i.id
      WHERE u.organisation = ?1 AND u.state = ?3 ORDER BY i.id DESC LIMIT ?2"
);

async fn invoices(node: &Member, sql: &str, params: Vec<serde_json::Value>) -> Answer<Vec<Invoice>> {
    let read = |row: &Row| Invoice {
        id: row.text(0),
        number: row.text(1),
        seller: row.text(2),
        total: row.money_of(3, 8),
        subject: row.text(4),
        reference: row.text(5),
        holder: row.text(6),
        readable: row.number(7) == 1,
    };
    Ok(select(node, sql, params).await?.iter().map(read).collect())
}
