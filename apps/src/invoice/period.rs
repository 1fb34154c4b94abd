//! Tax periods: months, in which an organisation books what it bought.

use super::{
    Refused,
    date::{day_in_china, day_in_utc, is_date},
    standing::Standing,
};
use counterfoil_state::Context;

/// Characters of a month: `2026-01`.
const MONTH: usize = 7;

/// Refuses a text that is not a month.
pub(super) fn check(period: &str) -> Result<(), Refused> {
    if period.len() == MONTH && is_date(&format!("{period}-01")) {
        return Ok(());
    }
    Err(Refused::Period { field: "/period".to_owned(), period: period.to_owned(), reason: "it is not a month YYYY-MM" })
}

/// Refuses a period that is over or has not begun: open are this month, and the month before it, whose return is being made. `field` is
/// that of the invoice, whose own month is the first in which it can be booked.
pub(super) fn require_open(ctx: &Context<'_>, invoice: &Standing, field: &str, period: &str) -> Result<(), Refused> {
    let today = if invoice.is_chinese() { day_in_china(ctx.time_ms()) } else { day_in_utc(ctx.time_ms()) };
    let month = today.get(..MONTH).unwrap_or_default();
    let reason = if period > month {
        "the period has not begun"
    } else if period < before(month).as_str() {
        "the period is over: only this month and the one before it are open"
    } else if invoice.issue_date.get(..MONTH).is_some_and(|first| period < first) {
        "the invoice was issued after the period"
    } else {
        return Ok(());
    };
    Err(Refused::Period { field: field.to_owned(), period: period.to_owned(), reason })
}

/// The month before a month.
fn before(month: &str) -> String {
    let number = |text: Option<&str>| text.and_then(|digits| digits.parse::<u32>().ok()).unwrap_or_default();
    match (number(month.get(..4)), number(month.get(5..))) {
        (year, 1) => format!("{:04}-12", year.saturating_sub(1)),
        (year, month) => format!("{year:04}-{:02}", month.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_follows_the_one_before_it() {
        for (month, expected) in [("2026-01", "2025-12"), ("2026-02", "2026-01"), ("2026-12", "2026-11")] {
            assert_eq!(before(month), expected);
        }
    }

    #[test]
    fn only_months_are_periods() {
        for period in ["2026-01", "1999-12"] {
            assert!(check(period).is_ok(), "{period}");
        }
        for period in ["2026-13", "2026-00", "2026-1", "202601", "2026-01-01", "", "26-01", "２026-1"] {
            assert!(check(period).is_err(), "{period}");
        }
    }
}
