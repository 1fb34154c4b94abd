use crate::{
    Amount, Command, Event as _,
    asset::{
        Held, Number, Refused,
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

/// Sets money aside that a beneficiary can take until a time; signed by the account's owner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The account.
    pub account: String,
    /// The member that can take it.
    pub beneficiary: String,
    /// The asset.
    pub asset: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// Block time at which it lapses, milliseconds since 1970-01-01 UTC, within ten years.
    pub expires_ms: i64,
    /// What it is for, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The hold that was placed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldPlaced {
    /// Its number.
    pub hold: Number,
}

impl Command for Hold {
    const NAME: &'static str = "asset.hold";
    type Output = HoldPlaced;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account)?;
        text::asset("/asset", &self.asset)?;
        text::amount(At::Call, "amount", &self.amount)?;
        text::optional(At::Call, "reference", self.reference.as_ref(), text::REFERENCE_MAX)
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        super::amount(ctx, &self.asset, &self.amount)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<HoldPlaced, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let mut account = Account::read(ctx, At::Call, "account", &self.account)?;
        account.require_ordinary(At::Call, "account")?;
        member::require_signature(ctx, &account.owner).map_err(|refusal| refusal.at("/account"))?;
        account.require_asset(At::Call, "account", &self.asset)?;
        account.require_open(At::Call, "account")?;
        claim::require_active(ctx, "beneficiary", &self.beneficiary)?;
        text::expiry(ctx, self.expires_ms)?;
        let amount = terms.minor(At::Call, "amount", &self.amount)?;
        account.hold(&terms, amount)?;
        let (number, time_ms) = (ctx.new_number(), text::time_ms(ctx));
        account.write(ctx)?;
        ctx.run(
            "INSERT INTO asset_hold (number, account, beneficiary, amount_minor, captured_minor, state, expires_ms, reference,
                                     created_ms)
             VALUES (?1, ?2, ?3, ?4, 0, 'open', ?5, ?6, ?7)",
            (number, &self.account, &self.beneficiary, amount, self.expires_ms, &self.reference, time_ms),
        )?;
        let hold = Number(number);
        let (account, beneficiary) = (self.account.clone(), self.beneficiary.clone());
        Held { hold, account, beneficiary, amount: terms.shown(amount) }.emit(ctx);
        Ok(HoldPlaced { hold })
    }
}
