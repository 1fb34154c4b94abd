//! Actions as the ledger keeps them: checked once, when they are deployed.

use super::Refused;
use counterfoil_sql::{Action, Effect, Kind, Role, Statement, Step};
use counterfoil_state::Context;
use counterfoil_types::{Refusal, Value};
use serde::{Deserialize, Serialize};

/// An action that can be executed.
#[derive(Debug, Clone)]
pub(super) struct StoredAction {
    pub package: String,
    pub version: i64,
    pub name: String,
    pub public: bool,
    pub parameters: Vec<StoredParameter>,
    pub steps: Vec<StoredStep>,
}

/// A parameter of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredParameter {
    pub name: String,
    /// `INTEGER`, `TEXT` or `BLOB`.
    pub r#type: String,
    pub nullable: bool,
}

/// A statement of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredStep {
    pub line: u32,
    pub does: Does,
    pub sql: String,
    /// Whether it touches one row at most and reads no others, so that a failure has one cause.
    pub exact: bool,
    /// The names of its columns, where it is the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// What is done with the rows of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Does {
    Write,
    Result,
    Require,
    Emit,
    Call,
    Transfer,
}

impl From<Role> for Does {
    fn from(role: Role) -> Self {
        match role {
            Role::Write => Self::Write,
            Role::Result => Self::Result,
            Role::Effect(Effect::Require) => Self::Require,
            Role::Effect(Effect::Emit) => Self::Emit,
            Role::Effect(Effect::Call) => Self::Call,
            Role::Effect(Effect::Transfer) => Self::Transfer,
        }
    }
}

impl StoredStep {
    /// A statement on a line.
    pub fn new(line: u32, does: Does, statement: &Statement) -> Self {
        let columns = match does {
            Does::Result => statement.columns.iter().map(|name| name.clone().unwrap_or_default()).collect(),
            _ => Vec::new(),
        };
        let exact = statement.single_row && statement.reads.is_empty();
        Self { line, does, sql: statement.sql.clone(), exact, columns }
    }
}

impl StoredParameter {
    /// Whether a value is of its type.
    pub fn takes(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.nullable,
            Value::Integer(_) => self.r#type == Kind::Integer.sql(),
            Value::Text(_) => self.r#type == Kind::Text.sql(),
            Value::Blob(_) => self.r#type == Kind::Blob.sql(),
        }
    }
}

impl StoredAction {
    /// Keeps an action of a version.
    pub fn store(ctx: &mut Context<'_>, package: &str, version: i64, action: &Action) -> Result<(), Refusal> {
        let parameter = |parameter: &counterfoil_sql::Parameter| StoredParameter {
            name: parameter.name.clone(),
            r#type: parameter.kind.sql().to_owned(),
            nullable: parameter.nullable,
        };
        let step = |step: &Step| StoredStep::new(step.line, step.role.into(), &step.statement);
        let parameters: Vec<_> = action.parameters.iter().map(parameter).collect();
        let steps: Vec<_> = action.steps.iter().map(step).collect();
        ctx.run(
            "INSERT INTO package_action (package, version, name, public, summary, parameters, steps, calls)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                package,
                version,
                &action.name,
                !action.private,
                &action.documentation,
                to_json(&parameters),
                to_json(&steps),
                to_json(&action.calls),
            ),
        )?;
        Ok(())
    }

    /// The action `name` of a deployed version.
    pub fn find(ctx: &Context<'_>, package: &str, version: i64, name: &str) -> Result<Option<Self>, Refused> {
        let found = ctx.query_opt(
            "SELECT public, parameters, steps FROM package_action WHERE package = ?1 AND version = ?2 AND name = ?3",
            (package, version, name),
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
        )?;
        Ok(found.map(|(public, parameters, steps)| Self {
            package: package.to_owned(),
            version,
            name: name.to_owned(),
            public,
            parameters: from_json(&parameters),
            steps: from_json(&steps),
        }))
    }
}

/// Plain data as JSON.
pub(super) fn to_json(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("plain data serialises")
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).expect("it was written by to_json")
}
