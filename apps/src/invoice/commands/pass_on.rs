use crate::invoice::{PassedOn, Refused, history, holder, standing::Standing};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Organisations that can have an invoice at a time.
const RECIPIENTS_MAX: i64 = 8;

/// Passes an invoice on to an organisation, which may then reimburse it; signed by its holder, a person.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassOn {
    /// The invoice's id.
    pub invoice: String,
    /// The organisation.
    pub to: String,
}

impl Command for PassOn {
    const NAME: &'static str = "invoice.pass_on";

    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        3
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let invoice = Standing::read(ctx, "/invoice", &self.invoice)?;
        invoice.require_reimbursable("/invoice")?;
        let member = holder::require_signature(ctx, &invoice)?;
        if invoice.holder.as_ref().is_some_and(|holder| holder.is_organisation) {
            return Err(Refused::ReimbursesItsOwn { invoice: invoice.id.clone(), member: member.to_owned() });
        }
        holder::require_organisation(ctx, "/to", &self.to)?;
        invoice.require_whole("/invoice")?;
        if let Some(user) = invoice.user() {
            return Err(invoice.in_use("/invoice", user));
        }
        if holder::is_passed_to(ctx, &invoice.id, &self.to)? {
            return Err(Refused::IsPassedOn { invoice: invoice.id.clone(), to: self.to.clone() });
        }
        let count = "SELECT count(*) FROM invoice_pass WHERE invoice = ?1";
        let found: Option<i64> = ctx.query_opt(count, [&invoice.id], |row| row.get(0))?;
        if found >= Some(RECIPIENTS_MAX) {
            return Err(Refused::Recipients { invoice: invoice.id.clone(), most: RECIPIENTS_MAX });
        }
        let time_ms = ctx.time_ms() as i64;
        ctx.run(
            "INSERT INTO invoice_pass (invoice, organisation, state, passed_ms) VALUES (?1, ?2, 'open', ?3)",
            (&invoice.id, &self.to, time_ms),
        )?;
        history::write(ctx, &invoice.id, "passed_on", Some(member), Some(&self.to), None)?;
        PassedOn::tell(ctx, &invoice);
        Ok(())
    }
}
