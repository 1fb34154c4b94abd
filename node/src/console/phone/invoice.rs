use super::invoices::standing;
use crate::{
    console::{Page, Row, Time, Visit, confidential, select, svg_path},
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use counterfoil_apps::invoice::{
    Content,
    output::{capitals::in_capitals, check_qr_text},
};
use counterfoil_platform::Rendered;
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
    recipients: Vec<Organisation>,
    employers: Vec<Organisation>,
    history: Vec<Step>,
}

/// What all members see.
struct Invoice {
    id: String,
    number: String,
    subject: String,
    seller_name: String,
    issue_date: String,
    net: String,
    tax: String,
    total: String,
    capitals: String,
    standing: String,
    check: String,
}

/// What only readers see.
struct Clear {
    buyer: String,
    taxpayer: Option<String>,
    items: Vec<Item>,
}

struct Item {
    name: String,
    total: String,
}

struct Organisation {
    id: String,
    name: String,
}

struct Step {
    what: String,
    who: Option<String>,
    when: Time,
}

impl Invoice {
    /// Whether it can be passed on.
    fn is_open(&self) -> bool {
        ["issued", "partly_reversed", "passed_on"].contains(&self.standing.as_str())
    }
}

/// GET /phone/invoices/{id}
pub async fn page(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    let (node, id) = (&node, &id);
    visit
        .of_member(node, |kid, page| async move {
            let invoice = find(node, &kid, id).await?;
            let content = if is_opened(node, &kid, &invoice.subject).await? {
                Some(content(node, &kid, &invoice.subject).await?)
            } else {
                None
            };
            let (qr_path, qr_side) = svg_path(&invoice.check).unwrap_or_default();
            let recipients = recipients(node, id).await?;
            let mut employers = employers(node).await?;
            employers.retain(|one| !recipients.iter().any(|known| known.id == one.id));
            let history = history(node, id).await?;
            Ok(Shown { page, invoice, content, qr_path, qr_side, recipients, employers, history })
        })
        .await
}

/// GET /phone/invoices/{id}/invoice.pdf
pub async fn pdf(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, "application/pdf").await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

/// GET /phone/invoices/{id}/invoice.xml
pub async fn xml(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, "application/xml").await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

async fn file(node: &Arc<Member>, id: &str, visit: &Visit, media_type: &'static str) -> Answer<Response> {
    let kid = node.require_visitor(&visit.headers).await?;
    let subject = subject_of(node, &kid, id).await?;
    require_opened(node, &kid, &subject).await?;
    let _place = node.home()?.place()?;
    let none = || Problem::not_found(format!("there is no {media_type} of this"));
    let rendering = *node.registry.rendering(&subject, media_type).ok_or_else(none)?;
    let (record, opened) = node.opened_for(&kid, &subject).await?;
    let (english, origin) = (visit.language.tag() == "en", node.public_url.clone());
    let rendered = node.store.ask(move |reader| {
        let of = Rendered { reader, record: &record, opened: &opened, document: None, english, origin: &origin };
        (rendering.render)(&of)
    });
    let bytes = rendered.await?;
    Ok(confidential(([(header::CONTENT_TYPE, media_type)], bytes).into_response()))
}

/// What is sealed of an invoice that this member holds; others' invoices are not there for it.
pub async fn subject_of(node: &Member, kid: &Kid, id: &str) -> Answer<String> {
    Ok(find(node, kid, id).await?.subject)
}

async fn find(node: &Member, kid: &Kid, id: &str) -> Answer<Invoice> {
    let sql = concat!(
        "SELECT i.id, i.number, i.subject, i.seller_name, i.issue_date, i.net_minor, i.tax_minor, i.total_minor, ",
        standing!(),
        " FROM invoice_holder h JOIN invoice i ON i.id = h.invoice WHERE h.invoice = ?1 AND h.member = ?2"
    );
    let found = select(node, sql, vec![json!(id), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("you have no invoice {id:?}")))?;
    let (id, number, total) = (row.text(0), row.text(1), row.money(7));
    Ok(Invoice {
        subject: row.text(2),
        seller_name: row.text(3),
        issue_date: row.text(4),
        net: row.amount(5),
        tax: row.amount(6),
        total: total.to_string(),
        capitals: in_capitals(total),
        standing: row.text(8),
        check: check_qr_text(&format!("{}/check", node.public_url), &number, total, &id),
        id,
        number,
    })
}

/// Whether the ledger says that this member has opened it.
async fn is_opened(node: &Member, kid: &Kid, subject: &str) -> Answer<bool> {
    let sql = "SELECT 1 FROM document_opening WHERE subject = ?1 AND version = 1 AND reader = ?2 LIMIT 1";
    Ok(!select(node, sql, vec![json!(subject), json!(kid.member())]).await?.is_empty())
}

async fn require_opened(node: &Member, kid: &Kid, subject: &str) -> Answer<()> {
    if is_opened(node, kid, subject).await? {
        return Ok(());
    }
    Err(Problem::forbidden("open the invoice first: what is sealed is shown only after that is on the ledger"))
}

async fn content(node: &Member, kid: &Kid, subject: &str) -> Answer<Clear> {
    let _place = node.home()?.place()?;
    let (_, opened) = node.opened_for(kid, subject).await?;
    let subject = subject.to_owned();
    let asked = node.store.ask(move |reader| counterfoil_apps::invoice::content(reader, &subject, opened.fields()));
    match asked.await? {
        Ok(Content::Chinese(invoice)) => Ok(Clear {
            items: invoice
                .items
                .into_iter()
                .map(|item| Item { name: item.name, total: item.total.to_string() })
                .collect(),
            buyer: invoice.buyer.name,
            taxpayer: invoice.buyer.taxpayer,
        }),
        Ok(Content::European(..)) => Err(Problem::not_found("this invoice is not one under Chinese VAT")),
        Err(wrong) => {
            let detail = format!("what is sealed of the invoice breaks {} at {:?}", wrong.rule, wrong.field);
            Err(Problem::new(axum::http::StatusCode::CONFLICT, "http/broken-invoice", detail))
        }
    }
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

async fn history(node: &Member, id: &str) -> Answer<Vec<Step>> {
    let sql =
        "SELECT s.step, m.name, s.time_ms FROM invoice_step s LEFT JOIN member m ON m.id = coalesce(s.other, s.member)
                 WHERE s.invoice = ?1 ORDER BY s.position";
    let issued =
        select(node, "SELECT 'issued', seller_name, issued_ms FROM invoice WHERE id = ?1", vec![json!(id)]).await?;
    let steps = select(node, sql, vec![json!(id)]).await?;
    let read = |row: &Row| Step {
        what: row.text(0),
        who: Some(row.text(1)).filter(|name| !name.is_empty()),
        when: Time(row.number(2)),
    };
    Ok(issued.iter().chain(&steps).map(read).collect())
}
