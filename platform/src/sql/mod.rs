//! Shared tables: what users create and write by SQL. See `README.md`.

mod commands;
mod events;
mod queries;
mod refusals;
mod rights;
mod schema;
mod value;

/// Creating tables, also for packages.
pub(crate) mod define;
pub(crate) use schema::{release as release_schema, reserve as reserve_schema};
/// What stands in `WITH (…)`.
pub(crate) mod options;
/// Shared tables as rules see them.
pub(crate) mod table;

pub use commands::{Execute, Executed, NamedValue, SetTableWriters, SqlStatement, TableWriters};
pub use events::{CreatedTable, SetWriters, TableRows, Wrote};
pub use refusals::Refused;
pub use value::SqlValue;

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// The declaration.
pub const MODULE: Module = Module {
    name: "sql",
    title: "Shared tables",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["sql_table", "sql_writer", "sql_reserved"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[CommandDeclaration::of::<Execute>(), CommandDeclaration::of::<SetTableWriters>()],
    events: &[
        EventDeclaration::of::<CreatedTable>(),
        EventDeclaration::of::<Wrote>(),
        EventDeclaration::of::<SetWriters>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/sql/execute", "sql.execute"),
        Route::get("/v1/tables", "sql.tables"),
        Route::get("/v1/tables/{table}", "sql.table"),
        Route::post("/v1/tables/{table}/writers", "sql.set_writers"),
        Route::get("/v1/schemas", "sql.schemas"),
    ],
    refusals: Refused::DECLARATIONS,
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;
