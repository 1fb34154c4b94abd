use counterfoil_types::money::format_decimal;

/// An amount for people: with all digits that its asset has, and a comma after each three before the point.
pub fn shown(minor: i64, decimals: u32) -> String {
    with_commas(&format_decimal(minor, decimals))
}

/// The same of an amount that is written already; what is none stays as it is.
pub fn grouped(amount: &str) -> String {
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    let is_amount = digits.starts_with(|one: char| one.is_ascii_digit())
        && digits.chars().all(|one| one.is_ascii_digit() || one == '.');
    if is_amount { with_commas(amount) } else { amount.to_owned() }
}

fn with_commas(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("\u{2212}", digits));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut grouped = String::with_capacity(plain.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::{grouped, shown};

    #[test]
    fn an_amount_has_its_assets_digits() {
        for (minor, decimals, expected) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (100_000, 2, "1,000.00"),
            (-123_456_789, 2, "\u{2212}1,234,567.89"),
            (1_234, 0, "1,234"),
            (999, 0, "999"),
            (1, 9, "0.000000001"),
            (i64::MAX, 0, "9,223,372,036,854,775,807"),
            (i64::MIN, 2, "\u{2212}92,233,720,368,547,758.08"),
        ] {
            assert_eq!(shown(minor, decimals), expected);
        }
    }

    #[test]
    fn what_is_no_amount_stays_as_it_is() {
        for (text, expected) in [
            ("1234567.89", "1,234,567.89"),
            ("-1234.5", "\u{2212}1,234.5"),
            ("999.00", "999.00"),
            ("many", "many"),
            ("1e9", "1e9"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(grouped(text), expected);
        }
    }
}
