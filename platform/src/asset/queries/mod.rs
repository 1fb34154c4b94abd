//! Named reads. Amounts are decimals of the asset's own places, and numbers are texts: as JSON numbers they would lose their last digits
//! in a browser.

mod accounts;
mod assets;
mod claims;
mod reconciliation;
mod transfers;

use crate::{Column, Parameter, ParameterKind, Query};

/// Minor units as a decimal with as many places: `decimal!("t.amount_minor", "a.decimals")`.
macro_rules! decimal {
    ($minor:literal, $decimals:literal) => {
        decimal!(@digits $minor, $decimals, concat!("printf('%0*d', ", $decimals, " + 1, abs(", $minor, "))"))
    };
    (@digits $minor:literal, $decimals:literal, $digits:expr) => {
        concat!(
            "iif(", $minor, " < 0, '-', '') || substr(", $digits, ", 1, length(", $digits, ") - ", $decimals, ")",
            " || iif(", $decimals, " > 0, '.' || substr(", $digits, ", -", $decimals, "), '')"
        )
    };
}
pub(crate) use decimal;

/// A business day as people write it: `day!("t.day")`.
macro_rules! day {
    ($day:literal) => {
        concat!("date(", $day, " * 86400, 'unixepoch')")
    };
}
pub(crate) use day;

/// The number of the business day that a caller gave, NULL if none.
macro_rules! given_day {
    () => {
        "(unixepoch(:day) / 86400)"
    };
}
pub(crate) use given_day;

const ACCOUNT_ID: Parameter = Parameter::text("account", "The account: `owner/name`.");
const DAY: Parameter = Parameter::text("day", "The business day: `2026-01-31`.").of(ParameterKind::Day);

const ASSET_COLUMN: Column = Column::text("asset", "The asset.");
const DAY_COLUMN: Column = Column::text("day", "The business day: `2026-01-31`.");
const REFERENCE_COLUMN: Column = Column::text("reference", "What is said about it.");
const END_TO_END_COLUMN: Column = Column::text("end_to_end_id", "The payer's end-to-end id.");

/// A column of times.
const fn time(name: &'static str, summary: &'static str) -> Column {
    Column::integer(name, summary)
}

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    assets::GET,
    assets::LIST,
    accounts::ACCOUNT,
    accounts::ACCOUNTS,
    accounts::STATEMENT,
    accounts::STATEMENTS,
    accounts::FREEZES,
    transfers::TRANSFER_DETAILS,
    transfers::TRANSFERS,
    transfers::ENTRIES,
    claims::HOLD_DETAILS,
    claims::HOLDS,
    claims::OFFER_DETAILS,
    claims::OFFERS,
    reconciliation::RECONCILIATION,
    reconciliation::RECONCILIATION_ENTRIES,
];
