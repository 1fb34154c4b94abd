//! Who sells, and at which rates: what the tax authority has set.

use super::{
    Refused, Regime,
    clear::read,
    rules::{self, EVER, covers},
};
use counterfoil_platform::types::{Genesis, Kid, Refusal, money::format_decimal};
use counterfoil_state::{Context, Reader};
use serde_json::json;

/// A registered taxpayer.
pub(super) struct Taxpayer {
    pub id: String,
    pub name: String,
    pub member: String,
    pub regime: Regime,
}

/// What a taxpayer is on a day.
pub(super) struct Status {
    /// `general` or `small`.
    pub scale: String,
    /// Digits 3 and 4 of its Chinese numbers.
    pub region: String,
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
                "SELECT name, member FROM invoice_taxpayer WHERE id = ?1 AND regime = ?2",
                (id, regime.as_str()),
                |row| Ok(Self { id: id.to_owned(), name: row.get(0)?, member: row.get(1)?, regime }),
            )?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A taxpayer of any regime; `field` is where a command names it.
    pub fn of_any_regime(ctx: &Context<'_>, field: &str, id: &str) -> Result<Self, Refused> {
        for regime in [Regime::CnVat, Regime::En16931] {
            if let Some(found) = Self::find(ctx, regime, std::iter::once(id))? {
                return Ok(found);
            }
        }
        Err(Refused::UnknownTaxpayer { field: field.to_owned(), id: id.to_owned() })
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

    /// What it is on a day; refuses unless it is active then.
    pub fn require_active(&self, ctx: &Context<'_>, field: &str, day: &str) -> Result<Status, Refused> {
        let sql = concat!(
            "SELECT state, scale, region FROM invoice_taxpayer_status WHERE taxpayer = ?1 AND ",
            covers!("?2"),
            " ORDER BY number DESC LIMIT 1"
        );
        let found = ctx.query_opt(sql, (&self.id, day), |row| {
            Ok((row.get::<_, String>(0)?, Status { scale: row.get(1)?, region: row.get(2)? }))
        })?;
        let state = match found {
            Some((state, status)) if state == "active" => return Ok(status),
            Some((state, _)) => state,
            None => "not yet registered".to_owned(),
        };
        Err(Refused::NotActive { field: field.to_owned(), seller: self.id.clone(), state, day: day.to_owned() })
    }
}

/// A registered taxpayer, as a node reads it.
pub(super) struct Registered {
    pub id: String,
    pub member: String,
}

impl Registered {
    /// The first of `ids` that is registered in a regime.
    pub fn find(reader: &Reader, regime: Regime, ids: &[&str]) -> Result<Option<Self>, Refusal> {
        let sql = "SELECT member FROM invoice_taxpayer WHERE id = ?1 AND regime = ?2";
        for id in ids {
            let rows = read::rows(reader, sql, &[json!(id), json!(regime.as_str())])?;
            if let Some(member) = rows.first().and_then(|row| row.first()?.as_str()) {
                return Ok(Some(Self { id: (*id).to_owned(), member: member.to_owned() }));
            }
        }
        Ok(None)
    }
}

/// Stands in `invoice_rate` for any rate that the category's own rules allow.
pub(super) const ANY_RATE: i64 = -1;

/// Refuses a rate that the tax authority does not allow on a day; `field` is where the invoice names it.
pub(super) fn require_rate(
    ctx: &Context<'_>,
    regime: Regime,
    status: &Status,
    category: &str,
    rate: i64,
    day: &str,
    field: impl FnOnce() -> String,
) -> Result<(), Refused> {
    // Of each rate and scale that the invoice's falls under, the newest row that covers the day; one that allows it is enough. Each is
    // one search of the key, and mostly the first is all: in one statement they took three times as long.
    let sql = concat!(
        "SELECT allowed FROM invoice_rate WHERE regime = ?1 AND category = ?2 AND rate = ?3 AND scale = ?4 AND ",
        covers!("?5"),
        " ORDER BY number DESC LIMIT 1"
    );
    for (of, scale) in [(rate, status.scale.as_str()), (rate, ""), (ANY_RATE, status.scale.as_str()), (ANY_RATE, "")] {
        let allowed = ctx.query_opt(sql, (regime.as_str(), category, of, scale, day), |row| row.get::<_, bool>(0))?;
        if allowed == Some(true) {
            return Ok(());
        }
    }
    Err(Refused::Rate {
        field: field(),
        regime: regime.as_str(),
        category: category.to_owned(),
        rate: format_decimal(rate, 4),
        day: day.to_owned(),
    })
}

/// The rates at genesis, with the scale of taxpayers that may use them: those of Chinese VAT, and every category of EN 16931.
pub(super) fn defaults() -> Vec<(Regime, &'static str, i64, &'static str)> {
    let mut rates = Vec::new();
    for rate in [1_300, 900, 600] {
        rates.push((Regime::CnVat, "standard", rate, "general"));
    }
    for rate in [500, 300, 100] {
        rates.push((Regime::CnVat, "standard", rate, ""));
    }
    for rate in [500, 300, 150, 100, 50] {
        rates.push((Regime::CnVat, "simplified", rate, ""));
    }
    for category in ["exempt", "untaxed", "zero-rated"] {
        rates.push((Regime::CnVat, category, 0, ""));
    }
    for category in ["S", "L", "M", "B"] {
        rates.push((Regime::En16931, category, ANY_RATE, ""));
    }
    for category in ["Z", "E", "AE", "K", "G", "O"] {
        rates.push((Regime::En16931, category, 0, ""));
    }
    rates
}

/// Writes the rules of genesis.
pub(super) fn genesis(ctx: &mut Context<'_>, _: &Genesis) -> Result<(), Refusal> {
    for (regime, category, rate, scale) in defaults() {
        ctx.run(
            "INSERT INTO invoice_rate (regime, category, rate, scale, number, allowed, from_day, set_by, set_ms)
             VALUES (?1, ?2, ?3, ?4, 0, 1, ?5, '', 0)",
            (regime.as_str(), category, rate, scale, EVER),
        )?;
    }
    rules::genesis(ctx)
}
