//! Forms of names and texts.

use super::Refused;
use counterfoil_state::Context;
use counterfoil_types::{Kid, is_name};

/// Bytes of a title at most.
pub(super) const TITLE_MAX: usize = 256;
/// Bytes of a clear field's value at most.
pub(super) const VALUE_MAX: usize = 4_096;
/// Bytes of the reason of an opening at most.
pub(super) const REASON_MAX: usize = 512;

pub(super) fn name(field: impl Into<String>, name: &str) -> Result<(), Refused> {
    if is_name(name) { Ok(()) } else { Err(Refused::NotAName { field: field.into(), name: name.to_owned() }) }
}

/// Reads `member/name`; the member.
pub(super) fn owner<'a>(field: &str, id: &'a str) -> Result<&'a str, Refused> {
    match id.split_once('/') {
        Some((member, name)) if is_name(member) && is_name(name) => Ok(member),
        _ => Err(Refused::NotAnId { field: field.to_owned(), id: id.to_owned() }),
    }
}

/// A text of bounded length without control characters, except line feeds.
pub(super) fn text(field: impl Into<String>, text: &str, most: usize) -> Result<(), Refused> {
    let reason = if text.len() > most {
        format!("{} bytes, {most} are taken at most", text.len())
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        "there is a control character in it".to_owned()
    } else {
        return Ok(());
    };
    Err(Refused::NotAText { field: field.into(), reason })
}

/// `type/subtype` of restricted names (RFC 6838 §4.2), perhaps with parameters.
pub(super) fn media_type(found: &str) -> Result<(), Refused> {
    let restricted = |name: &str| {
        (1..=127).contains(&name.len())
            && name.as_bytes()[0].is_ascii_alphanumeric()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let head = found.split(';').next().unwrap_or_default();
    let valid = head.split_once('/').is_some_and(|(top, sub)| restricted(top) && restricted(sub));
    let printable = found.len() <= TITLE_MAX && found.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if valid && printable { Ok(()) } else { Err(Refused::NotAMediaType { found: found.to_owned() }) }
}

/// All keys that signed, separated by spaces.
pub(super) fn signers(ctx: &Context<'_>) -> String {
    let names: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
    names.join(" ")
}

/// The block's time as SQL has it.
pub(super) fn time_ms(ctx: &Context<'_>) -> i64 {
    ctx.time_ms() as i64
}

/// The block's height as SQL has it.
pub(super) fn height(ctx: &Context<'_>) -> i64 {
    ctx.height() as i64
}
