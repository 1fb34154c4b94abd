//! The state of a ledger: SQLite tables that change only by executing final blocks, with every changed row captured and rooted.
//!
//! [`State`] is a [`Machine`](counterfoil_types::machine::Machine): it executes block after block, one SQLite transaction each. What it
//! executes is a [`Program`]: modules with tables and commands, which see the ledger through a [`Context`]. [`Reader`] answers questions
//! about what is committed, among them plain SQL. No async, no clock, no randomness; nothing here knows order or HTTP.

#![warn(missing_docs)]

mod admission;
mod as_of;
mod before;
mod capture;
mod catalog;
mod changes;
mod context;
mod directory;
mod execute;
mod followed;
mod functions;
mod history;
mod inspect;
mod invariants;
mod keys;
mod lexer;
mod lookup;
mod open;
mod program;
mod proof;
mod reader;
mod sandbox;
mod schema;
mod select;
mod sql;
mod state;
mod store;
mod table;
mod verify;
mod vet;

pub use context::{Arguments, BrokenConstraint, ConstraintKind, Context, NewTable, Note, WrittenRow};
pub use followed::Followed;
pub use functions::Caller;
pub use history::{RowHistory, RowVersion};
pub use inspect::{BlockRecord, ListedEntry, RowChange, RowPage, RowRange, TableChanges};
pub use invariants::Violation;
pub use lookup::{Counts, Entry, StateCode};
pub use open::Options;
pub use program::{ModuleSchema, Prepared, Program, SignerKey};
pub use proof::{Certified, ChangePath};
pub use reader::Reader;
pub use rusqlite;
pub use select::{BRIEF_STEPS, Described, Flow, ResultColumn, Select};
pub use sql::{Attached, Scope, Snapshot, SqlCode, SqlLimits, SqlParams, SqlResult, Truncated};
pub use state::State;
pub use table::{Column, ColumnKind, Table};
