//! Organisations and people: who they are, what they are to the others, which keys sign for them. See `README.md`.

mod commands;
mod committee;
mod events;
mod genesis;
mod queries;
mod refusals;
mod signers;

/// Names of the roles of members and of keys.
pub mod roles;

pub(crate) use committee::changes as committee_changes;

pub use commands::{AddKey, KeyAdded, KeyRevoked, RevokeKey};
pub use events::{AddedKey, RevokedKey};
pub use refusals::Refused;
pub use signers::{
    KEY_TABLES, key_signed, require_role, require_signature, signer_key, signer_member, signer_with_role,
};

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// Active keys of one member at most.
pub const KEYS_MAX: i64 = 1_000;

/// The declaration.
pub const MODULE: Module = Module {
    name: "member",
    title: "Members",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["member", "member_role", "member_key", "member_key_role"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[CommandDeclaration::of::<AddKey>(), CommandDeclaration::of::<RevokeKey>()],
    events: &[EventDeclaration::of::<AddedKey>(), EventDeclaration::of::<RevokedKey>()],
    queries: queries::ALL,
    routes: &[
        Route::get("/v1/members", "member.list"),
        Route::get("/v1/members/{id}", "member.get"),
        Route::post("/v1/members/{member}/keys", "member.add_key").creates("/v1/members/{member}"),
        Route::post("/v1/members/{member}/keys/{name}/revoke", "member.revoke_key"),
    ],
    refusals: Refused::DECLARATIONS,
    genesis: Some(genesis::write),
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;
