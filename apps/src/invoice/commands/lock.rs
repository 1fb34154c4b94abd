use crate::invoice::{Locked, Refused, batch, history, holder, text};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes invoices into an organisation's reimbursement, so that no other can take them; all or none. Signed by the organisation, which
/// holds them or to which they were passed on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The organisation.
    pub organisation: String,
    /// The organisation's own reference, which all members see; up to 100 characters.
    pub reference: String,
    /// Ids of the invoices, up to 1,000.
    pub invoices: Vec<String>,
}

impl Command for Lock {
    const NAME: &'static str = "invoice.lock";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        batch::weight(&self.invoices, 3)
    }

    fn check(&self) -> Result<(), Refused> {
        text::check("/reference", &self.reference, text::ID_MAX)?;
        batch::check(&self.invoices)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let organisation = self.organisation.as_str();
        holder::require_user(ctx, organisation)?;
        let invoices = batch::read(ctx, &self.invoices, |invoice, field| {
            invoice.require_reimbursable(field)?;
            invoice.require_access(ctx, field, organisation)?;
            if let Some(user) = &invoice.reimbursement {
                return Err(invoice.in_use(field, user));
            }
            invoice.require_no_other_user(field, organisation)?;
            invoice.require_whole(field)
        })?;
        let time_ms = ctx.time_ms() as i64;
        for invoice in &invoices {
            ctx.run(
                "INSERT INTO invoice_reimbursement (invoice, organisation, state, reference, locked_ms)
                 VALUES (?1, ?2, 'locked', ?3, ?4)",
                (&invoice.id, organisation, &self.reference, time_ms),
            )?;
            ctx.run("UPDATE invoice_pass SET state = 'taken' WHERE invoice = ?1", [&invoice.id])?;
            history::write(ctx, &invoice.id, "locked", Some(organisation), None, Some(&self.reference))?;
            Locked::tell(ctx, invoice);
        }
        Ok(())
    }
}
