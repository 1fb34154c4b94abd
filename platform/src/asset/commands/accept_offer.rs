use super::TransferMade;
use crate::{
    Amount, Command, Event as _,
    asset::{
        AcceptedOffer, Number, Refused,
        account::Pot,
        book::{Book, Posting},
        claim::{Offer, Party},
        terms::Terms,
        text::{self, At},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accepts an offer: the money moves into an account of the receiver, who signs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptOffer {
    /// The offer.
    pub offer: Number,
    /// The receiver's account that gets it; needed if the offer names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl AcceptOffer {
    fn account<'a>(&'a self, offer: &'a Offer) -> Result<&'a str, Refused> {
        let rule = match (&offer.to, &self.account) {
            (Some(named), Some(given)) if named != given => format!("is for {named}"),
            (Some(account), _) | (None, Some(account)) => return Ok(account),
            (None, None) => "names no account: say which of yours gets it".to_owned(),
        };
        Err(Refused::NotTheOffersAccount { offer: offer.number, rule })
    }
}

impl Command for AcceptOffer {
    const NAME: &'static str = "asset.accept_offer";
    type Output = TransferMade;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn check(&self) -> Result<(), Refused> {
        self.account.as_deref().map_or(Ok(()), |account| text::account(At::Call, "account", account).map(|_| ()))
    }

    fn amounts(&self, ctx: &Context<'_>) -> Result<Vec<Amount>, Refused> {
        let offer = Offer::read(ctx, self.offer, Party::Receiver)?;
        Ok(vec![Amount { asset: offer.asset, minor: offer.amount }])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TransferMade, Refused> {
        let offer = Offer::read(ctx, self.offer, Party::Receiver)?;
        let account = self.account(&offer)?;
        let terms = Terms::read(ctx, "/offer", &offer.asset)?;
        let mut book = Book::new(ctx, terms);
        let from = book.place(ctx, At::Call, "offer", &offer.from)?;
        let to = book.place(ctx, At::Call, "account", account)?;
        book.account(to).require_ordinary(At::Call, "account")?;
        if book.account(to).owner != offer.receiver {
            let rule = format!("is for {}, and {account} is not theirs", offer.receiver);
            return Err(Refused::NotTheOffersAccount { offer: offer.number, rule });
        }
        let posting = Posting {
            kind: "offer",
            at: At::Call,
            from,
            from_field: "offer",
            pot: Pot::Held,
            to,
            to_field: "account",
            amount: offer.amount,
            claim: Some(offer.number),
            reference: offer.reference.as_deref(),
            end_to_end_id: offer.end_to_end_id.as_deref(),
        };
        let number = Number(book.post(ctx, posting)?);
        book.write(ctx)?;
        ctx.run(
            "UPDATE asset_offer SET state = 'accepted', to_account = ?2, ended_ms = ?3 WHERE number = ?1",
            (offer.number, account, text::time_ms(ctx)),
        )?;
        AcceptedOffer { offer: self.offer, number, account: account.to_owned() }.emit(ctx);
        Ok(TransferMade { number })
    }
}
