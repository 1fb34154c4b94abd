//! What is worked out about a statement before it runs: its text for SQLite, the columns of its result, the types of its parameters.

use crate::{
    backend::Vault,
    catalog::{Catalog, Question, Relation, Wait},
    error::{self, SqlState, WireError},
    infer::{self, Columns, Inferred, Tables},
    parsed,
    reply::Field,
    rewrite::{self, Rewritten},
    types::PgType,
};
use counterfoil_state::{ColumnKind, Described, Reader, ResultColumn, Scope, Table};
use std::sync::Arc;

/// The name under which the vault is read.
pub(crate) const VAULT: &str = "vault";

/// What a statement is run on.
#[derive(Clone)]
pub(crate) struct Ledger {
    /// What is committed.
    pub reader: Reader,
    /// The vault, if the statement names it and there is one.
    pub vault: Option<Vault>,
    /// The height as of which it is read; none is the newest.
    pub as_of: Option<u64>,
}

impl Ledger {
    /// What is read beside the ledger as it is.
    pub(crate) fn scope(&self) -> Scope<'_> {
        let attached = self.vault.as_ref().map(|vault| (VAULT, vault.path.as_path()));
        Scope { attached, as_of: self.as_of }
    }
}

/// A statement that can be run.
#[derive(Clone)]
pub(crate) struct Plan {
    /// As it was asked.
    pub asked: String,
    /// The text for SQLite, or for the ledger.
    pub sql: String,
    /// The result's columns; none for what has no result.
    pub fields: Vec<Field>,
    /// The parameters' types.
    pub parameters: Vec<PgType>,
    /// The catalogue and what it is asked, if it is.
    pub catalog: Option<(Arc<Catalog>, Question)>,
    /// For a SELECT over the ledger, what it was made of: what SQLite told, and the types that the client gave.
    made_of: Option<(Described, Vec<u32>)>,
}

/// Types that the client gave to parameters; 0 where it did not.
pub(crate) type Given<'a> = &'a [u32];

/// The type of each parameter: the client's, that of the text, that of what stands beside it, or else text.
fn parameters(count: usize, given: Given<'_>, written: &[Option<PgType>], inferred: &Inferred) -> Vec<PgType> {
    let kind = |at: usize| {
        let said = given.get(at).and_then(|oid| PgType::of_oid(*oid)).filter(|kind| *kind != PgType::Unknown);
        let known = said.or_else(|| written.get(at).copied().flatten());
        known.or_else(|| inferred.parameters.get(&(at + 1)).copied()).unwrap_or(PgType::Text)
    };
    (0..count.max(given.len())).map(kind).collect()
}

/// Whether the client has said all that would have to be inferred.
fn all_given(count: usize, given: Given<'_>, written: &[Option<PgType>]) -> bool {
    (0..count).all(|at| {
        given.get(at).is_some_and(|oid| *oid != 0 && *oid != PgType::Unknown.oid())
            || written.get(at).is_some_and(Option::is_some)
    })
}

fn inferred(ledger: &Ledger, asked: &str) -> Result<Inferred, WireError> {
    let work = || parsed::parse(asked).map(|tree| infer::infer(&tree, ledger)).unwrap_or_default();
    parsed::with_room(work).map_err(|error| WireError::new(SqlState::Internal, error.to_string()))
}

/// Plans a SELECT over the ledger.
pub(crate) fn read(ledger: &Ledger, asked: &str, given: Given<'_>) -> Result<Plan, WireError> {
    match known(ledger, asked, given)? {
        Known::All(plan) => Ok(plan),
        Known::ButTypes(rewritten, described) => {
            let inferred = inferred(ledger, asked)?;
            Ok(planned(asked, given, rewritten, described, &inferred))
        }
    }
}

/// Plans a SELECT of which nothing has to be inferred, or what was inferred for the plan before it, and none else.
pub(crate) fn read_if_known(ledger: &Ledger, asked: &str, given: Given<'_>, before: Option<&Plan>) -> Option<Plan> {
    match known(ledger, asked, given).ok()? {
        Known::All(plan) => Some(plan),
        Known::ButTypes(_, described) => {
            let same = |plan: &&Plan| {
                let made_of = plan.made_of.as_ref().map(|(described, given)| (described, given.as_slice()));
                plan.asked == asked && made_of == Some((&described, given))
            };
            before.filter(same).cloned()
        }
    }
}

/// What is known of a SELECT from SQLite and its own text.
enum Known {
    All(Plan),
    ButTypes(Rewritten, Described),
}

fn known(ledger: &Ledger, asked: &str, given: Given<'_>) -> Result<Known, WireError> {
    let rewritten = rewrite::rewrite(asked)?;
    let described = ledger.reader.describe(&rewritten.sql, ledger.scope());
    let described = described.map_err(|refusal| error::refused(refusal, &rewritten.sql, asked))?;
    let declared = described.columns.iter().all(|column| declared(column).is_some());
    if declared && all_given(described.parameters, given, &rewritten.types) {
        return Ok(Known::All(planned(asked, given, rewritten, described, &Inferred::default())));
    }
    Ok(Known::ButTypes(rewritten, described))
}

fn declared(column: &ResultColumn) -> Option<PgType> {
    column.declared.as_deref().and_then(PgType::of_declared)
}

fn planned(asked: &str, given: Given<'_>, rewritten: Rewritten, described: Described, inferred: &Inferred) -> Plan {
    let parameters = parameters(described.parameters, given, &rewritten.types, inferred);
    let total = described.columns.len();
    let field = |(at, column): (usize, &ResultColumn)| {
        let kind = declared(column).or_else(|| inferred.column(at, total)).unwrap_or(PgType::Text);
        Field { name: inferred.name(at, total).unwrap_or_else(|| column.name.clone()), kind }
    };
    let fields = described.columns.iter().enumerate().map(field).collect();
    let made_of = Some((described, given.to_vec()));
    Plan { asked: asked.to_owned(), sql: rewritten.sql, fields, parameters, catalog: None, made_of }
}

/// Plans a question to the catalogue.
pub(crate) fn question(
    catalog: Arc<Catalog>,
    asked: &str,
    given: Given<'_>,
    wait: Wait<'_>,
) -> Result<Plan, WireError> {
    let question = catalog.plan(asked, wait)?;
    let (sql, fields) = (question.sql.clone(), question.fields.clone());
    let mut parameters = question.parameters.clone();
    for (kind, oid) in parameters.iter_mut().zip(given) {
        *kind = PgType::of_oid(*oid).filter(|said| *said != PgType::Unknown).unwrap_or(*kind);
    }
    Ok(Plan { asked: asked.to_owned(), sql, fields, parameters, catalog: Some((catalog, question)), made_of: None })
}

/// Plans a write: its text is the ledger's affair, which reads it when it executes it.
pub(crate) fn write(ledger: &Ledger, asked: &str, given: Given<'_>) -> Result<Plan, WireError> {
    let Rewritten { sql, types, parameters: count } = rewrite::rewrite(asked)?;
    let known = all_given(count, given, &types);
    let inferred = if known { Inferred::default() } else { inferred(ledger, asked)? };
    let parameters = parameters(count, given, &types, &inferred);
    Ok(Plan { asked: asked.to_owned(), sql, fields: Vec::new(), parameters, catalog: None, made_of: None })
}

/// A plan of what is neither read nor written by SQL.
pub(crate) fn bare(asked: &str, fields: Vec<Field>, types: &[Option<PgType>], given: Given<'_>) -> Plan {
    let parameters = parameters(types.len(), given, types, &Inferred::default());
    Plan { asked: asked.to_owned(), sql: asked.to_owned(), fields, parameters, catalog: None, made_of: None }
}

fn of_kind(kind: ColumnKind) -> PgType {
    match kind {
        ColumnKind::Integer => PgType::Int8,
        ColumnKind::Text => PgType::Text,
        ColumnKind::Blob => PgType::Bytea,
    }
}

/// The schema and name under which a table is shown: those of users have theirs in their name, the modules' are in `public`.
pub(crate) fn shown(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((crate::catalog::PUBLIC, name))
}

impl Ledger {
    fn table(&self, schema: Option<&str>, name: &str) -> Option<Arc<Table>> {
        let is = |table: &Arc<Table>| {
            let (known_schema, known) = shown(&table.name);
            known.eq_ignore_ascii_case(name)
                && schema.unwrap_or(crate::catalog::PUBLIC).eq_ignore_ascii_case(known_schema)
        };
        self.reader.tables().into_iter().find(is)
    }

    /// The columns of what is no table, as SQLite tells them.
    fn described(&self, name: &str) -> Option<Columns> {
        let described = self.reader.describe(&format!("SELECT * FROM {name}"), self.scope()).ok()?;
        let column = |column: ResultColumn| {
            let kind = declared(&column);
            (column.name, kind)
        };
        Some(described.columns.into_iter().map(column).collect())
    }

    /// Everything that may be read, as the catalogue shows it.
    pub(crate) fn relations(&self) -> Vec<Relation> {
        let table = |table: &Table| {
            let (schema, name) = shown(&table.name);
            let column =
                |column: &counterfoil_state::Column| (column.name.clone(), of_kind(column.kind), column.nullable);
            Relation {
                schema: schema.to_owned(),
                name: name.to_owned(),
                view: false,
                columns: table.columns.iter().map(column).collect(),
                key: table.primary_key.clone(),
            }
        };
        let derived = |schema: &str, name: &str, view: bool| {
            let called = if schema == VAULT { format!("{VAULT}.{name}") } else { format!("\"{name}\"") };
            let columns = self.described(&called)?;
            let columns = columns.into_iter().map(|(name, kind)| (name, kind.unwrap_or(PgType::Text), true));
            Some(Relation {
                schema: schema.into(),
                name: name.into(),
                view,
                columns: columns.collect(),
                key: Vec::new(),
            })
        };
        let mut all: Vec<_> = self.reader.tables().iter().map(|one| table(one)).collect();
        all.extend(self.reader.views().iter().filter_map(|view| derived(crate::catalog::PUBLIC, view, true)));
        let of_vault = self.vault.iter().flat_map(|vault| vault.tables);
        all.extend(of_vault.filter_map(|table| derived(VAULT, table, false)));
        all
    }
}

impl Tables for Ledger {
    fn columns(&self, schema: Option<&str>, table: &str) -> Option<Columns> {
        if let Some(table) = self.table(schema, table) {
            return Some(
                table.columns.iter().map(|column| (column.name.clone(), Some(of_kind(column.kind)))).collect(),
            );
        }
        let quoted = format!("\"{}\"", table.replace('"', "\"\""));
        match schema {
            Some(schema) if schema.eq_ignore_ascii_case(VAULT) => self.described(&format!("{VAULT}.{quoted}")),
            None => self.described(&quoted),
            Some(_) => None,
        }
    }
}
