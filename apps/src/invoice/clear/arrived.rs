use super::{ClearInvoice, chinese, european, read};
use crate::invoice::{Kind, Question, Regime, en16931};
use counterfoil_platform::{
    call,
    seal::{Hex, Opened, OpenedField, Record, SealError},
    types::{Call, Hash, Refusal},
};
use counterfoil_state::Reader;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An invoice of the ledger with what was sealed of it.
pub(in crate::invoice) struct Arrived<'a> {
    pub reader: &'a Reader,
    pub row: Row,
    pub fields: &'a [OpenedField],
}

/// What all see of an invoice.
pub(in crate::invoice) struct Row {
    pub id: String,
    pub number: String,
    pub regime: Regime,
    pub kind: Option<Kind>,
    pub type_code: Option<String>,
    pub seller: String,
    pub subject: String,
    pub issue_date: String,
    pub currency: String,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
    /// Allowance, charge, prepaid, rounding, payable.
    pub others: [i64; 5],
    pub claim_key: Option<Hex<32>>,
    /// The member that was named as its buyer.
    pub holder: Option<String>,
    pub source_sha256: Option<Hash>,
    /// Category, rate, lines, net, tax.
    pub taxes: Vec<(String, i64, i64, i64, i64)>,
}

/// A whole invoice in the clear, which agrees with what all see of it.
#[derive(Debug, Clone)]
pub enum Content {
    /// Under Chinese VAT.
    Chinese(Box<ClearInvoice>),
    /// Under EN 16931; the document, if it was issued from one.
    European(Box<en16931::Invoice>, Option<Vec<u8>>),
}

/// In what the sealed part of an invoice is wrong. It tells nothing of what is sealed but where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The rule, such as `CN-4`, `BR-CO-15` or a refusal's code.
    pub rule: String,
    /// JSON Pointer into the invoice in the clear.
    pub field: String,
}

impl Wrong {
    pub(super) fn new(rule: &str, field: &str) -> Self {
        Self { rule: rule.to_owned(), field: field.to_owned() }
    }

    /// By the code of a refusal, or by the rule that its text begins with.
    pub(super) fn refused(refusal: Refusal) -> Self {
        let named = refusal
            .detail
            .split_once(':')
            .map(|(rule, _)| rule)
            .filter(|rule| (rule.starts_with("CN-") || rule.starts_with("BR-")) && !rule.contains(' '));
        Self::new(named.unwrap_or(&refusal.code), refusal.field.as_deref().unwrap_or_default())
    }
}

impl Arrived<'_> {
    /// The seller's reference: the end of the subject.
    pub(super) fn reference(&self) -> Option<&str> {
        self.row.subject.rsplit_once('/').map(|(_, reference)| reference)
    }

    /// A field that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(self.field(name)?.value.as_text()?.to_owned())
    }

    pub(super) fn field(&self, name: &str) -> Option<&OpenedField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field that is JSON, if there is one.
    pub(super) fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Wrong> {
        let Some(text) = self.text(name) else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| Wrong::new("CN-13", &format!("/{name}")))
    }

    /// A field that is JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Wrong> {
        self.optional(name)?.ok_or_else(|| Wrong::new("CN-13", &format!("/{name}")))
    }
}

/// A whole invoice from what the ledger has of it and the fields that a reader has opened, checked by every rule of its regime: sums of
/// the lines against the taxes and totals that all see, and what the tax authority allowed on its date.
///
/// # Errors
/// The outer one if the ledger has no such invoice; the inner one if what is sealed is wrong.
pub fn content(reader: &Reader, subject: &str, fields: &[OpenedField]) -> Result<Result<Content, Wrong>, Refusal> {
    let Some(row) = row(reader, subject)? else {
        return Err(
            crate::invoice::Refused::NoInvoice { field: "/subject".to_owned(), invoice: subject.to_owned() }.into()
        );
    };
    Ok(checked(&Arrived { reader, row, fields }))
}

fn checked(arrived: &Arrived<'_>) -> Result<Content, Wrong> {
    match arrived.row.regime {
        Regime::CnVat => chinese::arrived(arrived).map(|clear| Content::Chinese(Box::new(clear))),
        Regime::En16931 => {
            european::arrived(arrived).map(|(invoice, document)| Content::European(Box::new(invoice), document))
        }
    }
}

/// What the tax authority's node does with each invoice that arrives: a question by `member` about one that is wrong.
pub(in crate::invoice) fn examine(
    reader: &Reader,
    record: &Record,
    opened: Result<&Opened, &SealError>,
    member: &str,
) -> Result<Vec<Call>, Refusal> {
    // Sealed for a key that is elsewhere.
    if matches!(opened, Err(SealError::NotAReader { .. })) {
        return Ok(Vec::new());
    }
    // Applications are sealed too; a red letter has nothing sealed.
    let Some(row) = row(reader, &record.subject)? else { return Ok(Vec::new()) };
    let invoice = row.id.clone();
    let checked = match opened {
        Err(error) => Err(Wrong::new(error.code(), "/sealed")),
        Ok(opened) => checked(&Arrived { reader, row, fields: opened.fields() }),
    };
    let Err(wrong) = checked else { return Ok(Vec::new()) };
    let sql = "SELECT 1 FROM invoice_question WHERE invoice = ?1 AND asked_by = ?2 AND rule = ?3 LIMIT 1";
    if !read::rows(reader, sql, &[json!(invoice), json!(member), json!(wrong.rule)])?.is_empty() {
        return Ok(Vec::new());
    }
    let reason = format!("what is sealed breaks it at {:?}", wrong.field);
    Ok(vec![call(&Question { invoice, rule: wrong.rule, reason })])
}

fn row(reader: &Reader, subject: &str) -> Result<Option<Row>, Refusal> {
    let sql = "SELECT id, number, regime, type_code, seller, subject, issue_date, currency, net_minor, tax_minor, total_minor,
                  allowance_minor, charge_minor, prepaid_minor, rounding_minor, payable_minor, claim_key, source_sha256,
                  (SELECT member FROM invoice_holder h WHERE h.invoice = invoice.id AND h.claimed = 0), kind
               FROM invoice WHERE subject = ?1";
    let Some(found) = read::rows(reader, sql, &[json!(subject)])?.into_iter().next() else { return Ok(None) };
    let text = |at: usize| found[at].as_str().map(str::to_owned);
    let number = |at: usize| found[at].as_i64().unwrap_or_default();
    let hash = |at: usize| found[at]["hex"].as_str().and_then(|hex| hex.parse::<Hash>().ok());
    let id = text(0).unwrap_or_default();
    let sql =
        "SELECT category, rate, items, net_minor, tax_minor FROM invoice_tax WHERE invoice = ?1 ORDER BY position";
    let taxes = read::rows(reader, sql, &[json!(id)])?;
    let tax = |row: &Vec<Value>| {
        let number = |at: usize| row.get(at)?.as_i64();
        Some((row.first()?.as_str()?.to_owned(), number(1)?, number(2)?, number(3)?, number(4)?))
    };
    Ok(Some(Row {
        number: text(1).unwrap_or_default(),
        regime: if found[2] == Regime::CnVat.as_str() { Regime::CnVat } else { Regime::En16931 },
        kind: found[19].as_str().and_then(Kind::named),
        type_code: text(3),
        seller: text(4).unwrap_or_default(),
        subject: text(5).unwrap_or_default(),
        issue_date: text(6).unwrap_or_default(),
        currency: text(7).unwrap_or_default(),
        net: number(8),
        tax: number(9),
        total: number(10),
        others: [11, 12, 13, 14, 15].map(number),
        claim_key: hash(16).map(Hex::from),
        source_sha256: hash(17),
        holder: text(18),
        taxes: taxes.iter().filter_map(tax).collect(),
        id,
    }))
}
