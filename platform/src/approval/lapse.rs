use super::{LAPSES_PER_BLOCK_MAX, proposal};
use counterfoil_state::Context;
use counterfoil_types::Refusal;

/// Ends the proposals whose time has passed, the oldest first. One that a block leaves to the next cannot be signed either.
pub(super) fn begin_block(ctx: &mut Context<'_>) -> Result<(), Refusal> {
    let due: Vec<String> = ctx.query(
        "SELECT id FROM approval_proposal WHERE state = 'waiting' AND lapses_ms < ?1 ORDER BY lapses_ms, number LIMIT ?2",
        (ctx.time_ms() as i64, LAPSES_PER_BLOCK_MAX),
        |row| row.get(0),
    )?;
    due.iter().try_for_each(|id| proposal::close(ctx, id, &proposal::End::Lapsed))
}
