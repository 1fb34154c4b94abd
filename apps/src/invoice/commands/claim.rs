use crate::invoice::{Claimed, Refused, claim, holder, standing::Standing};
use counterfoil_platform::{Command, member};
use counterfoil_seal::Hex;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Claims an invoice for the member that signs first; it is then its holder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The invoice's id.
    pub invoice: String,
    /// Ed25519 signature by the secret half of the invoice's claim key, over `counterfoil/invoice/claim/1`, a zero byte, the ledger's id
    /// (32 bytes), the invoice's id, a zero byte, and the member's id.
    pub signature: Hex<64>,
}

impl Command for Claim {
    const NAME: &'static str = "invoice.claim";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let invoice = Standing::read(ctx, "/invoice", &self.invoice)?;
        invoice.require_blue("/invoice")?;
        let Some(key) = invoice.claim_key else {
            return Err(Refused::NotClaimable { invoice: self.invoice.clone() });
        };
        if invoice.holder.is_some() {
            return Err(Refused::IsHeld { invoice: self.invoice.clone() });
        }
        let member = member::signer_member(ctx);
        if !claim::is_signed(key, &ctx.ledger(), &self.invoice, member, &self.signature) {
            return Err(Refused::ClaimSignature { invoice: self.invoice.clone(), member: member.to_owned() });
        }
        holder::claim(ctx, &self.invoice, member)?;
        Claimed::tell(ctx, &invoice);
        Ok(())
    }
}
