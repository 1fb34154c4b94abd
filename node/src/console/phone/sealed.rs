//! What is sealed of an invoice that a person holds, or of a red letter of it: shown and put out once the ledger says that the person has
//! opened it.

use super::invoice::{Invoice, find};
use crate::{
    console::{Visit, address::Path, confidential, grouped, select, shown, with_currency},
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_apps::invoice::{Content, Item, en16931, output::xml};
use counterfoil_types::Kid;
use serde_json::json;
use std::sync::Arc;

/// What only readers see.
pub struct Clear {
    pub buyer: String,
    pub taxpayer: Option<String>,
    pub items: Vec<Line>,
}

/// An item with what it costs: with tax under Chinese VAT, without it under EN 16931, as each has it.
pub struct Line {
    pub name: String,
    pub amount: String,
}

impl Clear {
    fn chinese(buyer: String, taxpayer: Option<String>, items: Vec<Item>) -> Self {
        let line = |item: Item| Line { name: item.name, amount: with_currency("CNY", &shown(item.total.0, 2)) };
        Self { buyer, taxpayer, items: items.into_iter().map(line).collect() }
    }

    fn european(invoice: en16931::Invoice) -> Self {
        let currency = invoice.currency.unwrap_or_default();
        let line = |line: en16931::Line| Line {
            name: line.item.and_then(|item| item.name).unwrap_or_default(),
            amount: line.net.map(|net| with_currency(&currency, &grouped(net.text()))).unwrap_or_default(),
        };
        let buyer = invoice.buyer.unwrap_or_default();
        Self {
            buyer: buyer.name.unwrap_or_default(),
            taxpayer: buyer.vat_id,
            items: invoice.lines.into_iter().map(line).collect(),
        }
    }
}

/// GET /phone/invoices/{id}/invoice.pdf
pub async fn pdf_file(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, "application/pdf").await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

/// GET /phone/invoices/{id}/invoice.xml
pub async fn xml_file(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, "application/xml").await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

async fn file(node: &Arc<Member>, id: &str, visit: &Visit, media_type: &'static str) -> Answer<Response> {
    let kid = node.require_visitor(&visit.headers).await?;
    let invoice = find(node, &kid, id).await?;
    if !is_opened(node, &kid, &invoice.subject).await? {
        let detail = "open the invoice first: what is sealed is shown only after that is on the ledger";
        return Err(Problem::forbidden(detail));
    }
    let _place = node.home()?.place()?;
    let english = visit.language.tag() == "en";
    let bytes = put_out(node, &kid, &invoice, media_type, english).await?;
    Ok(confidential(([(header::CONTENT_TYPE, media_type)], bytes).into_response()))
}

async fn put_out(
    node: &Member,
    kid: &Kid,
    invoice: &Invoice,
    media_type: &'static str,
    english: bool,
) -> Answer<Vec<u8>> {
    let rendering = node.rendering(&invoice.subject, media_type)?;
    let sealed = node.opened_for(kid, &invoice.subject).await?;
    node.put_out(rendering, sealed, Some(invoice.id.clone()), english).await
}

/// Whether the ledger says that this member has opened it.
async fn is_opened(node: &Member, kid: &Kid, subject: &str) -> Answer<bool> {
    let sql = "SELECT 1 FROM document_opening WHERE subject = ?1 AND version = 1 AND reader = ?2 LIMIT 1";
    Ok(!select(node, sql, vec![json!(subject), json!(kid.member())]).await?.is_empty())
}

/// What is sealed, if the person has opened it.
pub async fn content(node: &Member, kid: &Kid, invoice: &Invoice) -> Answer<Option<Clear>> {
    if !is_opened(node, kid, &invoice.subject).await? {
        return Ok(None);
    }
    let _place = node.home()?.place()?;
    if invoice.blue.is_some() {
        // Of a red letter nothing is sealed: what it says is in the document that is made of its blue one.
        let bytes = put_out(node, kid, invoice, "application/xml", false).await?;
        let face = xml::read(&bytes).map_err(|why| broken(format!("the red letter cannot be read: {why}")))?;
        return Ok(Some(Clear::chinese(face.buyer.name, face.buyer.taxpayer, face.items)));
    }
    let (_, opened) = node.opened_for(kid, &invoice.subject).await?;
    let subject = invoice.subject.clone();
    let asked = node.store.ask(move |reader| counterfoil_apps::invoice::content(reader, &subject, opened.fields()));
    match asked.await? {
        Ok(Content::Chinese(invoice)) => {
            Ok(Some(Clear::chinese(invoice.buyer.name, invoice.buyer.taxpayer, invoice.items)))
        }
        Ok(Content::European(invoice, _)) => Ok(Some(Clear::european(*invoice))),
        Err(wrong) => Err(broken(format!("what is sealed of the invoice breaks {} at {:?}", wrong.rule, wrong.field))),
    }
}

fn broken(detail: String) -> Problem {
    Problem::new(StatusCode::CONFLICT, "http/broken-invoice", detail)
}
