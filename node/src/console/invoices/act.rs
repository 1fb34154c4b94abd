//! What can be done with invoices, by the list or the role: the ledger decides, these only say what is worth showing.

use counterfoil_apps::invoice::date;

/// What can be done with several invoices of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Act {
    /// Lock them for reimbursement.
    pub lock: bool,
    /// Unlock or close them.
    pub end: bool,
    /// Book them.
    pub book: bool,
}

impl Act {
    /// By the list that shows them.
    pub fn of_view(view: &str, is_search: bool) -> Self {
        match view {
            _ if is_search => Self::default(),
            "held" | "received" => Self { lock: true, end: false, book: true },
            "reimbursed" => Self { lock: false, end: true, book: true },
            _ => Self::default(),
        }
    }

    /// Whether there is anything.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 3_600_000;

/// The tax periods that are open, such as `2026-11`: this month and the one before it, in China.
pub fn open_periods(now_ms: u64) -> [String; 2] {
    let day = date::day_in_china(now_ms);
    let of_month: u64 = day[8..].parse().unwrap_or(1);
    let before = date::day_in_china(now_ms.saturating_sub(of_month * DAY_MS));
    [day[..7].to_owned(), before[..7].to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_month_and_the_one_before_are_open() {
        // 2026-01-01 00:00 in China is still December in UTC.
        assert_eq!(open_periods(1_767_196_800_000), ["2026-01", "2025-12"]);
        assert_eq!(open_periods(1_767_196_799_999), ["2025-12", "2025-11"]);
    }
}
