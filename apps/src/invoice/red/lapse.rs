use super::{Form, FormState};
use crate::invoice::{RedLapsed, standing::Standing};
use counterfoil_platform::types::Refusal;
use counterfoil_state::Context;

/// Forms that lapse in one block at most; the rest follow in the next.
const LAPSES_MAX: i64 = 200;

/// Ends the forms whose time is over, the oldest first. Until its turn comes one that is over cannot be used either.
pub(in crate::invoice) fn lapse(ctx: &mut Context<'_>) -> Result<(), Refusal> {
    let due: Vec<String> = ctx.query(
        "SELECT id FROM invoice_red WHERE open_until_ms <= ?1 ORDER BY open_until_ms, id LIMIT ?2",
        (ctx.time_ms() as i64, LAPSES_MAX),
        |row| row.get(0),
    )?;
    for id in due {
        let form = Form::read(ctx, &id).map_err(Refusal::from)?;
        form.end(ctx, FormState::Lapsed, None)?;
        let invoice = Standing::read(ctx, "/form", &form.invoice).map_err(Refusal::from)?;
        RedLapsed::tell(ctx, &invoice, &form.id, FormState::Lapsed, None);
    }
    Ok(())
}
