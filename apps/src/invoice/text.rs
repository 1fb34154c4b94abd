use super::Refused;

/// Characters of a name on an invoice.
pub(super) const NAME_MAX: usize = 300;
/// Characters of a number or an identifier.
pub(super) const ID_MAX: usize = 100;
/// Characters of a remark.
pub(super) const REMARK_MAX: usize = 1_000;

/// Refuses a text that is empty, too long, begins or ends with a space, or has control characters.
pub(super) fn check(field: &str, text: &str, most: usize) -> Result<(), Refused> {
    let reason = if text.is_empty() {
        "it is empty".to_owned()
    } else if text.chars().count() > most {
        format!("{} characters, at most {most} are taken", text.chars().count())
    } else if text.chars().any(char::is_control) {
        "it has control characters".to_owned()
    } else if text.trim() != text {
        "it begins or ends with a space".to_owned()
    } else {
        return Ok(());
    };
    Err(Refused::Text { field: field.to_owned(), reason })
}

/// The same for a text that may be left out.
pub(super) fn check_optional(field: &str, text: Option<&String>, most: usize) -> Result<(), Refused> {
    text.map_or(Ok(()), |text| check(field, text, most))
}

/// Refuses what is not a reference: 1 to 63 of `a-z 0-9 - . _`, beginning with a letter or digit, so that `member/reference` names what
/// is sealed.
pub(super) fn check_reference(field: &str, text: &str) -> Result<(), Refused> {
    if text.len() < 64 && counterfoil_platform::types::is_name(text) {
        return Ok(());
    }
    let reason = format!("{text:?} is not a reference: 1 to 63 of a-z 0-9 - . _, beginning with a letter or digit");
    Err(Refused::Text { field: field.to_owned(), reason })
}

/// Refuses what is not three capital letters, as ISO 4217 has them.
pub(super) fn check_currency(field: &str, text: &str) -> Result<(), Refused> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    let reason = format!("{text:?} is not a currency: three letters of ISO 4217");
    Err(Refused::Text { field: field.to_owned(), reason })
}
