use crate::{
    Command,
    package::{Refused, VersionState, motion, vote},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Votes on a proposed version of a package, by one of those who decide on it; the vote that is enough deploys or rejects it.
///
/// A version that cannot be deployed, because its migration fails for example, refuses that vote: the version before stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The package.
    pub package: String,
    /// The version.
    pub version: i64,
    /// Whether the sender's organisation agrees.
    pub agree: bool,
}

impl Command for Vote {
    const NAME: &'static str = "package.vote";
    type Output = VersionState;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        500
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<VersionState, Refused> {
        let (package, version) = (self.package.as_str(), self.version);
        let found = ctx.query_opt(
            "SELECT state, owners, approvals FROM package_version WHERE package = ?1 AND version = ?2",
            (package, version),
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)),
        )?;
        let not_proposed = |state: String| Refused::NotProposed { package: package.to_owned(), version, state };
        let (state, named, approvals) = found.ok_or_else(|| not_proposed("unknown".to_owned()))?;
        if state != "proposed" {
            return Err(not_proposed(state));
        }
        let deployed = ctx.query_opt("SELECT 1 FROM package WHERE name = ?1", [package], |_| Ok(()))?.is_some();
        let (owners, needed) = if deployed {
            motion::owners(ctx, "/package", package)?
        } else {
            (serde_json::from_str(&named).expect("owners were written"), approvals)
        };
        motion::require_owner(ctx, "/package", package, &owners)?;
        vote::on_version(ctx, package, version, (&owners, needed), self.agree)
    }
}
