//! Executing an action.

use super::{
    Arguments, Called, Emitted, EventData, Refused,
    stored::{Does, StoredAction, StoredStep},
};
use crate::{Event as _, approval, member, registry};
use counterfoil_state::{Arguments as Bound, Context};
use counterfoil_types::{Call, Refusal, TransactionCode, Value, money};
use serde_json::{json, value::RawValue};

/// Rows that one statement of an action reads.
const ROWS_MAX: usize = 1_000;
/// Modules whose commands no package calls: they decide who can sign, or are packages and tables themselves.
const CLOSED: &[&str] = &["approval", "member", "package", "sql"];

/// The result of an action: the rows of its last SELECT.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Whether a module's commands can be called by packages.
pub(super) fn is_callable(module: &str) -> bool {
    !CLOSED.contains(&module)
}

impl StoredAction {
    /// Executes the action in the name of the sender and of the package.
    pub fn run(&self, ctx: &mut Context<'_>, arguments: &Arguments) -> Result<Rows, Refused> {
        let values = self.bind(arguments)?;
        let caller = member::caller(ctx)?;
        let action = format!("{}.{}", self.package, self.name);
        Called { action, version: self.version, caller: caller.member.clone() }.emit(ctx);
        let mut result = Rows::default();
        for step in &self.steps {
            // A call within it may have acted for itself.
            ctx.act_for(caller.clone());
            self.step(ctx, step, &values, &mut result)?;
        }
        Ok(result)
    }

    /// The value of each parameter.
    fn bind(&self, Arguments(given): &Arguments) -> Result<Vec<(&str, Value)>, Refused> {
        let wrong = |name: &str, reason: String| Err(Refused::Argument { name: name.to_owned(), reason });
        if let Some((name, _)) = given.iter().find(|(name, _)| self.parameters.iter().all(|known| known.name != *name))
        {
            return wrong(name, format!("{}.{} has no parameter {name}", self.package, self.name));
        }
        let mut values = Vec::with_capacity(self.parameters.len());
        for parameter in &self.parameters {
            let found = given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let value = found.unwrap_or(&Value::Null);
            if !parameter.takes(value) {
                let null = if parameter.nullable { " or null" } else { "" };
                return wrong(&parameter.name, format!("{} is {}{null}", parameter.name, parameter.r#type));
            }
            values.push((parameter.name.as_str(), value.clone()));
        }
        Ok(values)
    }

    fn step(
        &self,
        ctx: &mut Context<'_>,
        step: &StoredStep,
        values: &[(&str, Value)],
        result: &mut Rows,
    ) -> Result<(), Refused> {
        let place = format!("{}.{} line {}", self.package, self.name, step.line);
        if step.does == Does::Write {
            let written = ctx.run_as_user(&step.sql, Bound::Named(values));
            return written.map(|_| ()).map_err(|refusal| failed(ctx, step, place, refusal));
        }
        let rows = ctx.rows_as_user(&step.sql, Bound::Named(values), ROWS_MAX);
        let rows = rows.map_err(|refusal| failed(ctx, step, place.clone(), refusal))?;
        if step.does == Does::Result {
            *result = Rows { columns: step.columns.clone(), rows };
            return Ok(());
        }
        for row in rows {
            match step.does {
                Does::Require => require(&row)?,
                Does::Emit => self.emit(ctx, &place, &row)?,
                Does::Call => self.call(ctx, &place, &text(&place, &row[0])?, text(&place, &row[1])?)?,
                Does::Transfer => self.transfer(ctx, &place, &row)?,
                Does::Write | Does::Result => unreachable!("done above"),
            }
        }
        Ok(())
    }

    fn emit(&self, ctx: &mut Context<'_>, place: &str, row: &[Value]) -> Result<(), Refused> {
        let (event, data) = (text(place, &row[0])?, text(place, &row[1])?);
        let data = json_object(place, data)?;
        let (package, action) = (self.package.clone(), self.name.clone());
        Emitted { package, version: self.version, action, event, data: EventData(data) }.emit(ctx);
        Ok(())
    }

    fn transfer(&self, ctx: &mut Context<'_>, place: &str, row: &[Value]) -> Result<(), Refused> {
        let [from, to, asset] = [0, 1, 2].map(|at| text(place, &row[at]));
        let asset = asset?;
        let Value::Integer(minor) = row[3] else {
            return Err(failed_at(place, "the amount of a transfer is a number of minor units"));
        };
        let decimals = ctx.query_opt("SELECT decimals FROM asset WHERE id = ?1", [&asset], |row| row.get(0))?;
        let Some(decimals) = decimals else {
            return Err(failed_at(place, &format!("there is no asset {asset}")));
        };
        let mut with =
            json!({"from": from?, "to": to?, "asset": asset, "amount": money::format_decimal(minor, decimals)});
        if row[4] != Value::Null {
            with["reference"] = text(place, &row[4])?.into();
        }
        self.call(ctx, place, "asset.transfer", with.to_string())
    }

    /// Executes a command as the sender and this package together, or an action; another package's in the sender's name alone.
    fn call(&self, ctx: &mut Context<'_>, place: &str, name: &str, with: String) -> Result<(), Refused> {
        let (home, action) = name.split_once('.').unwrap_or((name, ""));
        let with = json_object(place, with)?;
        let is_command = ctx.command_names().binary_search(&name).is_ok();
        let call = match is_command {
            true if is_callable(home) => Call { r#do: name.to_owned(), with },
            // An action of this version calls those of this version.
            false if home == self.package => {
                Call::new("package.call", &json!({"action": name, "version": self.version, "with": with}))
            }
            false if !action.is_empty() => Call::new("package.call", &json!({"action": name, "with": with})),
            _ => return Err(Refused::NotCallable { place: place.to_owned(), name: name.to_owned() }),
        };
        let calls = [call];
        let refused = |refusal: Refusal| Refused::CallRefused {
            place: place.to_owned(),
            name: name.to_owned(),
            code: refusal.code,
            detail: refusal.detail,
        };
        let prepared = ctx.prepare(&calls).map_err(refused)?;
        approval::require_met(ctx, &calls, registry::parsed(&prepared)).map_err(|refusal| {
            Refused::NotEnoughSignatures { place: place.to_owned(), name: name.to_owned(), detail: refusal.detail }
        })?;
        let mut signers = member::without_packages(ctx)?;
        // A package's own rights go to no other package.
        if is_command || home == self.package {
            signers.push(member::signature_of(&self.package));
        }
        ctx.call_as(&signers, &calls).map(|_| ()).map_err(refused)
    }
}

/// `require(condition, message)`: SQL's rule that what is NULL is not true.
fn require(row: &[Value]) -> Result<(), Refused> {
    if matches!(row[0], Value::Integer(number) if number != 0) {
        return Ok(());
    }
    let message = match &row[1] {
        Value::Text(message) => message.clone(),
        _ => "what the action requires does not hold".to_owned(),
    };
    Err(Refused::Required { message })
}

fn text(place: &str, value: &Value) -> Result<String, Refused> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        other => Err(failed_at(place, &format!("a text is expected, not {other:?}"))),
    }
}

fn json_object(place: &str, text: String) -> Result<Box<RawValue>, Refused> {
    let value = RawValue::from_string(text).ok().filter(|value| value.get().starts_with('{'));
    value.ok_or_else(|| failed_at(place, "a JSON object is expected: json_object('name', value, …)"))
}

fn failed_at(place: &str, reason: &str) -> Refused {
    Refused::Failed { place: place.to_owned(), reason: reason.to_owned() }
}

/// Why a statement failed, told alike by every member: of several rows the first that fails depends on their order.
pub(super) fn failed(ctx: &Context<'_>, step: &StoredStep, place: String, refusal: Refusal) -> Refused {
    if !TransactionCode::StatementFailed.is(&refusal) {
        return Refused::Other(refusal);
    }
    match ctx.broken_constraint() {
        Some(broken) if step.exact => Refused::Constraint { place, constraint: broken.text },
        None if step.exact => Refused::Failed { place, reason: refusal.detail },
        _ => failed_at(&place, "a row breaks a constraint, or a value cannot be computed"),
    }
}
