//! An invoice that a reader has opened, as a document: XML, or PDF with the XML inside.

use super::{
    Refused,
    clear::{self, Content, read},
    decimal::Fixed,
    output::{self, Bureau, Face, Issuance, Language, RedLetter, Taken},
    ubl,
};
use counterfoil_platform::{Rendered, Rendering, types::Refusal};
use serde_json::{Value, json};

/// All of them.
pub(super) const ALL: &[Rendering] = &[
    Rendering {
        media_type: "application/pdf",
        summary: "The invoice, or a red letter of it, as PDF/A-3 with its XML inside, in Chinese, or with English beside it if the caller prefers that.",
        render: pdf,
    },
    Rendering {
        media_type: "application/xml",
        summary: "The invoice, or a red letter of it, as XML: of the Chinese tax platform, or UBL 2.1.",
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

/// What the ledger has of what is put out: the invoice that is sealed, and its red letter, if that is asked for.
struct Asked {
    invoice: Row,
    red: Option<(Row, Form)>,
}

/// The confirmation form of a red letter, with what it took back.
struct Form {
    id: String,
    parts: Vec<Taken>,
}

impl Asked {
    /// What is printed.
    fn printed(&self) -> &Row {
        self.red.as_ref().map_or(&self.invoice, |(red, _)| red)
    }
}

fn pdf(of: &Rendered<'_>) -> Result<Vec<u8>, Refusal> {
    let asked = asked(of)?;
    // The page for people: a phone shows it, anybody may ask it.
    let (page, row) = (format!("{}/check", of.origin), asked.printed());
    let qr = output::check_qr_text(&page, &row.number, row.total, &row.id);
    let printed = match document(of, &asked)? {
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
    Ok(match document(of, &asked(of)?)? {
        Document::Chinese(_, xml) => xml.into_bytes(),
        Document::European(_, ubl) => ubl,
    })
}

fn asked(of: &Rendered<'_>) -> Result<Asked, Refusal> {
    let subject = &of.record.subject;
    let sql = "SELECT id, number, total_minor, issued_ms, seller_name FROM invoice WHERE subject = ?1";
    let rows = read::rows(of.reader, sql, &[json!(subject)])?;
    let none = || no_invoice("/subject", subject);
    let invoice = rows.first().and_then(|row| Row::read(row)).ok_or_else(none)?;
    let red = match of.document.filter(|id| **id != invoice.id) {
        Some(id) => Some(red_letter(of, &invoice, id)?),
        None => None,
    };
    Ok(Asked { invoice, red })
}

/// A red letter of an invoice, by its id.
fn red_letter(of: &Rendered<'_>, invoice: &Row, id: &str) -> Result<(Row, Form), Refusal> {
    let sql = "SELECT i.id, i.number, i.total_minor, i.issued_ms, i.seller_name, r.id
               FROM invoice_red r JOIN invoice i ON i.id = r.red WHERE r.red = ?1 AND r.invoice = ?2";
    let rows = read::rows(of.reader, sql, &[json!(id), json!(invoice.id)])?;
    let found = rows.first().and_then(|row| Some((Row::read(row)?, row.get(5)?.as_str()?.to_owned())));
    let (red, form) = found.ok_or_else(|| no_invoice("/document", id))?;
    let sql = "SELECT category, rate, net_minor, tax_minor FROM invoice_red_tax WHERE form = ?1 ORDER BY position";
    let taken = |row: &Vec<Value>| {
        let number = |at: usize| row.get(at)?.as_i64();
        Some(Taken { category: row.first()?.as_str()?.to_owned(), rate: number(1)?, net: number(2)?, tax: number(3)? })
    };
    let parts = read::rows(of.reader, sql, &[json!(form)])?.iter().filter_map(taken).collect();
    Ok((red, Form { id: form, parts }))
}

impl Row {
    fn read(row: &[Value]) -> Option<Self> {
        let text = |at: usize| row.get(at)?.as_str().map(str::to_owned);
        let (id, number, seller_name) = (text(0)?, text(1)?, text(4)?);
        Some(Self { id, number, total: Fixed(row.get(2)?.as_i64()?), issued_ms: row.get(3)?.as_u64()?, seller_name })
    }
}

fn document(of: &Rendered<'_>, asked: &Asked) -> Result<Document, Refusal> {
    let row = &asked.invoice;
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
                bureau: bureau(of, &invoice.seller)?,
            };
            let mut face = Face::of(&invoice, by);
            if let Some((red, form)) = &asked.red {
                face = face.red(&RedLetter {
                    number: &red.number,
                    time_ms: red.issued_ms,
                    confirmation: &form.id,
                    parts: &form.parts,
                });
                // What no item stands for would be missing without a word.
                if face.total != red.total {
                    let reason =
                        format!("what is sealed makes a red letter of {}, the ledger has {}", face.total, red.total);
                    return Err(Refused::Unprintable { reason }.into());
                }
            }
            let xml = output::xml::write(&face);
            Document::Chinese(Box::new(face), xml)
        }
    })
}

fn no_invoice(field: &str, invoice: &str) -> Refused {
    Refused::NoInvoice { field: field.to_owned(), invoice: invoice.to_owned() }
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
