use super::{
    invoices::standing,
    sealed::{Clear, content},
};
use crate::{
    console::{Moment, Page, Row, Visit, address::Path, invoices::texts::Texts, select, svg_path},
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_apps::invoice::output::{capitals::in_capitals, check_qr_text};
use counterfoil_types::Kid;
use serde_json::json;
use std::sync::Arc;

/// Organisations among which an employer is chosen.
const EMPLOYERS: u64 = 200;

#[derive(Template)]
#[template(path = "invoice.html")]
struct Shown {
    page: Page,
    invoice: Invoice,
    content: Option<Clear>,
    qr_path: String,
    qr_side: i32,
    letters: Vec<Letter>,
    recipients: Vec<Organisation>,
    employers: Vec<Organisation>,
    history: Vec<Step>,
}

/// What all members see of an invoice that somebody holds, or of a red letter of it.
pub struct Invoice {
    pub id: String,
    number: String,
    /// What is sealed of it; of a red letter that of its blue one.
    pub subject: String,
    seller_name: String,
    issue_date: String,
    net: String,
    tax: String,
    total: String,
    capitals: String,
    standing: String,
    /// Under Chinese VAT: ordinary or special.
    kind: String,
    check: String,
    /// Of a red letter: the invoice that it takes back.
    pub blue: Option<String>,
    blue_number: String,
    /// Whether it takes money back, so that there is nothing to be reimbursed.
    takes_back: bool,
}

/// A red letter of an invoice.
struct Letter {
    id: String,
    number: String,
    issue_date: String,
    total: String,
}

struct Organisation {
    id: String,
    name: String,
}

struct Step {
    what: &'static str,
    who: Option<String>,
    when: Moment,
}

impl Invoice {
    /// Whether it can be passed on.
    fn is_open(&self) -> bool {
        !self.takes_back && ["issued", "partly_reversed", "passed_on"].contains(&self.standing.as_str())
    }
}

/// GET /phone/invoices/{id}
pub async fn page(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    let (node, id) = (&node, &id);
    visit
        .of_member(node, |kid, page| async move {
            let invoice = find(node, &kid, id).await?;
            let content = content(node, &kid, &invoice).await?;
            let (qr_path, qr_side) = svg_path(&invoice.check).unwrap_or_default();
            let recipients = recipients(node, id).await?;
            let mut employers = employers(node).await?;
            employers.retain(|one| !recipients.iter().any(|known| known.id == one.id));
            let (history, letters) = (history(node, &page, id).await?, letters(node, id).await?);
            Ok(Shown { page, invoice, content, qr_path, qr_side, letters, recipients, employers, history })
        })
        .await
}

/// What is sealed of an invoice that this member holds; others' invoices are not there for it.
pub async fn subject_of(node: &Member, kid: &Kid, id: &str) -> Answer<String> {
    Ok(find(node, kid, id).await?.subject)
}

/// An invoice that this member holds, or a red letter of one.
pub async fn find(node: &Member, kid: &Kid, id: &str) -> Answer<Invoice> {
    let sql = concat!(
        "SELECT i.id, i.number, coalesce(i.subject, b.subject), i.seller_name, i.issue_date, i.currency, i.net_minor, i.tax_minor,
            i.total_minor, iif(b.id IS NULL, ",
        standing!(),
        ", 'red_letter'), b.id, b.number, i.sign < 0 OR i.total_minor < 0, i.kind
         FROM invoice i LEFT JOIN invoice_red r ON r.red = i.id LEFT JOIN invoice b ON b.id = r.invoice
         JOIN invoice_holder h ON h.invoice = coalesce(b.id, i.id) WHERE i.id = ?1 AND h.member = ?2"
    );
    let found = select(node, sql, vec![json!(id), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("you have no invoice {id:?}")))?;
    let (id, number, total) = (row.text(0), row.text(1), row.money(8));
    Ok(Invoice {
        subject: row.text(2),
        seller_name: row.text(3),
        issue_date: row.text(4),
        net: row.money_of(6, 5),
        tax: row.money_of(7, 5),
        total: row.money_of(8, 5),
        capitals: if row.text(5) == "CNY" { in_capitals(total) } else { String::new() },
        standing: row.text(9),
        check: check_qr_text(&format!("{}/check", node.public_url), &number, total, &id),
        blue: Some(row.text(10)).filter(|id| !id.is_empty()),
        blue_number: row.text(11),
        takes_back: row.number(12) == 1,
        kind: row.text(13),
        id,
        number,
    })
}

async fn letters(node: &Member, id: &str) -> Answer<Vec<Letter>> {
    let sql = "SELECT i.id, i.number, i.issue_date, i.currency, i.total_minor
               FROM invoice_red r JOIN invoice i ON i.id = r.red WHERE r.invoice = ?1 ORDER BY i.id";
    let read =
        |row: &Row| Letter { id: row.text(0), number: row.text(1), issue_date: row.text(2), total: row.money_of(4, 3) };
    Ok(select(node, sql, vec![json!(id)]).await?.iter().map(read).collect())
}

async fn recipients(node: &Member, id: &str) -> Answer<Vec<Organisation>> {
    let sql = "SELECT m.id, m.name FROM invoice_pass p JOIN member m ON m.id = p.organisation
               WHERE p.invoice = ?1 AND p.state = 'open' ORDER BY m.id";
    Ok(select(node, sql, vec![json!(id)]).await?.iter().map(organisation).collect())
}

async fn employers(node: &Member) -> Answer<Vec<Organisation>> {
    let sql =
        "SELECT m.id, m.name FROM member m WHERE m.kind = 'organisation' AND m.state = 'active' ORDER BY m.id LIMIT ?1";
    Ok(select(node, sql, vec![json!(EMPLOYERS)]).await?.iter().map(organisation).collect())
}

fn organisation(row: &Row) -> Organisation {
    Organisation { id: row.text(0), name: row.text(1) }
}

async fn history(node: &Member, page: &Page, id: &str) -> Answer<Vec<Step>> {
    let sql =
        "SELECT s.step, m.name, s.time_ms FROM invoice_step s LEFT JOIN member m ON m.id = coalesce(s.other, s.member)
                 WHERE s.invoice = ?1 ORDER BY s.position";
    let issued =
        select(node, "SELECT 'issued', seller_name, issued_ms FROM invoice WHERE id = ?1", vec![json!(id)]).await?;
    let steps = select(node, sql, vec![json!(id)]).await?;
    let words = Texts::of(page.language);
    let read = |row: &Row| Step {
        what: words.step(page.t, &row.text(0)),
        who: Some(row.text(1)).filter(|name| !name.is_empty()),
        when: Moment(row.number(2)),
    };
    Ok(issued.iter().chain(&steps).map(read).collect())
}
