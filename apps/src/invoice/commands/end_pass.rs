use crate::invoice::{Refused, Returned, TakenBack, history, holder, standing::Standing};
use counterfoil_platform::{Command, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes an invoice back from an organisation that does not use it; signed by its holder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// The invoice's id.
    pub invoice: String,
    /// The organisation to which it was passed on.
    pub from: String,
}

/// Gives an invoice that the organisation does not use back to its holder; signed by the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The invoice's id.
    pub invoice: String,
    /// The organisation to which it was passed on.
    pub organisation: String,
}

/// Ends that an organisation has an invoice, unless it uses it; `field` names the organisation.
fn end(ctx: &mut Context<'_>, invoice: &Standing, field: &str, organisation: &str) -> Result<(), Refused> {
    if !holder::is_passed_to(ctx, &invoice.id, organisation)? {
        let (field, organisation) = (field.to_owned(), organisation.to_owned());
        return Err(Refused::NotPassedOn { field, invoice: invoice.id.clone(), organisation });
    }
    if let Some(user) = invoice.user().filter(|user| user.organisation == organisation) {
        return Err(invoice.in_use("/invoice", user));
    }
    let sql = "DELETE FROM invoice_pass WHERE invoice = ?1 AND organisation = ?2";
    ctx.run(sql, (&invoice.id, organisation))?;
    Ok(())
}

impl Command for TakeBack {
    const NAME: &'static str = "invoice.take_back";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let invoice = Standing::read(ctx, "/invoice", &self.invoice)?;
        let member = holder::require_signature(ctx, &invoice)?;
        end(ctx, &invoice, "/from", &self.from)?;
        history::write(ctx, &invoice.id, "taken_back", Some(member), Some(&self.from), None)?;
        TakenBack::tell(ctx, &invoice);
        Ok(())
    }
}

impl Command for Return {
    const NAME: &'static str = "invoice.return";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        member::require_signature(ctx, &self.organisation).map_err(|refusal| refusal.at("/organisation"))?;
        let invoice = Standing::read(ctx, "/invoice", &self.invoice)?;
        end(ctx, &invoice, "/organisation", &self.organisation)?;
        let holder = invoice.holder.as_ref().map(|holder| holder.member.as_str());
        history::write(ctx, &invoice.id, "returned", Some(&self.organisation), holder, None)?;
        Returned::tell(ctx, &invoice);
        Ok(())
    }
}
