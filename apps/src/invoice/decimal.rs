//! Exact decimals: no float anywhere, and nothing is rounded unless a rule says so.

use counterfoil_types::money::{format_decimal, parse_decimal};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, cmp::Ordering, fmt};

/// A decimal of at most `PLACES` digits after the point, held as an integer of `10^-PLACES`; a string in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Fixed<const PLACES: u32>(pub i64);

impl<const PLACES: u32> Fixed<PLACES> {
    /// As text without zeros at its end: `2`, not `2.00`.
    pub fn trimmed(self) -> String {
        let text = self.to_string();
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }
}

impl<const PLACES: u32> fmt::Display for Fixed<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_decimal(self.0, PLACES))
    }
}

impl<const PLACES: u32> Serialize for Fixed<PLACES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const PLACES: u32> Deserialize<'de> for Fixed<PLACES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        parse_decimal(&text, PLACES).map(Self).map_err(D::Error::custom)
    }
}

impl<const PLACES: u32> JsonSchema for Fixed<PLACES> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Decimal{PLACES}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": format!(r"^-?[0-9]+(\.[0-9]{{1,{PLACES}}})?$"),
        })
    }
}

/// Digits before the point that [`Decimal::parse`] takes.
const WHOLE_MAX: usize = 18;
/// Digits after the point that [`Decimal::parse`] takes, without trailing zeros.
const FRACTION_MAX: usize = 18;

/// A decimal number as XML Schema has them, exact: `mantissa * 10^-scale`, without trailing zeros after the point.
///
/// Arithmetic answers `None` when 128 bits do not hold the result.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Why a text is not a [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADecimal {
    /// Not digits with at most one point and a sign.
    #[error("not a decimal number")]
    Form,
    /// More digits than any amount of money needs.
    #[error("more than {WHOLE_MAX} digits before or {FRACTION_MAX} after the point")]
    Range,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// Reads an `xs:decimal` (XML Schema 1.1 part 2, §3.3.3): sign, digits, point; spaces around it do not count.
    pub fn parse(text: &str) -> Result<Self, NotADecimal> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let negative = text.starts_with('-');
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NotADecimal::Form);
        }
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(NotADecimal::Form);
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > WHOLE_MAX || fraction.len() > FRACTION_MAX {
            return Err(NotADecimal::Range);
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let magnitude = digits.fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        Ok(Self { mantissa: if negative { -magnitude } else { magnitude }, scale: fraction.len() as u32 })
    }

    /// A number of hundredths.
    pub fn from_minor(minor: i64) -> Self {
        Self { mantissa: i128::from(minor), scale: 2 }.reduced()
    }

    fn reduced(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    fn mantissa_at(self, scale: u32) -> Option<i128> {
        self.mantissa.checked_mul(10_i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    /// Sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let mantissa = self.mantissa_at(scale)?.checked_add(other.mantissa_at(scale)?)?;
        Some(Self { mantissa, scale }.reduced())
    }

    /// Difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    /// Product.
    pub fn times(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, scale: self.scale + other.scale }.reduced())
    }

    /// A hundredth of it.
    pub fn percent(self) -> Self {
        Self { mantissa: self.mantissa, scale: self.scale + 2 }.reduced()
    }

    /// The same size with the other sign.
    pub fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, scale: self.scale }
    }

    /// Its size without the sign.
    pub fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), scale: self.scale }
    }

    /// Rounded to `places` digits after the point, halves towards plus infinity: -2.5 becomes -2 (as `fn:round` of XPath).
    pub fn round(self, places: u32) -> Self {
        if self.scale <= places {
            return self;
        }
        let unit = 10_i128.pow(self.scale - places);
        let floor = self.mantissa.div_euclid(unit);
        let up = self.mantissa.rem_euclid(unit) * 2 >= unit;
        Self { mantissa: floor + i128::from(up), scale: places }.reduced()
    }

    /// As an integer of `10^-places`, if it is one that fits.
    pub fn to_fixed(self, places: u32) -> Option<i64> {
        i64::try_from(self.mantissa_at(places)?).ok()
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    /// By value: first the whole parts, then what is after the point, which always fits at a common scale.
    fn cmp(&self, other: &Self) -> Ordering {
        let split = |number: &Self| {
            let unit = 10_i128.pow(number.scale.min(38));
            (number.mantissa.div_euclid(unit), number.mantissa.rem_euclid(unit))
        };
        let ((whole, rest), (other_whole, other_rest)) = (split(self), split(other));
        whole.cmp(&other_whole).then_with(|| {
            let scale = self.scale.max(other.scale).min(38);
            let at = |rest: i128, own: u32| rest * 10_i128.pow(scale - own.min(38));
            at(rest, self.scale).cmp(&at(other_rest, other.scale))
        })
    }
}

impl fmt::Display for Decimal {
    /// With two digits after the point at least, as amounts are written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.scale.max(2) as usize;
        let padding = "0".repeat(places - self.scale as usize);
        let digits = format!("{}{padding}", self.mantissa.unsigned_abs());
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        write!(f, "{}{whole}.{fraction}", if self.mantissa < 0 { "-" } else { "" })
    }
}

/// A decimal together with the text it came in, since some rules count the digits that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    text: String,
    value: Decimal,
}

impl Amount {
    /// Reads a decimal; see [`Decimal::parse`].
    pub fn parse(text: &str) -> Result<Self, NotADecimal> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        Ok(Self { value: Decimal::parse(text)?, text: text.to_owned() })
    }

    /// The number.
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Digits written after the point.
    pub fn places(&self) -> usize {
        self.text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Cow::<'de, str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn halves_round_towards_plus_infinity() {
        for (number, places, expected) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-2"),
            ("-2.51", 0, "-3"),
            ("0.005", 2, "0.01"),
            ("-0.005", 2, "0"),
            ("1.004999999999", 2, "1"),
            ("1", 2, "1"),
        ] {
            assert_eq!(decimal(number).round(places), decimal(expected), "{number}");
        }
    }

    #[test]
    fn decimals_are_read_as_xml_schema_says() {
        for (text, expected) in
            [("1.50", "1.50"), (".5", "0.50"), ("5.", "5.00"), ("+7", "7.00"), (" -0.125 ", "-0.125"), ("-0", "0.00")]
        {
            assert_eq!(decimal(text).to_string(), expected);
        }
        for text in ["", ".", "-", "1e3", "1,5", "0x1", "--1", "1.2.3", "１", "NaN", "INF"] {
            assert_eq!(Decimal::parse(text), Err(NotADecimal::Form), "{text:?}");
        }
        assert_eq!(Decimal::parse("1234567890123456789"), Err(NotADecimal::Range));
        assert_eq!(Decimal::parse("0.1234567890123456789"), Err(NotADecimal::Range));
        assert_eq!(Amount::parse("1.200").unwrap().places(), 3);
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_integers(a in -10_000_000_000_i64..10_000_000_000, b in -10_000_000_000_i64..10_000_000_000) {
            let (x, y) = (Decimal::from_minor(a), Decimal::from_minor(b));
            prop_assert_eq!(x.plus(y), Some(Decimal::from_minor(a + b)));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.times(y).unwrap().mantissa_at(4), Some(i128::from(a) * i128::from(b)));
            prop_assert_eq!(Decimal::parse(&x.to_string()), Ok(x));
            prop_assert_eq!(x.to_fixed(2), Some(a));
        }

        #[test]
        fn comparing_never_panics(a in any::<i128>(), b in any::<i128>(), s in 0_u32..60, t in 0_u32..60) {
            let (x, y) = (Decimal { mantissa: a, scale: s }, Decimal { mantissa: b, scale: t });
            prop_assert_eq!(x.cmp(&y), y.cmp(&x).reverse());
        }
    }
}
