use crate::{
    Amount, Command, Event as _,
    asset::{
        Limited, Refused,
        account::Account,
        terms::Terms,
        text::{self, At},
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says how far an account may be overdrawn; signed by the asset's issuer, who grants the credit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLimit {
    /// The account.
    pub account: String,
    /// The asset.
    pub asset: String,
    /// The limit, such as `5000.00`; `0` for none.
    pub limit: String,
}

impl Command for SetLimit {
    const NAME: &'static str = "asset.set_limit";
    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account)?;
        text::asset("/asset", &self.asset)?;
        text::not_negative(At::Call, "limit", &self.limit)
    }

    /// A limit is what the account may draw without anybody being asked again.
    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        let minor = Terms::read(ctx, "/asset", &self.asset)?.minor(At::Call, "limit", &self.limit)?;
        Ok(vec![Amount { asset: self.asset.clone(), minor }])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        member::require_signature(ctx, &terms.issuer).map_err(|refusal| refusal.at("/asset"))?;
        let account = Account::read(ctx, At::Call, "account", &self.account)?;
        account.require_ordinary(At::Call, "account")?;
        account.require_asset(At::Call, "account", &self.asset)?;
        account.require_not_closed(At::Call, "account")?;
        let limit = terms.minor(At::Call, "limit", &self.limit)?;
        if account.available < -limit {
            let (available, limit) = (terms.shown(account.available), terms.shown(limit));
            return Err(Refused::LimitTooLow { account: account.id, available, limit });
        }
        ctx.run("UPDATE asset_account SET limit_minor = ?2 WHERE id = ?1", (&account.id, limit))?;
        Limited { account: account.id, limit: terms.shown(limit) }.emit(ctx);
        Ok(())
    }
}
