use crate::invoice::{
    Refused, Regime,
    rules::{self, Statement},
    taxpayer::Taxpayer,
    text,
};
use counterfoil_platform::{Command, types::Refusal};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sets what a taxpayer is from a day on: active, suspended or deregistered, how it is taxed, and where. Signed by the tax authority.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTaxpayer {
    /// The taxpayer.
    pub id: String,
    /// Whether it may issue invoices.
    pub state: TaxpayerState,
    /// How it is taxed.
    pub scale: Scale,
    /// Two digits in its Chinese numbers; left out: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The first day on which this holds; left out: today in China.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; left out: until it is set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Whether a taxpayer may issue invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxpayerState {
    /// It may.
    Active,
    /// Not for now.
    Suspended,
    /// It is no taxpayer any more.
    Deregistered,
}

/// How a taxpayer is taxed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// A general taxpayer (一般纳税人).
    #[default]
    General,
    /// A small-scale one (小规模纳税人).
    Small,
}

impl TaxpayerState {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deregistered => "deregistered",
        }
    }
}

impl Scale {
    /// Its name in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Small => "small",
        }
    }
}

/// Writes what a taxpayer is on some days, and tells it.
pub(super) fn insert(
    ctx: &mut Context<'_>,
    taxpayer: &str,
    state: TaxpayerState,
    scale: Scale,
    region: &str,
    statement: &Statement,
) -> Result<(), Refusal> {
    let Statement { number, from, until, by, time_ms } = statement;
    ctx.run(
        "INSERT INTO invoice_taxpayer_status (taxpayer, number, state, scale, region, from_day, until_day, set_by, set_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (taxpayer, number, state.as_str(), scale.as_str(), region, from, until, by, time_ms),
    )?;
    statement.tell(ctx, "invoice_taxpayer_status", format!("{taxpayer} {} {}", state.as_str(), scale.as_str()));
    Ok(())
}

impl Command for SetTaxpayer {
    const NAME: &'static str = "invoice.set_taxpayer";

    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        text::check("/id", &self.id, text::ID_MAX)?;
        rules::check_days(self.from.as_ref(), self.until.as_ref())?;
        match &self.region {
            Some(region) if region.len() != 2 || !region.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(Refused::Region { found: region.clone() })
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let statement = rules::state(ctx, self.from.as_ref(), self.until.as_ref())?;
        let taxpayer = Taxpayer::of_any_regime(ctx, "/id", &self.id)?;
        let before = ctx.query_opt(
            "SELECT region FROM invoice_taxpayer_status WHERE taxpayer = ?1 ORDER BY number DESC LIMIT 1",
            [&self.id],
            |row| row.get::<_, String>(0),
        )?;
        let region = match (&self.region, taxpayer.regime) {
            (Some(region), Regime::En16931) => return Err(Refused::Region { found: region.clone() }),
            (Some(region), Regime::CnVat) => region.clone(),
            (None, _) => before.unwrap_or_default(),
        };
        Ok(insert(ctx, &self.id, self.state, self.scale, &region, &statement)?)
    }
}
