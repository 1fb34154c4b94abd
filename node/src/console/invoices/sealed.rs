//! What is sealed of an invoice, for a member that has opened it on the ledger and whose reading key this node hosts.

use super::one::Invoice;
use crate::{
    console::{
        Visit,
        address::Path,
        confidential,
        csv::{kept_as, shown_as},
        desk::Desk,
        money::{grouped, shown},
    },
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use counterfoil_apps::invoice::{
    Buyer, Contact, Item,
    decimal::{Amount, Decimal, Fixed},
    en16931,
    output::{Face, xml},
    ubl,
};
use counterfoil_seal::{FieldValue, Opened};
use counterfoil_types::Kid;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;

const PDF: &str = "application/pdf";
const XML: &str = "application/xml";

/// What a page shows of it.
pub enum Content {
    /// Nothing: the member has not opened it, or may not.
    Sealed,
    /// Another node has the key, so it is opened there.
    Elsewhere,
    /// It is not what an invoice must be, so it is not made to look like one.
    Broken,
    /// What it says.
    Clear(Box<Clear>),
}

impl Content {
    /// Whether it is shown, and so put out too.
    pub fn is_clear(&self) -> bool {
        matches!(self, Self::Clear(_))
    }
}

/// An invoice in the clear, of either regime.
#[derive(Default)]
pub struct Clear {
    pub buyer: String,
    pub buyer_taxpayer: String,
    pub buyer_contact: String,
    pub seller_contact: String,
    pub lines: Vec<Line>,
    /// What else is on it: payee, reviewer, drawer, remark.
    pub notes: Vec<(&'static str, String)>,
}

/// A line of it.
pub struct Line {
    pub name: String,
    pub detail: String,
    pub code: String,
    pub quantity: String,
    pub price: String,
    pub amount: String,
    pub rate: String,
    pub tax: String,
}

/// What is sealed, in memory alone; the page's SELECT of it counts. Of a red letter nothing is: it says what is made of its blue one's seal.
pub async fn content(desk: &Desk, invoice: &Invoice) -> Answer<Content> {
    let (node, height) = (&desk.node, desk.node.hub.executed().borrow().height);
    let opened = node.opened(desk.member(), &invoice.subject, 1).await;
    desk.read_at(height);
    let (record, opened) = match opened {
        Ok((record, Some(opened))) => (record, opened),
        Ok((_, None)) => return Ok(Content::Sealed),
        Err(problem) if problem.code() == "http/no-reading-key" => return Ok(Content::Elsewhere),
        Err(problem) => return Err(problem),
    };
    let clear = if invoice.red_of.is_empty() {
        clear(&opened)
    } else {
        let rendering = node.rendering(&invoice.subject, XML)?;
        match node.put_out(rendering, (record, opened), Some(invoice.id.clone()), false).await {
            Ok(bytes) => xml::read(&bytes).ok().map(face),
            // What breaks a rule is not put out.
            Err(problem) if problem.status().is_client_error() => None,
            Err(problem) => return Err(problem),
        }
    };
    Ok(clear.map_or(Content::Broken, |clear| Content::Clear(Box::new(clear))))
}

/// What stands on a face.
fn face(face: Face) -> Clear {
    let notes = [("payee", face.payee), ("reviewer", face.reviewer), ("drawer", face.drawer), ("remark", face.remark)];
    Clear {
        buyer: face.buyer.name,
        buyer_taxpayer: face.buyer.taxpayer.unwrap_or_default(),
        buyer_contact: contact_text(&face.buyer.contact),
        seller_contact: contact_text(&face.seller.contact),
        lines: face.items.into_iter().map(item).collect(),
        notes: notes.into_iter().filter_map(|(name, text)| Some((name, text?))).collect(),
    }
}

fn clear(opened: &Opened) -> Option<Clear> {
    if opened.field("items").is_some() {
        return chinese(opened);
    }
    let invoice = match (opened.field("ubl").map(|field| &field.value), opened.field("invoice")) {
        (Some(FieldValue::Bytes(bytes)), _) => ubl::read(bytes).ok()?.invoice,
        (_, Some(_)) => json_of(opened, "invoice")?,
        _ => return None,
    };
    Some(european(&invoice))
}

fn text_of(opened: &Opened, name: &str) -> Option<String> {
    Some(opened.field(name)?.value.as_text()?.to_owned())
}

fn json_of<T: DeserializeOwned>(opened: &Opened, name: &str) -> Option<T> {
    serde_json::from_str(opened.field(name)?.value.as_text()?).ok()
}

fn chinese(opened: &Opened) -> Option<Clear> {
    let buyer: Buyer = json_of(opened, "buyer")?;
    let items: Vec<Item> = json_of(opened, "items")?;
    let contact: Option<Contact> = json_of(opened, "seller_contact");
    let notes = ["payee", "reviewer", "drawer", "remark"];
    Some(Clear {
        buyer: buyer.name,
        buyer_taxpayer: buyer.taxpayer.unwrap_or_default(),
        buyer_contact: buyer.contact.map(|one| contact_text(&one)).unwrap_or_default(),
        seller_contact: contact.map(|one| contact_text(&one)).unwrap_or_default(),
        lines: items.into_iter().map(item).collect(),
        notes: notes.into_iter().filter_map(|name| Some((name, text_of(opened, name)?))).collect(),
    })
}

fn contact_text(contact: &Contact) -> String {
    let parts = [&contact.address, &contact.telephone, &contact.email, &contact.bank, &contact.account];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
}

fn item(item: Item) -> Line {
    Line {
        name: item.name,
        detail: [item.category, item.specification].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        code: item.tax_code,
        quantity: match (item.quantity, item.unit) {
            (Some(quantity), unit) => format!("{} {}", quantity.trimmed(), unit.unwrap_or_default()).trim().to_owned(),
            _ => String::new(),
        },
        price: item.price.map(Fixed::trimmed).unwrap_or_default(),
        amount: shown(item.amount.0, 2),
        rate: format!("{}%", Fixed::<2>(item.rate.0).trimmed()),
        tax: shown(item.tax.0, 2),
    }
}

fn european(invoice: &en16931::Invoice) -> Clear {
    let buyer = invoice.buyer.clone().unwrap_or_default();
    let contact = |address: Option<en16931::Address>| {
        let address = address.unwrap_or_default();
        let parts = [address.line1, address.line2, address.postcode, address.city, address.country];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    Clear {
        buyer: buyer.name.unwrap_or_default(),
        buyer_taxpayer: buyer.vat_id.unwrap_or_default(),
        buyer_contact: contact(buyer.address),
        seller_contact: contact(invoice.seller.clone().unwrap_or_default().address),
        lines: invoice.lines.iter().map(european_line).collect(),
        notes: invoice.notes.iter().filter_map(|note| Some(("remark", note.text.clone()?))).collect(),
    }
}

fn european_line(line: &en16931::Line) -> Line {
    let text = |amount: &Option<Amount>| amount.as_ref().map(|one| one.text().to_owned()).unwrap_or_default();
    let item = line.item.clone().unwrap_or_default();
    let vat = line.vat.clone().unwrap_or_default();
    let rate = vat.rate.as_ref().map(|rate| format!(" {}%", rate.text())).unwrap_or_default();
    let tax = line.net.as_ref().zip(vat.rate.as_ref()).and_then(|(net, rate)| {
        let tax: Decimal = net.value().times(rate.value().percent())?;
        Some(grouped(&tax.round(2).to_string()))
    });
    Line {
        name: item.name.unwrap_or_default(),
        detail: item.description.unwrap_or_default(),
        code: item.seller_id.unwrap_or_default(),
        quantity: format!("{} {}", text(&line.quantity), line.unit.clone().unwrap_or_default()).trim().to_owned(),
        price: line.price.as_ref().map(|price| text(&price.net)).unwrap_or_default(),
        amount: grouped(&text(&line.net)),
        rate: format!("{}{rate}", vat.category.unwrap_or_default()),
        tax: tax.unwrap_or_default(),
    }
}

/// GET /invoices/{id}/invoice.pdf
pub async fn pdf_file(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, PDF).await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

/// GET /invoices/{id}/invoice.xml
pub async fn xml_file(State(node): State<Arc<Member>>, Path(id): Path<String>, visit: Visit) -> Response {
    file(&node, &id, &visit, XML).await.unwrap_or_else(|problem| visit.problem(&node, &problem))
}

async fn file(node: &Arc<Member>, id: &str, visit: &Visit, media_type: &'static str) -> Answer<Response> {
    let kid = node.seated(&visit.headers)?;
    let (subject, number) = opened_by(node, &kid, id).await?;
    let rendering = node.rendering(&subject, media_type)?;
    let (record, opened) = node.opened(kid.member(), &subject, 1).await?;
    let opened = opened.ok_or_else(|| Problem::forbidden(format!("{} is no reader of this", kid.member())))?;
    let english = visit.language.tag() == "en";
    let bytes = node.put_out(rendering, (record, opened), Some(id.to_owned()), english).await?;
    // XML is its seller's, and would be a page of this origin.
    let disposition = if media_type == PDF { shown_as(&number, "pdf") } else { kept_as(&number, "xml") };
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok(confidential((headers, bytes).into_response()))
}

/// Subject and number of an invoice that the member has opened; a red letter has the subject of its blue one.
async fn opened_by(node: &Member, kid: &Kid, id: &str) -> Answer<(String, String)> {
    let sql = "SELECT s.subject, i.number,
                  EXISTS (SELECT 1 FROM document_opening o WHERE o.subject = s.subject AND o.version = 1 AND o.reader = ?2)
               FROM invoice i LEFT JOIN invoice_red r ON r.red = i.id JOIN invoice s ON s.id = coalesce(r.invoice, i.id)
               WHERE i.id = ?1";
    let found = crate::console::select(node, sql, vec![json!(id), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("there is no invoice {id:?}")))?;
    if row.number(2) != 1 {
        return Err(Problem::forbidden(
            "open the invoice first: what is sealed is shown only after that is on the ledger",
        ));
    }
    Ok((row.text(0), row.text(1)))
}
