//! EN 16931: what a seller gives to its node, and what of it is sealed.

use super::{Arrived, Wrong, read};
use crate::invoice::{
    IssueEn16931, Paid, Refused, Regime, VatTotal,
    cn_vat::AMOUNT_MAX,
    decimal::{Amount, Fixed},
    en16931::{self, Breakdown, Invoice, Seller, Totals},
    rules,
    taxpayer::Registered,
    text, ubl,
};
use counterfoil_platform::{
    Clear, Command as _, Draft, Drafting,
    seal::{CIPHERTEXT_BYTES_MAX, Field, FieldValue, Hex},
    types::{Call, Hash, Refusal},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of a document that can be sealed as it is, whatever the padding; a larger one is sealed in the terms of the standard.
const UBL_BYTES_MAX: usize = CIPHERTEXT_BYTES_MAX / 9 * 8;

/// An invoice or a credit note of EN 16931 in the clear: as a UBL document or in the terms of the standard.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearEn16931 {
    /// The UBL 2.1 document, which readers then have byte for byte; of one above 466,000 bytes, which is mostly attachments, they have the
    /// invoice in the terms of the standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ubl: Option<String>,
    /// The invoice in the terms of the standard, where there is no document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Invoice>,
    /// The seller's own reference: 1 to 63 of `a-z 0-9 - . _`, used once by its member. Everybody sees it. Left out: a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The buyer as a member, for whom it is sealed too and who may use the invoice from now on. Everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    /// What the invoice is paid by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// Public key (Ed25519) whose owner may claim the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
}

/// Makes the input from a UBL 2.1 document.
pub(in crate::invoice) fn from_ubl(bytes: &[u8]) -> Result<Call, Refusal> {
    let invoice = read_ubl(bytes)?;
    check(&invoice)?;
    let ubl = String::from_utf8(bytes.to_vec()).map_err(|_| Refused::XmlEncoding { what: "not UTF-8".to_owned() })?;
    let clear = ClearEn16931 { ubl: Some(ubl), ..ClearEn16931::default() };
    Ok(Call::new(IssueEn16931::NAME, &clear))
}

/// An invoice as it is sealed without its document.
fn in_terms(invoice: Invoice) -> (Invoice, Field, Hash) {
    let text = serde_json::to_string(&invoice).expect("plain data");
    let source = Hash::of(&[text.as_bytes()]);
    (invoice, Field::text("invoice", text), source)
}

fn read_ubl(bytes: &[u8]) -> Result<Invoice, Refused> {
    let read = ubl::read(bytes).map_err(Refused::from)?;
    match read.findings.into_iter().next() {
        Some(finding) => Err(Refused::finding(finding)),
        None => Ok(read.invoice),
    }
}

/// Every rule of the standard, and what the ledger wants beyond.
fn check(invoice: &Invoice) -> Result<(), Refused> {
    if let Some(finding) = en16931::findings(invoice).into_iter().next() {
        return Err(Refused::finding(finding));
    }
    Stated::of(invoice)?.check("/invoice")
}

/// What all see of an invoice, as its command states it.
pub(in crate::invoice) struct Stated {
    pub number: String,
    pub type_code: Option<String>,
    pub issue_date: String,
    pub currency: String,
    pub taxes: Vec<VatTotal>,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
    /// Allowance, charge, prepaid, rounding, payable.
    pub others: [i64; 5],
}

impl Stated {
    fn of(invoice: &Invoice) -> Result<Self, Refused> {
        let none = Totals::default();
        let totals = invoice.totals.as_ref().unwrap_or(&none);
        let minor =
            |term: &str, amount: &Option<Amount>| hundredths(&format!("/invoice/BG-22/{term}"), amount.as_ref());
        let taxes = invoice.breakdown.iter().enumerate().map(|(at, group)| vat_total(at, group));
        Ok(Self {
            number: invoice.number.clone().unwrap_or_default(),
            type_code: invoice.type_code.clone(),
            issue_date: invoice.issue_date.clone().unwrap_or_default(),
            currency: invoice.currency.clone().unwrap_or_default(),
            taxes: taxes.collect::<Result<_, _>>()?,
            net: minor("BT-109", &totals.net)?,
            tax: minor("BT-110", &totals.tax)?,
            total: minor("BT-112", &totals.total)?,
            others: [
                minor("BT-107", &totals.allowances)?,
                minor("BT-108", &totals.charges)?,
                minor("BT-113", &totals.prepaid)?,
                minor("BT-114", &totals.rounding)?,
                minor("BT-115", &totals.payable)?,
            ],
        })
    }

    /// What can be checked by everybody: forms, and the sums BR-CO-14 to BR-CO-17.
    pub fn check(&self, at: &str) -> Result<(), Refused> {
        text::check(&format!("{at}/BT-1"), &self.number, text::ID_MAX)?;
        if !crate::invoice::date::is_date(&self.issue_date) {
            let reason = "it is not a date YYYY-MM-DD".to_owned();
            return Err(Refused::Text { field: format!("{at}/BT-2"), reason });
        }
        text::check_optional(&format!("{at}/BT-3"), self.type_code.as_ref(), text::ID_MAX)?;
        text::check_currency(&format!("{at}/BT-5"), &self.currency)?;
        for (index, tax) in self.taxes.iter().enumerate() {
            tax.check(&format!("{at}/BG-23/{index}"))?;
        }
        let [_, _, prepaid, rounding, payable] = self.others;
        let taxes = self.taxes.iter().map(|tax| i128::from(tax.tax.0)).sum::<i128>();
        let [net, tax, total] = [self.net, self.tax, self.total].map(i128::from);
        let due = total - i128::from(prepaid) + i128::from(rounding);
        for (rule, term, expected, found) in [
            ("BR-CO-14", "BT-110", taxes, self.tax),
            ("BR-CO-15", "BT-112", net + tax, self.total),
            ("BR-CO-16", "BT-115", due, payable),
        ] {
            if expected != i128::from(found) {
                let expected =
                    i64::try_from(expected).map_or_else(|_| "less".to_owned(), |sum| Fixed::<2>(sum).to_string());
                let (rule, field, found) =
                    (rule.to_owned(), format!("{at}/BG-22/{term}"), Fixed::<2>(found).to_string());
                return Err(Refused::EuropeanRule { rule, field, expected, found });
            }
        }
        Ok(())
    }
}

impl Clear for ClearEn16931 {
    type Command = IssueEn16931;
    type Refused = Refused;

    fn draft(self, at: &Drafting<'_>) -> Result<Draft, Refused> {
        let (invoice, field, source) = match (self.ubl, self.invoice) {
            (Some(ubl), None) if ubl.len() <= UBL_BYTES_MAX => {
                let source = Hash::of(&[ubl.as_bytes()]);
                (read_ubl(ubl.as_bytes())?, Field::bytes("ubl", ubl), source)
            }
            (Some(ubl), None) => in_terms(read_ubl(ubl.as_bytes())?.without_attachments()),
            (None, Some(invoice)) => in_terms(invoice),
            _ => return Err(Refused::Source { found: "ubl and invoice, or neither".to_owned() }),
        };
        check(&invoice)?;
        let stated = Stated::of(&invoice)?;
        let ids: Vec<&str> = invoice.seller.as_ref().map_or_else(Vec::new, seller_ids);
        let found = Registered::find(at.reader, Regime::En16931, &ids)?;
        let seller = found.ok_or_else(|| Refused::UnknownSeller {
            field: "/invoice/BG-4".to_owned(),
            regime: "en16931",
            ids: if ids.is_empty() { "nobody".to_owned() } else { ids.join(", ") },
        })?;
        let reference = self.reference.unwrap_or_else(|| at.unique.to_owned());
        text::check_reference("/reference", &reference)?;
        let subject = rules::subject(&seller.member, &reference);
        let (holder, paid, claim_key) = (self.buyer, self.paid, self.claim_key);
        if let Some(member) = &holder {
            read::require_member(at.reader, "/buyer", member)?;
        }
        let readers = read::readers(at.reader, &seller.member, holder.clone())?;
        let [allowances, charges, prepaid, rounding, payable] = stated.others.map(Fixed);
        let command = move |sealed| IssueEn16931 {
            seller: seller.id,
            reference,
            number: stated.number,
            type_code: stated.type_code,
            issue_date: stated.issue_date,
            currency: stated.currency,
            taxes: stated.taxes,
            net: Fixed(stated.net),
            tax: Fixed(stated.tax),
            total: Fixed(stated.total),
            allowances,
            charges,
            prepaid,
            rounding,
            payable,
            source_sha256: source.into(),
            paid,
            claim_key,
            holder,
            sealed,
        };
        let mut draft = Draft::new(subject, &seller.member, command);
        draft.fields = vec![field];
        draft.readers = readers;
        Ok(draft)
    }
}

/// Reads what was opened and checks it by all rules and against what the ledger has: the invoice, and the document if there is one.
pub(super) fn arrived(of: &Arrived<'_>) -> Result<(Invoice, Option<Vec<u8>>), Wrong> {
    let wrong = |refused: Refused| Wrong::refused(refused.into());
    let (invoice, bytes, document) = match (of.field("ubl").map(|field| &field.value), of.text("invoice")) {
        (Some(FieldValue::Bytes(bytes)), _) => (read_ubl(bytes).map_err(wrong)?, bytes.clone(), Some(bytes.clone())),
        (_, Some(text)) => {
            let invoice = serde_json::from_str(&text).map_err(|_| Wrong::new("CN-13", "/invoice"))?;
            (invoice, text.into_bytes(), None)
        }
        _ => return Err(Wrong::new("invoice/28", "/sealed/fields")),
    };
    check(&invoice).map_err(wrong)?;
    let (row, stated) = (&of.row, Stated::of(&invoice).map_err(wrong)?);
    let taxes: Vec<_> = stated.taxes.iter().map(VatTotal::key).collect();
    let heads = (&stated.number, &stated.type_code, &stated.issue_date, &stated.currency);
    let seller = invoice.seller.as_ref().is_some_and(|seller| seller_ids(seller).contains(&row.seller.as_str()));
    for (same, field) in [
        (row.source_sha256 == Some(Hash::of(&[&bytes])), "/source_sha256"),
        (seller, "/invoice/BG-4"),
        (heads == (&row.number, &row.type_code, &row.issue_date, &row.currency), "/invoice"),
        (taxes == row.taxes, "/invoice/BG-23"),
        (
            (stated.net, stated.tax, stated.total, stated.others) == (row.net, row.tax, row.total, row.others),
            "/invoice/BG-22",
        ),
    ] {
        if !same {
            return Err(Wrong::new("as-sealed", field));
        }
    }
    Ok((invoice, document))
}

/// The identifiers by which a seller may be registered, in the order in which they are tried.
fn seller_ids(seller: &Seller) -> Vec<&str> {
    let legal = seller.legal_id.as_ref().and_then(|id| id.value.as_deref());
    let others = seller.ids.iter().filter_map(|id| id.value.as_deref());
    let tax = [seller.vat_id.as_deref(), seller.tax_id.as_deref(), legal];
    tax.into_iter().flatten().chain(others).filter(|id| !id.is_empty()).collect()
}

fn vat_total(at: usize, group: &Breakdown) -> Result<VatTotal, Refused> {
    let field = |term: &str| format!("/invoice/BG-23/{at}/{term}");
    Ok(VatTotal {
        category: group.category.clone().unwrap_or_default(),
        rate: Fixed(rate(&field("BT-119"), group.rate.as_ref())?),
        net: Fixed(hundredths(&field("BT-116"), group.net.as_ref())?),
        tax: Fixed(hundredths(&field("BT-117"), group.tax.as_ref())?),
        reason: group.reason.clone().or_else(|| group.reason_code.clone()),
    })
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
