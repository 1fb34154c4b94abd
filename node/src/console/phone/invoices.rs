use crate::{
    console::{Page, Row, Visit, address::Query, encoded, select},
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_types::Kid;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Invoices of one page.
const PAGE: usize = 50;
/// Applications and payments that are shown.
const OTHERS: u64 = 20;

/// How an invoice `i` stands, in a word of the ledger.
macro_rules! standing {
    () => {
        "CASE WHEN i.state <> 'issued' THEN i.state ELSE coalesce((SELECT u.state FROM invoice_reimbursement u WHERE u.invoice = i.id),
           (SELECT 'passed_on' FROM invoice_pass p WHERE p.invoice = i.id LIMIT 1), 'issued') END"
    };
}
pub(super) use standing;

#[derive(Deserialize)]
pub struct Asked {
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "invoices.html")]
struct Invoices {
    page: Page,
    kid: Kid,
    invoices: Vec<Invoice>,
    more: bool,
    last: String,
    applications: Vec<Application>,
    payments: Vec<Payment>,
}

struct Invoice {
    id: String,
    number: String,
    seller: String,
    total: String,
    standing: String,
    issue_date: String,
}

struct Application {
    number: String,
    seller: String,
    amount: String,
    state: String,
}

struct Payment {
    apply: String,
    seller: String,
    left: String,
}

/// GET /phone?before=
pub async fn list(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    let node = &node;
    visit
        .of_member(node, |kid, page| async move {
            let mut invoices = held(node, &kid, asked.before).await?;
            let more = invoices.len() > PAGE;
            invoices.truncate(PAGE);
            let last = invoices.last().map(|one| one.id.clone()).unwrap_or_default();
            let (applications, payments) = (open(node, &kid).await?, left(node, &kid).await?);
            Ok(Invoices { page, kid, invoices, more, last, applications, payments })
        })
        .await
}

async fn held(node: &Member, kid: &Kid, before: Option<String>) -> Answer<Vec<Invoice>> {
    let sql = concat!(
        "SELECT i.id, i.number, i.seller_name, i.total_minor, ",
        standing!(),
        ", i.currency, i.issue_date FROM invoice_holder h JOIN invoice i ON i.id = h.invoice
          WHERE h.member = ?1 AND h.invoice < coalesce(?2, 'z') ORDER BY h.invoice DESC LIMIT ?3"
    );
    let found = select(node, sql, vec![json!(kid.member()), json!(before), json!(PAGE + 1)]).await?;
    let read = |row: &Row| Invoice {
        id: row.text(0),
        number: row.text(1),
        seller: row.text(2),
        total: row.money_of(3, 5),
        standing: row.text(4),
        issue_date: row.text(6),
    };
    Ok(found.iter().map(read).collect())
}

/// Applications that are not issued.
async fn open(node: &Member, kid: &Kid) -> Answer<Vec<Application>> {
    let sql = "SELECT CAST(a.number AS TEXT), t.name, a.amount_minor, a.state
               FROM invoice_application a JOIN invoice_payment p ON p.id = a.payment JOIN invoice_taxpayer t ON t.id = p.payee
               WHERE a.applicant = ?1 AND a.state <> 'issued' ORDER BY a.number DESC LIMIT ?2";
    let found = select(node, sql, vec![json!(kid.member()), json!(OTHERS)]).await?;
    let read =
        |row: &Row| Application { number: row.text(0), seller: row.text(1), amount: row.amount(2), state: row.text(3) };
    Ok(found.iter().map(read).collect())
}

/// Payments of which something is left.
async fn left(node: &Member, kid: &Kid) -> Answer<Vec<Payment>> {
    let sql = "SELECT p.id, t.name, p.left_minor FROM invoice_payment p JOIN invoice_taxpayer t ON t.id = p.payee
               WHERE p.payer_member = ?1 AND p.left_minor > 0 ORDER BY p.paid_ms DESC, p.id LIMIT ?2";
    let found = select(node, sql, vec![json!(kid.member()), json!(OTHERS)]).await?;
    let read = |row: &Row| Payment {
        apply: format!("/phone/apply?payment={}", encoded(&row.text(0))),
        seller: row.text(1),
        left: row.amount(2),
    };
    Ok(found.iter().map(read).collect())
}
