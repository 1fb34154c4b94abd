use crate::{
    Command, Event as _,
    package::{
        Refused, Retired, VersionState,
        motion::{self, Motion, agrees},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Votes that a version of a package is called no more; so it is, for good, when enough of the package's owners have. A vote can be taken
/// back until then.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// The package.
    pub package: String,
    /// The version.
    pub version: i64,
    /// Whether the sender's organisation agrees; `false` takes back that it did.
    #[serde(default = "agrees")]
    pub agree: bool,
}

impl Command for Retire {
    const NAME: &'static str = "package.retire";
    type Output = VersionState;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<VersionState, Refused> {
        let (package, version) = (self.package.as_str(), self.version);
        let (owners, needed) = motion::owners(ctx, "/package", package)?;
        motion::require_owner(ctx, "/package", package, &owners)?;
        let sql = "SELECT state FROM package_version WHERE package = ?1 AND version = ?2";
        let state = ctx.query_opt(sql, (package, version), |row| row.get::<_, String>(0))?;
        let state = state.unwrap_or_else(|| "unknown".to_owned());
        if state != "active" {
            return Err(Refused::NotActive { field: "/version", package: package.to_owned(), version, state });
        }
        let (state, missing) = match Motion::Retire(version).agree(ctx, package, &owners, needed, self.agree)? {
            None => {
                let sql = "UPDATE package_version SET state = 'retired' WHERE package = ?1 AND version = ?2";
                ctx.run(sql, (package, version))?;
                Retired { package: package.to_owned(), version }.emit(ctx);
                ("retired", 0)
            }
            Some(missing) => ("active", missing),
        };
        Ok(VersionState { package: package.to_owned(), version, state: state.to_owned(), missing })
    }
}
