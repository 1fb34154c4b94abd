use crate::invoice::{
    Refused,
    decimal::Fixed,
    rules::{self, Statement},
};
use counterfoil_platform::Command;
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Allows codes of goods and services that begin with some digits, or no longer, on some days. Signed by the tax authority.
///
/// Of all rules whose prefix a code has, the longest decides. Codes stand in sealed items, so the seller's node judges them before it
/// signs, and the tax authority's when the invoice arrives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTaxCode {
    /// Up to 19 digits; an empty prefix is that of all codes.
    pub prefix: String,
    /// Whether items of these days may have such codes.
    pub allowed: bool,
    /// Only at these rates; left out: at any that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<Vec<Fixed<4>>>,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Command for SetTaxCode {
    const NAME: &'static str = "invoice.set_tax_code";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        if self.prefix.len() > 19 || !self.prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refused::TaxCode { field: "/prefix".to_owned(), found: self.prefix.clone() });
        }
        for (at, rate) in self.rates.iter().flatten().enumerate() {
            if !(0..=10_000).contains(&rate.0) {
                let (field, found) = (format!("/rates/{at}"), rate.to_string());
                return Err(Refused::Sign { field, expected: "0 to 1", found });
            }
        }
        Ok(())
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        let Statement { number, from, until, by, time_ms } = &statement;
        let rates = self.rates.as_ref().map(|rates| {
            let rates: Vec<_> = rates.iter().map(|rate| rate.0.to_string()).collect();
            format!("[{}]", rates.join(","))
        });
        ctx.run(
            "INSERT INTO invoice_tax_code (prefix, number, allowed, rates, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (&self.prefix, number, self.allowed, rates, from, until, by, time_ms),
        )?;
        statement.tell(ctx, "invoice_tax_code", self.prefix.clone());
        Ok(())
    }
}
