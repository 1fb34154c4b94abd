use crate::invoice::{
    Refused, Regime,
    rules::{self, Statement},
    taxpayer::Taxpayer,
    text,
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Allows invoices without a payment on the ledger, or no longer, on some days. Signed by the tax authority. A rule for a taxpayer goes
/// before that for its regime.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUnpaid {
    /// The tax law.
    pub regime: Regime,
    /// Only for this taxpayer of the regime; left out: for all that have no rule of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxpayer: Option<String>,
    /// Whether invoices of these days may be without a payment.
    pub allowed: bool,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Command for SetUnpaid {
    const NAME: &'static str = "invoice.set_unpaid";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        text::check_optional("/taxpayer", self.taxpayer.as_ref(), text::ID_MAX)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        if let Some(id) = &self.taxpayer {
            let found = Taxpayer::find(ctx, self.regime, std::iter::once(id.as_str()))?;
            found.ok_or_else(|| Refused::UnknownTaxpayer { field: "/taxpayer".to_owned(), id: id.clone() })?;
        }
        let Statement { number, from, until, by, time_ms } = &statement;
        let taxpayer = self.taxpayer.as_deref().unwrap_or_default();
        ctx.run(
            "INSERT INTO invoice_unpaid (regime, taxpayer, number, allowed, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (self.regime.as_str(), taxpayer, number, self.allowed, from, until, by, time_ms),
        )?;
        statement.tell(ctx, "invoice_unpaid", format!("{} {taxpayer}", self.regime.as_str()).trim_end().to_owned());
        Ok(())
    }
}
