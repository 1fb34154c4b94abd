use crate::invoice::{
    Refused,
    decimal::Fixed,
    rules::{self, Statement},
    sealing,
    taxpayer::Taxpayer,
    text,
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sets how many invoices a taxpayer may issue in a month, and for how much together. Signed by the tax authority. Without one there is
/// no limit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetQuota {
    /// The taxpayer.
    pub taxpayer: String,
    /// Of invoices in this currency.
    pub currency: String,
    /// Invoices of a month at most; left out: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoices: Option<u32>,
    /// Their totals together at most; left out: any amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Fixed<2>>,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Command for SetQuota {
    const NAME: &'static str = "invoice.set_quota";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        text::check("/taxpayer", &self.taxpayer, text::ID_MAX)?;
        text::check_currency("/currency", &self.currency)?;
        let Some(amount) = self.amount else { return Ok(()) };
        if amount.0 < 0 {
            let (field, found) = ("/amount".to_owned(), amount.to_string());
            return Err(Refused::Sign { field, expected: "0 or more", found });
        }
        sealing::check_amounts(&[amount])
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        Taxpayer::of_any_regime(ctx, "/taxpayer", &self.taxpayer)?;
        let Statement { number, from, until, by, time_ms } = &statement;
        let amount = self.amount.map(|amount| amount.0);
        ctx.run(
            "INSERT INTO invoice_quota (taxpayer, currency, number, invoices_max, issued_max_minor, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (&self.taxpayer, &self.currency, number, self.invoices, amount, from, until, by, time_ms),
        )?;
        statement.tell(ctx, "invoice_quota", format!("{} {}", self.taxpayer, self.currency));
        Ok(())
    }
}
