//! The named reads of the module, by topic.

mod invoices;
mod payments;
mod reports;
mod rules;

use counterfoil_platform::{Column, ColumnKind, Query};
use schemars::JsonSchema;

/// SQL that writes an integer of hundredths as a decimal.
macro_rules! hundredths {
    ($column:literal) => {
        concat!(
            "printf('%s%d.%02d', iif(",
            $column,
            " < 0, '-', ''), abs(",
            $column,
            ") / 100, abs(",
            $column,
            ") % 100)"
        )
    };
}

use hundredths;

// After the macro, which they use.
mod life;
mod red;

/// Tax by rate in the answer of `invoice.get`; only its schema is used.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Tax {
    /// Category.
    category: String,
    /// Rate of 10,000.
    rate: i64,
    /// Lines that round their tax, in Chinese VAT.
    items: i64,
    /// Taxable amount.
    net: String,
    /// Tax.
    tax: String,
    /// Why no tax is charged.
    reason: Option<String>,
}

const fn amount(name: &'static str, summary: &'static str) -> Column {
    Column::of(name, summary, ColumnKind::Decimal(2))
}

const ID: Column = Column::text("id", "Id on this ledger.");
const NUMBER: Column = Column::text("number", "Number.");
const REGIME: Column = Column::text("regime", "`cn-vat` or `en16931`.");
const KIND: Column = Column::text("kind", "`cn-vat`: `ordinary` or `special`.");
const STATE: Column = Column::text("state", "`issued`, `partly_reversed` or `reversed`.");
const SELLER: Column = Column::text("seller", "The seller's taxpayer id.");
const SELLER_NAME: Column = Column::text("seller_name", "The seller's name.");
const ISSUE_DATE: Column = Column::text("issue_date", "Day of issue.");
const CURRENCY: Column = Column::text("currency", "Currency of all amounts.");
const NET: Column = amount("net", "Total without tax.");
const TAX: Column = amount("tax", "Tax.");
const TOTAL: Column = amount("total", "Total with tax.");

/// All of them.
pub(super) const ALL: &[Query] = &[
    invoices::GET,
    invoices::LIST,
    invoices::CHECK,
    invoices::QUESTIONS,
    rules::TAXPAYER,
    rules::TAXPAYERS,
    rules::RATES,
    rules::RULES,
    payments::PAYMENT,
    payments::PAYMENTS,
    payments::APPLICATION,
    payments::APPLICATIONS,
    reports::OUTPUT_TAX,
    reports::INPUT_TAX,
    reports::MONTHS,
    reports::SALES_BOOK,
    reports::ALARMS,
    life::USE,
    life::HELD,
    life::WAITING,
    life::REIMBURSEMENTS,
    life::BOOKINGS,
    life::HISTORY,
    red::FORM,
    red::FORMS,
];
