//! Keys as they count for approvals: who holds them and what they may do.

use counterfoil_state::Context;
use counterfoil_types::{Kid, Refusal};

/// A key that signs now.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub kid: Kid,
    /// Who holds it; a key of nobody in particular counts for itself, under its own name.
    pub holder: String,
    pub roles: Vec<String>,
}

/// A key, unless it is revoked, its member is not active, or the block's time is outside its validity.
pub(super) fn signing(ctx: &Context<'_>, kid: &Kid) -> Result<Option<Key>, Refusal> {
    let holder = ctx.query_opt(
        "SELECT coalesce(k.holder, k.member || '/' || k.name) FROM member_key k JOIN member m ON m.id = k.member
         WHERE k.member = ?1 AND k.name = ?2 AND k.state = 'active' AND m.state = 'active'
           AND (k.valid_from_ms IS NULL OR k.valid_from_ms <= ?3)
           AND (k.valid_until_ms IS NULL OR k.valid_until_ms >= ?3)",
        (kid.member(), kid.key(), ctx.time_ms() as i64),
        |row| row.get(0),
    )?;
    let Some(holder) = holder else { return Ok(None) };
    let roles = ctx.query(
        "SELECT role FROM member_key_role WHERE member = ?1 AND key = ?2 ORDER BY role",
        (kid.member(), kid.key()),
        |row| row.get(0),
    )?;
    Ok(Some(Key { kid: kid.clone(), holder, roles }))
}

/// All keys of a member that sign now or will later.
pub(super) fn all(ctx: &Context<'_>, member: &str) -> Result<Vec<Key>, Refusal> {
    let names: Vec<(String, String)> = ctx.query(
        "SELECT name, coalesce(holder, member || '/' || name) FROM member_key
         WHERE member = ?1 AND state = 'active' AND (valid_until_ms IS NULL OR valid_until_ms >= ?2) ORDER BY name",
        (member, ctx.time_ms() as i64),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let roles: Vec<(String, String)> =
        ctx.query("SELECT key, role FROM member_key_role WHERE member = ?1 ORDER BY key, role", [member], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let key = |(name, holder): (String, String)| {
        let of_key = roles.iter().filter(|(key, _)| *key == name).map(|(_, role)| role.clone());
        Kid::new(member, &name).map(|kid| Key { kid, holder, roles: of_key.collect() })
    };
    Ok(names.into_iter().filter_map(key).collect())
}
