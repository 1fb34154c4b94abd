//! The policy of a member as it stands.

use super::{Rule, proposal};
use counterfoil_state::Context;
use counterfoil_types::Refusal;

/// The version in force and how many rules it has; version 0 where there never was a policy.
pub(super) fn version(ctx: &Context<'_>, member: &str) -> Result<(i64, i64), Refusal> {
    let found = ctx.query_opt("SELECT version, rules FROM approval_policy WHERE member = ?1", [member], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(found.unwrap_or((0, 0)))
}

/// The rules in force, in their order.
pub(super) fn rules(ctx: &Context<'_>, member: &str) -> Result<Vec<Rule>, Refusal> {
    let (version, rules) = version(ctx, member)?;
    if rules == 0 {
        return Ok(Vec::new());
    }
    ctx.query(
        "SELECT command, asset, from_minor, signers, roles, lapse_after_ms FROM approval_rule
         WHERE member = ?1 AND version = ?2 ORDER BY position",
        (member, version),
        |row| {
            Ok(Rule {
                command: row.get(0)?,
                asset: row.get(1)?,
                from_minor: row.get(2)?,
                signers: row.get(3)?,
                roles: row.get::<_, String>(4)?.split(' ').map(str::to_owned).collect(),
                lapse_after_ms: row.get(5)?,
            })
        },
    )
}

/// Puts the next version in force.
pub(super) fn write(
    ctx: &mut Context<'_>,
    member: &str,
    version: i64,
    rules: &[Rule],
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let count = rules.len() as i64;
    ctx.run(
        "INSERT INTO approval_policy (member, version, rules) VALUES (?1, ?2, ?3)
         ON CONFLICT (member) DO UPDATE SET version = excluded.version, rules = excluded.rules",
        (member, version, count),
    )?;
    let (signers, height, time_ms) = (proposal::signers(ctx), ctx.height() as i64, ctx.time_ms() as i64);
    ctx.run(
        "INSERT INTO approval_policy_version (member, version, signers, reason, height, time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (member, version, signers, reason, height, time_ms),
    )?;
    for (position, rule) in rules.iter().enumerate() {
        let need = rule.need(member);
        ctx.run(
            "INSERT INTO approval_rule (member, version, position, command, asset, from_minor, signers, roles, lapse_after_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                member,
                version,
                position as i64,
                &rule.command,
                &rule.asset,
                rule.from_minor,
                rule.signers,
                need.roles.join(" "),
                need.lapse_after_ms,
            ),
        )?;
    }
    Ok(())
}
