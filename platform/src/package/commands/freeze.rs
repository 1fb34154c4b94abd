use crate::{
    Command, Event as _,
    package::{
        Frozen, Refused, Unfrozen,
        motion::{self, Motion, agrees},
    },
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stops a package: none of its actions can be called until its owners unfreeze it. Any one of its owners does it, alone and at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The package.
    pub package: String,
}

/// Votes that a frozen package can be called again; it can when enough of its owners have. A vote can be taken back until then.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfreeze {
    /// The package.
    pub package: String,
    /// Whether the sender's organisation agrees; `false` takes back that it did.
    #[serde(default = "agrees")]
    pub agree: bool,
}

/// Where a package stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PackageState {
    /// The package.
    pub package: String,
    /// `active` or `frozen`.
    pub state: String,
    /// How many owners must still agree to unfreeze it.
    pub missing: i64,
}

/// The owners and how many decide, if the package is in this state.
fn in_state(ctx: &Context<'_>, package: &str, wanted: &str) -> Result<(Vec<String>, i64), Refused> {
    let (owners, needed) = motion::owners(ctx, "/package", package)?;
    motion::require_owner(ctx, "/package", package, &owners)?;
    let state = ctx.query_opt("SELECT state FROM package WHERE name = ?1", [package], |row| row.get::<_, String>(0))?;
    match state {
        Some(state) if state != wanted => Err(Refused::NotNow { package: package.to_owned(), state }),
        _ => Ok((owners, needed)),
    }
}

fn set_state(ctx: &mut Context<'_>, package: &str, state: &str) -> Result<(), Refused> {
    ctx.run("UPDATE package SET state = ?2 WHERE name = ?1", (package, state))?;
    Ok(())
}

impl Command for Freeze {
    const NAME: &'static str = "package.freeze";
    type Output = PackageState;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PackageState, Refused> {
        in_state(ctx, &self.package, "active")?;
        set_state(ctx, &self.package, "frozen")?;
        Frozen { package: self.package.clone(), member: ctx.signers()[0].member().to_owned() }.emit(ctx);
        Ok(PackageState { package: self.package.clone(), state: "frozen".to_owned(), missing: 0 })
    }
}

impl Command for Unfreeze {
    const NAME: &'static str = "package.unfreeze";
    type Output = PackageState;
    type Refused = Refused;

    fn apply(&self, ctx: &mut Context<'_>) -> Result<PackageState, Refused> {
        let (owners, needed) = in_state(ctx, &self.package, "frozen")?;
        let (state, missing) = match Motion::Unfreeze.agree(ctx, &self.package, &owners, needed, self.agree)? {
            None => {
                set_state(ctx, &self.package, "active")?;
                Unfrozen { package: self.package.clone() }.emit(ctx);
                ("active", 0)
            }
            Some(missing) => ("frozen", missing),
        };
        Ok(PackageState { package: self.package.clone(), state: state.to_owned(), missing })
    }
}
