use super::TransferMade;
use crate::{
    Amount, Command, Event as _,
    asset::{
        Number, Redeemed, Refused,
        account::Pot,
        book::{Book, Posting},
        terms::Terms,
        text::{self, At},
    },
    member,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives an amount of an asset back to its issuer, who owes it no longer; signed by the account's owner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// The account that gives it.
    pub account: String,
    /// The asset.
    pub asset: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// What is said about it, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Command for Redeem {
    const NAME: &'static str = "asset.redeem";
    type Output = TransferMade;
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

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TransferMade, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let amount = terms.minor(At::Call, "amount", &self.amount)?;
        let mut book = Book::new(ctx, terms);
        let from = book.place(ctx, At::Call, "account", &self.account)?;
        let account = book.account(from);
        account.require_ordinary(At::Call, "account")?;
        member::require_signature(ctx, &account.owner).map_err(|refusal| refusal.at("/account"))?;
        let to = book.place(ctx, At::Call, "asset", &self.asset)?;
        let number = book.post(
            ctx,
            Posting {
                kind: "redeem",
                at: At::Call,
                from,
                from_field: "account",
                pot: Pot::Available,
                to,
                to_field: "asset",
                amount,
                claim: None,
                reference: self.reference.as_deref(),
                end_to_end_id: None,
            },
        )?;
        book.write(ctx)?;
        let number = Number(number);
        let (asset, account) = (self.asset.clone(), self.account.clone());
        Redeemed { number, asset, account, amount: book.terms.shown(amount) }.emit(ctx);
        Ok(TransferMade { number })
    }
}
