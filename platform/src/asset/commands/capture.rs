use crate::{
    Amount, Command, Event as _,
    asset::{
        Captured, Number, Refused, Voided,
        account::Pot,
        book::{Book, Posting},
        claim::{self, Hold},
        terms::Terms,
        text::{self, At},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes what is set aside in a hold, or a part of it, into any account of the asset; signed by the beneficiary.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The hold.
    pub hold: Number,
    /// The account that gets it.
    pub to: String,
    /// How much, such as `198.00`; all that is left if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Whether it is the last capture: what is left after it is given back.
    #[serde(default)]
    pub r#final: bool,
    /// What it is for, up to 140 characters; the hold's reference if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Gives up what is left of a hold: it is the account's again; signed by the beneficiary.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Void {
    /// The hold.
    pub hold: Number,
}

/// What was captured.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldCaptured {
    /// Number of the transfer: the key of its row in `asset_transfer`.
    pub number: Number,
    /// How much was taken, as a decimal.
    pub amount: String,
    /// What the hold has left, as a decimal; 0 if this was the last.
    pub left: String,
}

impl Capture {
    fn minor(&self, terms: &Terms, hold: &Hold) -> Result<i64, Refused> {
        match &self.amount {
            Some(amount) => terms.minor(At::Call, "amount", amount),
            None => Ok(hold.left),
        }
    }
}

impl Command for Capture {
    const NAME: &'static str = "asset.capture";
    type Output = HoldCaptured;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn check(&self) -> Result<(), Refused> {
        text::account(At::Call, "to", &self.to)?;
        self.amount.as_deref().map_or(Ok(()), |amount| text::amount(At::Call, "amount", amount))?;
        text::optional(At::Call, "reference", self.reference.as_ref(), text::REFERENCE_MAX)
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        let hold = Hold::read(ctx, self.hold)?;
        let terms = Terms::read(ctx, "/hold", &hold.asset)?;
        let minor = self.minor(&terms, &hold)?;
        Ok(vec![Amount { asset: hold.asset, minor }])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<HoldCaptured, Refused> {
        let hold = Hold::read(ctx, self.hold)?;
        let terms = Terms::read(ctx, "/hold", &hold.asset)?;
        let amount = self.minor(&terms, &hold)?;
        if amount > hold.left {
            let (left, asked) = (terms.shown(hold.left), terms.shown(amount));
            return Err(Refused::BeyondHold { hold: hold.number, left, asked });
        }
        let mut book = Book::new(ctx, terms);
        let from = book.place(ctx, At::Call, "hold", &hold.account)?;
        let to = book.place(ctx, At::Call, "to", &self.to)?;
        book.account(to).require_ordinary(At::Call, "to")?;
        let posting = Posting {
            kind: "capture",
            at: At::Call,
            from,
            from_field: "hold",
            pot: Pot::Held,
            to,
            to_field: "to",
            amount,
            claim: Some(hold.number),
            reference: self.reference.as_deref().or(hold.reference.as_deref()),
            end_to_end_id: None,
        };
        let number = Number(book.post(ctx, posting)?);
        let rest = hold.left - amount;
        let last = self.r#final || rest == 0;
        if last {
            book.account_mut(from).release(rest);
        }
        book.write(ctx)?;
        hold.write(ctx, hold.captured + amount, last.then_some("captured"))?;
        let (amount, left) = (book.terms.shown(amount), book.terms.shown(if last { 0 } else { rest }));
        Captured { hold: self.hold, number, to: self.to.clone(), amount: amount.clone(), left: left.clone() }.emit(ctx);
        Ok(HoldCaptured { number, amount, left })
    }
}

impl Command for Void {
    const NAME: &'static str = "asset.void";
    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        2
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let hold = Hold::read(ctx, self.hold)?;
        hold.write(ctx, hold.captured, Some("voided"))?;
        claim::release(ctx, &hold.account, hold.left)?;
        Voided { hold: self.hold }.emit(ctx);
        Ok(())
    }
}
