use super::{Refused, roles};
use counterfoil_state::{Caller, Context, SignerKey};
use counterfoil_types::{Fault, Kid, Refusal};
use rusqlite::{Connection, OptionalExtension as _};

/// The tables that [`signer_key`] reads.
pub const KEY_TABLES: &[&str] = &["member", "member_key"];

/// A key as the ledger knows it now; a key of a member that is not active counts as revoked.
pub fn signer_key(connection: &Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
    let failed = |error| Fault::new(format!("reading the key {kid}"), Box::new(error));
    let found: Option<(String, bool, Option<i64>, Option<i64>)> = connection
        .prepare_cached(
            "SELECT k.public_key, k.state = 'active' AND m.state = 'active', k.valid_from_ms, k.valid_until_ms
             FROM member_key k JOIN member m ON m.id = k.member
             WHERE k.member = ?1 AND k.name = ?2",
        )
        .and_then(|mut select| {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            select.query_row((kid.member(), kid.key()), read).optional()
        })
        .map_err(failed)?;
    let Some((text, active, from, until)) = found else { return Ok(None) };
    let key = text.parse().map_err(|error| Fault::new(format!("reading the key {kid}"), Box::new(error)))?;
    let time = |ms: i64| u64::try_from(ms).unwrap_or(0);
    Ok(Some(SignerKey {
        key,
        revoked: !active,
        valid_from_ms: from.map_or(0, time),
        valid_until_ms: until.map_or(u64::MAX, time),
    }))
}

/// The member whose key signed first: the sender.
///
/// # Panics
/// In genesis, which nobody signs.
pub fn signer_member<'a>(ctx: &Context<'a>) -> &'a str {
    ctx.signers().first().expect("every transaction is signed").member()
}

/// Refuses unless `member` is among those who signed (`member/12`).
pub fn require_signature(ctx: &Context<'_>, member: &str) -> Result<(), Refusal> {
    if ctx.signers().iter().any(|kid| kid.member() == member) {
        return Ok(());
    }
    Err(Refused::SignatureNeeded { member: member.to_owned(), signers: names(ctx) }.into())
}

/// The first signer that has a role, such as [`roles::TAX_AUTHORITY`].
pub fn signer_with_role<'a>(ctx: &Context<'a>, role: &str) -> Result<Option<&'a str>, Refusal> {
    for kid in ctx.signers() {
        if has_role(ctx, kid.member(), role)? {
            return Ok(Some(kid.member()));
        }
    }
    Ok(None)
}

/// The first signer that has a role; refuses if none has (`member/11`).
pub fn require_role<'a>(ctx: &Context<'a>, role: &str) -> Result<&'a str, Refusal> {
    let nobody = || Refused::RoleNeeded { role: role.to_owned(), signers: names(ctx) }.into();
    signer_with_role(ctx, role)?.ok_or_else(nobody)
}

/// Whether an active member has a role.
pub(crate) fn has_role(ctx: &Context<'_>, member: &str, role: &str) -> Result<bool, Refusal> {
    let found = ctx.query_opt(
        "SELECT 1 FROM member_role r JOIN member m ON m.id = r.member
         WHERE r.member = ?1 AND r.role = ?2 AND m.state = 'active'",
        (member, role),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// The roles of a member, sorted; none unless it is active.
fn roles_of(ctx: &Context<'_>, member: &str) -> Result<Vec<String>, Refusal> {
    ctx.query(
        "SELECT r.role FROM member_role r JOIN member m ON m.id = r.member
         WHERE r.member = ?1 AND m.state = 'active' ORDER BY r.role",
        [member],
        |row| row.get(0),
    )
}

/// The sender, as the statements of users see it.
pub(crate) fn caller(ctx: &Context<'_>) -> Result<Caller, Refusal> {
    let sender = &ctx.signers()[0];
    Ok(Caller {
        member: sender.member().to_owned(),
        key: sender.to_string(),
        roles: roles_of(ctx, sender.member())?,
        now_ms: ctx.time_ms() as i64,
        height: ctx.height() as i64,
        transaction: ctx.transaction().to_string(),
    })
}

/// Whether a key signs now: active, within its validity, of an active member. For those who kept a signature to use it later, since
/// what was true when it was made may have changed.
pub fn signs_now(ctx: &Context<'_>, kid: &Kid) -> Result<bool, Refusal> {
    let found = ctx.query_opt(
        "SELECT 1 FROM member_key k JOIN member m ON m.id = k.member
         WHERE k.member = ?1 AND k.name = ?2 AND k.state = 'active' AND m.state = 'active'
           AND ?3 >= coalesce(k.valid_from_ms, ?3) AND ?3 <= coalesce(k.valid_until_ms, ?3)",
        (kid.member(), kid.key(), ctx.time_ms() as i64),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whether a key of `member` with a key role, such as [`roles::KEY_ADMIN`], is among those who signed.
pub fn key_signed(ctx: &Context<'_>, member: &str, role: &str) -> Result<bool, Refusal> {
    Ok(key_with_role(ctx, member, role)?.is_some())
}

/// The first key of `member` with a key role among those who signed.
pub(super) fn key_with_role<'a>(ctx: &Context<'a>, member: &str, role: &str) -> Result<Option<&'a Kid>, Refusal> {
    for kid in ctx.signers().iter().filter(|kid| kid.member() == member) {
        let found = ctx.query_opt(
            "SELECT 1 FROM member_key_role WHERE member = ?1 AND key = ?2 AND role = ?3",
            (member, kid.key(), role),
            |_| Ok(()),
        )?;
        if found.is_some() {
            return Ok(Some(kid));
        }
    }
    Ok(None)
}

/// Refuses unless a key of `member` that manages its keys signed.
pub(super) fn require_admin(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    if key_signed(ctx, member, roles::KEY_ADMIN)? {
        return Ok(());
    }
    require_known(ctx, member)?;
    Err(Refused::NotAdmin { member: member.to_owned(), signers: names(ctx) })
}

/// Refuses a member that does not exist.
pub(super) fn require_known(ctx: &Context<'_>, member: &str) -> Result<(), Refused> {
    match ctx.query_opt("SELECT 1 FROM member WHERE id = ?1", [member], |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(Refused::NoMember { member: member.to_owned() }),
    }
}

/// The signers' names for a refusal's text.
pub(super) fn names(ctx: &Context<'_>) -> String {
    let names: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
    names.join(", ")
}
