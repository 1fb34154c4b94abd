//! Who may use an invoice: its buyer, and the organisations to which a buyer passed it on.

use super::{Refused, history, standing::Standing};
use counterfoil_platform::{document::Sealed, member, types::Refusal};
use counterfoil_state::Context;

/// Writes that a member, which exists, may use an invoice from now on: its buyer, named by the seller at issue.
pub(super) fn set(ctx: &mut Context<'_>, invoice: &str, member: &str) -> Result<(), Refusal> {
    insert(ctx, invoice, member, false)
}

/// The same for a member that has claimed it.
pub(super) fn claim(ctx: &mut Context<'_>, invoice: &str, member: &str) -> Result<(), Refusal> {
    insert(ctx, invoice, member, true)?;
    history::write(ctx, invoice, "claimed", Some(member), None, None)
}

fn insert(ctx: &mut Context<'_>, invoice: &str, member: &str, claimed: bool) -> Result<(), Refusal> {
    let time_ms = ctx.time_ms() as i64;
    ctx.run(
        "INSERT INTO invoice_holder (invoice, member, claimed, since_ms) VALUES (?1, ?2, ?3, ?4)",
        (invoice, member, claimed, time_ms),
    )?;
    Ok(())
}

/// The holder, who has signed.
pub(super) fn require_signature<'s>(ctx: &Context<'_>, invoice: &'s Standing) -> Result<&'s str, Refused> {
    match &invoice.holder {
        Some(holder) if signed(ctx, &holder.member) => Ok(&holder.member),
        Some(_) | None => Err(Refused::NotTheHolder { field: "/invoice".to_owned(), invoice: invoice.id.clone() }),
    }
}

/// Refuses a member that does not exist; `field` names it.
pub(super) fn require_member(ctx: &Context<'_>, field: &str, member: &str) -> Result<(), Refused> {
    let found = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [member], |_| Ok(()))?;
    found.ok_or_else(|| Refused::NoMember { field: field.to_owned(), member: member.to_owned() })
}

/// The same, and one that can read and for which it is not sealed: who holds an invoice from its issue on may read it.
pub(super) fn require_reader(ctx: &Context<'_>, field: &str, member: &str, sealed: &Sealed) -> Result<(), Refused> {
    require_member(ctx, field, member)?;
    if sealed.readers.iter().any(|wrap| wrap.reader == member) {
        return Ok(());
    }
    let sql = "SELECT 1 FROM document_reading_key k JOIN member m ON m.id = k.member
               WHERE k.member = ?1 AND k.state = 'active' AND m.state = 'active' LIMIT 1";
    match ctx.query_opt(sql, [member], |_| Ok(()))? {
        Some(()) => Err(Refused::HolderCannotRead { field: field.to_owned(), member: member.to_owned() }),
        None => Ok(()),
    }
}

/// Refuses unless `organisation` is an active organisation; `field` names it.
pub(super) fn require_organisation(ctx: &Context<'_>, field: &str, organisation: &str) -> Result<(), Refused> {
    let sql = "SELECT 1 FROM member WHERE id = ?1 AND kind = 'organisation' AND state = 'active'";
    let found = ctx.query_opt(sql, [organisation], |_| Ok(()))?;
    found.ok_or_else(|| Refused::NotAnOrganisation { field: field.to_owned(), member: organisation.to_owned() })
}

/// The same, which has signed and reimburses or books invoices.
pub(super) fn require_user(ctx: &Context<'_>, organisation: &str) -> Result<(), Refused> {
    member::require_signature(ctx, organisation).map_err(|refusal| refusal.at("/organisation"))?;
    require_organisation(ctx, "/organisation", organisation)
}

/// Whether an invoice was passed on to an organisation and is still with it.
pub(super) fn is_passed_to(ctx: &Context<'_>, invoice: &str, organisation: &str) -> Result<bool, Refusal> {
    let sql = "SELECT 1 FROM invoice_pass WHERE invoice = ?1 AND organisation = ?2";
    Ok(ctx.query_opt(sql, (invoice, organisation), |_| Ok(()))?.is_some())
}

/// Whether a key of a member is among those who signed.
pub(super) fn signed(ctx: &Context<'_>, member: &str) -> bool {
    ctx.signers().iter().any(|kid| kid.member() == member)
}
