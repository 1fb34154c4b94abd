use super::{
    Paid,
    rows::{self, Head, InvoiceIssued, TaxRow},
};
use crate::invoice::{
    Refused, Regime, claim,
    clear::Stated,
    date::day_in_utc,
    decimal::Fixed,
    holder, payment, rules, sealing,
    taxpayer::{Taxpayer, require_rate},
    text,
};
use counterfoil_platform::{Command, document::Sealed, seal::Hex, types::money::format_decimal};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Issues an invoice or a credit note of EN 16931. Signed by the seller, who gives the number (BT-1).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueEn16931 {
    /// The seller as it is registered.
    pub seller: String,
    /// The seller's own reference, used once by its member.
    pub reference: String,
    /// BT-1: the invoice's number, unique for the seller.
    pub number: String,
    /// BT-3: the type of document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// BT-2: the day of issue.
    pub issue_date: String,
    /// BT-5: the currency of all amounts.
    pub currency: String,
    /// BG-23: tax by category and rate.
    pub taxes: Vec<VatTotal>,
    /// BT-109: total without tax.
    pub net: Fixed<2>,
    /// BT-110: tax.
    pub tax: Fixed<2>,
    /// BT-112: total with tax.
    pub total: Fixed<2>,
    /// BT-107: allowances on the whole.
    #[serde(default)]
    pub allowances: Fixed<2>,
    /// BT-108: charges on the whole.
    #[serde(default)]
    pub charges: Fixed<2>,
    /// BT-113: paid before.
    #[serde(default)]
    pub prepaid: Fixed<2>,
    /// BT-114: rounding of what is due.
    #[serde(default)]
    pub rounding: Fixed<2>,
    /// BT-115: due for payment.
    pub payable: Fixed<2>,
    /// SHA-256 of the sealed document.
    pub source_sha256: Hex<32>,
    /// What the invoice is paid by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// Public key (Ed25519) whose owner may claim the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<Hex<32>>,
    /// The buyer as a member, who may use the invoice from now on, and reads it if it has a reading key. Everybody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// The document or the invoice in the terms of the standard, for the seller, the buyer and the tax authority.
    pub sealed: Sealed,
}

/// Tax of one category and rate (BG-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VatTotal {
    /// BT-118: category of UNTDID 5305.
    pub category: String,
    /// BT-119: rate, such as `0.19`.
    pub rate: Fixed<4>,
    /// BT-116: taxable amount.
    pub net: Fixed<2>,
    /// BT-117: tax.
    pub tax: Fixed<2>,
    /// BT-120 or BT-121: why no tax is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The greatest rate, of 10,000: 10,000 %.
const RATE_MAX: i64 = 1_000_000;

impl VatTotal {
    /// As a row of `invoice_tax`: category, rate, lines, net, tax.
    pub(in crate::invoice) fn key(&self) -> (String, i64, i64, i64, i64) {
        (self.category.clone(), self.rate.0, 0, self.net.0, self.tax.0)
    }

    /// Forms, and BR-CO-17: the tax is the taxable amount times the rate, to within less than one unit.
    pub(in crate::invoice) fn check(&self, at: &str) -> Result<(), Refused> {
        text::check(&format!("{at}/BT-118"), &self.category, text::ID_MAX)?;
        sealing::check_amounts(&[self.net, self.tax])?;
        if !(0..=RATE_MAX).contains(&self.rate.0) {
            let (field, found) = (format!("{at}/BT-119"), self.rate.to_string());
            return Err(Refused::Range { field, found, reason: "a rate is 0 to 100" });
        }
        if self.reason.as_ref().is_some_and(|text| text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c))) {
            return Err(Refused::Text { field: at.to_owned(), reason: "a text has control characters".to_owned() });
        }
        let exact = i128::from(self.net.0) * i128::from(self.rate.0);
        if (i128::from(self.tax.0) * 10_000 - exact).abs() >= 100 * 10_000 {
            let expected =
                i64::try_from(exact / 10_000).map_or_else(|_| "less".to_owned(), |tax| format_decimal(tax, 2));
            let (rule, field, found) = ("BR-CO-17".to_owned(), format!("{at}/BT-117"), self.tax.to_string());
            return Err(Refused::EuropeanRule { rule, field, expected, found });
        }
        Ok(())
    }

    fn row(&self) -> TaxRow<'_> {
        TaxRow {
            category: &self.category,
            rate: self.rate.0,
            items: 0,
            net: self.net.0,
            tax: self.tax.0,
            reason: self.reason.as_deref(),
        }
    }
}

impl IssueEn16931 {
    fn stated(&self) -> Stated {
        let others = [self.allowances, self.charges, self.prepaid, self.rounding, self.payable];
        Stated {
            number: self.number.clone(),
            type_code: self.type_code.clone(),
            issue_date: self.issue_date.clone(),
            currency: self.currency.clone(),
            taxes: self.taxes.clone(),
            net: self.net.0,
            tax: self.tax.0,
            total: self.total.0,
            others: others.map(|amount| amount.0),
        }
    }
}

impl Command for IssueEn16931 {
    const NAME: &'static str = "invoice.issue_en16931";

    type Output = InvoiceIssued;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        sealing::weight(self.taxes.len(), &self.sealed)
    }

    fn check(&self) -> Result<(), Refused> {
        text::check_reference("/reference", &self.reference)?;
        sealing::check(&self.sealed, &[&["ubl"], &["invoice"]])?;
        let others = [self.payable, self.prepaid, self.allowances, self.charges, self.rounding];
        sealing::check_amounts(&[&[self.net, self.tax, self.total], &others[..]].concat())?;
        sealing::check_taxes(self.taxes.len())?;
        claim::check_key(self.claim_key.as_ref())?;
        self.stated().check("")
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<InvoiceIssued, Refused> {
        let seller = Taxpayer::find(ctx, Regime::En16931, std::iter::once(self.seller.as_str()))?;
        let unknown =
            || Refused::UnknownSeller { field: "/seller".into(), regime: "en16931", ids: self.seller.clone() };
        let seller = seller.ok_or_else(unknown)?;
        seller.require_signature(ctx, "/seller")?;
        // Its date is the seller's to choose, so that it is active today is asked too.
        seller.require_active(ctx, "/seller", &day_in_utc(ctx.time_ms()))?;
        let day = self.issue_date.as_str();
        let status = seller.require_active(ctx, "/seller", day)?;
        let taken = ctx.query_opt(
            "SELECT 1 FROM invoice WHERE number = ?1 AND seller = ?2",
            (&self.number, &seller.id),
            |_| Ok(()),
        )?;
        if taken.is_some() {
            return Err(Refused::NumberTaken { seller: seller.id, number: self.number.clone() });
        }
        for (at, tax) in self.taxes.iter().enumerate() {
            let field = || format!("/taxes/{at}/rate");
            require_rate(ctx, Regime::En16931, &status, &tax.category, tax.rate.0, day, field)?;
        }
        if let Some(member) = &self.holder {
            holder::require_reader(ctx, "/holder", member, &self.sealed)?;
        }
        let counted = rows::sign(self.type_code.as_deref()) * self.total.0;
        let paid = payment::take(ctx, &seller, self.paid.as_ref(), None, &self.currency, counted, day)?;
        let quota = rules::require_quota(ctx, &seller, &self.currency, day, counted)?;
        let seal = sealing::require(ctx, &seller.member, &self.reference, &self.sealed)?;
        let head = Head {
            number: self.number.clone(),
            type_code: self.type_code.as_deref(),
            subject: Some(&seal.subject),
            issue_date: self.issue_date.clone(),
            currency: &self.currency,
            net: self.net.0,
            tax: self.tax.0,
            total: self.total.0,
            allowance: self.allowances.0,
            charge: self.charges.0,
            prepaid: self.prepaid.0,
            rounding: self.rounding.0,
            payable: self.payable.0,
            payment: paid.as_ref().map(|paid| paid.payment.as_str()),
            quota,
            // Whose money it is says who claims.
            claim_key: paid.as_ref().and_then(|paid| paid.claim_key).or(self.claim_key),
            source_sha256: Some(self.source_sha256.0),
            ..Head::default()
        };
        let taxes: Vec<_> = self.taxes.iter().map(VatTotal::row).collect();
        let issued = rows::write(ctx, Regime::En16931, &seller, &head, &taxes)?;
        paid.map_or(Ok(()), |paid| paid.write(ctx, &issued.id))?;
        seal.write(ctx)?;
        if let Some(member) = &self.holder {
            holder::set(ctx, &issued.id, member)?;
        }
        Ok(issued)
    }
}
