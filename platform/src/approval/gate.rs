use super::{
    CALLS_BYTES_MAX, Proposed, Refused,
    guard::Asked,
    keys,
    need::{self, Need, Party},
    proposal::{self, NewProposal},
    rule::NEVER_HELD,
};
use crate::{AgreedCalls, CallInput, Command as _, Event as _, Parsed, member, package::CallAction};
use counterfoil_state::{Context, Note};
use counterfoil_types::{Call, Kid, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a call's output is, whatever the command, while it waits for more signatures: nothing has been done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// Where it waits.
    pub waiting: WaitingProposal,
}

/// The proposal that a call waits in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingProposal {
    /// The proposal: the identity of the transaction.
    pub proposal: String,
    /// SHA-256 of its calls, which signers repeat.
    pub calls_hash: String,
    /// The last block time at which it can be signed, milliseconds since 1970-01-01 UTC.
    pub lapses_ms: i64,
}

/// Lets a transaction pass if its signatures are what the policies of their members demand; else makes a proposal of it.
pub(super) fn gate(
    ctx: &mut Context<'_>,
    calls: &[Call],
    parsed: &[Box<dyn Parsed>],
) -> Result<Option<Vec<String>>, Refusal> {
    // Nobody's signatures are gathered for what no signature does.
    if parsed.iter().any(|call| call.by_vote()) {
        member::require_consortium(ctx)?;
    }
    if parsed.iter().all(|call| NEVER_HELD.contains(&call.name())) {
        return Ok(None);
    }
    let parties = parties(ctx, ctx.signers(), calls, parsed)?;
    if parties.iter().all(Party::is_met) {
        if parsed.iter().any(|call| call.name() == CallAction::NAME) {
            note_amounts(ctx, parsed)?;
        }
        return Ok(None);
    }
    Ok(Some(hold(ctx, calls, parsed, &parties)?))
}

/// Notes what calls move: what a package does in the same transaction is added to it.
pub(crate) fn note_amounts(ctx: &mut Context<'_>, parsed: &[Box<dyn Parsed>]) -> Result<(), Refusal> {
    for call in parsed {
        for amount in call.amounts(ctx)? {
            ctx.note(Note { what: call.name(), of: amount.asset, amount: amount.minor.max(0) });
        }
    }
    Ok(())
}

/// Refuses calls that a call asks for (`approval/…`) unless the transaction's signatures are what the policies of their members demand:
/// what is asked for on the way cannot wait. What the transaction has moved before is added up with it.
pub(crate) fn require_met(ctx: &mut Context<'_>, calls: &[Call], parsed: &[Box<dyn Parsed>]) -> Result<(), Refusal> {
    let signers = member::without_packages(ctx)?;
    match parties(ctx, &signers, calls, parsed)?.iter().find(|party| !party.is_met()) {
        Some(party) => Err(not_enough(party).into()),
        None => note_amounts(ctx, parsed),
    }
}

/// The members in whose name calls are signed, where a policy demands something of one.
fn parties(
    ctx: &Context<'_>,
    signers: &[Kid],
    calls: &[Call],
    parsed: &[Box<dyn Parsed>],
) -> Result<Vec<Party>, Refusal> {
    let asked = Asked::by(signers, calls, parsed);
    let mut needs: Vec<(&str, Vec<Need>)> = Vec::new();
    for member in signers.iter().map(Kid::member) {
        if needs.iter().all(|(known, _)| *known != member) {
            needs.push((member, need::of_member(ctx, member, &asked)?));
        }
    }
    if needs.iter().all(|(_, needs)| needs.is_empty()) {
        return Ok(Vec::new());
    }
    let mut parties = Vec::with_capacity(needs.len());
    for (member, mut needs) in needs {
        if needs.is_empty() {
            needs.push(Party::signature_of(member));
        }
        let mut signed = Vec::new();
        for kid in signers.iter().filter(|kid| kid.member() == member) {
            signed.extend(keys::signing(ctx, kid)?);
        }
        parties.push(Party { member: member.to_owned(), needs, keys: signed });
    }
    Ok(parties)
}

/// Makes a proposal of a transaction; the outputs of its calls.
fn hold(
    ctx: &mut Context<'_>,
    calls: &[Call],
    parsed: &[Box<dyn Parsed>],
    parties: &[Party],
) -> Result<Vec<String>, Refused> {
    for party in parties {
        if !party.is_met() && !party.keys.iter().any(|key| party.may_start(key)) {
            return Err(not_enough(party));
        }
    }
    if let Some(at) = parsed.iter().position(|call| NEVER_HELD.contains(&call.name())) {
        return Err(Refused::ApprovalInside { at, command: parsed[at].name() });
    }
    let inputs: Vec<_> = calls.iter().map(CallInput::new).collect();
    let agreed = AgreedCalls::check(ctx, "/calls", &inputs)?;
    let bytes = agreed.text().len();
    if bytes > CALLS_BYTES_MAX {
        return Err(Refused::TooLarge { bytes, max: CALLS_BYTES_MAX });
    }
    let weight = parsed.iter().fold(0_u32, |sum, call| sum.saturating_add(call.weight()));
    for party in parties {
        proposal::require_room(ctx, &party.member, weight)?;
    }
    let wait = parties.iter().flat_map(|party| &party.needs).map(|need| need.lapse_after_ms).min();
    let new = NewProposal {
        id: ctx.transaction().to_string(),
        weight,
        lapses_ms: ctx.time_ms() as i64 + wait.expect("a party has a need"),
    };
    proposal::insert(ctx, &new, &agreed, parties)?;
    let members = parties.iter().map(|party| party.member.clone()).collect();
    let (id, hash, lapses_ms) = (new.id, agreed.hash().to_string(), new.lapses_ms);
    Proposed { proposal: id.clone(), members, calls_hash: hash.clone(), lapses_ms }.emit(ctx);
    let output = Waiting { waiting: WaitingProposal { proposal: id, calls_hash: hash, lapses_ms } };
    let output = serde_json::to_string(&output).expect("an output is plain data");
    Ok(vec![output; calls.len()])
}

fn not_enough(party: &Party) -> Refused {
    let needs: Vec<_> = party.needs.iter().filter(|need| !need.is_met(&party.keys)).map(Need::describe).collect();
    let signers: Vec<_> = party.keys.iter().map(|key| key.kid.as_str()).collect();
    Refused::NotEnough { member: party.member.clone(), needs: needs.join(" and "), signers: signers.join(", ") }
}
