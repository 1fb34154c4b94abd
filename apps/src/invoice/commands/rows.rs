//! The rows of an issued invoice, the same for both regimes.

use crate::invoice::{Issued, Kind, Refused, Regime, rules::Quota, taxpayer::Taxpayer};
use counterfoil_platform::{Event, seal::Hex, types::money::format_decimal};
use counterfoil_state::Context;
use rusqlite::params;
use schemars::JsonSchema;
use serde::Serialize;

/// The invoice is issued.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InvoiceIssued {
    /// Its id on this ledger.
    pub id: String,
    /// Its number.
    pub number: String,
}

/// What is written of an invoice besides its taxes.
#[derive(Default)]
pub(in crate::invoice) struct Head<'a> {
    pub number: String,
    /// In Chinese VAT.
    pub kind: Option<Kind>,
    /// In EN 16931.
    pub type_code: Option<&'a str>,
    /// What is sealed of it.
    pub subject: Option<&'a str>,
    pub issue_date: String,
    pub currency: &'a str,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
    pub allowance: i64,
    pub charge: i64,
    pub prepaid: i64,
    pub rounding: i64,
    pub payable: i64,
    /// The payment that it is issued for.
    pub payment: Option<&'a str>,
    pub claim_key: Option<Hex<32>>,
    /// Under which it is issued.
    pub quota: Quota,
    pub source_sha256: Option<[u8; 32]>,
}

/// A row of `invoice_tax`.
pub(in crate::invoice) struct TaxRow<'a> {
    pub category: &'a str,
    pub rate: i64,
    /// How many lines it is of, where each may round.
    pub items: i64,
    pub net: i64,
    pub tax: i64,
    pub reason: Option<&'a str>,
}

/// Types of documents whose positive amounts take something back: the credit notes of UNTDID 1001 in EN 16931.
const CREDIT_NOTES: [&str; 13] =
    ["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"];

/// With which sign a document counts in sums.
pub(in crate::invoice) fn sign(type_code: Option<&str>) -> i64 {
    if type_code.is_some_and(|code| CREDIT_NOTES.contains(&code)) { -1 } else { 1 }
}

/// Writes an invoice, counts it into its seller's month, and tells it. A red letter has negative amounts.
pub(in crate::invoice) fn write(
    ctx: &mut Context<'_>,
    regime: Regime,
    seller: &Taxpayer,
    head: &Head<'_>,
    taxes: &[TaxRow<'_>],
) -> Result<InvoiceIssued, Refused> {
    let id = new_id(ctx);
    insert_head(ctx, &id, regime, seller, head)?;
    for (at, tax) in taxes.iter().enumerate() {
        ctx.run(
            "INSERT INTO invoice_tax (invoice, position, category, rate, items, net_minor, tax_minor, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![id, at as i64 + 1, tax.category, tax.rate, tax.items, tax.net, tax.tax, tax.reason],
        )?;
    }
    count(ctx, &seller.id, head, taxes)?;
    let issued = Issued {
        id: id.clone(),
        number: head.number.clone(),
        regime: regime.as_str().to_owned(),
        kind: head.kind,
        seller: seller.id.clone(),
        currency: head.currency.to_owned(),
        total: format_decimal(head.total, 2),
    };
    issued.emit(ctx);
    Ok(InvoiceIssued { id, number: head.number.clone() })
}

/// Adds an invoice to what its seller issued in the month, by which quotas are judged and reports answered.
fn count(ctx: &mut Context<'_>, seller: &str, head: &Head<'_>, taxes: &[TaxRow<'_>]) -> Result<(), Refused> {
    let (month, sign) = (head.issue_date.get(..7).unwrap_or_default(), sign(head.type_code));
    let total = sign * head.total;
    let red = i64::from(total < 0);
    ctx.run(
        "INSERT INTO invoice_month (seller, month, currency, invoices, issued_minor, red, red_minor, invoices_max, issued_max_minor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (seller, month, currency) DO UPDATE SET
            invoices = invoices + excluded.invoices, issued_minor = issued_minor + excluded.issued_minor,
            red = red + excluded.red, red_minor = red_minor + excluded.red_minor,
            invoices_max = iif(excluded.red, invoices_max, excluded.invoices_max),
            issued_max_minor = iif(excluded.red, issued_max_minor, excluded.issued_max_minor)",
        params![
            seller,
            month,
            head.currency,
            1 - red,
            total * (1 - red),
            red,
            total * red,
            head.quota.invoices_max,
            head.quota.issued_max
        ],
    )?;
    let kind = head.kind.map_or("", Kind::as_str);
    for tax in taxes {
        ctx.run(
            "INSERT INTO invoice_month_tax (seller, month, currency, kind, category, rate, net_minor, tax_minor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (seller, month, currency, kind, category, rate) DO UPDATE SET
                net_minor = net_minor + excluded.net_minor, tax_minor = tax_minor + excluded.tax_minor",
            params![seller, month, head.currency, kind, tax.category, tax.rate, sign * tax.net, sign * tax.tax],
        )?;
    }
    Ok(())
}

/// An id that sorts in the order of issue: the height, then what nobody else gets.
pub(in crate::invoice) fn new_id(ctx: &mut Context<'_>) -> String {
    let unique = ctx.new_id();
    format!("{:010x}{}", ctx.height(), &unique[..22])
}

fn insert_head(
    ctx: &mut Context<'_>,
    id: &str,
    regime: Regime,
    seller: &Taxpayer,
    head: &Head<'_>,
) -> Result<(), Refused> {
    let time_ms = ctx.time_ms() as i64;
    ctx.run(
        "INSERT INTO invoice (id, number, regime, type_code, state, seller, seller_name, subject, issued_ms, issue_date,
            currency, sign, net_minor, tax_minor, total_minor, allowance_minor, charge_minor, prepaid_minor, rounding_minor,
            payable_minor, payment, claim_key, source_sha256, kind)
         VALUES (?1, ?2, ?3, ?4, 'issued', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
        params![
            id,
            head.number,
            regime.as_str(),
            head.type_code,
            seller.id,
            seller.name,
            head.subject,
            time_ms,
            head.issue_date,
            head.currency,
            sign(head.type_code),
            head.net,
            head.tax,
            head.total,
            head.allowance,
            head.charge,
            head.prepaid,
            head.rounding,
            head.payable,
            head.payment,
            head.claim_key.map(|key| key.0),
            head.source_sha256,
            head.kind.map(Kind::as_str)
        ],
    )?;
    Ok(())
}
