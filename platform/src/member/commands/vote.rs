use crate::{
    Command,
    member::{ProposalState, Refused, governance},
};
use counterfoil_state::Context;
use counterfoil_types::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Votes on a proposal, once and for good; signed by an admin key of a governing organisation, or of several at once. The vote that
/// decides executes the proposal's calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The proposal.
    pub proposal: String,
    /// SHA-256 of the proposal's calls in canonical JSON (RFC 8785), 64 hexadecimal digits: what is voted on, whatever anybody shows.
    pub calls_hash: String,
    /// The vote.
    pub choice: Choice,
}

/// A vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Let it be done.
    For,
    /// Leave it undone.
    Against,
}

/// Counts the votes on a proposal again after other organisations govern or another number of votes is needed, and so decides it; signed by a
/// governing organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountVotes {
    /// The proposal.
    pub proposal: String,
    /// SHA-256 of the proposal's calls, as in a vote.
    pub calls_hash: String,
}

/// The proposal, if it is open and has these calls.
fn open(ctx: &Context<'_>, proposal: &str, calls_hash: &str) -> Result<governance::Open, Refused> {
    let open = governance::open(ctx, proposal)?;
    let named: Option<Hash> = calls_hash.parse().ok();
    if named != Some(open.calls_hash) {
        return Err(Refused::OtherCalls { calls_hash: open.calls_hash.to_string() });
    }
    Ok(open)
}

impl Command for Vote {
    const NAME: &'static str = "member.vote";
    type Output = ProposalState;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        20
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalState, Refused> {
        let voters = governance::voters(ctx)?;
        let open = open(ctx, &self.proposal, &self.calls_hash)?;
        let choice = match self.choice {
            Choice::For => "for",
            Choice::Against => "against",
        };
        governance::cast(ctx, &open.id, &voters, choice)?;
        governance::decide(ctx, open)
    }
}

impl Command for CountVotes {
    const NAME: &'static str = "member.count_votes";
    type Output = ProposalState;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        20
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalState, Refused> {
        governance::voters(ctx)?;
        let open = open(ctx, &self.proposal, &self.calls_hash)?;
        let decided = governance::decide(ctx, open)?;
        if decided.state == "open" {
            let ProposalState { votes_for, votes_against, governing, needed, .. } = decided;
            return Err(Refused::StillOpen { votes_for, votes_against, governing, needed });
        }
        Ok(decided)
    }
}
