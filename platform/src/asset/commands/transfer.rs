use super::TransferMade;
use crate::{
    Amount, Command, Event as _,
    asset::{
        Number, Refused, Transferred,
        book::Book,
        terms::Terms,
        text::{self, At},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pays an amount from one account to another of the same asset; signed by the owner of the one that pays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The account that pays.
    pub from: String,
    /// The account that is paid.
    pub to: String,
    /// The asset.
    pub asset: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// What it is for, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The payer's id of the payment, which goes with it to its end: up to 35 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
}

impl Command for Transfer {
    const NAME: &'static str = "asset.transfer";
    type Output = TransferMade;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn check(&self) -> Result<(), Refused> {
        text::asset("/asset", &self.asset)?;
        text::account(At::Call, "from", &self.from)?;
        text::account(At::Call, "to", &self.to)?;
        text::amount(At::Call, "amount", &self.amount)?;
        text::optional(At::Call, "reference", self.reference.as_ref(), text::REFERENCE_MAX)?;
        text::optional(At::Call, "end_to_end_id", self.end_to_end_id.as_ref(), text::END_TO_END_MAX)
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        super::amount(ctx, &self.asset, &self.amount)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TransferMade, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let mut book = Book::new(ctx, terms);
        let payment = super::Payment {
            from: &self.from,
            to: &self.to,
            amount: &self.amount,
            reference: self.reference.as_deref(),
            end_to_end_id: self.end_to_end_id.as_deref(),
        };
        let (number, amount) = payment.post(ctx, &mut book, At::Call)?;
        book.write(ctx)?;
        Transferred {
            number: Number(number),
            asset: self.asset.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            amount: book.terms.shown(amount),
            end_to_end_id: self.end_to_end_id.clone(),
        }
        .emit(ctx);
        Ok(TransferMade { number: Number(number) })
    }
}
