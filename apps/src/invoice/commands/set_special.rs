use super::Scale;
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

/// Allows special invoices to be issued under Chinese VAT, or no longer, on some days. Signed by the tax authority. A rule for a taxpayer
/// goes before that for its scale.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSpecial {
    /// Who issues them.
    pub issuer: Issuer,
    /// Whether special invoices of these days may be issued.
    pub allowed: bool,
    /// The first day; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// One taxpayer, or all of a scale that have no rule of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Issuer {
    /// The taxpayer of this id.
    Taxpayer(String),
    /// All taxpayers of this scale.
    Scale(Scale),
}

impl Issuer {
    /// As in `invoice_special`.
    fn as_str(&self) -> &str {
        match self {
            Self::Taxpayer(id) => id,
            Self::Scale(scale) => scale.as_str(),
        }
    }
}

impl Command for SetSpecial {
    const NAME: &'static str = "invoice.set_special";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        match &self.issuer {
            Issuer::Taxpayer(id) => text::check("/issuer/taxpayer", id, text::ID_MAX),
            Issuer::Scale(_) => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        if let Issuer::Taxpayer(id) = &self.issuer {
            let found = Taxpayer::find(ctx, Regime::CnVat, std::iter::once(id.as_str()))?;
            found.ok_or_else(|| Refused::UnknownTaxpayer { field: "/issuer/taxpayer".to_owned(), id: id.clone() })?;
        }
        let Statement { number, from, until, by, time_ms } = &statement;
        ctx.run(
            "INSERT INTO invoice_special (issuer, number, allowed, from_day, until_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (self.issuer.as_str(), number, self.allowed, from, until, by, time_ms),
        )?;
        statement.tell(ctx, "invoice_special", self.issuer.as_str().to_owned());
        Ok(())
    }
}
