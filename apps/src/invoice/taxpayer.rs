//! Who sells, and at which rates: what the tax authority has set.

use super::{Refused, Regime};
use counterfoil_platform::types::{Kid, Refusal, money::format_decimal};
use counterfoil_state::Context;

/// A registered taxpayer.
pub(super) struct Taxpayer {
    pub id: String,
    pub name: String,
    pub region: String,
    member: String,
}

impl Taxpayer {
    /// The first of `ids` that is registered in a regime.
    pub fn find<'i>(
        ctx: &Context<'_>,
        regime: Regime,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<Option<Self>, Refusal> {
        for id in ids {
            let found = ctx.query_opt(
                "SELECT name, member, region FROM invoice_taxpayer WHERE id = ?1 AND regime = ?2 AND state = 'active'",
                (id, regime.as_str()),
                |row| Ok(Self { id: id.to_owned(), name: row.get(0)?, member: row.get(1)?, region: row.get(2)? }),
            )?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Refuses unless a key of its member signed; `field` is where the invoice names it.
    pub fn require_signature(&self, ctx: &Context<'_>, field: &str) -> Result<(), Refused> {
        if ctx.signers().iter().any(|kid| kid.member() == self.member) {
            return Ok(());
        }
        let signers: Vec<_> = ctx.signers().iter().map(Kid::as_str).collect();
        Err(Refused::NotTheSeller {
            field: field.to_owned(),
            seller: self.id.clone(),
            member: self.member.clone(),
            signers: signers.join(", "),
        })
    }
}

/// Stands in `invoice_rate` for any rate that the category's own rules allow.
pub(super) const ANY_RATE: i64 = -1;

/// Refuses a rate that the tax authority does not allow; `field` is where the invoice names it.
pub(super) fn require_rate(
    ctx: &Context<'_>,
    regime: Regime,
    category: &str,
    rate: i64,
    field: impl FnOnce() -> String,
) -> Result<(), Refused> {
    let found = ctx.query_opt(
        "SELECT 1 FROM invoice_rate WHERE regime = ?1 AND category = ?2 AND rate IN (?3, ?4)",
        (regime.as_str(), category, rate, ANY_RATE),
        |_| Ok(()),
    )?;
    let rate = || format_decimal(rate, 4);
    let refused =
        || Refused::Rate { field: field(), regime: regime.as_str(), category: category.to_owned(), rate: rate() };
    found.ok_or_else(refused)
}

/// The rates at genesis: those of Chinese VAT, and every category of EN 16931.
pub(super) fn defaults() -> Vec<(Regime, &'static str, i64)> {
    let mut rates = Vec::new();
    for rate in [1_300, 900, 600, 500, 300, 100] {
        rates.push((Regime::CnVat, "standard", rate));
    }
    for rate in [500, 300, 150, 100, 50] {
        rates.push((Regime::CnVat, "simplified", rate));
    }
    for category in ["exempt", "untaxed", "zero-rated"] {
        rates.push((Regime::CnVat, category, 0));
    }
    for category in ["S", "L", "M", "B"] {
        rates.push((Regime::En16931, category, ANY_RATE));
    }
    for category in ["Z", "E", "AE", "K", "G", "O"] {
        rates.push((Regime::En16931, category, 0));
    }
    rates
}

/// Writes the rates of genesis.
pub(super) fn genesis(ctx: &mut Context<'_>, _: &counterfoil_platform::types::Genesis) -> Result<(), Refusal> {
    for (regime, category, rate) in defaults() {
        ctx.run(
            "INSERT INTO invoice_rate (regime, category, rate) VALUES (?1, ?2, ?3)",
            (regime.as_str(), category, rate),
        )?;
    }
    Ok(())
}
