//! Chinese taxpayer ids: the unified social credit code of GB 32100-2015 with the organisation code of GB 11714-1997 in it.

/// The characters of GB 32100 by their value: digits and letters without I, O, S, V and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of characters 9 to 16 in the check character of GB 11714.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Why a text is not a taxpayer id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATaxpayerId {
    /// Not 18 characters.
    #[error("18 characters expected, {0} found")]
    Length(usize),
    /// A character outside the alphabet of GB 32100.
    #[error("character {0} is none of 0-9 and A-Y without I, O, S, V")]
    Character(usize),
    /// The organisation code in characters 9 to 17 does not check.
    #[error("the organisation code (characters 9 to 17, GB 11714) ends in {found}, its check character is {expected}")]
    Organisation {
        /// What it would have to be.
        expected: char,
        /// What it is.
        found: char,
    },
    /// The whole does not check.
    #[error("the code ends in {found}, its check character by GB 32100 is {expected}")]
    Check {
        /// What it would have to be.
        expected: char,
        /// What it is.
        found: char,
    },
}

/// Checks the form and both check characters of a taxpayer id.
pub fn check(id: &str) -> Result<(), NotATaxpayerId> {
    let count = id.chars().count();
    if count != 18 {
        return Err(NotATaxpayerId::Length(count));
    }
    if let Some(at) = id.chars().position(|c| !c.is_ascii() || value(c as u8).is_none()) {
        return Err(NotATaxpayerId::Character(at + 1));
    }
    let bytes = id.as_bytes();
    let (expected, found) = (organisation_check(&bytes[8..16]), char::from(bytes[16]));
    if expected != found {
        return Err(NotATaxpayerId::Organisation { expected, found });
    }
    let (expected, found) = (check_character(&bytes[..17]), char::from(bytes[17]));
    if expected != found {
        return Err(NotATaxpayerId::Check { expected, found });
    }
    Ok(())
}

/// The taxpayer id with these first eight characters (kind of registration, authority) and organisation code of eight
/// characters; `None` for characters that no id has.
pub fn compose(authority: &str, organisation: &str) -> Option<String> {
    let valid = |part: &str| part.len() == 8 && part.bytes().all(|byte| value(byte).is_some());
    if !valid(authority) || !valid(organisation) {
        return None;
    }
    let mut id = format!("{authority}{organisation}{}", organisation_check(organisation.as_bytes()));
    id.push(check_character(id.as_bytes()));
    Some(id)
}

fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|character| *character == byte).map(|at| at as u32)
}

/// GB 32100: 31 less the sum of values times 3^(i-1), modulo 31.
fn check_character(first: &[u8]) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for byte in first {
        sum += value(*byte).unwrap_or_default() * weight;
        weight = weight * 3 % 31;
    }
    char::from(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// GB 11714: 11 less the weighted sum modulo 11; 10 is written X and 11 is written 0. Letters count from A = 10 without gaps.
fn organisation_check(code: &[u8]) -> char {
    let letter = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 };
    let sum: u32 = code.iter().zip(ORGANISATION_WEIGHTS).map(|(byte, weight)| u32::from(letter(*byte)) * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_of_the_standard_check() {
        for id in ["91350100M000100Y43", "91440300708461136T", "91110000802100433B"] {
            assert_eq!(check(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn a_wrong_id_is_refused_with_the_reason() {
        assert_eq!(check("91350100M000100Y4Z"), Err(NotATaxpayerId::Character(18)));
        assert_eq!(check("91350100M000100Y44"), Err(NotATaxpayerId::Check { expected: '3', found: '4' }));
        assert_eq!(check("91350100M000100Y53"), Err(NotATaxpayerId::Organisation { expected: '4', found: '5' }));
        assert_eq!(check("91350100m000100Y43"), Err(NotATaxpayerId::Character(9)));
        assert_eq!(check("91350100M000100Y4"), Err(NotATaxpayerId::Length(17)));
        assert_eq!(check("91350100M000100Y4３"), Err(NotATaxpayerId::Character(18)));
        assert_eq!(check(""), Err(NotATaxpayerId::Length(0)));
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in ".{0,24}") {
            let _ = check(&text);
        }

        #[test]
        fn one_changed_character_is_always_noticed(organisation in "[0-9A-HJ-NPQRTUWXY]{8}", at in 0_usize..18, to in 0_usize..31) {
            let id = compose("91440300", &organisation).unwrap();
            prop_assert_eq!(check(&id), Ok(()));
            let mut changed = id.clone().into_bytes();
            changed[at] = ALPHABET[to];
            let changed = String::from_utf8(changed).unwrap();
            prop_assert_eq!(check(&changed).is_ok(), changed == id);
        }
    }
}
