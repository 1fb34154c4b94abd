//! Packages: contracts in SQL, owned by several members. See `README.md`.

mod arguments;
mod commands;
mod deploy;
mod events;
mod motion;
mod queries;
mod refusals;
mod run;
mod source;
mod stored;
mod templates;
mod vote;

pub use arguments::Arguments;
pub use commands::{CallAction, Freeze, Outcome, PackageState, Propose, Retire, Unfreeze, VersionState, Vote};
pub use events::{Called, Deployed, Emitted, EventData, Frozen, Proposed, Rejected, Retired, Unfrozen};
pub use refusals::Refused;
pub use source::named_owners;
pub use templates::{TEMPLATES, Template};

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// The declaration.
pub const MODULE: Module = Module {
    name: "package",
    title: "Packages",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["package", "package_owner", "package_version", "package_vote"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<Propose>(),
        CommandDeclaration::of::<Vote>(),
        CommandDeclaration::of::<CallAction>(),
        CommandDeclaration::of::<Freeze>(),
        CommandDeclaration::of::<Unfreeze>(),
        CommandDeclaration::of::<Retire>(),
    ],
    events: &[
        EventDeclaration::of::<Proposed>(),
        EventDeclaration::of::<Deployed>(),
        EventDeclaration::of::<Rejected>(),
        EventDeclaration::of::<Frozen>(),
        EventDeclaration::of::<Unfrozen>(),
        EventDeclaration::of::<Retired>(),
        EventDeclaration::of::<Called>(),
        EventDeclaration::of::<Emitted>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/packages", "package.propose").creates("/v1/packages/{package}/versions/{version}"),
        Route::get("/v1/packages", "package.list"),
        Route::get("/v1/packages/{package}", "package.get"),
        Route::get("/v1/packages/{package}/actions", "package.actions"),
        Route::get("/v1/packages/{package}/versions", "package.versions"),
        Route::get("/v1/packages/{package}/versions/{version}", "package.source"),
        Route::post("/v1/packages/{package}/votes", "package.vote"),
        Route::post("/v1/packages/{package}/retire", "package.retire"),
        Route::post("/v1/packages/{package}/freeze", "package.freeze"),
        Route::post("/v1/packages/{package}/unfreeze", "package.unfreeze"),
        Route::post("/v1/actions/{action}", "package.call"),
        Route::get("/v1/package-proposals", "package.proposals"),
    ],
    refusals: Refused::DECLARATIONS,
    ..Module::EMPTY
};

/// The invariants of all packages, those of their newest versions: package, name, SELECT.
pub(crate) fn invariants(connection: &rusqlite::Connection) -> rusqlite::Result<Vec<[String; 3]>> {
    let sql = "SELECT i.package, i.name, i.sql FROM package_invariant i JOIN package p ON p.name = i.package AND p.version = i.version
               ORDER BY i.package, i.name";
    let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    connection.prepare_cached(sql)?.query_map([], read)?.collect()
}

#[cfg(test)]
mod tests;
