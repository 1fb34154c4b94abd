use super::{
    Payment,
    rows::{self, Head, InvoiceIssued, LineRow, TaxRow},
};
use crate::invoice::{
    Refused, Regime,
    cn_vat::AMOUNT_MAX,
    date::is_date,
    decimal::Amount,
    en16931::{self, Breakdown, Buyer, Identifier, Invoice, Line, Seller, Totals},
    taxpayer::{Taxpayer, require_rate},
    text, ubl,
};
use counterfoil_platform::{
    Command, call,
    types::{Call, Hash, Refusal},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Issues an invoice of EN 16931. Signed by the seller, who gives the number (BT-1).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueEn16931 {
    /// The invoice in the terms of the standard.
    pub invoice: Invoice,
    /// SHA-256 of the XML document that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// The payment that the invoice is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
}

/// Makes the command from a UBL 2.1 Invoice.
pub(in crate::invoice) fn from_ubl(bytes: &[u8]) -> Result<Call, Refusal> {
    let read = ubl::read(bytes).map_err(Refused::from)?;
    if let Some(finding) = read.findings.into_iter().next() {
        return Err(Refused::finding(finding).into());
    }
    let source_sha256 = Some(Hash::of(&[bytes]).to_string());
    let command = IssueEn16931 { invoice: read.invoice, source_sha256, payment: None };
    command.check()?;
    Ok(call(&command))
}

impl IssueEn16931 {
    fn seller(&self, ctx: &Context<'_>) -> Result<Taxpayer, Refused> {
        let ids: Vec<&str> = self.invoice.seller.as_ref().map_or_else(Vec::new, seller_ids);
        let found = Taxpayer::find(ctx, Regime::En16931, ids.iter().copied())?;
        found.ok_or_else(|| Refused::UnknownSeller {
            field: "/invoice/BG-4".to_owned(),
            regime: "en16931",
            ids: if ids.is_empty() { "nobody".to_owned() } else { ids.join(", ") },
        })
    }

    fn head(&self) -> Result<Head<'_>, Refused> {
        let invoice = &self.invoice;
        let none = Totals::default();
        let totals = invoice.totals.as_ref().unwrap_or(&none);
        let minor =
            |term: &str, amount: &Option<Amount>| hundredths(&format!("/invoice/BG-22/{term}"), amount.as_ref());
        let buyer = invoice.buyer.as_ref();
        Ok(Head {
            number: invoice.number.clone().unwrap_or_default(),
            type_code: invoice.type_code.as_deref(),
            buyer: buyer.and_then(buyer_id),
            buyer_name: buyer.and_then(|buyer| buyer.name.as_deref()).unwrap_or_default(),
            issue_date: invoice.issue_date.clone().unwrap_or_default(),
            currency: invoice.currency.as_deref().unwrap_or_default(),
            net: minor("BT-109", &totals.net)?,
            tax: minor("BT-110", &totals.tax)?,
            total: minor("BT-112", &totals.total)?,
            allowance: minor("BT-107", &totals.allowances)?,
            charge: minor("BT-108", &totals.charges)?,
            prepaid: minor("BT-113", &totals.prepaid)?,
            rounding: minor("BT-114", &totals.rounding)?,
            payable: minor("BT-115", &totals.payable)?,
            payment: self.payment.as_ref().map(|payment| (payment.reference.as_str(), payment.amount.0)),
            source_sha256: self.source_sha256.as_ref().and_then(|hash| hash.parse().ok()).map(|hash: Hash| hash.0),
            ..Head::default()
        })
    }

    fn taxes(&self) -> Result<Vec<TaxRow<'_>>, Refused> {
        self.invoice.breakdown.iter().enumerate().map(|(at, group)| tax_row(at, group)).collect()
    }

    fn lines(&self) -> Result<Vec<LineRow<'_>>, Refused> {
        self.invoice.lines.iter().enumerate().map(|(at, line)| line_row(at, line)).collect()
    }
}

impl Command for IssueEn16931 {
    const NAME: &'static str = "invoice.issue_en16931";

    type Output = InvoiceIssued;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        let rows = self.invoice.lines.len() + self.invoice.breakdown.len();
        3 + u32::try_from(rows).unwrap_or(u32::MAX - 3)
    }

    fn check(&self) -> Result<(), Refused> {
        if let Some(finding) = en16931::findings(&self.invoice).into_iter().next() {
            return Err(Refused::finding(finding));
        }
        let number = self.invoice.number.as_deref().unwrap_or_default();
        text::check("/invoice/BT-1", number, text::ID_MAX)?;
        if let Some(found) = self.source_sha256.as_ref().filter(|text| text.parse::<Hash>().is_err()) {
            return Err(Refused::Source { found: found.clone() });
        }
        let head = self.head()?;
        if !is_date(&head.issue_date) {
            let reason = "it is not a date YYYY-MM-DD".to_owned();
            return Err(Refused::Text { field: "/invoice/BT-2".to_owned(), reason });
        }
        let total = head.total;
        head.texts().try_for_each(|text| printable("/invoice", text))?;
        for (at, tax) in self.taxes()?.iter().enumerate() {
            let field = format!("/invoice/BG-23/{at}");
            tax.texts().try_for_each(|text| printable(&field, text))?;
        }
        for (at, line) in self.lines()?.iter().enumerate() {
            let field = format!("/invoice/BG-25/{at}");
            line.texts().try_for_each(|text| printable(&field, text))?;
        }
        match &self.payment {
            None => Ok(()),
            Some(payment) if payment.amount.0 < total => Err(Refused::Range {
                field: "/payment/amount".to_owned(),
                found: payment.amount.to_string(),
                reason: "an invoice is at most the payment that it is for",
            }),
            Some(payment) => text::check("/payment/reference", &payment.reference, text::ID_MAX),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<InvoiceIssued, Refused> {
        let seller = self.seller(ctx)?;
        seller.require_signature(ctx, "/invoice/BG-4")?;
        let head = self.head()?;
        let taken = ctx.query_opt(
            "SELECT 1 FROM invoice WHERE number = ?1 AND seller = ?2",
            (&head.number, &seller.id),
            |_| Ok(()),
        )?;
        if taken.is_some() {
            return Err(Refused::NumberTaken { seller: seller.id, number: head.number });
        }
        let taxes = self.taxes()?;
        for (at, tax) in taxes.iter().enumerate() {
            let field = || format!("/invoice/BG-23/{at}/BT-119");
            require_rate(ctx, Regime::En16931, tax.category, tax.rate, field)?;
        }
        rows::write(ctx, Regime::En16931, seller, head, self.lines()?.into_iter(), taxes.into_iter())
    }
}

/// The identifiers by which a seller may be registered, in the order in which they are tried.
fn seller_ids(seller: &Seller) -> Vec<&str> {
    let legal = seller.legal_id.as_ref().and_then(|id| id.value.as_deref());
    let others = seller.ids.iter().filter_map(|id| id.value.as_deref());
    let tax = [seller.vat_id.as_deref(), seller.tax_id.as_deref(), legal];
    tax.into_iter().flatten().chain(others).filter(|id| !id.is_empty()).collect()
}

/// The buyer's VAT identifier, else the legal registration, else another identifier.
fn buyer_id(buyer: &Buyer) -> Option<&str> {
    fn value(id: &Option<Identifier>) -> Option<&str> {
        id.as_ref()?.value.as_deref()
    }
    buyer.vat_id.as_deref().or_else(|| value(&buyer.legal_id)).or_else(|| value(&buyer.id))
}

fn tax_row(at: usize, group: &Breakdown) -> Result<TaxRow<'_>, Refused> {
    let field = |term: &str| format!("/invoice/BG-23/{at}/{term}");
    Ok(TaxRow {
        category: group.category.as_deref().unwrap_or_default(),
        rate: rate(&field("BT-119"), group.rate.as_ref())?,
        net: hundredths(&field("BT-116"), group.net.as_ref())?,
        tax: hundredths(&field("BT-117"), group.tax.as_ref())?,
        reason: group.reason.as_deref().or(group.reason_code.as_deref()),
    })
}

fn line_row(at: usize, line: &Line) -> Result<LineRow<'_>, Refused> {
    let field = |term: &str| format!("/invoice/BG-25/{at}/{term}");
    let item = line.item.as_ref();
    let vat = line.vat.as_ref();
    let price = line.price.as_ref().and_then(|price| price.net.as_ref());
    let class = item.and_then(|item| item.classifications.first()).and_then(|class| class.value.as_deref());
    Ok(LineRow {
        line_id: line.id.as_deref(),
        tax_code: class,
        name: item.and_then(|item| item.name.as_deref()).unwrap_or_default(),
        specification: item.and_then(|item| item.description.as_deref()),
        unit: line.unit.as_deref(),
        quantity: line.quantity.as_ref().map(|quantity| quantity.text().to_owned()),
        price: price.map(|price| price.text().to_owned()),
        category: vat.and_then(|vat| vat.category.as_deref()).unwrap_or_default(),
        rate: rate(&field("BG-30/BT-152"), vat.and_then(|vat| vat.rate.as_ref()))?,
        net: hundredths(&field("BT-131"), line.net.as_ref())?,
        tax: None,
    })
}

/// Refuses control characters that XML would not let in either.
fn printable(field: &str, text: &str) -> Result<(), Refused> {
    if text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c)) {
        return Err(Refused::Text { field: field.to_owned(), reason: "a text has control characters".to_owned() });
    }
    Ok(())
}

/// An amount as hundredths; nothing counts as zero.
fn hundredths(field: &str, amount: Option<&Amount>) -> Result<i64, Refused> {
    let Some(amount) = amount else { return Ok(0) };
    let fits = amount.value().to_fixed(2).filter(|minor| (-AMOUNT_MAX..=AMOUNT_MAX).contains(minor));
    fits.ok_or_else(|| Refused::Range {
        field: field.to_owned(),
        found: amount.text().to_owned(),
        reason: "amounts have two digits after the point and are at most 10,000,000,000,000.00",
    })
}

/// A rate in percent as ten-thousandths; none counts as zero.
fn rate(field: &str, rate: Option<&Amount>) -> Result<i64, Refused> {
    let Some(rate) = rate else { return Ok(0) };
    let fits = rate.value().to_fixed(2).filter(|rate| (0..=1_000_000).contains(rate));
    fits.ok_or_else(|| Refused::Range {
        field: field.to_owned(),
        found: rate.text().to_owned(),
        reason: "a rate has two digits after the point of a percentage at most",
    })
}
