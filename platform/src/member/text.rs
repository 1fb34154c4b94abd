//! Forms of names and texts.

use super::Refused;
use counterfoil_types::is_name;

/// Bytes of the holder of a key at most.
pub(super) const HOLDER_MAX: usize = 128;
/// Bytes of a member's name for people, or of the title of a proposal, at most.
pub(super) const TITLE_MAX: usize = 256;
/// Bytes of a reason at most.
pub(super) const REASON_MAX: usize = 512;

pub(super) fn check_name(field: impl Into<String>, name: &str) -> Result<(), Refused> {
    if is_name(name) { Ok(()) } else { Err(Refused::NotAName { field: field.into(), name: name.to_owned() }) }
}

/// A text that is not empty, of bounded length, without control characters and without space at its ends.
pub(super) fn check_text(field: impl Into<String>, text: &str, most: usize) -> Result<(), Refused> {
    let reason = if text.trim().is_empty() {
        "it is empty".to_owned()
    } else if text.len() > most {
        format!("{} bytes, {most} are taken at most", text.len())
    } else if text.chars().any(char::is_control) {
        "there is a control character in it".to_owned()
    } else if text.trim().len() < text.len() {
        "there is space before or after it".to_owned()
    } else {
        return Ok(());
    };
    Err(Refused::NotAText { field: field.into(), reason })
}

pub(super) fn check_count(field: &str, found: usize, most: usize) -> Result<(), Refused> {
    if found <= most { Ok(()) } else { Err(Refused::TooMany { field: field.to_owned(), found, most }) }
}
