use crate::{
    Command, Event as _,
    asset::{
        Number, Refused, RefusedOffer, WithdrawnOffer,
        claim::{Offer, Party},
        text::{self, At},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Refuses an offer: the money stays with the sender; signed by the receiver.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseOffer {
    /// The offer.
    pub offer: Number,
    /// Why, in words that everybody sees, up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Takes an offer back that is not yet answered; signed by the owner of the account that would pay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOffer {
    /// The offer.
    pub offer: Number,
}

impl Command for RefuseOffer {
    const NAME: &'static str = "asset.refuse_offer";
    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn check(&self) -> Result<(), Refused> {
        text::optional(At::Call, "reason", self.reason.as_ref(), text::REASON_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let offer = Offer::read(ctx, self.offer, Party::Receiver)?;
        offer.end(ctx, "refused", self.reason.as_deref())?;
        RefusedOffer { offer: self.offer, reason: self.reason.clone() }.emit(ctx);
        Ok(())
    }
}

impl Command for WithdrawOffer {
    const NAME: &'static str = "asset.withdraw_offer";
    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        Offer::read(ctx, self.offer, Party::Sender)?.end(ctx, "withdrawn", None)?;
        WithdrawnOffer { offer: self.offer }.emit(ctx);
        Ok(())
    }
}
