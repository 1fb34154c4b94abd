use crate::{
    Command, Event as _,
    approval::{
        Refused, Withdrawn, keys,
        proposal::{self, End},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes a proposal back; signed by a holder who proposed it, with any of its keys.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The proposal.
    pub proposal: String,
}

/// The proposal that was withdrawn.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalWithdrawn {
    /// The proposal.
    pub proposal: String,
}

impl Command for Withdraw {
    const NAME: &'static str = "approval.withdraw";
    type Output = ProposalWithdrawn;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ProposalWithdrawn, Refused> {
        let open = proposal::waiting(ctx, &self.proposal)?;
        let mut started = false;
        for kid in ctx.signers() {
            let Some(key) = keys::signing(ctx, kid)? else { continue };
            let found = ctx.query_opt(
                "SELECT 1 FROM approval_signature WHERE proposal = ?1 AND member = ?2 AND holder = ?3 AND started = 1",
                (&open.id, kid.member(), &key.holder),
                |_| Ok(()),
            )?;
            started |= found.is_some();
        }
        if !started {
            return Err(Refused::NotTheStarter { proposal: open.id, signers: proposal::signers(ctx) });
        }
        proposal::close(ctx, &self.proposal, &End::Withdrawn)?;
        let proposal = self.proposal.clone();
        Withdrawn { proposal: proposal.clone(), by: proposal::signers(ctx) }.emit(ctx);
        Ok(ProposalWithdrawn { proposal })
    }
}
