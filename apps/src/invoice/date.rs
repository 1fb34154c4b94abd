//! Calendar dates (ISO 8601), without a clock and without time zones but China's.

/// Milliseconds that China is ahead of UTC.
const CHINA_AHEAD_MS: u64 = 8 * 60 * 60 * 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Whether `text` is a day of the calendar as `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return false;
    }
    let number = |from: usize, to: usize| bytes[from..to].iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    year > 0 && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day)
}

/// Whether `text` is a second of a day as `YYYY-MM-DD HH:MM:SS`.
pub fn is_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(' ') else { return false };
    let parts: Vec<_> = time.split(':').collect();
    let below = |part: &str, most: u32| {
        part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|n| n < most)
    };
    is_date(date) && matches!(parts[..], [h, m, s] if below(h, 24) && below(m, 60) && below(s, 60))
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day in China at a time given in milliseconds since 1970-01-01 UTC, as `YYYY-MM-DD`.
pub fn day_in_china(time_ms: u64) -> String {
    day_in_utc(time_ms.saturating_add(CHINA_AHEAD_MS))
}

/// The day in UTC at a time given in milliseconds since 1970-01-01 UTC, as `YYYY-MM-DD`.
pub fn day_in_utc(time_ms: u64) -> String {
    // Days since 0000-03-01, so that the leap day ends a year (Hinnant, "chrono-compatible low-level date algorithms").
    let days = time_ms / DAY_MS + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The second in China at a time given in milliseconds since 1970-01-01 UTC, as `YYYY-MM-DD HH:MM:SS`.
pub fn time_in_china(time_ms: u64) -> String {
    let seconds = time_ms.saturating_add(CHINA_AHEAD_MS) % DAY_MS / 1000;
    format!("{} {:02}:{:02}:{:02}", day_in_china(time_ms), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_china() {
        for (time_ms, expected) in [
            (0, "1970-01-01"),
            (57_599_999, "1970-01-01"),
            (57_600_000, "1970-01-02"),
            (951_753_600_000, "2000-02-29"),
            (1_533_830_400_000, "2018-08-10"),
            (1_798_732_799_999, "2026-12-31"),
            (1_798_732_800_000, "2027-01-01"),
        ] {
            assert_eq!(day_in_china(time_ms), expected, "{time_ms}");
        }
    }

    #[test]
    fn seconds_are_told_in_china() {
        for (time_ms, expected) in [
            (0, "1970-01-01 08:00:00"),
            (57_599_999, "1970-01-01 23:59:59"),
            (1_706_084_628_000, "2024-01-24 16:23:48"),
        ] {
            assert_eq!(time_in_china(time_ms), expected);
            assert!(is_time(expected));
        }
        for text in
            ["2024-01-24", "2024-01-24T16:23:48", "2024-01-24 24:00:00", "2024-01-24 16:60:00", "2024-01-24 16:23"]
        {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for text in ["2024-02-29", "2000-02-29", "1999-12-31"] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "2024-4-1",
            "0000-01-01",
            "20240101xx",
            "",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
