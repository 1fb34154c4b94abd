use crate::{
    Command, member,
    package::{Arguments, Refused, stored::StoredAction},
    sql::SqlValue,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Calls an action of a package, in the sender's name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallAction {
    /// The action, `package.action`.
    pub action: String,
    /// The version of the package; the newest if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The action's parameters by name.
    #[serde(default)]
    pub with: Arguments,
}

/// What an action gives: the rows of its last SELECT, if it has one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// The version that was called.
    pub version: i64,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<SqlValue>>,
}

impl CallAction {
    /// A call of the newest version.
    pub fn new(action: impl Into<String>, with: Arguments) -> Self {
        Self { action: action.into(), version: None, with }
    }

    /// The action, if it can be called now.
    fn find(&self, ctx: &Context<'_>) -> Result<StoredAction, Refused> {
        let Some((package, name)) = self.action.split_once('.') else {
            return Err(Refused::NotAnAction { action: self.action.clone() });
        };
        let newest = ctx.query_opt("SELECT p.version, p.state = 'frozen' OR m.state <> 'active' FROM package p JOIN member m ON m.id = p.name WHERE p.name = ?1", [package], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
        })?;
        let (newest, frozen) =
            newest.ok_or_else(|| Refused::NoPackage { field: "/action", package: package.to_owned() })?;
        if frozen {
            return Err(Refused::Frozen { package: package.to_owned() });
        }
        let version = self.version.unwrap_or(newest);
        let sql = "SELECT state FROM package_version WHERE package = ?1 AND version = ?2";
        let state = ctx.query_opt(sql, (package, version), |row| row.get::<_, String>(0))?;
        let state = state.unwrap_or_else(|| "unknown".to_owned());
        if state != "active" {
            let field = if self.version.is_some() { "/version" } else { "/action" };
            return Err(Refused::NotActive { field, package: package.to_owned(), version, state });
        }
        let found = StoredAction::find(ctx, package, version, name)?;
        // Only an action of the package itself carries the package's signature.
        let within = ctx.signers()[1..].contains(&member::signature_of(package));
        found.filter(|action| action.public || within).ok_or_else(|| Refused::NoAction {
            package: package.to_owned(),
            version,
            action: name.to_owned(),
        })
    }
}

impl Command for CallAction {
    const NAME: &'static str = "package.call";
    type Output = Outcome;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        8
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Outcome, Refused> {
        let action = self.find(ctx)?;
        let rows = action.run(ctx, &self.with)?;
        let values = rows.rows.into_iter().map(|row| row.into_iter().map(SqlValue).collect()).collect();
        Ok(Outcome { version: action.version, columns: rows.columns, rows: values })
    }
}
