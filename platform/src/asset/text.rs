//! Forms of ids, amounts and texts.

use super::Refused;
use counterfoil_state::Context;
use counterfoil_types::is_name;
use std::fmt;

/// Bytes of a title at most.
pub(super) const TITLE_MAX: usize = 256;
/// Characters of a reference at most: the remittance information of a payment (ISO 20022, Max140Text).
pub(super) const REFERENCE_MAX: usize = 140;
/// Characters of an end-to-end id at most (ISO 20022, Max35Text).
pub(super) const END_TO_END_MAX: usize = 35;
/// Characters of a source at most.
pub(super) const SOURCE_MAX: usize = 140;
/// Characters of a reason at most.
pub(super) const REASON_MAX: usize = 500;
/// How far the expiry of a hold or offer may lie ahead: ten years.
const EXPIRES_AHEAD_MS_MAX: i64 = 3_653 * DAY_MS;
/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Where in a command a field stands: in the command itself, or in a leg of its batch.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    Call,
    Leg(usize),
}

impl At {
    /// The JSON Pointer of a field there.
    pub(super) fn field(self, name: &str) -> String {
        format!("{self}/{name}")
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call => Ok(()),
            Self::Leg(index) => write!(f, "/legs/{index}"),
        }
    }
}

/// Reads `issuer/name`; the issuer.
pub(super) fn asset<'a>(field: &str, id: &'a str) -> Result<&'a str, Refused> {
    member_of(id).ok_or_else(|| Refused::NotAnAssetId { field: field.to_owned(), id: id.to_owned() })
}

/// Reads the id of an account, perhaps of an issuer's side, `owner/name`; the owner.
pub(super) fn account<'a>(at: At, field: &str, id: &'a str) -> Result<&'a str, Refused> {
    member_of(id).ok_or_else(|| Refused::NotAnAccountId { field: at.field(field), id: id.to_owned() })
}

/// Reads the id that an account shall have, which has no capitals; the owner.
pub(super) fn new_account(field: impl FnOnce() -> String, id: &str) -> Result<&str, Refused> {
    match id.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(owner),
        _ => Err(Refused::NotAnAccountId { field: field(), id: id.to_owned() }),
    }
}

/// The member in `member/name`, if the text is that; the name may have capitals.
fn member_of(id: &str) -> Option<&str> {
    let (member, name) = id.split_once('/')?;
    let named = (1..=64).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (named && is_name(member)).then_some(member)
}

/// Checks what can be said of an amount without knowing the asset's decimals: a positive decimal number.
pub(super) fn amount(at: At, field: &str, text: &str) -> Result<(), Refused> {
    not_negative(at, field, text)?;
    match text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        true => Ok(()),
        false => Err(Refused::ZeroAmount { field: at.field(field) }),
    }
}

/// The same of a decimal number that may be zero.
pub(super) fn not_negative(at: At, field: &str, text: &str) -> Result<(), Refused> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if !digits(whole) || !digits(fraction) {
        return Err(Refused::NotAnAmount { field: at.field(field), text: text.to_owned() });
    }
    match unsigned.len() < text.len() {
        true => Err(Refused::NegativeAmount { field: at.field(field), text: text.to_owned() }),
        false => Ok(()),
    }
}

/// A text of 1 to `most` characters, none of them a control character.
pub(super) fn text(field: impl FnOnce() -> String, text: &str, most: usize) -> Result<(), Refused> {
    // No text has fewer bytes than characters: most need no counting.
    let reason = if text.is_empty() {
        "the text is empty".to_owned()
    } else if text.len() > most && text.chars().count() > most {
        format!("{} characters, {most} are taken at most", text.chars().count())
    } else if text.chars().any(char::is_control) {
        "there is a control character in it".to_owned()
    } else {
        return Ok(());
    };
    Err(Refused::NotAText { field: field(), reason })
}

/// A text that may be left out.
pub(super) fn optional(at: At, field: &str, found: Option<&String>, most: usize) -> Result<(), Refused> {
    found.map_or(Ok(()), |found| text(|| at.field(field), found, most))
}

/// Refuses an expiry that is not in the future, or too far away.
pub(super) fn expiry(ctx: &Context<'_>, expires_ms: i64) -> Result<(), Refused> {
    let time_ms = time_ms(ctx);
    let ahead = expires_ms.saturating_sub(time_ms);
    if (1..=EXPIRES_AHEAD_MS_MAX).contains(&ahead) {
        return Ok(());
    }
    Err(Refused::NotAnExpiry { expires_ms, time_ms })
}

/// The block's time as SQL has it.
pub(super) fn time_ms(ctx: &Context<'_>) -> i64 {
    ctx.time_ms() as i64
}
