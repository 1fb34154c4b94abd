//! How the governing organisations decide: who governs, how many votes are needed, and what follows from a vote.

use super::{Decided, Refused, Voted, commands::ProposalState, roles, signers};
use crate::{AgreedCalls, Event as _};
use counterfoil_state::Context;
use counterfoil_types::{Hash, Kid, Refusal};

/// Stands for all governing organisations together. Never the id of a member.
pub const CONSORTIUM: &str = "consortium";
/// The signer of what they decided.
const VOTE: &str = "consortium/vote";

/// How long a proposal can be voted on if it does not say: 7 days.
pub(super) const TERM_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long a proposal can be voted on at most: 90 days.
pub(super) const TERM_MS_MAX: i64 = 90 * 24 * 60 * 60 * 1000;
/// Proposals that lapse in one block at most.
const LAPSES_MAX: i64 = 100;

/// A proposal that is open.
pub(super) struct Open {
    pub id: String,
    pub proposer: String,
    pub calls_hash: Hash,
}

/// How the votes stand among those that govern now.
pub(super) struct Tally {
    pub governing: i64,
    pub needed: i64,
    pub votes_for: i64,
    pub votes_against: i64,
}

/// Refuses unless the governing organisations have decided this (`member/27`).
pub(crate) fn require_consortium(ctx: &Context<'_>) -> Result<(), Refusal> {
    match ctx.signers() {
        [only] if only.as_str() == VOTE => Ok(()),
        _ => Err(Refused::ConsortiumOnly { signers: signers::names(ctx) }.into()),
    }
}

/// The members that sign, each once, all of which must govern and sign by a key with the role admin. Nobody signs a vote in vain.
pub(super) fn voters<'a>(ctx: &Context<'a>) -> Result<Vec<&'a Kid>, Refused> {
    let mut voters: Vec<&Kid> = Vec::new();
    for kid in ctx.signers() {
        let member = kid.member();
        if !signers::has_role(ctx, member, roles::GOVERNOR)? {
            return Err(Refused::NotGoverning { member: member.to_owned() });
        }
        if !voters.iter().any(|voter| voter.member() == member) {
            let by = signers::key_with_role(ctx, member, roles::KEY_ADMIN)?;
            let not_admin = || Refused::NotItsAdmin { member: member.to_owned(), signers: signers::names(ctx) };
            voters.push(by.ok_or_else(not_admin)?);
        }
    }
    Ok(voters)
}

/// The proposal, if it can be voted on.
pub(super) fn open(ctx: &Context<'_>, id: &str) -> Result<Open, Refused> {
    let found = ctx.query_opt(
        "SELECT proposer, calls_hash, state, expires_ms, decided_height FROM member_proposal WHERE id = ?1",
        [id],
        |row| {
            let hash: [u8; 32] = row.get(1)?;
            Ok((
                row.get(0)?,
                Hash(hash),
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, Option<i64>>(4)?,
            ))
        },
    )?;
    let Some((proposer, calls_hash, state, expires_ms, decided)) = found else {
        return Err(Refused::NoProposal { proposal: id.to_owned() });
    };
    if let Some(height) = decided {
        return Err(Refused::Closed { state, height });
    }
    let now_ms = ctx.time_ms() as i64;
    if expires_ms < now_ms {
        return Err(Refused::Lapsed { expires_ms, now_ms });
    }
    Ok(Open { id: id.to_owned(), proposer, calls_hash })
}

/// Writes the votes of those who sign. They have not voted on it before.
pub(super) fn cast(ctx: &mut Context<'_>, proposal: &str, voters: &[&Kid], choice: &str) -> Result<(), Refused> {
    for voter in voters {
        let before = ctx.query_opt(
            "SELECT choice, height FROM member_vote WHERE proposal = ?1 AND member = ?2",
            (proposal, voter.member()),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if let Some((choice, height)) = before {
            return Err(Refused::VotedBefore { member: voter.member().to_owned(), choice, height });
        }
    }
    for voter in voters {
        ctx.run(
            "INSERT INTO member_vote (proposal, member, choice, signer, height, time_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (proposal, voter.member(), choice, voter.as_str(), ctx.height() as i64, ctx.time_ms() as i64),
        )?;
        let (proposal, member) = (proposal.to_owned(), voter.member().to_owned());
        Voted { proposal, member, choice: choice.to_owned() }.emit(ctx);
    }
    Ok(())
}

/// Whether anybody but `member` governs.
pub(super) fn others_govern(ctx: &Context<'_>, member: &str) -> Result<bool, Refusal> {
    let other = ctx.query_opt(
        "SELECT 1 FROM member_role r JOIN member m ON m.id = r.member
         WHERE r.role = 'governor' AND m.state = 'active' AND m.id <> ?1",
        [member],
        |_| Ok(()),
    )?;
    Ok(other.is_some())
}

/// Counts the votes of those that govern now.
pub(super) fn tally(ctx: &Context<'_>, proposal: &str) -> Result<Tally, Refusal> {
    let counted = ctx.query_opt(
        "SELECT count(*), count(CASE v.choice WHEN 'for' THEN 1 END), count(CASE v.choice WHEN 'against' THEN 1 END)
         FROM member_role r JOIN member m ON m.id = r.member
         LEFT JOIN member_vote v ON v.proposal = ?1 AND v.member = m.id
         WHERE r.role = 'governor' AND m.state = 'active'",
        [proposal],
        |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let (governing, votes_for, votes_against) = counted.expect("a count is one row");
    let threshold = ctx.query_opt("SELECT numerator, denominator FROM member_threshold WHERE id = 1", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let (numerator, denominator) = threshold.expect("genesis wrote the threshold");
    // More than the fraction of all: the next whole number. Less than the whole is asked, so all together are always enough.
    let needed = governing * numerator / denominator + 1;
    Ok(Tally { governing, needed, votes_for, votes_against })
}

/// Decides an open proposal if the votes do, and executes it if it passed.
pub(super) fn decide(ctx: &mut Context<'_>, open: Open) -> Result<ProposalState, Refused> {
    let tally = tally(ctx, &open.id)?;
    if tally.votes_for >= tally.needed {
        return pass(ctx, open, tally);
    }
    let can_pass = tally.governing - tally.votes_against >= tally.needed;
    if !can_pass {
        end(ctx, &open.id, &End { state: "rejected", tally: Some(&tally), ..End::default() })?;
    }
    Ok(ProposalState::new(open, if can_pass { "open" } else { "rejected" }, tally, None))
}

/// Executes the calls. If they are refused, the votes stand all the same: the proposal has failed, and why is on record.
fn pass(ctx: &mut Context<'_>, open: Open, tally: Tally) -> Result<ProposalState, Refused> {
    let text = ctx.query_opt("SELECT calls FROM member_proposal WHERE id = ?1", [&open.id], |row| row.get(0))?;
    let agreed = AgreedCalls::from_text(text.expect("an open proposal has calls"));
    let signer: Kid = VOTE.parse().expect("member/key");
    let (state, outputs, refusal) = match ctx.try_call_as(&[signer], agreed.calls())? {
        // Each output is JSON text already.
        Ok(outputs) => ("passed", Some(format!("[{}]", outputs.join(","))), None),
        Err(refusal) => ("failed", None, Some(refusal)),
    };
    end(ctx, &open.id, &End { state, tally: Some(&tally), outputs, refusal: refusal.as_ref() })?;
    Ok(ProposalState::new(open, state, tally, refusal))
}

/// How a proposal ends.
#[derive(Default)]
pub(super) struct End<'a> {
    pub state: &'a str,
    pub tally: Option<&'a Tally>,
    pub outputs: Option<String>,
    pub refusal: Option<&'a Refusal>,
}

/// Writes that an open proposal is open no longer, and why.
pub(super) fn end(ctx: &mut Context<'_>, id: &str, end: &End<'_>) -> Result<(), Refusal> {
    let counted = |count: fn(&Tally) -> i64| end.tally.map(count);
    ctx.run(
        "UPDATE member_proposal
         SET state = ?2, decided_height = ?3, decided_ms = ?4, governing = ?5, needed = ?6, votes_for = ?7, votes_against = ?8,
             outputs = ?9, refusal_code = ?10, refusal_field = ?11
         WHERE id = ?1",
        (
            id,
            end.state,
            ctx.height() as i64,
            ctx.time_ms() as i64,
            counted(|tally| tally.governing),
            counted(|tally| tally.needed),
            counted(|tally| tally.votes_for),
            counted(|tally| tally.votes_against),
            &end.outputs,
            end.refusal.map(|refusal| &refusal.code),
            end.refusal.and_then(|refusal| refusal.field.as_ref()),
        ),
    )?;
    Decided { proposal: id.to_owned(), state: end.state.to_owned() }.emit(ctx);
    Ok(())
}

/// Lets proposals lapse whose time is over.
pub(super) fn lapse(ctx: &mut Context<'_>) -> Result<(), Refusal> {
    let now_ms = ctx.time_ms() as i64;
    let over: Vec<String> = ctx.query(
        "SELECT id FROM member_proposal WHERE state = 'open' AND expires_ms < ?1 ORDER BY expires_ms, id LIMIT ?2",
        (now_ms, LAPSES_MAX),
        |row| row.get(0),
    )?;
    over.iter().try_for_each(|id| end(ctx, id, &End { state: "lapsed", ..End::default() }))
}
