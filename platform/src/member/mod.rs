//! Organisations and people: who they are, what they are to the others, which keys sign for them, and how they decide together. See
//! `README.md`.

mod commands;
mod committee;
mod events;
mod genesis;
mod governance;
mod keys;
mod package;
mod queries;
mod refusals;
mod signers;
mod standing;
mod text;

/// Names of the roles of members and of keys.
pub mod roles;

pub(crate) use committee::changes as committee_changes;

pub use commands::{
    AddKey, Admit, Choice, CountVotes, KeyAdded, KeyRevoked, KeyRolesSet, KeyRotated, MemberNamed, PersonKey,
    PersonRegistered, ProposalState, ProposalWithdrawn, Propose, RegisterPerson, Reinstate, Remove, RevokeKey,
    RolesSet, RotateKey, SetKeyRoles, SetRoles, SetThreshold, SetValidators, Suspend, ThresholdSet, Validator,
    ValidatorsSet, Vote, WhyRefused, WithdrawProposal,
};
pub use events::{
    AddedKey, Admitted, ChangedKeyRoles, ChangedRoles, ChangedThreshold, ChangedValidators, Decided, Proposed,
    RegisteredPerson, Reinstated, Removed, RevokedKey, RotatedKey, Suspended, Voted,
};
pub use governance::CONSORTIUM;
pub(crate) use governance::require_consortium;
pub use keys::NewKey;
pub(crate) use package::{insert_package, signature_of, without_packages};
pub use refusals::Refused;
pub use signers::{
    KEY_TABLES, key_signed, require_role, require_signature, signer_key, signer_member, signer_with_role, signs_now,
};
pub(crate) use signers::{caller, has_role};

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// Active keys of one member at most.
pub const KEYS_MAX: i64 = 1_000;

/// The declaration.
pub const MODULE: Module = Module {
    name: "member",
    title: "Members",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &[
        "member",
        "member_role",
        "member_key",
        "member_key_role",
        "member_proposal",
        "member_threshold",
        "member_validator",
    ],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<RegisterPerson>(),
        CommandDeclaration::of::<AddKey>(),
        CommandDeclaration::of::<RotateKey>(),
        CommandDeclaration::of::<SetKeyRoles>(),
        CommandDeclaration::of::<RevokeKey>(),
        CommandDeclaration::of::<Propose>(),
        CommandDeclaration::of::<Vote>(),
        CommandDeclaration::of::<CountVotes>(),
        CommandDeclaration::of::<WithdrawProposal>(),
        CommandDeclaration::of::<Admit>(),
        CommandDeclaration::of::<Suspend>(),
        CommandDeclaration::of::<Reinstate>(),
        CommandDeclaration::of::<Remove>(),
        CommandDeclaration::of::<SetRoles>(),
        CommandDeclaration::of::<SetValidators>(),
        CommandDeclaration::of::<SetThreshold>(),
    ],
    events: &[
        EventDeclaration::of::<AddedKey>(),
        EventDeclaration::of::<RevokedKey>(),
        EventDeclaration::of::<RotatedKey>(),
        EventDeclaration::of::<ChangedKeyRoles>(),
        EventDeclaration::of::<RegisteredPerson>(),
        EventDeclaration::of::<Admitted>(),
        EventDeclaration::of::<Suspended>(),
        EventDeclaration::of::<Reinstated>(),
        EventDeclaration::of::<Removed>(),
        EventDeclaration::of::<ChangedRoles>(),
        EventDeclaration::of::<ChangedValidators>(),
        EventDeclaration::of::<ChangedThreshold>(),
        EventDeclaration::of::<Proposed>(),
        EventDeclaration::of::<Voted>(),
        EventDeclaration::of::<Decided>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::get("/v1/members", "member.list"),
        Route::get("/v1/members/{id}", "member.get"),
        Route::post("/v1/people", "member.register_person").creates("/v1/members/{member}"),
        Route::post("/v1/members/{member}/keys", "member.add_key").creates("/v1/members/{member}"),
        Route::post("/v1/members/{member}/keys/{name}/rotate", "member.rotate_key"),
        Route::post("/v1/members/{member}/keys/{name}/roles", "member.set_key_roles"),
        Route::post("/v1/members/{member}/keys/{name}/revoke", "member.revoke_key"),
        Route::post("/v1/proposals", "member.propose").creates("/v1/proposals/{proposal}"),
        Route::get("/v1/proposals", "member.proposals"),
        Route::get("/v1/proposals/{id}", "member.proposal"),
        Route::post("/v1/proposals/{proposal}/votes", "member.vote"),
        Route::post("/v1/proposals/{proposal}/count", "member.count_votes"),
        Route::post("/v1/proposals/{proposal}/withdraw", "member.withdraw_proposal"),
        Route::get("/v1/governance", "member.governance"),
        Route::get("/v1/validators", "member.validators"),
        Route::get("/v1/validators/changes", "member.validator_changes"),
    ],
    refusals: Refused::DECLARATIONS,
    genesis: Some(genesis::write),
    begin_block: Some(governance::lapse),
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;
