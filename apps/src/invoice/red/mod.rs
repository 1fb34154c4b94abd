//! Red letters: a form says what would be taken back of a blue invoice and holds it back, until the red letter is issued or the form ends.

mod amounts;
mod form;
mod lapse;

pub use amounts::RedAmount;
pub use form::{FormState, Party, Reason};

pub(super) use amounts::{Part, Rate, check, take};
pub(super) use form::{Form, Request};
pub(super) use lapse::lapse;

use super::{Refused, Regime, date::day_in_china, taxpayer::Taxpayer};
use counterfoil_state::Context;

/// Refuses unless a seller may issue today: one that may not must not keep the buyer from using the invoice.
pub(super) fn require_active_seller(ctx: &Context<'_>, field: &str, seller: &str) -> Result<(), Refused> {
    let found = Taxpayer::find(ctx, Regime::CnVat, std::iter::once(seller))?;
    let unknown = || Refused::UnknownSeller { field: field.to_owned(), regime: "cn-vat", ids: seller.to_owned() };
    found.ok_or_else(unknown)?.require_active(ctx, field, &day_in_china(ctx.time_ms()))?;
    Ok(())
}

const HOUR_MS: i64 = 60 * 60 * 1000;
/// How long the other side has to confirm a form, in milliseconds of block time: 72 hours.
pub const ANSWER_MS: i64 = 72 * HOUR_MS;
/// How long the seller has to issue the red letter of a form that is confirmed or needs no confirmation, in milliseconds of block time:
/// 30 days. A form keeps the buyer from using the invoice, so it must not stand for ever.
pub const ISSUE_MS: i64 = 30 * 24 * HOUR_MS;
