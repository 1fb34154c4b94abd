use crate::Context;
use counterfoil_types::{Call, Fault, Genesis, Kid, PublicKey, Refusal, machine::Validators};
use rusqlite::Connection;
use std::any::Any;

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
    /// Whether it no longer signs: revoked, or its member suspended.
    pub revoked: bool,
    /// Block time from which on it signs, milliseconds since 1970-01-01 UTC; 0 for always.
    pub valid_from_ms: u64,
    /// Block time up to which it signs, inclusive; `u64::MAX` for ever.
    pub valid_until_ms: u64,
}

impl SignerKey {
    /// A key that signs at any time.
    pub fn always(key: PublicKey) -> Self {
        Self { key, revoked: false, valid_from_ms: 0, valid_until_ms: u64::MAX }
    }

    /// Whether it signs at a time.
    pub(crate) fn signs_at(&self, time_ms: u64) -> bool {
        !self.revoked && (self.valid_from_ms..=self.valid_until_ms).contains(&time_ms)
    }
}

/// The calls of a transaction as the program that executes them has parsed them: made once, at the door or from a block.
pub struct Prepared {
    /// Execution weight, where 1 is about one simple row.
    pub weight: u32,
    /// The program's own.
    pub calls: Box<dyn Any + Send + Sync>,
}

/// What the state machine executes: the modules with their tables and commands.
///
/// Everything here must be deterministic: no clock, no randomness, no floats, no iteration over hash maps, and `ORDER BY` a unique key
/// wherever the order of rows can matter.
pub trait Program: Send + Sync {
    /// The modules, in the one order in which they may refer to each other's tables.
    fn modules(&self) -> Vec<ModuleSchema>;

    /// Invariants that the ledger itself keeps, such as those of packages: of what, name, SELECT.
    fn stored_invariants(&self, _connection: &Connection) -> rusqlite::Result<Vec<[String; 3]>> {
        Ok(Vec::new())
    }

    /// Writes the rows of genesis. A refusal here means that the genesis file is unusable.
    fn genesis(&self, context: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal>;

    /// The tables that [`signer_key`](Self::signer_key) reads: its answers are kept until a row of one of them changes. Empty
    /// (the default): never kept.
    fn key_tables(&self) -> &[&str] {
        &[]
    }

    /// The key named `kid`, or nothing where no member has such a key.
    fn signer_key(&self, connection: &Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault>;

    /// How the validators changed since genesis, in order of epochs: the ledger's own decision on who orders. A block of epoch `e`
    /// may add a change from epoch `e + 2` on and touch no other.
    fn validators(&self, _connection: &Connection) -> Result<Vec<Validators>, Fault> {
        Ok(Vec::new())
    }

    /// The names of all commands, sorted.
    fn command_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Parses calls and checks what can be checked without state.
    fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal>;

    /// Decides whether the calls of a signed transaction may be executed now. `Some` ends the transaction with these outputs, one a
    /// call, in place of execution: what was asked waits, for more signatures perhaps.
    fn gate(
        &self,
        _context: &mut Context<'_>,
        _calls: &[Call],
        _prepared: &Prepared,
    ) -> Result<Option<Vec<String>>, Refusal> {
        Ok(None)
    }

    /// Executes what [`prepare`](Self::prepare) made; the output of each call is JSON text.
    fn apply(&self, context: &mut Context<'_>, prepared: &Prepared) -> Result<Vec<String>, Refusal>;

    /// Does what is due by time alone, at the beginning of each block, signed by nobody. It must not refuse: if it does, nothing of it
    /// stays and the block goes on.
    fn begin_block(&self, _context: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}
