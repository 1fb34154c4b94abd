//! What every application stands on: the contract that a module fulfils, and the services that are modules themselves.
//!
//! A module is one folder and one constant ([`Module`]). From its declarations come the ledger's commands, HTTP routes, OpenAPI,
//! CLI and the SQL schema. `README.md` of this crate shows how to write one.

#![warn(missing_docs)]

mod call_input;
mod clear;
mod command;
mod event;
mod module;
mod proofs;
mod query;
mod refusals;
mod registry;
mod render;
mod route;
mod schema;
mod scratch;

/// Which keys of a member have to sign what, and calls that wait for more signatures.
pub mod approval;
/// Currencies and whatever else is issued and held in amounts: accounts, payments, holds, offers.
pub mod asset;
/// Evidence, versioned records, and sealed content for every module.
pub mod document;
/// Organisations and people, their roles and keys.
pub mod member;
/// OpenAPI 3.1 from the declarations of a registry.
pub mod openapi;
/// Contracts in SQL: tables and named actions, owned by several members.
pub mod package;
/// Scenarios of packages: what members do in order and what must come of it, on a ledger of its own.
pub mod scenario;
/// Tables that members create and write by SQL.
pub mod sql;
/// A ledger in a temporary folder, for the tests of modules.
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use call_input::{AgreedCalls, CallInput};
pub use clear::{Clear, ClearDeclaration, Draft, Drafting, Examine};
pub use command::{Amount, Command, CommandDeclaration, Parsed};
pub use counterfoil_seal as seal;
pub use counterfoil_types as types;
pub use event::{Event, EventDeclaration};
pub use module::{BeginBlock, Gate, Module, WriteGenesis};
pub use proofs::{ProofSource, Written};
pub use query::{Answer, Column, ColumnKind, PAGE_DEFAULT, PAGE_MAX, Parameter, ParameterKind, Query};
pub use refusals::{PlatformRefused, RefusalDeclaration};
pub use registry::Registry;
pub use render::{Rendered, Rendering};
pub use route::{Convert, Route, Target, call};

#[cfg(test)]
mod tests;
