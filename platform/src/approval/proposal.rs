//! A transaction that waits for more signatures.

use super::{
    OPEN_MAX, OPEN_WEIGHT_MAX, Refused,
    guard::Asked,
    keys::{self, Key},
    need::{self, Party},
};
use crate::{AgreedCalls, registry};
use counterfoil_state::Context;
use counterfoil_types::{Hash, Kid, Refusal};

/// What a proposal is born with.
pub(super) struct NewProposal {
    pub id: String,
    pub weight: u32,
    pub lapses_ms: i64,
}

/// A proposal that can still be signed.
pub(super) struct Proposal {
    pub id: String,
    pub calls_hash: Hash,
}

/// How a proposal ends.
pub(super) enum End<'a> {
    Executed,
    Failed(&'a Refusal),
    Refused(&'a str),
    Withdrawn,
    Lapsed,
}

/// All keys that signed the transaction, separated by spaces.
pub(super) fn signers(ctx: &Context<'_>) -> String {
    let names: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
    names.join(" ")
}

/// Refuses a proposal of so much weight where too much of a member waits already.
pub(super) fn require_room(ctx: &Context<'_>, member: &str, weight: u32) -> Result<(), Refused> {
    let open = ctx.query_opt(
        "SELECT count(*), coalesce(sum(weight), 0) FROM approval_party WHERE member = ?1 AND open = 1",
        [member],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    let (count, waiting) = open.unwrap_or((0, 0));
    if count >= OPEN_MAX {
        return Err(Refused::TooManyOpen { member: member.to_owned(), max: OPEN_MAX });
    }
    if waiting + i64::from(weight) > OPEN_WEIGHT_MAX {
        return Err(Refused::TooHeavy { member: member.to_owned(), weight, waiting, max: OPEN_WEIGHT_MAX });
    }
    Ok(())
}

/// A proposal that waits; refuses where there is none, or its time has passed.
pub(super) fn waiting(ctx: &Context<'_>, id: &str) -> Result<Proposal, Refused> {
    let found = ctx.query_opt(
        "SELECT state, calls_hash, lapses_ms, closed_height FROM approval_proposal WHERE id = ?1",
        [id],
        |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, [u8; 32]>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, Option<i64>>(3)?,
            ))
        },
    )?;
    let Some((state, hash, lapses_ms, closed)) = found else {
        return Err(Refused::NoProposal { proposal: id.to_owned() });
    };
    // At the beginning of the block so many have lapsed as one block may; the others have too, in all but name.
    if state == "lapsed" || lapses_ms < ctx.time_ms() as i64 && closed.is_none() {
        return Err(Refused::Lapsed { proposal: id.to_owned(), lapses_ms });
    }
    match closed {
        Some(height) => Err(Refused::Closed { proposal: id.to_owned(), state, height }),
        None => Ok(Proposal { id: id.to_owned(), calls_hash: Hash(hash) }),
    }
}

impl Proposal {
    /// What it asks for.
    pub fn calls(&self, ctx: &Context<'_>) -> Result<AgreedCalls, Refusal> {
        let select = "SELECT calls FROM approval_content WHERE proposal = ?1";
        let text = ctx.query_opt(select, [&self.id], |row| row.get(0))?;
        Ok(AgreedCalls::from_text(text.expect("a proposal has its calls")))
    }

    /// The members in whose name it is, in their order.
    fn members(&self, ctx: &Context<'_>) -> Result<Vec<String>, Refusal> {
        ctx.query("SELECT member FROM approval_party WHERE proposal = ?1 ORDER BY position", [&self.id], |row| {
            row.get(0)
        })
    }

    /// The members with what is needed of each, and the signatures that still count.
    ///
    /// What is needed is judged anew, by the policies, the amounts and the keys as they are now.
    pub fn judge(&self, ctx: &Context<'_>, calls: &AgreedCalls) -> Result<Vec<Party>, Refusal> {
        let prepared = ctx.prepare(calls.calls())?;
        let keys = self.keys(ctx)?;
        let signers: Vec<_> = keys.iter().map(|key| key.kid.clone()).collect();
        let asked = Asked::by(&signers, calls.calls(), registry::parsed(&prepared));
        let mut parties = Vec::new();
        for member in self.members(ctx)? {
            let mut needs = need::of_member(ctx, &member, &asked)?;
            if needs.is_empty() {
                needs.push(Party::signature_of(&member));
            }
            let keys = keys.iter().filter(|key| key.kid.member() == member).cloned().collect();
            parties.push(Party { member, needs, keys });
        }
        Ok(parties)
    }

    /// The keys that have signed and still do, in the order of signing.
    fn keys(&self, ctx: &Context<'_>) -> Result<Vec<Key>, Refusal> {
        let signed: Vec<(String, String)> = ctx.query(
            "SELECT member, key FROM approval_signature WHERE proposal = ?1 ORDER BY number",
            [&self.id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut counting = Vec::new();
        for kid in signed.iter().filter_map(|(member, key)| Kid::new(member, key)) {
            counting.extend(keys::signing(ctx, &kid)?);
        }
        Ok(counting)
    }
}

/// Writes a new proposal with the signatures that it has.
pub(super) fn insert(
    ctx: &mut Context<'_>,
    new: &NewProposal,
    calls: &AgreedCalls,
    parties: &[Party],
) -> Result<(), Refusal> {
    let (number, height, time_ms) = (ctx.new_number(), ctx.height() as i64, ctx.time_ms() as i64);
    ctx.run(
        "INSERT INTO approval_proposal (id, number, state, calls_hash, weight, proposed_height, proposed_ms, lapses_ms)
         VALUES (?1, ?2, 'waiting', ?3, ?4, ?5, ?6, ?7)",
        (&new.id, number, calls.hash().as_bytes().as_slice(), new.weight, height, time_ms, new.lapses_ms),
    )?;
    ctx.run("INSERT INTO approval_content (proposal, calls) VALUES (?1, ?2)", (&new.id, calls.text()))?;
    for (position, party) in parties.iter().enumerate() {
        ctx.run(
            "INSERT INTO approval_party (proposal, member, position, number, weight, open) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
            (&new.id, &party.member, position as i64, number, new.weight),
        )?;
        for key in &party.keys {
            write_signature(ctx, &new.id, key, true)?;
        }
    }
    write_needs(ctx, &new.id, parties)
}

/// Writes that a key has signed.
pub(super) fn write_signature(ctx: &mut Context<'_>, proposal: &str, key: &Key, started: bool) -> Result<(), Refusal> {
    let (number, height, time_ms) = (ctx.new_number(), ctx.height() as i64, ctx.time_ms() as i64);
    let (member, name) = (key.kid.member(), key.kid.key());
    ctx.run(
        "INSERT INTO approval_signature (proposal, member, key, holder, started, number, height, time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (proposal, member, name, &key.holder, started, number, height, time_ms),
    )?;
    Ok(())
}

/// Writes what is needed, in place of what was before.
pub(super) fn write_needs(ctx: &mut Context<'_>, proposal: &str, parties: &[Party]) -> Result<(), Refusal> {
    ctx.run("DELETE FROM approval_need WHERE proposal = ?1", [proposal])?;
    let needs = parties.iter().flat_map(|party| party.needs.iter().map(move |need| (party, need)));
    for (position, (party, need)) in needs.enumerate() {
        let signed = need.holders(&party.keys).len() as i64;
        let (roles, met) = (need.roles.join(" "), need.is_met(&party.keys));
        ctx.run(
            "INSERT INTO approval_need (proposal, position, member, signers, roles, signed, met)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (proposal, position as i64, &need.member, need.signers, roles, signed, met),
        )?;
    }
    Ok(())
}

/// Ends a proposal.
pub(super) fn close(ctx: &mut Context<'_>, proposal: &str, end: &End<'_>) -> Result<(), Refusal> {
    let (state, refusal, reason) = match end {
        End::Executed => ("executed", None, None),
        End::Failed(refusal) => ("failed", Some(refusal), None),
        End::Refused(reason) => ("refused", None, Some(*reason)),
        End::Withdrawn => ("withdrawn", None, None),
        End::Lapsed => ("lapsed", None, None),
    };
    let (code, field) = (refusal.map(|refusal| &refusal.code), refusal.and_then(|refusal| refusal.field.as_ref()));
    let by = (!ctx.signers().is_empty()).then(|| signers(ctx));
    let (height, time_ms) = (ctx.height() as i64, ctx.time_ms() as i64);
    ctx.run(
        "UPDATE approval_proposal SET state = ?2, closed_height = ?3, closed_ms = ?4, closed_by = ?5, code = ?6, field = ?7, reason = ?8
         WHERE id = ?1",
        (proposal, state, height, time_ms, by, code, field, reason),
    )?;
    ctx.run("UPDATE approval_party SET open = 0 WHERE proposal = ?1", [proposal])?;
    Ok(())
}
