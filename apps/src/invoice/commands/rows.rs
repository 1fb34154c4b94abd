//! The rows of an issued invoice, the same for both regimes.

use crate::invoice::{Issued, Refused, Regime, taxpayer::Taxpayer};
use counterfoil_platform::{Event, types::money::format_decimal};
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

/// What is written of an invoice besides lines and taxes.
#[derive(Default)]
pub(super) struct Head<'a> {
    pub number: String,
    pub type_code: Option<&'a str>,
    pub buyer: Option<&'a str>,
    pub buyer_name: &'a str,
    pub buyer_member: Option<&'a str>,
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
    pub payment: Option<(&'a str, i64)>,
    pub payee: Option<&'a str>,
    pub reviewer: Option<&'a str>,
    pub drawer: Option<&'a str>,
    pub remark: Option<&'a str>,
    pub source_sha256: Option<[u8; 32]>,
}

/// A row of `invoice_line`.
#[derive(Default)]
pub(super) struct LineRow<'a> {
    pub line_id: Option<&'a str>,
    pub tax_code: Option<&'a str>,
    pub name: &'a str,
    pub specification: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub quantity: Option<String>,
    pub price: Option<String>,
    pub category: &'a str,
    pub rate: i64,
    pub net: i64,
    pub tax: Option<i64>,
}

/// A row of `invoice_tax`.
pub(super) struct TaxRow<'a> {
    pub category: &'a str,
    pub rate: i64,
    pub net: i64,
    pub tax: i64,
    pub reason: Option<&'a str>,
}

impl Head<'_> {
    /// The texts that a seller chose.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let chosen = [self.type_code, self.buyer, Some(self.buyer_name), Some(self.currency), Some(&self.number)];
        chosen.into_iter().flatten()
    }
}

impl LineRow<'_> {
    /// The texts that a seller chose.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let chosen = [self.line_id, self.tax_code, Some(self.name), self.specification, self.unit, Some(self.category)];
        chosen.into_iter().flatten()
    }
}

impl TaxRow<'_> {
    /// The texts that a seller chose.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [Some(self.category), self.reason].into_iter().flatten()
    }
}

/// Writes an invoice and tells it.
pub(super) fn write<'a>(
    ctx: &mut Context<'_>,
    regime: Regime,
    seller: Taxpayer,
    head: Head<'a>,
    lines: impl Iterator<Item = LineRow<'a>>,
    taxes: impl Iterator<Item = TaxRow<'a>>,
) -> Result<InvoiceIssued, Refused> {
    let id = new_id(ctx);
    insert_head(ctx, &id, regime, &seller, &head)?;
    for (at, line) in lines.enumerate() {
        ctx.run(
            "INSERT INTO invoice_line (invoice, position, line_id, tax_code, name, specification, unit, quantity, price,
                category, rate, net_minor, tax_minor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                id,
                at as i64 + 1,
                line.line_id,
                line.tax_code,
                line.name,
                line.specification,
                line.unit,
                line.quantity,
                line.price,
                line.category,
                line.rate,
                line.net,
                line.tax
            ],
        )?;
    }
    for (at, tax) in taxes.enumerate() {
        ctx.run(
            "INSERT INTO invoice_tax (invoice, position, category, rate, net_minor, tax_minor, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, at as i64 + 1, tax.category, tax.rate, tax.net, tax.tax, tax.reason],
        )?;
    }
    let issued = Issued {
        id: id.clone(),
        number: head.number.clone(),
        regime: regime.as_str().to_owned(),
        seller: seller.id,
        currency: head.currency.to_owned(),
        total: format_decimal(head.total, 2),
    };
    issued.emit(ctx);
    Ok(InvoiceIssued { id, number: head.number })
}

/// An id that sorts in the order of issue: the height, then what nobody else gets.
fn new_id(ctx: &mut Context<'_>) -> String {
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
        "INSERT INTO invoice (id, number, regime, type_code, state, seller, seller_name, buyer, buyer_name, buyer_member,
            issued_ms, issue_date, currency, net_minor, tax_minor, total_minor, allowance_minor, charge_minor, prepaid_minor,
            rounding_minor, payable_minor, payment, payment_minor, payee, reviewer, drawer, remark, source_sha256)
         VALUES (?1, ?2, ?3, ?4, 'issued', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23, ?24, ?25, ?26, ?27)",
        params![
            id,
            head.number,
            regime.as_str(),
            head.type_code,
            seller.id,
            seller.name,
            head.buyer,
            head.buyer_name,
            head.buyer_member,
            time_ms,
            head.issue_date,
            head.currency,
            head.net,
            head.tax,
            head.total,
            head.allowance,
            head.charge,
            head.prepaid,
            head.rounding,
            head.payable,
            head.payment.map(|(reference, _)| reference),
            head.payment.map(|(_, amount)| amount),
            head.payee,
            head.reviewer,
            head.drawer,
            head.remark,
            head.source_sha256
        ],
    )?;
    Ok(())
}
