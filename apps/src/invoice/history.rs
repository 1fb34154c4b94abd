use counterfoil_platform::types::Refusal;
use counterfoil_state::Context;

/// Writes what happened to an invoice: the step, the member who did it (none: its time was over), the member to whom or from whom,
/// and the reference, period or form.
pub(super) fn write(
    ctx: &mut Context<'_>,
    invoice: &str,
    step: &str,
    member: Option<&str>,
    other: Option<&str>,
    reference: Option<&str>,
) -> Result<(), Refusal> {
    let last: Option<i64> = ctx.query_opt(
        "SELECT position FROM invoice_step WHERE invoice = ?1 ORDER BY position DESC LIMIT 1",
        [invoice],
        |row| row.get(0),
    )?;
    let position = last.unwrap_or_default() + 1;
    let transaction = member.map(|_| ctx.transaction().0);
    let (height, time_ms) = (ctx.height() as i64, ctx.time_ms() as i64);
    ctx.run(
        "INSERT INTO invoice_step (invoice, position, step, member, other, reference, transaction_id, height, time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (invoice, position, step, member, other, reference, transaction, height, time_ms),
    )?;
    Ok(())
}
