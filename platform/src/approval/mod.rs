//! Who has to sign what: a member's policy, and calls that wait until enough of its people have signed. See `README.md`.

mod commands;
mod events;
mod gate;
mod guard;
mod keys;
mod lapse;
mod need;
mod policy;
mod proposal;
mod queries;
mod refusals;
mod rule;

pub use commands::{
    LiftPolicy, Missing, PolicyVersion, ProposalRefused, ProposalWithdrawn, Refuse, SetPolicy, Sign, SignatureCounted,
    Withdraw,
};
pub use events::{ChangedPolicy, Executed, Failed, Proposed, RefusedProposal, Signed, Withdrawn};
pub use gate::{Waiting, WaitingProposal};
pub(crate) use gate::{note_amounts, require_met};
pub use refusals::Refused;
pub use rule::Rule;

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// Rules of one policy at most.
pub const RULES_MAX: usize = 64;
/// Signers that one rule may demand at most.
pub const SIGNERS_MAX: u32 = 16;
/// How long a proposal waits if its rule does not say: three days.
pub const LAPSE_MS_DEFAULT: i64 = 3 * 24 * 60 * 60 * 1000;
/// How long a proposal may wait at least: a minute.
pub const LAPSE_MS_MIN: i64 = 60 * 1000;
/// How long a proposal may wait at most: 366 days.
pub const LAPSE_MS_MAX: i64 = 366 * 24 * 60 * 60 * 1000;
/// Bytes of the calls of one proposal at most.
pub const CALLS_BYTES_MAX: usize = 768 * 1024;
/// Proposals of one member that may wait at the same time.
pub const OPEN_MAX: i64 = 1_000;
/// Proposals that lapse in one block at most; more do in the next.
pub const LAPSES_PER_BLOCK_MAX: i64 = 200;
/// Execution weight of all proposals of one member that wait, at most: the last signatures on all of them may come in one block.
pub const OPEN_WEIGHT_MAX: i64 = 200_000;
/// Bytes of a reason at most.
pub const REASON_BYTES_MAX: usize = 512;

/// The declaration.
pub const MODULE: Module = Module {
    name: "approval",
    title: "Approvals",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["approval_policy", "approval_proposal", "approval_party", "approval_need"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<SetPolicy>(),
        CommandDeclaration::of::<LiftPolicy>(),
        CommandDeclaration::of::<Sign>(),
        CommandDeclaration::of::<Refuse>(),
        CommandDeclaration::of::<Withdraw>(),
    ],
    events: &[
        EventDeclaration::of::<ChangedPolicy>(),
        EventDeclaration::of::<Proposed>(),
        EventDeclaration::of::<Signed>(),
        EventDeclaration::of::<Executed>(),
        EventDeclaration::of::<Failed>(),
        EventDeclaration::of::<RefusedProposal>(),
        EventDeclaration::of::<Withdrawn>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/members/{member}/policy", "approval.set_policy"),
        Route::get("/v1/members/{member}/policy", "approval.policy"),
        Route::get("/v1/members/{member}/policy/versions", "approval.policy_versions"),
        Route::post("/v1/members/{member}/policy/lift", "approval.lift_policy"),
        Route::get("/v1/members/{member}/inbox", "approval.inbox"),
        Route::get("/v1/policies", "approval.policies"),
        Route::get("/v1/approvals", "approval.list"),
        Route::get("/v1/approvals/{proposal}", "approval.get"),
        Route::post("/v1/approvals/{proposal}/sign", "approval.sign"),
        Route::post("/v1/approvals/{proposal}/refuse", "approval.refuse"),
        Route::post("/v1/approvals/{proposal}/withdraw", "approval.withdraw"),
    ],
    refusals: Refused::DECLARATIONS,
    gate: Some(gate::gate),
    begin_block: Some(lapse::begin_block),
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;
