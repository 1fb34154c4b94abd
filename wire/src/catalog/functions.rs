use super::{
    Asked, PG_CATALOG, PUBLIC, Relation,
    fill::{Facts, OWNER, number_of},
};
use crate::types::PgType;
use parking_lot::Mutex;
use regex::{Regex, RegexBuilder};
use rusqlite::{
    Connection, Error, Result,
    functions::{Context, FunctionFlags},
    types::{Value, ValueRef},
};
use std::{collections::BTreeMap, sync::Arc};

/// What this says it is: a PostgreSQL of which clients know the catalogue.
pub(crate) const VERSION: &str =
    concat!("PostgreSQL 15.0 (Counterfoil ", env!("CARGO_PKG_VERSION"), ") on the tables of a ledger, 64-bit");
/// Memory of a compiled regular expression.
const REGEX_BYTES_MAX: usize = 1024 * 1024;

/// Functions with one answer, whatever they are asked.
const CONSTANT: &[(&str, Option<i64>)] = &[
    ("pg_type_is_visible", Some(1)),
    ("pg_function_is_visible", Some(1)),
    ("pg_collation_is_visible", Some(1)),
    ("pg_opclass_is_visible", Some(1)),
    ("pg_operator_is_visible", Some(1)),
    ("has_table_privilege", Some(1)),
    ("has_column_privilege", Some(1)),
    ("has_schema_privilege", Some(1)),
    ("has_database_privilege", Some(1)),
    ("pg_has_role", Some(1)),
    ("pg_is_in_recovery", Some(0)),
    ("pg_relation_is_publishable", Some(0)),
    ("pg_my_temp_schema", Some(0)),
    ("pg_is_other_temp_schema", Some(0)),
    ("pg_get_expr", None),
    ("pg_get_viewdef", None),
    ("pg_get_ruledef", None),
    ("pg_get_triggerdef", None),
    ("pg_get_functiondef", None),
    ("pg_get_function_result", None),
    ("pg_get_partkeydef", None),
    ("pg_get_statisticsobjdef_columns", None),
    ("pg_get_serial_sequence", None),
    ("pg_table_size", None),
    ("pg_relation_size", None),
    ("pg_total_relation_size", None),
    ("pg_database_size", None),
    ("pg_size_pretty", None),
    ("pg_tablespace_location", None),
    ("pg_advisory_unlock_all", None),
    ("obj_description", None),
    ("col_description", None),
    ("shobj_description", None),
    ("inet_server_addr", None),
    ("inet_server_port", None),
    ("inet_client_addr", None),
    ("inet_client_port", None),
];

/// Gives the connection PostgreSQL's functions.
pub(super) fn register(
    connection: &Connection,
    facts: &Arc<Facts>,
    settings: BTreeMap<String, String>,
    asked: &Arc<Mutex<Vec<Asked>>>,
) -> Result<()> {
    let functions = Functions { connection, facts };
    for (name, answer) in CONSTANT {
        let answer = answer.map_or(Value::Null, Value::Integer);
        functions.add(name, move |_, _| Ok(answer.clone()))?;
    }
    for (name, answer) in [
        ("version", VERSION),
        ("current_schema", PUBLIC),
        ("current_schemas", r#"["pg_catalog","public"]"#),
        ("pg_encoding_to_char", "UTF8"),
    ] {
        functions.add(name, move |_, _| Ok(Value::Text(answer.to_owned())))?;
    }
    for name in ["current_user", "session_user", "current_role", "user"] {
        functions.add(name, |facts, _| Ok(Value::Text(facts.user.clone())))?;
    }
    for name in ["current_database", "current_catalog"] {
        functions.add(name, |facts, _| Ok(Value::Text(facts.database.clone())))?;
    }
    functions.add("current_setting", move |_, context| setting(&settings, context))?;
    let asked = Arc::clone(asked);
    functions.add("set_config", move |_, context| Ok(set_config(&asked, context)))?;
    functions.add("pg_backend_pid", |_, _| Ok(Value::Integer(std::process::id().into())))?;
    names(&functions)?;
    arrays(&functions)?;
    for (name, ignore_case) in [("pg_regex", false), ("pg_regex_i", true)] {
        functions.add(name, move |_, context| matches(context, ignore_case))?;
    }
    Ok(())
}

struct Functions<'a> {
    connection: &'a Connection,
    facts: &'a Arc<Facts>,
}

impl Functions<'_> {
    fn add(
        &self,
        name: &str,
        answer: impl Fn(&Facts, &Context<'_>) -> Result<Value> + Send + Sync + 'static,
    ) -> Result<()> {
        let facts = Arc::clone(self.facts);
        self.connection
            .create_scalar_function(name, -1, FunctionFlags::SQLITE_UTF8, move |context| answer(&facts, context))
    }
}

fn argument(context: &Context<'_>, at: usize) -> Value {
    if at < context.len() { context.get(at).unwrap_or(Value::Null) } else { Value::Null }
}

fn integer(context: &Context<'_>, at: usize) -> i64 {
    match argument(context, at) {
        Value::Integer(number) => number,
        Value::Text(text) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

fn text_or_null(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::Text)
}

fn failed(text: String) -> Error {
    Error::UserFunctionError(text.into())
}

fn setting(settings: &BTreeMap<String, String>, context: &Context<'_>) -> Result<Value> {
    let Value::Text(name) = argument(context, 0) else { return Ok(Value::Null) };
    match settings.get(&name.to_ascii_lowercase()) {
        Some(value) => Ok(Value::Text(value.clone())),
        None if context.len() > 1 => Ok(Value::Null),
        None => Err(failed(format!("unrecognized configuration parameter {name:?}"))),
    }
}

/// Notes a setting, which takes effect when the statement is done.
fn set_config(asked: &Mutex<Vec<Asked>>, context: &Context<'_>) -> Value {
    let text = |value: Value| match value {
        Value::Text(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    let (name, value) = (text(argument(context, 0)), argument(context, 1));
    let local = match argument(context, 2) {
        Value::Text(text) => text.eq_ignore_ascii_case("t") || text.eq_ignore_ascii_case("true"),
        _ => integer(context, 2) != 0,
    };
    if let Some(name) = name {
        asked.lock().push(Asked { name, value: text(value.clone()), local });
    }
    value
}

fn names(functions: &Functions<'_>) -> Result<()> {
    functions.add("pg_get_userbyid", |facts, context| {
        Ok(Value::Text(if integer(context, 0) == 11 { facts.user.clone() } else { OWNER.to_owned() }))
    })?;
    functions.add("pg_table_is_visible", |facts, context| {
        let oid = integer(context, 0);
        let table = facts.indexes.get(&oid).map_or(oid, |(table, _)| *table);
        Ok(Value::Integer(facts.relations.get(&table).is_some_and(|relation| relation.schema == PUBLIC).into()))
    })?;
    functions.add("format_type", |_, context| Ok(text_or_null(type_name(&argument(context, 0)))))?;
    functions.add("pg_regtype_name", |_, context| Ok(text_or_null(type_name(&argument(context, 0)))))?;
    functions.add("to_regtype", |_, context| Ok(regtype(&argument(context, 0))))?;
    for name in ["pg_regclass", "to_regclass"] {
        functions.add(name, |facts, context| Ok(regclass(facts, &argument(context, 0))))?;
    }
    functions.add("pg_regclass_name", |facts, context| {
        let Value::Integer(oid) = regclass(facts, &argument(context, 0)) else { return Ok(Value::Null) };
        let known = facts.relations.get(&oid).map(shown);
        Ok(Value::Text(known.unwrap_or_else(|| oid.to_string())))
    })?;
    functions.add("pg_regnamespace", |facts, context| {
        Ok(match argument(context, 0) {
            Value::Text(name) => {
                name.parse().map_or_else(|_| Value::Integer(number_of(&facts.schemas, &name)), Value::Integer)
            }
            other => other,
        })
    })?;
    functions.add("pg_regnamespace_name", |facts, context| {
        Ok(text_or_null(facts.schemas.get(&integer(context, 0)).cloned()))
    })?;
    functions.add("pg_get_indexdef", |facts, context| Ok(text_or_null(index_definition(facts, context))))?;
    functions.add("pg_get_constraintdef", |facts, context| {
        let table = facts.indexes.get(&integer(context, 0)).and_then(|(table, _)| facts.relations.get(table));
        Ok(text_or_null(table.map(|table| format!("PRIMARY KEY ({})", key_columns(table)))))
    })?;
    functions.add("pg_get_function_arguments", |facts, context| {
        Ok(text_or_null(facts.procedures.get(&integer(context, 0)).map(|parameters| parameters.join(", "))))
    })?;
    functions.add("quote_ident", |_, context| {
        Ok(match argument(context, 0) {
            Value::Text(name) => Value::Text(ident(&name)),
            other => other,
        })
    })
}

/// A name as PostgreSQL prints it: in quotes where it needs them.
fn ident(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn shown(relation: &Relation) -> String {
    match relation.schema.as_str() {
        PUBLIC => ident(&relation.name),
        schema => format!("{}.{}", ident(schema), ident(&relation.name)),
    }
}

fn key_columns(relation: &Relation) -> String {
    let names: Vec<_> = relation.key.iter().map(|at| ident(&relation.columns[*at].0)).collect();
    names.join(", ")
}

fn index_definition(facts: &Facts, context: &Context<'_>) -> Option<String> {
    let (table, name) = facts.indexes.get(&integer(context, 0))?;
    let relation = facts.relations.get(table)?;
    match usize::try_from(integer(context, 1)).ok()?.checked_sub(1) {
        Some(at) => Some(ident(&relation.columns[*relation.key.get(at)?].0)),
        None => {
            let (schema, table) = (ident(&relation.schema), ident(&relation.name));
            let columns = key_columns(relation);
            Some(format!("CREATE UNIQUE INDEX {} ON {schema}.{table} USING btree ({columns})", ident(name)))
        }
    }
}

fn type_name(oid: &Value) -> Option<String> {
    let oid = match oid {
        Value::Integer(oid) => *oid,
        Value::Text(text) => text.parse().ok()?,
        _ => return None,
    };
    let known = u32::try_from(oid).ok().and_then(PgType::of_oid);
    Some(known.map_or_else(|| "???".to_owned(), |kind| kind.sql_name().to_owned()))
}

fn regtype(value: &Value) -> Value {
    match value {
        Value::Text(name) => match name.parse::<i64>() {
            Ok(oid) => Value::Integer(oid),
            Err(_) => PgType::of_name(&name.to_ascii_lowercase())
                .map_or(Value::Null, |kind| Value::Integer(kind.oid().into())),
        },
        other => other.clone(),
    }
}

fn regclass(facts: &Facts, value: &Value) -> Value {
    let Value::Text(name) = value else { return value.clone() };
    if let Ok(oid) = name.parse::<i64>() {
        return Value::Integer(oid);
    }
    let bare = name.replace('"', "");
    let (schema, table) = bare.split_once('.').unwrap_or((PUBLIC, &bare));
    let named = |relation: &Relation| relation.schema == schema && relation.name == table;
    let found = facts.relations.iter().find(|(_, relation)| named(relation)).map(|(oid, _)| *oid);
    // PostgreSQL's own tables are asked for as the class of a description, of which there are none.
    let own = table.starts_with("pg_") || schema == PG_CATALOG;
    found.or(own.then_some(0)).map_or(Value::Null, Value::Integer)
}

fn arrays(functions: &Functions<'_>) -> Result<()> {
    fn elements(value: &Value) -> Option<Vec<serde_json::Value>> {
        match value {
            Value::Text(json) => serde_json::from_str(json).ok(),
            _ => None,
        }
    }
    functions.add("array_to_string", |_, context| {
        let Some(elements) = elements(&argument(context, 0)) else { return Ok(Value::Null) };
        let separator: String = context.get(1)?;
        let text = |element: &serde_json::Value| match element {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let texts: Vec<_> = elements.iter().filter_map(text).collect();
        Ok(Value::Text(texts.join(&separator)))
    })?;
    for name in ["array_upper", "array_length", "cardinality"] {
        functions.add(name, |_, context| {
            let count = elements(&argument(context, 0)).map(|elements| elements.len() as i64);
            Ok(count.filter(|count| *count > 0).map_or(Value::Null, Value::Integer))
        })?;
    }
    Ok(())
}

/// Whether a text matches a POSIX regular expression; those that clients make of names mean the same to the `regex` crate.
fn matches(context: &Context<'_>, ignore_case: bool) -> Result<Value> {
    let (ValueRef::Text(text), ValueRef::Text(_)) = (context.get_raw(0), context.get_raw(1)) else {
        return Ok(Value::Null);
    };
    let compile = |pattern: ValueRef<'_>| -> std::result::Result<Regex, Box<dyn std::error::Error + Send + Sync>> {
        let regex = RegexBuilder::new(pattern.as_str()?)
            .case_insensitive(ignore_case)
            .size_limit(REGEX_BYTES_MAX)
            .dfa_size_limit(REGEX_BYTES_MAX)
            .build();
        Ok(regex?)
    };
    let regex = context.get_or_create_aux(1, compile)?;
    Ok(Value::Integer(regex.is_match(&String::from_utf8_lossy(text)).into()))
}
