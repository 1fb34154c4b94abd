use crate::invoice::{
    FormState, Party, RedConfirmed, RedRefused, RedWithdrawn, Refused,
    red::{self, Form},
    standing::Standing,
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Agrees to a red letter that the other side has asked for; signed by the side that is awaited.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRed {
    /// The form.
    pub form: String,
}

/// Refuses a red letter that the other side has asked for; signed by the side that is awaited.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseRed {
    /// The form.
    pub form: String,
}

/// Takes back that a red letter was asked for, until it is issued; signed by the side that had asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRed {
    /// The form.
    pub form: String,
}

/// The form of this id, with the member that has signed for the side that is awaited.
fn awaiting(ctx: &Context<'_>, form: &str) -> Result<(Form, Party, String), Refused> {
    let form = Form::read(ctx, form)?;
    let party = if form.requested_by == Party::Seller { Party::Buyer } else { Party::Seller };
    let member = form.require_party(ctx, party)?;
    form.require_state(ctx, &[FormState::AwaitingBuyer, FormState::AwaitingSeller])?;
    Ok((form, party, member))
}

impl Command for ConfirmRed {
    const NAME: &'static str = "invoice.confirm_red";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let (form, party, member) = awaiting(ctx, &self.form)?;
        let invoice = Standing::read(ctx, "/form", &form.invoice)?;
        if party == Party::Seller {
            red::require_active_seller(ctx, "/form", &invoice.seller)?;
        }
        let open_until_ms = form.confirm(ctx, &member)?;
        RedConfirmed::tell(ctx, &invoice, &form.id, FormState::Confirmed, Some(open_until_ms));
        Ok(())
    }
}

impl Command for RefuseRed {
    const NAME: &'static str = "invoice.refuse_red";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let (form, party, member) = awaiting(ctx, &self.form)?;
        let invoice = Standing::read(ctx, "/form", &form.invoice)?;
        let state = match party {
            Party::Buyer => FormState::RefusedByBuyer,
            Party::Seller => FormState::RefusedBySeller,
        };
        form.end(ctx, state, Some(&member))?;
        RedRefused::tell(ctx, &invoice, &form.id, state, None);
        Ok(())
    }
}

impl Command for WithdrawRed {
    const NAME: &'static str = "invoice.withdraw_red";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        4
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let form = Form::read(ctx, &self.form)?;
        let member = form.require_party(ctx, form.requested_by)?;
        form.require_state(ctx, FormState::OPEN)?;
        let invoice = Standing::read(ctx, "/form", &form.invoice)?;
        form.end(ctx, FormState::Withdrawn, Some(&member))?;
        RedWithdrawn::tell(ctx, &invoice, &form.id, FormState::Withdrawn, None);
        Ok(())
    }
}
