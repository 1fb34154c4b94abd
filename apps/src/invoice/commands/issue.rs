use super::rows::{self, Head, InvoiceIssued, LineRow, TaxRow};
use crate::invoice::{
    Refused, Regime,
    cn_vat::{self, SEQUENCE_MAX},
    date::day_in_china,
    decimal::Fixed,
    taxpayer::{Taxpayer, require_rate},
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Issues an invoice under Chinese value-added tax. Signed by the seller; the ledger gives the number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Taxpayer id of the seller.
    pub seller: String,
    /// The seller's address and bank, as they stand on the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_contact: Option<Contact>,
    /// Who buys.
    pub buyer: Buyer,
    /// What is sold, a line each.
    pub items: Vec<Item>,
    /// Sum of the items' amounts without tax, in yuan.
    pub net: Fixed<2>,
    /// Sum of the items' taxes.
    pub tax: Fixed<2>,
    /// Sum of both: what the buyer pays.
    pub total: Fixed<2>,
    /// Who received the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// Who checked the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Who drew the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawer: Option<String>,
    /// Remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The payment that the invoice is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
}

/// The buyer of an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    /// A person or an organisation.
    pub kind: BuyerKind,
    /// Name.
    pub name: String,
    /// Taxpayer id; an organisation must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxpayer: Option<String>,
    /// The buyer as a member of this ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Address, bank, telephone and electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// What sort of buyer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BuyerKind {
    /// A natural person.
    Individual,
    /// A company or another organisation.
    Organisation,
}

/// Address and bank as they stand on an invoice. They stay in the signed transaction and are in no table.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Account at the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A line of an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Classification of goods and services for tax: 19 digits.
    pub tax_code: String,
    /// Name.
    pub name: String,
    /// Short name of the class, printed before the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Specification or model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
    /// Unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Quantity, up to eight places; with a price or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Fixed<8>>,
    /// Price of a unit without tax, up to six places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fixed<6>>,
    /// Discount without tax that is taken off quantity times price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Fixed<2>>,
    /// Amount without tax.
    pub amount: Fixed<2>,
    /// Tax.
    pub tax: Fixed<2>,
    /// Amount with tax.
    pub total: Fixed<2>,
    /// Tax rate, such as `0.13`.
    pub rate: Fixed<4>,
    /// Why the rate is not the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
}

/// Mark of a preferential tax treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// Exempt (免税), rate 0.
    Exempt,
    /// Not taxed (不征税), rate 0.
    Untaxed,
    /// Zero rated, such as exports, rate 0.
    ZeroRated,
    /// Simplified levy (简易征收).
    Simplified,
}

/// The payment for which an invoice is issued.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The payment provider's reference.
    pub reference: String,
    /// Amount paid; the invoice's total is at most that.
    pub amount: Fixed<2>,
}

impl Item {
    /// The category of its rate, as in `invoice_rate`.
    pub(in crate::invoice) fn rate_category(&self) -> &'static str {
        match self.preference {
            None => "standard",
            Some(Preference::Exempt) => "exempt",
            Some(Preference::Untaxed) => "untaxed",
            Some(Preference::ZeroRated) => "zero-rated",
            Some(Preference::Simplified) => "simplified",
        }
    }

    fn row(&self) -> LineRow<'_> {
        LineRow {
            line_id: None,
            tax_code: Some(&self.tax_code),
            name: &self.name,
            specification: self.specification.as_deref(),
            unit: self.unit.as_deref(),
            quantity: self.quantity.map(|quantity| trimmed(quantity.to_string())),
            price: self.price.map(|price| trimmed(price.to_string())),
            category: self.rate_category(),
            rate: self.rate.0,
            net: self.amount.0,
            tax: Some(self.tax.0),
        }
    }
}

/// A decimal without zeros at its end.
fn trimmed(mut text: String) -> String {
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

impl Command for Issue {
    const NAME: &'static str = "invoice.issue";

    type Output = InvoiceIssued;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4 + u32::try_from(self.items.len()).unwrap_or(u32::MAX - 4)
    }

    fn check(&self) -> Result<(), Refused> {
        cn_vat::check(self)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<InvoiceIssued, Refused> {
        let seller = Taxpayer::find(ctx, Regime::CnVat, std::iter::once(self.seller.as_str()))?;
        let unknown = || Refused::UnknownSeller { field: "/seller".into(), regime: "cn-vat", ids: self.seller.clone() };
        let seller = seller.ok_or_else(unknown)?;
        seller.require_signature(ctx, "/seller")?;
        let taxes = cn_vat::taxes(&self.items);
        for tax in &taxes {
            let field = || format!("/items/{}/rate", tax.first);
            require_rate(ctx, Regime::CnVat, tax.category, tax.rate, field)?;
        }
        if let Some(member) = &self.buyer.member {
            let found = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [member], |_| Ok(()))?;
            let field = || "/buyer/member".to_owned();
            found.ok_or_else(|| Refused::NoMember { field: field(), member: member.clone() })?;
        }
        let issue_date = day_in_china(ctx.time_ms());
        let head = Head {
            number: next_number(ctx, &issue_date, &seller.region)?,
            buyer: self.buyer.taxpayer.as_deref(),
            buyer_name: &self.buyer.name,
            buyer_member: self.buyer.member.as_deref(),
            issue_date,
            currency: "CNY",
            net: self.net.0,
            tax: self.tax.0,
            total: self.total.0,
            payable: self.total.0,
            payment: self.payment.as_ref().map(|payment| (payment.reference.as_str(), payment.amount.0)),
            payee: self.payee.as_deref(),
            reviewer: self.reviewer.as_deref(),
            drawer: self.drawer.as_deref(),
            remark: self.remark.as_deref(),
            ..Head::default()
        };
        let taxes = taxes.iter().map(|tax| TaxRow {
            category: tax.category,
            rate: tax.rate,
            net: tax.net,
            tax: tax.tax,
            reason: None,
        });
        rows::write(ctx, Regime::CnVat, seller, head, self.items.iter().map(Item::row), taxes)
    }
}

/// Digit 5 of the numbers that this ledger gives.
const CHANNEL: &str = "1";

/// The next number of a series: year and region of two digits each, channel, and fifteen digits that count without gaps.
fn next_number(ctx: &mut Context<'_>, day: &str, region: &str) -> Result<String, Refused> {
    let series = format!("{}{region}{CHANNEL}", day.get(2..4).unwrap_or_default());
    let last =
        ctx.query_opt("SELECT last FROM invoice_sequence WHERE series = ?1", [&series], |row| row.get::<_, i64>(0))?;
    let next = last.unwrap_or_default() + 1;
    if next > SEQUENCE_MAX {
        return Err(Refused::SeriesFull { series });
    }
    let sql = match last {
        Some(_) => "UPDATE invoice_sequence SET last = ?2 WHERE series = ?1",
        None => "INSERT INTO invoice_sequence (series, last) VALUES (?1, ?2)",
    };
    ctx.run(sql, (&series, next))?;
    Ok(format!("{series}{next:015}"))
}
