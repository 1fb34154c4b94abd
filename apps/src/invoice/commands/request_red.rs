use crate::invoice::{
    FormState, Party, Reason, RedAmount, RedRequested, Refused, holder,
    red::{self, Rate, Request},
    standing::Standing,
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for a red letter, which takes an invoice or a part of it back; signed by its seller or its buyer. What is asked for is reserved
/// until the form ends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRed {
    /// The blue invoice's id.
    pub invoice: String,
    /// Why.
    pub reason: Reason,
    /// What is taken back, by category and rate; left out: all that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amounts: Option<Vec<RedAmount>>,
}

/// The form of a red letter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RedForm {
    /// The form's id.
    pub form: String,
    /// Whose turn it is.
    pub state: FormState,
    /// Block time at which it lapses if nothing is done, milliseconds since 1970-01-01 UTC.
    pub open_until_ms: i64,
}

/// Who asks, and the member that signs for the buyer, if there is one.
struct Sides {
    by: Party,
    member: String,
    buyer: Option<String>,
}

impl Sides {
    /// The seller if it has signed, else the buyer: the organisation that uses the invoice; while none does, its holder or an
    /// organisation to which it was passed on.
    fn read(ctx: &Context<'_>, invoice: &Standing) -> Result<Self, Refused> {
        let holder = invoice.holder.as_ref().map(|holder| holder.member.as_str());
        let user = invoice.user().map(|user| user.organisation.as_str());
        if holder::signed(ctx, &invoice.seller_member) {
            let buyer = user.or(holder).map(str::to_owned);
            return Ok(Self { by: Party::Seller, member: invoice.seller_member.clone(), buyer });
        }
        for kid in ctx.signers() {
            let member = kid.member();
            let is_buyer = match user {
                Some(user) => user == member,
                None => holder == Some(member) || holder::is_passed_to(ctx, &invoice.id, member)?,
            };
            if is_buyer {
                let buyer = Some(member.to_owned());
                return Ok(Self { by: Party::Buyer, member: member.to_owned(), buyer });
            }
        }
        Err(Refused::NotAParty { invoice: invoice.id.clone() })
    }
}

impl Command for RequestRed {
    const NAME: &'static str = "invoice.request_red";

    type Output = RedForm;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        // An invoice has few rates.
        let rates = self.amounts.as_ref().map_or(4, Vec::len);
        3 + 2 * u32::try_from(rates).unwrap_or(u32::MAX / 4)
    }

    fn check(&self) -> Result<(), Refused> {
        self.amounts.as_deref().map_or(Ok(()), red::check)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<RedForm, Refused> {
        let invoice = Standing::read(ctx, "/invoice", &self.invoice)?;
        let sides = Sides::read(ctx, &invoice)?;
        if !invoice.is_chinese() {
            return Err(Refused::NotRedLettered { invoice: invoice.id });
        }
        invoice.require_blue("/invoice")?;
        if invoice.state == "reversed" {
            return Err(Refused::IsReversed { field: "/invoice".to_owned(), invoice: invoice.id });
        }
        if sides.by == Party::Seller {
            red::require_active_seller(ctx, "/invoice", &invoice.seller)?;
        }
        let mut rates = Rate::read(ctx, &invoice.id)?;
        let parts = red::take(&rates, self.reason, self.amounts.as_deref())?;
        let state = match (sides.by, invoice.user()) {
            (Party::Seller, None) => FormState::NoConfirmationNeeded,
            (Party::Seller, Some(_)) => FormState::AwaitingBuyer,
            (Party::Buyer, _) => FormState::AwaitingSeller,
        };
        let (by, member, buyer) = (sides.by, sides.member.as_str(), sides.buyer.as_deref());
        let request = Request { invoice: &invoice, by, member, buyer, reason: self.reason, state, parts: &parts };
        let (form, open_until_ms) = request.write(ctx, &mut rates)?;
        RedRequested::tell(ctx, &invoice, &form, state, Some(open_until_ms));
        Ok(RedForm { form, state, open_until_ms })
    }
}
