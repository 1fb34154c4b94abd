use crate::{
    Command,
    member::{
        Refused,
        governance::{self, End},
        roles, signers,
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Withdraws an open proposal; signed by an admin key of the organisation that made it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawProposal {
    /// The proposal.
    pub proposal: String,
}

/// The proposal that was withdrawn.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalWithdrawn {
    /// The proposal.
    pub proposal: String,
}

impl Command for WithdrawProposal {
    const NAME: &'static str = "member.withdraw_proposal";
    type Output = ProposalWithdrawn;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalWithdrawn, Refused> {
        let open = governance::open(ctx, &self.proposal)?;
        if !signers::key_signed(ctx, &open.proposer, roles::KEY_ADMIN)? {
            return Err(Refused::NotTheProposer { proposer: open.proposer, signers: signers::names(ctx) });
        }
        governance::end(ctx, &open.id, &End { state: "withdrawn", ..End::default() })?;
        Ok(ProposalWithdrawn { proposal: open.id })
    }
}
