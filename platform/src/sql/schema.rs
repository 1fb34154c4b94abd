//! Schemas: the first part of a shared table's name, and who owns it.

use super::Refused;
use counterfoil_state::Context;
use counterfoil_types::Refusal;

/// Keeps a name for a package up to a block time: until then nobody begins a schema of this name.
pub(crate) fn reserve(ctx: &mut Context<'_>, name: &str, until_ms: i64) -> Result<(), Refusal> {
    let sql = "INSERT INTO sql_reserved (name, until_ms) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET until_ms = excluded.until_ms";
    ctx.run(sql, (name, until_ms)).map(drop)
}

/// Keeps it no longer.
pub(crate) fn release(ctx: &mut Context<'_>, name: &str) -> Result<(), Refusal> {
    ctx.run("DELETE FROM sql_reserved WHERE name = ?1", [name]).map(drop)
}

/// Refuses a name that is kept for a package.
fn require_unreserved(ctx: &mut Context<'_>, field: &str, schema: &str) -> Result<(), Refused> {
    let until =
        ctx.query_opt("SELECT until_ms FROM sql_reserved WHERE name = ?1", [schema], |row| row.get::<_, i64>(0))?;
    match until {
        Some(until_ms) if until_ms > ctx.time_ms() as i64 => Err(Refused::SchemaTaken {
            field: field.to_owned(),
            schema: schema.to_owned(),
            reason: format!("a package of this name is voted on, until {until_ms} ms"),
        }),
        Some(_) => Ok(release(ctx, schema)?),
        None => Ok(()),
    }
}

/// Makes the sender the owner of a new schema, or refuses unless it owns the one that is there.
pub(super) fn own(ctx: &mut Context<'_>, field: &str, schema: &str) -> Result<(), Refused> {
    let caller = ctx.signers()[0].member();
    if ctx.query_opt("SELECT 1 FROM sql_schema WHERE name = ?1", [schema], |_| Ok(()))?.is_some() {
        return require_owner(ctx, field, schema);
    }
    let member = ctx.query_opt("SELECT kind FROM member WHERE id = ?1", [schema], |row| row.get::<_, String>(0))?;
    if let Some(kind) = member.filter(|_| schema != caller) {
        let reason = format!("it is the name of a member ({kind})");
        return Err(Refused::SchemaTaken { field: field.to_owned(), schema: schema.to_owned(), reason });
    }
    require_unreserved(ctx, field, schema)?;
    let (height, time_ms) = (ctx.height() as i64, ctx.time_ms() as i64);
    let sql = "INSERT INTO sql_schema (name, owner, height, time_ms) VALUES (?1, ?2, ?3, ?4)";
    ctx.run(sql, (schema, caller, height, time_ms))?;
    Ok(())
}

/// Refuses unless the sender owns the schema.
pub(super) fn require_owner(ctx: &Context<'_>, field: &str, schema: &str) -> Result<(), Refused> {
    let caller = ctx.signers()[0].member();
    let owner =
        ctx.query_opt("SELECT owner FROM sql_schema WHERE name = ?1", [schema], |row| row.get::<_, String>(0))?;
    match owner {
        Some(owner) if owner == caller => Ok(()),
        owner => Err(Refused::NotTheSchemasOwner {
            field: field.to_owned(),
            schema: schema.to_owned(),
            owner: owner.unwrap_or_else(|| "nobody".to_owned()),
            caller: caller.to_owned(),
        }),
    }
}
