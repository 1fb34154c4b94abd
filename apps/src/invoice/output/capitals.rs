//! Amounts of money in Chinese capitals, as they stand on invoices, notes and cheques.
//!
//! Rule: 正确填写票据和结算凭证的基本规定, annex 1 of the People's Bank's 支付结算办法 (1997, no. 393), parts 1, 2 and 4.

use crate::invoice::decimal::Fixed;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
/// What a number is counted in, the largest first; numbers of 亿 are counted in the same way again.
const UNITS: [(u64, char); 5] = [(100_000_000, '亿'), (10_000, '万'), (1_000, '仟'), (100, '佰'), (10, '拾')];
/// What stands before an amount below zero, on red letters of the Chinese platform.
const NEGATIVE: &str = "（负数）";

/// An amount in yuan in capitals: 1,005.00 is 壹仟零伍圆整, −500.00 （负数）伍佰圆整.
///
/// Where the rule leaves it open whether a 零 stands (its 4.3, as in 1,680.32 and 107,000.53), none does.
pub fn in_capitals(amount: Fixed<2>) -> String {
    let fen = amount.0.unsigned_abs();
    let (yuan, tenths, hundredths) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = String::new();
    if amount.0 < 0 {
        text.push_str(NEGATIVE);
    }
    if yuan > 0 || fen == 0 {
        number(yuan, &mut text);
        text.push('圆');
    }
    if tenths > 0 {
        number(tenths, &mut text);
        text.push('角');
    }
    if hundredths == 0 {
        text.push('整');
        return text;
    }
    if tenths == 0 && yuan > 0 {
        text.push('零');
    }
    number(hundredths, &mut text);
    text.push('分');
    text
}

fn number(n: u64, text: &mut String) {
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| *unit <= n) else {
        text.push(DIGITS[usize::try_from(n % 10).unwrap_or_default()]);
        return;
    };
    number(n / unit, text);
    text.push(name);
    let rest = n % unit;
    if rest > 0 {
        if rest < unit / 10 {
            text.push('零');
        }
        number(rest, text);
    }
}

/// Whether a text is the amount in capitals, whichever of the forms that the rule allows it has: 元 for 圆, 正 for 整, 整 left out
/// after 角, a 零 more or less, 人民币 in front.
pub fn says(text: &str, amount: Fixed<2>) -> bool {
    plain(text) == plain(&in_capitals(amount))
}

/// Without what may differ. No number loses its meaning by it, since each digit but 零 has its unit.
fn plain(text: &str) -> String {
    let text = text.trim_start_matches("人民币").replace("(负数)", NEGATIVE);
    text.chars().filter(|c| !matches!(c, '零' | '整' | '正' | ' ')).map(|c| if c == '元' { '圆' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_types::money::parse_decimal;
    use proptest::prelude::*;

    fn capitals(amount: &str) -> String {
        in_capitals(Fixed(parse_decimal(&amount.replace(',', ""), 2).unwrap()))
    }

    #[test]
    fn amounts_are_written_as_the_peoples_bank_has_it() {
        for (amount, expected) in [
            // The rule's own examples.
            ("1,409.50", "壹仟肆佰零玖圆伍角整"),
            ("6,007.14", "陆仟零柒圆壹角肆分"),
            ("1,680.32", "壹仟陆佰捌拾圆叁角贰分"),
            ("107,000.53", "壹拾万柒仟圆伍角叁分"),
            ("16,409.02", "壹万陆仟肆佰零玖圆零贰分"),
            ("325.04", "叁佰贰拾伍圆零肆分"),
            // Zeros in every place.
            ("0", "零圆整"),
            ("0.01", "壹分"),
            ("0.10", "壹角整"),
            ("0.99", "玖角玖分"),
            ("1.00", "壹圆整"),
            ("10.00", "壹拾圆整"),
            ("15.05", "壹拾伍圆零伍分"),
            ("1,005.00", "壹仟零伍圆整"),
            ("1,050.00", "壹仟零伍拾圆整"),
            ("10,000.00", "壹万圆整"),
            ("10,010.10", "壹万零壹拾圆壹角整"),
            ("15,000.00", "壹万伍仟圆整"),
            ("100,000.05", "壹拾万圆零伍分"),
            ("100,001.10", "壹拾万零壹圆壹角整"),
            ("1,000,000.00", "壹佰万圆整"),
            ("10,203,040.50", "壹仟零贰拾万叁仟零肆拾圆伍角整"),
            ("100,000,000.00", "壹亿圆整"),
            ("100,005,000.00", "壹亿零伍仟圆整"),
            ("1,010,000,001.00", "壹拾亿壹仟万零壹圆整"),
            ("10,000,000,000,000.00", "壹拾万亿圆整"),
            ("10,000,500,000,000.00", "壹拾万零伍亿圆整"),
            ("92,233,720,368,547,758.07", "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌圆零柒分"),
            // The first vector of DOMAIN, a restaurant's bill, and a red letter.
            ("4,299.00", "肆仟贰佰玖拾玖圆整"),
            ("-500.00", "（负数）伍佰圆整"),
            ("-0.07", "（负数）柒分"),
        ] {
            assert_eq!(capitals(amount), expected, "{amount}");
        }
        assert!(in_capitals(Fixed(i64::MIN)).starts_with("（负数）玖亿"));
    }

    #[test]
    fn other_ways_that_the_rule_allows_say_the_same() {
        for (text, minor) in [
            ("壹佰圆肆角伍分", 10_045),
            ("人民币壹仟肆佰零玖元伍角", 140_950),
            ("壹拾万零柒仟元伍角叁分", 10_700_053),
            ("壹拾万柒仟元零伍角叁分", 10_700_053),
            ("壹仟元正", 100_000),
            ("(负数)伍佰圆整", -50_000),
            ("零圆整", 0),
        ] {
            assert!(says(text, Fixed(minor)), "{text}");
            assert!(!says(text, Fixed(minor + 1)), "{text}");
            assert!(!says(text, Fixed(minor * 10 + 1)), "{text}");
        }
        assert!(!says("伍佰圆整", Fixed(-50_000)));
        assert!(!says("", Fixed(100)));
    }

    /// The value of capitals, by reading them from left to right.
    fn value(text: &str) -> i64 {
        let digits = text.trim_start_matches(NEGATIVE);
        let (mut fen, mut total, mut part, mut digit) = (0_i128, 0_i128, 0_i128, 0_i128);
        for c in digits.chars() {
            match (DIGITS.iter().position(|d| *d == c), UNITS.iter().find(|(_, name)| *name == c)) {
                (Some(found), _) => digit = found as i128,
                (_, Some((100_000_000, _))) => {
                    total = (total + part + digit) * 100_000_000;
                    (part, digit) = (0, 0);
                }
                (_, Some((10_000, _))) => {
                    total += (part + digit) * 10_000;
                    (part, digit) = (0, 0);
                }
                (_, Some((unit, _))) => {
                    part += digit * i128::from(*unit);
                    digit = 0;
                }
                _ => {
                    match c {
                        '圆' => fen += (total + part + digit) * 100,
                        '角' => fen += digit * 10,
                        '分' => fen += digit,
                        other => assert_eq!(other, '整'),
                    }
                    digit = 0;
                }
            }
        }
        i64::try_from(if text.starts_with(NEGATIVE) { -fen } else { fen }).unwrap()
    }

    proptest! {
        #[test]
        fn capitals_say_the_amount_and_no_other(fen in prop_oneof![-1_000_000_i64..1_000_000, -1_000_000_000_000_000..1_000_000_000_000_000_i64], other in any::<i64>()) {
            let text = in_capitals(Fixed(fen));
            prop_assert_eq!(value(&text), fen);
            prop_assert!(says(&text, Fixed(fen)));
            prop_assert_eq!(says(&text, Fixed(other)), fen == other);
            prop_assert!(!text.contains("零零") && !text.contains("零万") && !text.contains("零亿"));
        }
    }
}
