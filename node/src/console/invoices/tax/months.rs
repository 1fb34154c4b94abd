use crate::problem::{Answer, Problem};
use counterfoil_apps::invoice::date;

/// Months that charts and tables show.
pub const SHOWN: usize = 12;

/// The month of a time in China, such as `2026-11`.
pub fn this_month(now_ms: u64) -> String {
    date::day_in_china(now_ms)[..7].to_owned()
}

/// A month that was asked for; this one where none was.
pub fn asked(month: &str, now_ms: u64) -> Answer<String> {
    if month.is_empty() {
        return Ok(this_month(now_ms));
    }
    if date::is_date(&format!("{month}-01")) {
        return Ok(month.to_owned());
    }
    Err(Problem::malformed(format!("{month:?} is no month such as 2026-11")).at("/month"))
}

/// A day that was asked for; `other` where none was.
pub fn day(asked: &str, other: &str) -> Answer<String> {
    match asked.trim() {
        "" => Ok(other.to_owned()),
        day if date::is_date(day) => Ok(day.to_owned()),
        day => Err(Problem::malformed(format!("{day:?} is no day such as 2026-11-26"))),
    }
}

/// The last months up to one, the oldest first.
pub fn up_to(month: &str) -> Vec<String> {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
    let (year, of_year) = (number(month.get(..4)), number(month.get(5..7)));
    let last = year * 12 + of_year - 1;
    (last.saturating_sub(SHOWN - 1)..=last).map(|at| format!("{:04}-{:02}", at / 12, at % 12 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_end_with_the_one_that_is_asked_for() {
        let months = up_to("2026-02");
        assert_eq!((months.len(), months[0].as_str(), months[11].as_str()), (12, "2025-03", "2026-02"));
        assert!(asked("2026-13", 0).is_err() && asked("x", 0).is_err());
        assert_eq!(asked("", 1_767_196_800_000).unwrap(), "2026-01");
        assert!(day("2026-02-30", "").is_err());
    }
}
