use super::Payment;
use crate::{
    Amount, Command, Event as _,
    asset::{
        LEGS_MAX, Number, Refused, TransferredBatch,
        account::counted,
        book::Book,
        terms::Terms,
        text::{self, At},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes many payments at once, one after the other, all or none; signed by the owners of all accounts that pay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBatch {
    /// The account that pays, for all legs that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The asset.
    pub asset: String,
    /// The payments, up to 8,000.
    pub legs: Vec<Leg>,
}

/// A payment of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// The account that pays; that of the batch if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The account that is paid.
    pub to: String,
    /// How much, such as `198.00`.
    pub amount: String,
    /// What it is for, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The payer's id of the payment, which goes with it to its end: up to 35 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
}

/// The transfers that were made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TransfersMade {
    /// How many.
    pub legs: u32,
    /// Number of the first: the key of its row in `asset_transfer`. The others follow without a gap.
    pub first: Number,
    /// Number of the last.
    pub last: Number,
}

impl TransferBatch {
    /// The payments with their places.
    fn payments(&self) -> impl Iterator<Item = (At, Result<Payment<'_>, Refused>)> {
        self.legs.iter().enumerate().map(|(index, leg)| {
            let at = At::Leg(index);
            let from = leg.from.as_deref().or(self.from.as_deref());
            let payment = from.map(|from| Payment {
                from,
                to: &leg.to,
                amount: &leg.amount,
                reference: leg.reference.as_deref(),
                end_to_end_id: leg.end_to_end_id.as_deref(),
            });
            (at, payment.ok_or_else(|| Refused::LegWithoutFrom { field: at.field("from") }))
        })
    }
}

impl Command for TransferBatch {
    const NAME: &'static str = "asset.transfer_batch";
    type Output = TransfersMade;
    type Refused = Refused;

    /// A row for each leg and for each account that there may be.
    fn weight(&self) -> u32 {
        let payers = 1 + self.legs.iter().filter(|leg| leg.from.is_some()).count();
        u32::try_from(2 * self.legs.len() + payers).unwrap_or(u32::MAX)
    }

    fn check(&self) -> Result<(), Refused> {
        text::asset("/asset", &self.asset)?;
        self.from.as_deref().map_or(Ok(()), |from| text::account(At::Call, "from", from).map(|_| ()))?;
        let (found, most) = (self.legs.len(), LEGS_MAX);
        if !(1..=most).contains(&found) {
            return Err(Refused::NotABatch { found, most });
        }
        for ((at, payment), leg) in self.payments().zip(&self.legs) {
            payment?;
            leg.from.as_deref().map_or(Ok(()), |from| text::account(at, "from", from).map(|_| ()))?;
            text::account(at, "to", &leg.to)?;
            text::amount(at, "amount", &leg.amount)?;
            text::optional(at, "reference", leg.reference.as_ref(), text::REFERENCE_MAX)?;
            text::optional(at, "end_to_end_id", leg.end_to_end_id.as_ref(), text::END_TO_END_MAX)?;
        }
        Ok(())
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let mut minor = 0_i64;
        for (index, leg) in self.legs.iter().enumerate() {
            let amount = terms.minor(At::Leg(index), "amount", &leg.amount)?;
            minor = counted(minor + amount).ok_or_else(|| Refused::AmountBeyondRange {
                field: At::Leg(index).field("amount"),
                text: "the sum of the batch".to_owned(),
                asset: self.asset.clone(),
            })?;
        }
        Ok(vec![Amount { asset: self.asset.clone(), minor }])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TransfersMade, Refused> {
        let terms = Terms::read(ctx, "/asset", &self.asset)?;
        let mut book = Book::new(ctx, terms);
        let mut numbers = None;
        for (at, payment) in self.payments() {
            let (number, _) = payment?.post(ctx, &mut book, at)?;
            let (first, _) = numbers.unwrap_or((number, number));
            numbers = Some((first, number));
        }
        let found = self.legs.len();
        let (first, last) = numbers.ok_or(Refused::NotABatch { found, most: LEGS_MAX })?;
        book.write(ctx)?;
        let (legs, first, last) = (found as u32, Number(first), Number(last));
        TransferredBatch { asset: self.asset.clone(), legs, first, last }.emit(ctx);
        Ok(TransfersMade { legs, first, last })
    }
}
