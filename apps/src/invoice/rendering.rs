//! An invoice that a reader has opened, as a document: XML, or PDF with the XML inside.

use super::{
    Refused,
    clear::{self, Content, read},
    decimal::Fixed,
    output::{self, Bureau, Face, Form, Issuance, Language},
    ubl,
};
use counterfoil_platform::{Rendered, Rendering, types::Refusal};
use serde_json::{Value, json};

/// All of them.
pub(super) const ALL: &[Rendering] = &[
    Rendering {
        media_type: "application/pdf",
        summary: "The invoice as PDF/A-3 with its XML inside, in Chinese, or with English beside it if the caller prefers that.",
        render: pdf,
    },
    Rendering {
        media_type: "application/xml",
        summary: "The invoice as XML: of the Chinese tax platform, or UBL 2.1.",
        render: xml,
    },
];

/// An invoice with its XML.
enum Document {
    Chinese(Box<Face>, String),
    European(Box<super::en16931::Invoice>, Vec<u8>),
}

/// What the ledger has of it.
struct Row {
    id: String,
    number: String,
    total: Fixed<2>,
    issued_ms: u64,
    seller_name: String,
}

fn pdf(of: &Rendered<'_>) -> Result<Vec<u8>, Refusal> {
    let row = row(of)?;
    let page = format!("{}/v1/invoices/check", of.origin);
    let qr = output::check_qr_text(&page, &row.number, row.total, &row.id);
    let printed = match document(of, &row)? {
        Document::Chinese(face, xml) => {
            let language = if of.english { Language::Bilingual } else { Language::Chinese };
            output::pdf(&face, language, &qr, xml.as_bytes())
        }
        Document::European(invoice, ubl) => output::pdf_en16931(&invoice, Some(&qr), &ubl),
    };
    let unprintable = |reason: output::Unprintable| Refused::Unprintable { reason: reason.to_string() };
    Ok(printed.map_err(unprintable)?.bytes)
}

fn xml(of: &Rendered<'_>) -> Result<Vec<u8>, Refusal> {
    Ok(match document(of, &row(of)?)? {
        Document::Chinese(_, xml) => xml.into_bytes(),
        Document::European(_, ubl) => ubl,
    })
}

fn row(of: &Rendered<'_>) -> Result<Row, Refusal> {
    let subject = &of.record.subject;
    let sql = "SELECT id, number, total_minor, issued_ms, seller_name FROM invoice WHERE subject = ?1";
    let rows = read::rows(of.reader, sql, &[json!(subject)])?;
    let read = |row: &Vec<Value>| {
        let text = |at: usize| row.get(at)?.as_str().map(str::to_owned);
        let (id, number, seller_name) = (text(0)?, text(1)?, text(4)?);
        Some(Row { id, number, total: Fixed(row.get(2)?.as_i64()?), issued_ms: row.get(3)?.as_u64()?, seller_name })
    };
    Ok(rows.first().and_then(read).ok_or_else(|| no_invoice(subject))?)
}

fn document(of: &Rendered<'_>, row: &Row) -> Result<Document, Refusal> {
    let content = clear::content(of.reader, &of.record.subject, of.opened.fields())?;
    // What breaks a rule is not made to look like an invoice.
    let content = content.map_err(|wrong| Refused::Unprintable {
        reason: format!("what is sealed breaks {} at {:?}", wrong.rule, wrong.field),
    })?;
    Ok(match content {
        Content::European(invoice, Some(ubl)) => Document::European(invoice, ubl),
        Content::European(invoice, None) => {
            let ubl = ubl::write(&invoice, ubl::Root::of_type(invoice.type_code.as_deref()));
            Document::European(invoice, ubl.into_bytes())
        }
        Content::Chinese(invoice) => {
            let by = Issuance {
                number: &row.number,
                time_ms: row.issued_ms,
                seller: &row.seller_name,
                form: Form::Ordinary,
                bureau: bureau(of, &invoice.seller)?,
            };
            let face = Face::of(&invoice, by);
            let xml = output::xml::write(&face);
            Document::Chinese(Box::new(face), xml)
        }
    })
}

fn no_invoice(subject: &str) -> Refused {
    Refused::NoInvoice { field: "/subject".to_owned(), invoice: subject.to_owned() }
}

/// The tax authority, with the code of the bureau of the place that is in the seller's taxpayer id: `1`, the six digits of the place
/// (GB/T 2260, characters 3 to 8 of GB 32100), and zeros.
fn bureau(of: &Rendered<'_>, seller: &str) -> Result<Bureau, Refusal> {
    let sql = "SELECT m.name FROM member m JOIN member_role r ON r.member = m.id
               WHERE r.role = 'tax-authority' AND m.state = 'active' ORDER BY m.id LIMIT 1";
    let rows = read::rows(of.reader, sql, &[])?;
    let name = rows.first().and_then(|row| row.first()?.as_str()).unwrap_or_default().to_owned();
    Ok(Bureau { code: format!("1{}0000", seller.get(2..8).unwrap_or("000000")), name })
}
