use crate::{
    Amount, Command, Event as _,
    asset::{
        Issued, Number, Refused,
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

/// Puts an amount of an asset into circulation; signed by its issuer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// The account that gets it.
    pub account: String,
    /// The asset.
    pub asset: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// What it is issued for, such as the number of a bill: a source is used once for ever, the guard against issuing twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is said about it, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The transfer that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TransferMade {
    /// Its number: the key of its row in `asset_transfer`.
    pub number: Number,
}

impl Issue {
    fn require_new_source(&self, ctx: &Context<'_>) -> Result<(), Refused> {
        let Some(source) = &self.source else { return Ok(()) };
        let used = ctx.query_opt(
            "SELECT number FROM asset_source WHERE asset = ?1 AND source = ?2",
            (&self.asset, source),
            |row| row.get(0),
        )?;
        match used {
            Some(number) => Err(Refused::SourceUsed { source_id: source.clone(), number }),
            None => Ok(()),
        }
    }
}

impl Command for Issue {
    const NAME: &'static str = "asset.issue";
    type Output = TransferMade;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "account", &self.account)?;
        text::asset("/asset", &self.asset)?;
        text::amount(At::Call, "amount", &self.amount)?;
        text::optional(At::Call, "source", self.source.as_ref(), text::SOURCE_MAX)?;
        text::optional(At::Call, "reference", self.reference.as_ref(), text::REFERENCE_MAX)
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        super::amount(ctx, &self.asset, &self.amount)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TransferMade, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        member::require_signature(ctx, &terms.issuer).map_err(|refusal| refusal.at("/asset"))?;
        let amount = terms.minor(At::Call, "amount", &self.amount)?;
        let mut book = Book::new(ctx, terms);
        let from = book.place(ctx, At::Call, "asset", &self.asset)?;
        let to = book.place(ctx, At::Call, "account", &self.account)?;
        book.account(to).require_ordinary(At::Call, "account")?;
        self.require_new_source(ctx)?;
        let number = book.post(
            ctx,
            Posting {
                kind: "issue",
                at: At::Call,
                from,
                from_field: "asset",
                pot: Pot::Available,
                to,
                to_field: "account",
                amount,
                claim: None,
                reference: self.reference.as_deref(),
                end_to_end_id: None,
            },
        )?;
        book.write(ctx)?;
        if let Some(source) = &self.source {
            ctx.run(
                "INSERT INTO asset_source (asset, source, number) VALUES (?1, ?2, ?3)",
                (&self.asset, source, number),
            )?;
        }
        let number = Number(number);
        let (asset, account, source) = (self.asset.clone(), self.account.clone(), self.source.clone());
        Issued { number, asset, account, amount: book.terms.shown(amount), source }.emit(ctx);
        Ok(TransferMade { number })
    }
}
