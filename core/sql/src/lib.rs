//! Trust SQL as text: what users write is checked and rewritten before SQLite sees it.
//!
//! Every member executes the same statements on a copy of its own. What these copies do *not* share is the physical order of rows, which
//! secondary indexes exist and the plans that follow from them; so a statement is accepted only if none of these can reach its result.
//! [`statement`] checks one SELECT, INSERT, UPDATE or DELETE, [`create_table`] and [`create_index`] definitions, [`package`] a contract:
//! tables, actions and invariants in one file. What comes out is written anew from the syntax tree, never copied from the text: a
//! construct that the checker does not know cannot pass through it.
//!
//! Pure functions over text: no database, no I/O, no clock.

#![warn(missing_docs)]

mod call;
mod catalog;
mod condition;
mod constraint;
mod cursor;
mod define;
mod expression;
mod finding;
mod from;
mod function;
mod index;
mod level;
mod limits;
mod modify;
mod name;
mod option;
mod order;
mod output;
mod package;
mod parse;
mod public;
mod rule;
mod select;
mod split;
mod statement;
mod token;
mod writer;

pub use catalog::{Catalog, Kind, Scope, TableShape, physical};
pub use define::{Definition, Naming, create_table};
pub use finding::Finding;
pub use function::{EXACT_SUM, ONLY};
pub use index::{IndexDefinition, create_index};
pub use limits::{ITEMS_MAX, NAME_BYTES_MAX, STATEMENTS_MAX, TEXT_BYTES_MAX};
pub use option::OptionValue;
pub use package::{
    Action, Effect, Invariant, Migration, PackageTable, PackageText, Parameter, Role, Step, Surroundings, package,
};
pub use public::public_select;
pub use rule::RULES;
pub use split::{Piece, split};
pub use statement::{Parameters, Statement, StatementKind, statement};
