use crate::invoice::{RateSet, Refused, Regime, decimal::Fixed, taxpayer::ANY_RATE, text};
use counterfoil_platform::{
    Command, Event,
    member::{self, roles},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Allows a tax rate, or no longer. Signed by the tax authority; invoices issued before stay as they are.
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
    /// Whether invoices may use it from now on.
    pub allowed: bool,
}

impl Command for SetRate {
    const NAME: &'static str = "invoice.set_rate";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/category", &self.category, text::ID_MAX)?;
        match self.rate {
            Some(rate) if !(0..=10_000).contains(&rate.0) => {
                Err(Refused::Sign { field: "/rate".to_owned(), expected: "0 to 1", found: rate.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        member::require_role(ctx, roles::TAX_AUTHORITY)?;
        let rate = self.rate.map_or(ANY_RATE, |rate| rate.0);
        let sql = if self.allowed {
            "INSERT INTO invoice_rate (regime, category, rate) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM invoice_rate WHERE regime = ?1 AND category = ?2 AND rate = ?3"
        };
        ctx.run(sql, (self.regime.as_str(), &self.category, rate))?;
        let (regime, category) = (self.regime.as_str().to_owned(), self.category.clone());
        RateSet { regime, category, rate, allowed: self.allowed }.emit(ctx);
        Ok(())
    }
}
