use crate::{
    console::{Moment, Page, Visit, address::Path, confidential, select},
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use counterfoil_types::Kid;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long a phone waits with one request until its application is answered.
const WAIT: Duration = Duration::from_secs(25);

#[derive(Template)]
#[template(path = "application.html")]
struct Shown {
    page: Page,
    application: Application,
}

/// An application, and its first invoice.
struct Application {
    number: String,
    seller: String,
    amount: String,
    state: String,
    reason: Option<String>,
    made: Moment,
    invoice: Option<String>,
    subject: Option<String>,
}

impl Application {
    /// Whether the seller has not answered yet.
    fn waits(&self) -> bool {
        self.state == "open"
    }
}

/// GET /phone/applications/{number}
pub async fn page(State(node): State<Arc<Member>>, Path(number): Path<String>, visit: Visit) -> Response {
    let (node, number) = (&node, &number);
    let make = |kid, page| async move { Ok(Shown { page, application: find(node, &kid, number).await? }) };
    visit.of_member(node, make).await
}

/// GET /phone/applications/{number}/wait
///
/// Answers as soon as the application is no longer open, or after a while in any case.
pub async fn wait(State(node): State<Arc<Member>>, Path(number): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let kid = node.require_visitor(&headers).await?;
    let (until, mut executed) = (Instant::now() + WAIT, node.hub.executed());
    let application = loop {
        executed.borrow_and_update();
        let application = find(&node, &kid, &number).await?;
        if !application.waits() || timeout_at(until, executed.changed()).await.is_err() {
            break application;
        }
    };
    let Application { state, invoice, subject, .. } = application;
    Ok(confidential(Json(json!({"state": state, "invoice": invoice, "subject": subject})).into_response()))
}

async fn find(node: &Member, kid: &Kid, number: &str) -> Answer<Application> {
    let sql = "SELECT CAST(a.number AS TEXT), t.name, a.amount_minor, a.state, a.reason, a.created_ms, i.id, i.subject
               FROM invoice_application a JOIN invoice_payment p ON p.id = a.payment JOIN invoice_taxpayer t ON t.id = p.payee
               LEFT JOIN invoice_payment_use u ON u.application = a.number LEFT JOIN invoice i ON i.id = u.invoice
               WHERE a.number = CAST(?1 AS INTEGER) AND a.applicant = ?2 ORDER BY u.part LIMIT 1";
    let found = select(node, sql, vec![json!(number), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("you have no application {number:?}")))?;
    let optional = |at: usize| Some(row.text(at)).filter(|text| !text.is_empty());
    Ok(Application {
        number: row.text(0),
        seller: row.text(1),
        amount: row.amount(2),
        state: row.text(3),
        reason: optional(4),
        made: Moment(row.number(5)),
        invoice: optional(6),
        subject: optional(7),
    })
}
