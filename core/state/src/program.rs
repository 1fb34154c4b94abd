use crate::Context;
use counterfoil_types::{Call, Fault, Genesis, Kid, PublicKey, Refusal};
use rusqlite::Connection;

/// What a module brings: its tables and what must always hold of them.
#[derive(Debug, Clone, Copy)]
pub struct ModuleSchema {
    /// The module's name, such as `invoice`.
    pub name: &'static str,
    /// `CREATE TABLE`, `CREATE INDEX` and `CREATE VIEW` statements. Tables are `STRICT`, with an explicit primary key and columns of
    /// INTEGER, TEXT or BLOB; triggers, generated columns, AUTOINCREMENT and deferred constraints are refused.
    pub sql: &'static str,
    /// The tables whose rows may change or go; all others are append-only. Only these are in the index of current values.
    pub mutable: &'static [&'static str],
    /// Named SELECTs that must return no row: `-- name: …` before each.
    pub invariants: &'static str,
}

/// The key of a signer as state knows it at a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignerKey {
    /// The public key.
    pub key: PublicKey,
    /// Whether it no longer (or not yet) signs: revoked, or its member suspended.
    pub revoked: bool,
}

/// What the state machine executes: the modules with their tables and commands.
///
/// Everything here must be deterministic: no clock, no randomness, no floats, no iteration over hash maps, and `ORDER BY` a unique key
/// wherever the order of rows can matter.
pub trait Program: Send + Sync {
    /// The modules, in the one order in which they may refer to each other's tables.
    fn modules(&self) -> Vec<ModuleSchema>;

    /// Writes the rows of genesis. A refusal here means that the genesis file is unusable.
    fn genesis(&self, context: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal>;

    /// The tables that [`signer_key`](Self::signer_key) reads: its answers are kept until a row of one of them changes. Empty
    /// (the default): never kept.
    fn key_tables(&self) -> &[&str] {
        &[]
    }

    /// The key named `kid`, or nothing where no member has such a key.
    fn signer_key(&self, connection: &Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault>;

    /// What can be said of a call without state; its execution weight, where 1 is about one simple row.
    fn check(&self, call: &Call) -> Result<u32, Refusal>;

    /// Executes a call; its output is JSON text. It may reach this point unchecked (a proposer decides what is in a block), so an
    /// implementation does all that [`check`](Self::check) does first.
    fn apply(&self, context: &mut Context<'_>, call: &Call) -> Result<String, Refusal>;
}
