use crate::invoice::{Closed, Refused, Unlocked, batch, history, holder, standing::Standing};
use counterfoil_platform::{Command, member};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lets invoices go out of an organisation's reimbursement; they are open again. All or none, signed by the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// The organisation that has locked them.
    pub organisation: String,
    /// Ids of the invoices, up to 1,000.
    pub invoices: Vec<String>,
}

/// Says that locked invoices are reimbursed, for good; all or none. Signed by the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The organisation that has locked them.
    pub organisation: String,
    /// Ids of the invoices, up to 1,000.
    pub invoices: Vec<String>,
}

/// Refuses unless an organisation has locked an invoice.
fn require_locked(invoice: &Standing, field: &str, organisation: &str) -> Result<(), Refused> {
    let (field, id) = (field.to_owned(), invoice.id.clone());
    match invoice.reimbursement.as_ref().filter(|user| user.organisation == organisation) {
        Some(user) if user.state == "locked" => Ok(()),
        Some(_) => Err(Refused::IsClosed { field, invoice: id }),
        None => Err(Refused::NotLocked { field, invoice: id, organisation: organisation.to_owned() }),
    }
}

impl Command for Unlock {
    const NAME: &'static str = "invoice.unlock";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        batch::weight(&self.invoices, 3)
    }

    fn check(&self) -> Result<(), Refused> {
        batch::check(&self.invoices)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let organisation = self.organisation.as_str();
        member::require_signature(ctx, organisation).map_err(|refusal| refusal.at("/organisation"))?;
        let check = |invoice: &Standing, field: &str| require_locked(invoice, field, organisation);
        for invoice in &batch::read(ctx, &self.invoices, check)? {
            ctx.run("DELETE FROM invoice_reimbursement WHERE invoice = ?1", [&invoice.id])?;
            ctx.run("UPDATE invoice_pass SET state = 'open' WHERE invoice = ?1", [&invoice.id])?;
            history::write(ctx, &invoice.id, "unlocked", Some(organisation), None, None)?;
            Unlocked::tell(ctx, invoice);
        }
        Ok(())
    }
}

impl Command for Close {
    const NAME: &'static str = "invoice.close";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        batch::weight(&self.invoices, 2)
    }

    fn check(&self) -> Result<(), Refused> {
        batch::check(&self.invoices)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let organisation = self.organisation.as_str();
        holder::require_user(ctx, organisation)?;
        let invoices = batch::read(ctx, &self.invoices, |invoice, field| {
            require_locked(invoice, field, organisation)?;
            invoice.require_whole(field)
        })?;
        let time_ms = ctx.time_ms() as i64;
        for invoice in &invoices {
            ctx.run(
                "UPDATE invoice_reimbursement SET state = 'closed', closed_ms = ?2 WHERE invoice = ?1",
                (&invoice.id, time_ms),
            )?;
            history::write(ctx, &invoice.id, "closed", Some(organisation), None, None)?;
            Closed::tell(ctx, invoice);
        }
        Ok(())
    }
}
