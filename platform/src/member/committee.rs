//! Who orders: the list that order and proofs follow, and the set as decided last.

use counterfoil_state::Context;
use counterfoil_types::{Fault, PublicKey, Refusal, machine::Validators};
use rusqlite::Connection;

/// Epochs that changes may be decided ahead of the first that can still change.
pub(super) const AHEAD_MAX: i64 = 8;

/// How the validators changed since genesis, in order of epochs.
pub(crate) fn changes(connection: &Connection) -> Result<Vec<Validators>, Fault> {
    let failed = |error| Fault::new("reading the changes of the validators", Box::new(error));
    let mut select = connection
        .prepare_cached("SELECT from_epoch, validators FROM member_committee ORDER BY from_epoch")
        .map_err(failed)?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).map_err(failed)?;
    rows.map(|row| {
        let (from, text) = row.map_err(failed)?;
        let keys = text.lines().map(key).collect::<Option<_>>();
        let unreadable = || Fault::failed(format!("the validators from epoch {from} on cannot be read"));
        Ok(Validators { from_epoch: from as u64, keys: keys.ok_or_else(unreadable)? })
    })
    .collect()
}

fn key(line: &str) -> Option<[u8; 32]> {
    let (_, key) = line.split_once(' ')?;
    key.parse::<PublicKey>().ok()?.ed25519()
}

/// Whether a member runs one of the validators as decided last.
pub(super) fn runs_validator(ctx: &Context<'_>, member: &str) -> Result<bool, Refusal> {
    let found = ctx.query_opt("SELECT 1 FROM member_validator WHERE member = ?1", [member], |_| Ok(()))?;
    Ok(found.is_some())
}

/// The epoch from which the newest change counts; 0 for genesis.
pub(super) fn newest_epoch(ctx: &Context<'_>) -> Result<i64, Refusal> {
    let newest =
        ctx.query_opt("SELECT max(from_epoch) FROM member_committee", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(newest.flatten().unwrap_or(0))
}

/// The validators as decided last, `(member, public key)` in order of members.
pub(super) fn newest(ctx: &Context<'_>) -> Result<Vec<(String, String)>, Refusal> {
    ctx.query("SELECT member, public_key FROM member_validator ORDER BY member", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Whether a key is that of a node of genesis.
pub(super) fn is_node(ctx: &Context<'_>, key: &str) -> Result<bool, Refusal> {
    let found = ctx.query_opt("SELECT 1 FROM member_node WHERE public_key = ?1", [key], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Writes a node of genesis.
pub(super) fn insert_node(ctx: &mut Context<'_>, member: &str, key: &str) -> Result<(), Refusal> {
    ctx.run("INSERT INTO member_node (public_key, member) VALUES (?1, ?2)", (key, member))?;
    Ok(())
}

/// Lets a member's node be a validator from an epoch on.
pub(super) fn insert(ctx: &mut Context<'_>, member: &str, key: &str, from_epoch: i64) -> Result<(), Refusal> {
    ctx.run(
        "INSERT INTO member_validator (member, public_key, from_epoch) VALUES (?1, ?2, ?3)",
        (member, key, from_epoch),
    )?;
    Ok(())
}
