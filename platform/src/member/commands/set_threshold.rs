use crate::{
    Command, Event as _,
    member::{ChangedThreshold, Refused},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parts of a threshold at most.
const DENOMINATOR_MAX: i64 = 1_000;

/// Says how many of the governing organisations have to vote for a proposal: more than this fraction of them. Decided by the governing
/// organisations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetThreshold {
    /// More than this many …
    pub numerator: i64,
    /// … of so many. `1` and `2`: more than half, the least. `2` and `3`: more than two thirds, as at first.
    pub denominator: i64,
}

/// The threshold that counts from now on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ThresholdSet {
    /// More than this many …
    pub numerator: i64,
    /// … of so many governing organisations.
    pub denominator: i64,
}

impl Command for SetThreshold {
    const NAME: &'static str = "member.set_threshold";
    type Output = ThresholdSet;
    type Refused = Refused;
    const BY_VOTE: bool = true;

    fn check(&self) -> Result<(), Refused> {
        let Self { numerator, denominator } = *self;
        let sound = (2..=DENOMINATOR_MAX).contains(&denominator)
            && (1..denominator).contains(&numerator)
            && 2 * numerator >= denominator;
        if sound { Ok(()) } else { Err(Refused::NotAThreshold { numerator, denominator }) }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<ThresholdSet, Refused> {
        let Self { numerator, denominator } = *self;
        ctx.run(
            "UPDATE member_threshold SET numerator = ?1, denominator = ?2, changed_height = ?3 WHERE id = 1",
            (numerator, denominator, ctx.height() as i64),
        )?;
        ChangedThreshold { numerator, denominator }.emit(ctx);
        Ok(ThresholdSet { numerator, denominator })
    }
}
