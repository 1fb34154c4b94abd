use crate::{
    asset::{
        Refused,
        account::Pot,
        book::{Book, Posting},
        text::At,
    },
    member,
};
use counterfoil_state::Context;

/// A payment as a command asks for it: alone or as a leg of a batch.
pub(super) struct Payment<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub amount: &'a str,
    pub reference: Option<&'a str>,
    pub end_to_end_id: Option<&'a str>,
}

impl<'a> Payment<'a> {
    /// Makes it in memory; its number and amount.
    pub(super) fn post(&self, ctx: &mut Context<'_>, book: &mut Book<'a>, at: At) -> Result<(i64, i64), Refused> {
        let from = book.place(ctx, at, "from", self.from)?;
        let payer = book.account(from);
        payer.require_ordinary(at, "from")?;
        member::require_signature(ctx, &payer.owner).map_err(|refusal| refusal.at(at.field("from")))?;
        let to = book.place(ctx, at, "to", self.to)?;
        book.account(to).require_ordinary(at, "to")?;
        let amount = book.terms.minor(at, "amount", self.amount)?;
        let posting = Posting {
            kind: "transfer",
            at,
            from,
            from_field: "from",
            pot: Pot::Available,
            to,
            to_field: "to",
            amount,
            claim: None,
            reference: self.reference,
            end_to_end_id: self.end_to_end_id,
        };
        Ok((book.post(ctx, posting)?, amount))
    }
}
