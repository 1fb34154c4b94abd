//! The face of a red letter, made of that of the blue invoice.

use super::{Colour, Face};
use crate::invoice::{
    Item, cn_vat,
    date::{day_in_china, time_in_china},
    decimal::Fixed,
};

/// Stands in place of a name where a part of several items is taken back, as the tax platform writes it: "see the blue invoice".
const SEVERAL: &str = "详见对应正数发票及清单";

/// What the ledger says of a red letter.
#[derive(Debug, Clone)]
pub struct RedLetter<'a> {
    /// The number it gave.
    pub number: &'a str,
    /// Time of the block, in milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Number of the confirmation form.
    pub confirmation: &'a str,
    /// What it takes back, in the ledger's order.
    pub parts: &'a [Taken],
}

/// What a red letter takes back at a rate: hundredths, not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Category: `standard` or the preference mark.
    pub category: String,
    /// Rate of 10,000.
    pub rate: i64,
    /// Amount without tax.
    pub net: i64,
    /// Tax.
    pub tax: i64,
}

impl Taken {
    fn is_of(&self, item: &Item) -> bool {
        cn_vat::category(item.preference) == self.category && item.rate.0 == self.rate
    }
}

impl Face {
    /// The red letter of an invoice with this face. Where it takes back all that the invoice has at a rate, its items stand with negative
    /// quantities and amounts; of a part the ledger knows the amounts alone, so that they are one line.
    ///
    /// Parties and drawer are those of the blue one; its remark, payee and reviewer were about a sale and are left out.
    pub fn red(self, by: &RedLetter<'_>) -> Self {
        let items: Vec<_> = by.parts.iter().flat_map(|part| taken(&self.items, part)).collect();
        let sum = |of: fn(&Item) -> i64| Fixed(items.iter().map(of).sum());
        Self {
            number: by.number.to_owned(),
            issue_date: day_in_china(by.time_ms),
            requested: time_in_china(by.time_ms),
            colour: Colour::Red { blue: self.number, confirmation: Some(by.confirmation.to_owned()) },
            net: sum(|item| item.amount.0),
            tax: sum(|item| item.tax.0),
            total: sum(|item| item.total.0),
            items,
            remark: None,
            payee: None,
            reviewer: None,
            ..self
        }
    }
}

/// The lines of a part.
fn taken(items: &[Item], part: &Taken) -> Vec<Item> {
    let of: Vec<_> = items.iter().filter(|item| part.is_of(item)).collect();
    let sum = |number: fn(&Item) -> i64| of.iter().map(|item| number(item)).sum::<i64>();
    if (sum(|item| item.amount.0), sum(|item| item.tax.0)) == (part.net, part.tax) {
        return of.into_iter().map(negative).collect();
    }
    let Some(first) = of.first() else { return Vec::new() };
    let same = of.iter().all(|item| (&item.name, &item.tax_code) == (&first.name, &first.tax_code));
    vec![Item {
        name: if same { first.name.clone() } else { SEVERAL.to_owned() },
        category: first.category.clone().filter(|_| same),
        specification: None,
        unit: None,
        quantity: None,
        price: None,
        discount: None,
        amount: Fixed(-part.net),
        tax: Fixed(-part.tax),
        total: Fixed(-part.net - part.tax),
        ..(*first).clone()
    }]
}

/// An item as it is taken back: the price stays, all else is below zero.
fn negative(item: &Item) -> Item {
    Item {
        quantity: item.quantity.map(|quantity| Fixed(-quantity.0)),
        discount: item.discount.map(|discount| Fixed(-discount.0)),
        amount: Fixed(-item.amount.0),
        tax: Fixed(-item.tax.0),
        total: Fixed(-item.total.0),
        ..item.clone()
    }
}
