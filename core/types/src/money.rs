use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount of a currency, in minor units (fen, cents).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; may be negative.
    pub minor: i64,
    /// ISO 4217 code, such as `CNY`.
    pub currency: String,
}

/// Why a text is not a decimal number of the wanted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADecimal {
    /// Not digits with at most one point and a leading minus.
    #[error("not a decimal number")]
    Form,
    /// More digits after the point than allowed.
    #[error("more digits after the point than the {0} allowed")]
    Places(u32),
    /// Beyond what 64 bits hold.
    #[error("out of range")]
    Range,
}

/// Reads a decimal such as `-12.5` exactly as an integer of `10^-places`.
///
/// No exponent, no plus sign, no spaces; a digit on both sides of the point.
pub fn parse_decimal(text: &str, places: u32) -> Result<i64, NotADecimal> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(fraction) {
        return Err(NotADecimal::Form);
    }
    if fraction.len() > places as usize && digits.contains('.') {
        return Err(NotADecimal::Places(places));
    }
    let mut value: i64 = 0;
    let wanted = fraction.bytes().chain(std::iter::repeat(b'0')).take(places as usize);
    for digit in whole.bytes().chain(wanted) {
        let digit = i64::from(digit - b'0');
        let digit = if negative { -digit } else { digit };
        value = value.checked_mul(10).and_then(|v| v.checked_add(digit)).ok_or(NotADecimal::Range)?;
    }
    Ok(value)
}

/// Writes an integer of `10^-places` as a decimal with exactly that many places.
pub fn format_decimal(value: i64, places: u32) -> String {
    let places = places as usize;
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if value < 0 { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

impl fmt::Display for Money {
    /// With two places, as most currencies are written; state knows an asset's own decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", format_decimal(self.minor, 2), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        for (text, places, expected) in [
            ("198.00", 2, Ok(19_800)),
            ("198", 2, Ok(19_800)),
            ("-0.05", 2, Ok(-5)),
            ("0.5", 6, Ok(500_000)),
            ("92233720368547758.07", 2, Ok(i64::MAX)),
            ("-92233720368547758.08", 2, Ok(i64::MIN)),
            ("92233720368547758.08", 2, Err(NotADecimal::Range)),
            ("1.234", 2, Err(NotADecimal::Places(2))),
            ("1.0", 0, Err(NotADecimal::Places(0))),
            ("1", 0, Ok(1)),
            ("", 2, Err(NotADecimal::Form)),
            (".5", 2, Err(NotADecimal::Form)),
            ("5.", 2, Err(NotADecimal::Form)),
            ("+5", 2, Err(NotADecimal::Form)),
            ("1e3", 2, Err(NotADecimal::Form)),
            (" 1", 2, Err(NotADecimal::Form)),
            ("１", 2, Err(NotADecimal::Form)),
        ] {
            assert_eq!(parse_decimal(text, places), expected, "{text:?}");
        }
        assert_eq!(format_decimal(-5, 2), "-0.05");
        assert_eq!(format_decimal(i64::MIN, 2), "-92233720368547758.08");
        assert_eq!(format_decimal(7, 0), "7");
    }
}
