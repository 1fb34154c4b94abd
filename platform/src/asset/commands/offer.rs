use crate::{
    Amount, Command, Event as _,
    asset::{
        Number, Offered, Refused,
        account::Account,
        claim,
        terms::Terms,
        text::{self, At},
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Offers money to a member, who accepts or refuses it; signed by the owner of the account that pays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The account that pays.
    pub from: String,
    /// Who is paid: a member, who then says into which account, or an account.
    pub to: String,
    /// The asset.
    pub asset: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// Block time at which it lapses, milliseconds since 1970-01-01 UTC, within ten years.
    pub expires_ms: i64,
    /// What it is for, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The payer's id of the payment, which goes with it to its end: up to 35 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
}

/// The offer that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OfferMade {
    /// Its number.
    pub offer: Number,
}

impl Offer {
    /// The receiver, and the account if one is named.
    fn receiver(&self, ctx: &Context<'_>) -> Result<(String, Option<&str>), Refused> {
        if !self.to.contains('/') {
            claim::require_active(ctx, "to", &self.to)?;
            return Ok((self.to.clone(), None));
        }
        let account = Account::read(ctx, At::Call, "to", &self.to)?;
        account.require_ordinary(At::Call, "to")?;
        account.require_asset(At::Call, "to", &self.asset)?;
        account.require_not_closed(At::Call, "to")?;
        if self.to == self.from {
            return Err(Refused::SelfTransfer { field: At::Call.field("to"), account: account.id });
        }
        Ok((account.owner, Some(&self.to)))
    }
}

impl Command for Offer {
    const NAME: &'static str = "asset.offer";
    type Output = OfferMade;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "from", &self.from)?;
        if self.to.contains('/') {
            text::account(At::Call, "to", &self.to)?;
        }
        text::asset("/asset", &self.asset)?;
        text::amount(At::Call, "amount", &self.amount)?;
        text::optional(At::Call, "reference", self.reference.as_ref(), text::REFERENCE_MAX)?;
        text::optional(At::Call, "end_to_end_id", self.end_to_end_id.as_ref(), text::END_TO_END_MAX)
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        super::amount(ctx, &self.asset, &self.amount)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<OfferMade, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let mut from = Account::read(ctx, At::Call, "from", &self.from)?;
        from.require_ordinary(At::Call, "from")?;
        member::require_signature(ctx, &from.owner).map_err(|refusal| refusal.at("/from"))?;
        from.require_asset(At::Call, "from", &self.asset)?;
        from.require_open(At::Call, "from")?;
        let (receiver, to) = self.receiver(ctx)?;
        text::expiry(ctx, self.expires_ms)?;
        let amount = terms.minor(At::Call, "amount", &self.amount)?;
        from.hold(&terms, amount)?;
        let (number, time_ms) = (ctx.new_number(), text::time_ms(ctx));
        from.write(ctx)?;
        ctx.run(
            "INSERT INTO asset_offer (number, from_account, receiver, to_account, amount_minor, state, expires_ms, reference,
                                      end_to_end_id, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, ?9)",
            (
                number,
                &self.from,
                &receiver,
                to,
                amount,
                self.expires_ms,
                &self.reference,
                &self.end_to_end_id,
                time_ms,
            ),
        )?;
        let offer = Number(number);
        Offered { offer, from: self.from.clone(), receiver, amount: terms.shown(amount) }.emit(ctx);
        Ok(OfferMade { offer })
    }
}
