use crate::{
    Command, Event as _,
    approval::{
        REASON_BYTES_MAX, Refused, RefusedProposal, keys,
        proposal::{self, End},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Ends a proposal without executing it; signed by a key whose signature on it would count.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    /// The proposal.
    pub proposal: String,
    /// Why, for those who signed.
    pub reason: String,
}

/// The proposal that was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalRefused {
    /// The proposal.
    pub proposal: String,
}

/// A reason: some text of bounded length without control characters, except line feeds.
pub(super) fn check_reason(reason: &str) -> Result<(), Refused> {
    let control = reason.chars().any(|c| c.is_control() && c != '\n');
    if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX || control {
        return Err(Refused::NotAReason { bytes: reason.len(), max: REASON_BYTES_MAX });
    }
    Ok(())
}

impl Command for Refuse {
    const NAME: &'static str = "approval.refuse";
    type Output = ProposalRefused;
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        check_reason(&self.reason)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalRefused, Refused> {
        let open = proposal::waiting(ctx, &self.proposal)?;
        let parties = open.judge(ctx, &open.calls(ctx)?)?;
        let mut counts = false;
        for kid in ctx.signers() {
            let Some(party) = parties.iter().find(|party| party.member == kid.member()) else { continue };
            counts |= keys::signing(ctx, kid)?.is_some_and(|key| party.counts(&key));
        }
        if !counts {
            return Err(Refused::MayNotRefuse { proposal: self.proposal.clone(), signers: proposal::signers(ctx) });
        }
        proposal::close(ctx, &self.proposal, &End::Refused(&self.reason))?;
        let (proposal, reason) = (self.proposal.clone(), self.reason.clone());
        RefusedProposal { proposal: proposal.clone(), by: proposal::signers(ctx), reason }.emit(ctx);
        Ok(ProposalRefused { proposal })
    }
}
