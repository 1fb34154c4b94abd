use crate::{Cell, Claim, Validator};
use counterfoil_types::Hash;
use std::fmt;

/// What a proof proves. Its text is a paragraph for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The ledger.
    pub ledger: Hash,
    /// Its name in the genesis file.
    pub ledger_name: String,
    /// The claim, which holds.
    pub claim: Claim,
    /// Of this height.
    pub height: u64,
    /// Time of that block, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Height of the header that the members signed.
    pub certified_height: u64,
    /// Who signed it.
    pub signers: Vec<Validator>,
    /// Out of how many.
    pub validators: usize,
}

impl fmt::Display for Proved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { height, validators, certified_height, .. } = self;
        let time = Utc(self.time_ms);
        match &self.claim {
            Claim::Current { table, columns, row, .. } => {
                writeln!(f, "Proved: at height {height} ({time}) table {} held this row:", Plain(table))?;
                columns_and_values(f, columns, row)?;
            }
            Claim::Written { table, columns, row, .. } => {
                writeln!(
                    f,
                    "Proved: the block of height {height} ({time}) wrote this row into table {}:",
                    Plain(table)
                )?;
                columns_and_values(f, columns, row)?;
            }
            Claim::Absent { table, primary_key, key, .. } => {
                writeln!(f, "Proved: at height {height} ({time}) table {} held no row with this key:", Plain(table))?;
                columns_and_values(f, primary_key, key)?;
            }
        }
        writeln!(f, "Ledger: {} ({})", Plain(&self.ledger_name), self.ledger)?;
        let signers: Vec<_> =
            self.signers.iter().map(|signer| format!("{} ({})", Plain(&signer.name), signer.member)).collect();
        let count = signers.len();
        write!(f, "Signed at height {certified_height} by {count} of {validators} validators: {}.", signers.join(", "))
    }
}

fn columns_and_values(f: &mut fmt::Formatter<'_>, columns: &[String], row: &[Cell]) -> fmt::Result {
    let width = columns.iter().map(|column| column.chars().count()).max().unwrap_or(0);
    for (column, cell) in columns.iter().zip(row) {
        writeln!(f, "  {:width$}  {cell}", Plain(column).to_string())?;
    }
    Ok(())
}

/// Text without characters that could move a terminal's cursor or turn the direction of text.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\'' | '"' | '\\' => write!(f, "{c}")?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        Ok(())
    }
}

/// Milliseconds since 1970-01-01 UTC, shown as RFC 3339.
pub struct Utc(pub u64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, ms) = (self.0 / 86_400_000, self.0 % 86_400_000);
        // Days to a civil date in years that begin on 1 March, so that the leap day is the last: 400 years are 146,097 days.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
            (1_790_000_000_123, "2026-09-21T14:13:20.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Utc(ms).to_string(), text);
        }
        let _ = Utc(u64::MAX).to_string();
    }
}
