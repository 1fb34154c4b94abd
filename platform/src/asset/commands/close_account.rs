use crate::{
    Command, Event as _,
    asset::{
        ClosedAccount, Refused,
        account::Account,
        terms::Terms,
        text::{self, At},
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Closes an account in which nothing is left, for good; signed by its owner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseAccount {
    /// The account.
    pub account: String,
}

impl Command for CloseAccount {
    const NAME: &'static str = "asset.close_account";
    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account).map(|_| ())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let account = Account::read(ctx, At::Call, "account", &self.account)?;
        account.require_ordinary(At::Call, "account")?;
        member::require_signature(ctx, &account.owner).map_err(|refusal| refusal.at("/account"))?;
        account.require_open(At::Call, "account")?;
        if account.available != 0 || account.held != 0 {
            let terms = Terms::read(ctx, "/account", &account.asset)?;
            let (available, held) = (terms.shown(account.available), terms.shown(account.held));
            return Err(Refused::NotEmpty { account: account.id, available, held });
        }
        ctx.run("UPDATE asset_account SET state = 'closed' WHERE id = ?1", [&self.account])?;
        ClosedAccount { account: self.account.clone() }.emit(ctx);
        Ok(())
    }
}
