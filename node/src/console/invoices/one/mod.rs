//! One invoice: how it stands, who has it, what it says if the reader may read it, and what can be done with it.

mod can;
mod row;

pub(super) use row::Invoice;
#[cfg(test)]
pub(super) use row::ONE;

use super::{
    act::open_periods,
    sealed::{self, Content},
    stand::{Stand, Standing, Track, tracks},
    texts::Texts,
};
use crate::{
    console::{
        Page, Visit,
        address::Path,
        desk::{Desk, form_id},
        encoded,
        money::shown,
        svg_path,
    },
    gate::now_ms,
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use can::Can;
use counterfoil_apps::invoice::output::{capitals::in_capitals, check_qr_text};
use row::Organisation;
use serde_json::json;
use std::sync::Arc;

/// Organisations among which one is chosen to pass an invoice on.
const ORGANISATIONS: u64 = 200;

#[derive(Template)]
#[template(path = "invoices/one.html")]
struct One {
    page: Page,
    t: &'static Texts,
    stand: Stand,
    tracks: Vec<Track>,
    capitals: String,
    left: String,
    content: Content,
    can: Can,
    /// To whom it may be passed on.
    organisations: Vec<Organisation>,
    periods: [String; 2],
    member: String,
    form_id: String,
    subject: String,
    check: String,
    qr_path: String,
    qr_side: i32,
    certified: bool,
    invoice: Invoice,
}

/// GET /invoices/{id}
pub async fn page(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| one(desk, &id).await).await
}

async fn one(desk: &Desk, id: &str) -> Answer<One> {
    let t = Texts::of(desk.language());
    let invoice = row::find(desk, id).await?;
    let can = Can::of(&invoice, &desk.seat);
    let content = if invoice.opened { sealed::content(desk, &invoice).await? } else { Content::Sealed };
    let organisations = if can.pass_on { organisations(desk, &invoice).await? } else { Vec::new() };
    let check = check_qr_text("/check", &invoice.number, invoice.total, &invoice.id);
    let code = format!("{}{check}", desk.node.public_url);
    let (qr_path, qr_side) = svg_path(&code).unwrap_or_default();
    let word = match (invoice.state.as_str(), invoice.reimbursement.as_str()) {
        ("issued", "") if !invoice.passes.is_empty() => "passed_on",
        ("issued", "") => "issued",
        ("issued", reimbursement) => reimbursement,
        (state, _) => state,
    };
    let standing = Standing {
        state: &invoice.state,
        reimbursement: &invoice.reimbursement,
        booking: &invoice.booking,
        deductible: invoice.is_deductible(),
        passed_on: !invoice.passes.is_empty(),
    };
    let subject = encoded(&invoice.subject).to_string();
    Ok(One {
        stand: Stand::new(word, desk.t()),
        tracks: if invoice.red_of.is_empty() { tracks(&standing, t, desk.t()) } else { Vec::new() },
        capitals: if invoice.regime == "cn-vat" { in_capitals(invoice.total) } else { String::new() },
        left: shown(invoice.total.0 - invoice.reversed.0, 2),
        content,
        can,
        organisations,
        periods: open_periods(now_ms()),
        member: desk.member().to_owned(),
        form_id: form_id(),
        subject,
        certified: *desk.node.hub.certified().borrow() >= invoice.height,
        check,
        qr_path,
        qr_side,
        invoice,
        t,
        page: desk.page(),
    })
}

async fn organisations(desk: &Desk, invoice: &Invoice) -> Answer<Vec<Organisation>> {
    let sql = "SELECT id, name FROM member WHERE kind = 'organisation' AND state = 'active' ORDER BY id LIMIT ?1";
    let rows = desk.select(sql, vec![json!(ORGANISATIONS)]).await?;
    let all = rows.iter().map(|row| Organisation { id: row.text(0), name: row.text(1) });
    Ok(all.filter(|one| !invoice.passes.iter().any(|known| known.id == one.id)).collect())
}
