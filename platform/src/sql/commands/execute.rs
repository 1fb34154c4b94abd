use crate::{
    Command, Event as _, member,
    sql::{
        Refused, SqlValue, TableRows, Wrote, define, rights,
        table::{SharedTable, mentioned},
    },
};
use counterfoil_sql::{Catalog, Finding, Parameters, Scope, Statement, StatementKind};
use counterfoil_state::{Arguments, Context, WrittenRow};
use counterfoil_types::{Refusal, TransactionCode, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Statements of one call at most.
const STATEMENTS_MAX: usize = 100;

/// Writes shared tables by SQL: INSERT, UPDATE, DELETE, CREATE TABLE and CREATE INDEX, all statements or none.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Execute {
    /// The statements, 1 to 100, executed in order; a later one sees what an earlier one wrote.
    pub statements: Vec<SqlStatement>,
}

/// A statement with the values of its parameters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlStatement {
    /// One statement. Tables are named `schema.table`.
    pub sql: String,
    /// Values of `?` or `?1`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<SqlValue>,
    /// Values of `:name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<NamedValue>,
}

/// The value of a parameter `:name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedValue {
    /// The name, without the colon.
    pub name: String,
    /// The value.
    pub value: SqlValue,
}

/// What the statements did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Executed {
    /// For each statement, how many rows it wrote; 0 for a definition.
    pub changed: Vec<u64>,
}

impl SqlStatement {
    /// A statement without parameters.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), params: Vec::new(), named: Vec::new() }
    }

    /// A statement with values for `?`, in order.
    pub fn with(sql: impl Into<String>, params: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), params: params.into_iter().map(SqlValue).collect(), named: Vec::new() }
    }
}

impl Command for Execute {
    const NAME: &'static str = "sql.execute";
    type Output = Executed;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        let weight = |one: &SqlStatement| if definition(&one.sql).is_some() { 200 } else { 2 };
        self.statements.iter().map(weight).sum()
    }

    fn check(&self) -> Result<(), Refused> {
        let found = self.statements.len();
        if !(1..=STATEMENTS_MAX).contains(&found) {
            return Err(Refused::Statements { found, max: STATEMENTS_MAX });
        }
        let max = counterfoil_sql::TEXT_BYTES_MAX;
        match self.statements.iter().position(|one| one.sql.len() > max) {
            Some(index) => Err(Refused::TooLong { index, found: self.statements[index].sql.len(), max }),
            None => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Executed, Refused> {
        let caller = member::caller(ctx)?;
        let member = caller.member.clone();
        ctx.act_for(caller);
        let mut rows = BTreeMap::new();
        let mut changed = Vec::with_capacity(self.statements.len());
        for (index, statement) in self.statements.iter().enumerate() {
            let written = statement.execute(ctx, &format!("/statements/{index}/sql"))?;
            written.iter().for_each(|row| *rows.entry(row.table.name.clone()).or_insert(0) += 1);
            changed.push(written.len() as u64);
        }
        if !rows.is_empty() {
            let tables = rows.into_iter().map(|(table, rows)| TableRows { table, rows }).collect();
            Wrote { member, tables }.emit(ctx);
        }
        Ok(Executed { changed })
    }
}

impl SqlStatement {
    fn execute(&self, ctx: &mut Context<'_>, field: &str) -> Result<Vec<WrittenRow>, Refused> {
        if let Some(index) = definition(&self.sql) {
            if !self.params.is_empty() || !self.named.is_empty() {
                let reason = "a definition has no parameters".to_owned();
                return Err(Refused::Parameters { field: field.to_owned(), reason });
            }
            define::define(ctx, field, &self.sql, index)?;
            return Ok(Vec::new());
        }
        let mut catalog = Catalog::default();
        let (mut readable, mut writable) = (BTreeSet::new(), BTreeMap::new());
        for name in mentioned(&self.sql) {
            if let Some(table) = SharedTable::find(ctx, &name)? {
                table.add_to(&mut catalog);
                readable.insert(name.clone());
                writable.insert(name, table);
            }
        }
        let names = writable.keys().cloned().collect();
        let scope =
            Scope { catalog: &catalog, home: None, readable: &readable, writable: &names, host_functions: true };
        let checked = counterfoil_sql::statement(&self.sql, 1, &scope).map_err(|found| checked(field, &found))?;
        let target = match (checked.kind, &checked.writes) {
            (StatementKind::Select, _) | (_, None) => return Err(Refused::OnlyReads { field: field.to_owned() }),
            (_, Some(target)) => &writable[target],
        };
        if target.of_package {
            let (table, package) = (target.name.clone(), target.schema.clone());
            return Err(Refused::OfAPackage { field: field.to_owned(), table, package });
        }
        if checked.kind != StatementKind::Insert && !target.updates {
            return Err(Refused::OnlyGrows { field: field.to_owned(), table: target.name.clone() });
        }
        let written = self.run(ctx, field, &checked)?;
        rights::check_rows(ctx, field, target, &written)?;
        Ok(written)
    }

    fn run(&self, ctx: &mut Context<'_>, field: &str, checked: &Statement) -> Result<Vec<WrittenRow>, Refused> {
        let parameters = |reason: String| Refused::Parameters { field: field.to_owned(), reason };
        let positional: Vec<Value>;
        let named: Vec<(&str, Value)>;
        let arguments = match &checked.parameters {
            Parameters::Positional(count) if self.named.is_empty() => {
                if self.params.len() != *count {
                    return Err(parameters(format!("{count} parameters, {} values", self.params.len())));
                }
                positional = self.params.iter().map(|value| value.0.clone()).collect();
                Arguments::Positional(&positional)
            }
            Parameters::Positional(_) => {
                return Err(parameters("the parameters of this statement have no names".to_owned()));
            }
            Parameters::Named(names) => {
                named = self.named.iter().map(|one| (one.name.as_str(), one.value.0.clone())).collect();
                let given: BTreeSet<_> = named.iter().map(|(name, _)| *name).collect();
                let wanted: BTreeSet<_> = names.iter().map(String::as_str).collect();
                if given != wanted || given.len() != named.len() || !self.params.is_empty() {
                    let wanted: Vec<_> = wanted.into_iter().collect();
                    return Err(parameters(format!("one value each for {}", wanted.join(", "))));
                }
                Arguments::Named(&named)
            }
        };
        ctx.run_as_user(&checked.sql, arguments).map_err(|refusal| failed(ctx, field, checked, refusal))
    }
}

/// Whether a statement defines something: an index (true) or a table (false). What comes after CREATE otherwise is refused as no table.
fn definition(sql: &str) -> Option<bool> {
    let mut words = sql.split_ascii_whitespace();
    let create = words.next().is_some_and(|word| word.eq_ignore_ascii_case("create"));
    let index = |word: &str| word.eq_ignore_ascii_case("index") || word.eq_ignore_ascii_case("unique");
    create.then(|| words.next().is_some_and(index))
}

/// What the checker has against a text, as a refusal.
pub(in crate::sql) fn checked(field: &str, findings: &[Finding]) -> Refused {
    let findings: Vec<_> = findings.iter().map(Finding::to_string).collect();
    Refused::Checked { field: field.to_owned(), findings: findings.join("; ") }
}

/// Why a statement failed, told alike by every member: of several rows the first that fails depends on their order.
fn failed(ctx: &Context<'_>, field: &str, statement: &Statement, refusal: Refusal) -> Refused {
    let field = field.to_owned();
    if !TransactionCode::StatementFailed.is(&refusal) {
        return Refused::Other(refusal);
    }
    match ctx.broken_constraint() {
        _ if !statement.single_row || !statement.reads.is_empty() => Refused::SomeRow { field },
        Some(broken) => Refused::Constraint { field, constraint: broken.text },
        None => Refused::Failed { field, reason: refusal.detail },
    }
}
