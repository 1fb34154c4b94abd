use super::Scale;
use crate::invoice::{
    Refused, Regime,
    decimal::Fixed,
    rules::{self, Statement},
    taxpayer::ANY_RATE,
    text,
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Allows a tax rate, or no longer, on some days. Signed by the tax authority; invoices issued before stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRate {
    /// The tax law.
    pub regime: Regime,
    /// In `cn-vat`: `standard` or a preference mark; in `en16931`: the VAT category, such as `S`.
    pub category: String,
    /// Rate, such as `0.13`; left out: any that the category's own rules allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Fixed<4>>,
    /// Only for taxpayers of this scale; left out: for all. A rate is allowed where a rule for all or one for the scale allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Whether invoices of these days may use it.
    pub allowed: bool,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Command for SetRate {
    const NAME: &'static str = "invoice.set_rate";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/category", &self.category, text::ID_MAX)?;
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        match self.rate {
            Some(rate) if !(0..=10_000).contains(&rate.0) => {
                Err(Refused::Sign { field: "/rate".to_owned(), expected: "0 to 1", found: rate.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        let Statement { number, from, until, by, time_ms } = &statement;
        let (rate, scale) = (self.rate.map_or(ANY_RATE, |rate| rate.0), self.scale.map_or("", Scale::as_str));
        ctx.run(
            "INSERT INTO invoice_rate (regime, category, rate, scale, number, allowed, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            (self.regime.as_str(), &self.category, rate, scale, number, self.allowed, from, until, by, time_ms),
        )?;
        let rate = self.rate.map_or_else(|| "any".to_owned(), |rate| rate.to_string());
        statement.tell(ctx, "invoice_rate", format!("{} {} {rate}", self.regime.as_str(), self.category));
        Ok(())
    }
}
