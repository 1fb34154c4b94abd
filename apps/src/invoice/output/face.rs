use crate::invoice::{
    ClearInvoice, Contact, Item, Kind, Preference, cn_vat,
    date::{day_in_china, time_in_china},
    decimal::Fixed,
};
use serde::{Deserialize, Serialize};

/// The face of a Chinese invoice (票面): everything that stands on it, whichever form it is put out in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Face {
    /// Which of the two kinds of fully digital invoices it is.
    pub kind: Kind,
    /// The invoice's number, 20 digits.
    pub number: String,
    /// Day of issue in China, `YYYY-MM-DD`.
    pub issue_date: String,
    /// When it was asked for, in China, `YYYY-MM-DD HH:MM:SS`.
    pub requested: String,
    /// What it does: sells, or takes back.
    pub colour: Colour,
    /// Who sells.
    pub seller: Party,
    /// Who buys.
    pub buyer: Party,
    /// What is sold. Amounts of a red letter are below zero.
    pub items: Vec<Item>,
    /// Sum without tax.
    pub net: Fixed<2>,
    /// Sum of taxes.
    pub tax: Fixed<2>,
    /// Sum of both.
    pub total: Fixed<2>,
    /// Remark.
    pub remark: Option<String>,
    /// Who received the money.
    pub payee: Option<String>,
    /// Who checked the invoice.
    pub reviewer: Option<String>,
    /// Who drew the invoice.
    pub drawer: Option<String>,
    /// The tax bureau that supervises the seller.
    pub bureau: Bureau,
}

/// Blue invoices sell, red letters take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// An invoice.
    Blue,
    /// A credit note.
    Red {
        /// Number of the blue invoice that it takes back.
        blue: String,
        /// Number of the confirmation form (红字发票信息确认单).
        confirmation: Option<String>,
    },
}

/// A seller or a buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Party {
    /// Name.
    pub name: String,
    /// Taxpayer id.
    pub taxpayer: Option<String>,
    /// Address, telephone and bank; its electronic mail stands on no invoice.
    pub contact: Contact,
}

/// A tax bureau.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bureau {
    /// Its code, 11 digits, such as `14403000000`.
    pub code: String,
    /// Its name, such as `国家税务总局深圳市税务局`.
    pub name: String,
}

/// What the ledger adds to what the seller signed.
#[derive(Debug, Clone)]
pub struct Issuance<'a> {
    /// The number it gave.
    pub number: &'a str,
    /// Time of the block, in milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Name of the seller, as registered.
    pub seller: &'a str,
    /// The bureau that registered the seller.
    pub bureau: Bureau,
}

impl Face {
    /// The face of an invoice as it was issued.
    pub fn of(issue: &ClearInvoice, by: Issuance<'_>) -> Self {
        let contact = |contact: &Option<Contact>| Contact { email: None, ..contact.clone().unwrap_or_default() };
        Self {
            kind: issue.kind,
            number: by.number.to_owned(),
            issue_date: day_in_china(by.time_ms),
            requested: time_in_china(by.time_ms),
            colour: Colour::Blue,
            seller: Party {
                name: by.seller.to_owned(),
                taxpayer: Some(issue.seller.clone()),
                contact: contact(&issue.seller_contact),
            },
            buyer: Party {
                name: issue.buyer.name.clone(),
                taxpayer: issue.buyer.taxpayer.clone(),
                contact: contact(&issue.buyer.contact),
            },
            items: issue.items.clone(),
            net: issue.net,
            tax: issue.tax,
            total: issue.total,
            remark: issue.remark.clone(),
            payee: issue.payee.clone(),
            reviewer: issue.reviewer.clone(),
            drawer: issue.drawer.clone(),
            bureau: by.bureau,
        }
    }

    /// The invoice's title.
    pub fn title(&self) -> &'static str {
        match self.kind {
            Kind::Ordinary => "电子发票（普通发票）",
            Kind::Special => "电子发票（增值税专用发票）",
        }
    }

    /// The rows of the table: one for an item, and one more for its discount.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        self.items.iter().flat_map(rows_of).collect()
    }
}

/// A row of an invoice's table.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// The item that it is of.
    pub item: &'a Item,
    /// Whether quantity and price stand in it: not in that of a discount.
    pub priced: bool,
    pub amount: Fixed<2>,
    pub tax: Fixed<2>,
    pub total: Fixed<2>,
}

/// An item, with its discount in a row of its own (折扣行): the platform knows no other way to write one.
fn rows_of(item: &Item) -> impl Iterator<Item = Row<'_>> {
    let discount = item.discount.map_or(0, |discount| discount.0);
    let amount = Fixed(item.amount.0.saturating_add(discount));
    // What rounding leaves over is in the discount's tax, so both rows together are the item exactly.
    let tax = if discount == 0 { item.tax } else { Fixed(tax_of(amount.0, item.rate.0)) };
    let total = if discount == 0 { item.total } else { Fixed(amount.0.saturating_add(tax.0)) };
    let taken = (discount != 0).then(|| Row {
        item,
        priced: false,
        amount: Fixed(-discount),
        tax: Fixed(item.tax.0.saturating_sub(tax.0)),
        total: Fixed(item.total.0.saturating_sub(total.0)),
    });
    std::iter::once(Row { item, priced: true, amount, tax, total }).chain(taken)
}

/// Tax on an amount of either sign.
fn tax_of(amount: i64, rate: i64) -> i64 {
    let size = amount.checked_abs().unwrap_or(i64::MAX);
    cn_vat::tax_of_net(size, rate) * amount.signum()
}

/// A name as it stands on an invoice: `*category*name`.
pub(super) fn full_name(item: &Item) -> String {
    match &item.category {
        Some(category) => format!("*{category}*{}", item.name),
        None => item.name.clone(),
    }
}

/// Category and name of a name as it stands on an invoice.
pub(super) fn split_name(full: &str) -> (Option<&str>, &str) {
    let parts = full.strip_prefix('*').and_then(|rest| rest.split_once('*'));
    match parts {
        Some((category, name)) if !category.is_empty() && !name.is_empty() => (Some(category), name),
        _ => (None, full),
    }
}

/// What stands in place of a rate where the law knows none.
pub(super) fn without_rate(item: &Item) -> Option<&'static str> {
    match item.preference {
        Some(Preference::Exempt) => Some("免税"),
        Some(Preference::Untaxed) => Some("不征税"),
        Some(Preference::ZeroRated | Preference::Simplified) | None => None,
    }
}
