use super::{
    Refused,
    account::counted,
    text::{At, DAY_MS},
};
use counterfoil_state::Context;
use counterfoil_types::{
    Refusal,
    money::{NotADecimal, format_decimal, parse_decimal},
};

/// What is counted how: the part of an asset that a movement depends on.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub asset: String,
    pub issuer: String,
    pub decimals: u32,
    day_offset_minutes: i64,
}

impl Terms {
    /// The asset, which a command names in `field`.
    pub(super) fn read(ctx: &Context<'_>, field: &str, asset: &str) -> Result<Self, Refused> {
        Self::find(ctx, asset)?.ok_or_else(|| Refused::NoAsset { field: field.to_owned(), asset: asset.to_owned() })
    }

    fn find(ctx: &Context<'_>, asset: &str) -> Result<Option<Self>, Refusal> {
        ctx.query_opt("SELECT issuer, decimals, day_offset_minutes FROM asset WHERE id = ?1", [asset], |row| {
            let (issuer, decimals, day_offset_minutes) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Self { asset: asset.to_owned(), issuer, decimals, day_offset_minutes })
        })
    }

    /// The minor units of an amount that has stood [`text::amount`](super::text::amount).
    pub(super) fn minor(&self, at: At, field: &str, text: &str) -> Result<i64, Refused> {
        let read = parse_decimal(text, self.decimals).and_then(|minor| counted(minor).ok_or(NotADecimal::Range));
        read.map_err(|error| {
            let (field, text, asset) = (at.field(field), text.to_owned(), self.asset.clone());
            match error {
                NotADecimal::Form => Refused::NotAnAmount { field, text },
                NotADecimal::Places(decimals) => Refused::TooManyDecimals { field, text, asset, decimals },
                NotADecimal::Range => Refused::AmountBeyondRange { field, text, asset },
            }
        })
    }

    /// Minor units as people write them.
    pub(super) fn shown(&self, minor: i64) -> String {
        format_decimal(minor, self.decimals)
    }

    /// The business day of a time: days since 1970-01-01.
    pub(super) fn day(&self, time_ms: i64) -> i64 {
        (time_ms + self.day_offset_minutes * 60_000).div_euclid(DAY_MS)
    }
}
