//! A ledger in a PostgreSQL database of one's own: all tables with their rows, as they were at a height, for whoever wants to join, index
//! and report without asking a node.
//!
//! [`follow`] reads the blocks of a node and writes them in PostgreSQL transactions that move the height with the rows, so that whatever
//! breaks off, no row is there twice and none is missing. [`verify`] compares every row with what the ledger's members have certified, trusting
//! neither the node nor PostgreSQL. The formats are in the crate's README; nothing here knows a module.

#![warn(missing_docs)]

mod address;
mod catalog;
mod certified;
mod chain;
mod compare;
mod error;
mod expected;
mod fold;
mod follow;
mod held;
mod list;
mod metrics;
mod pipeline;
mod progress;
mod queue;
mod sink;
mod sql;
mod step;
mod target;
mod verify;

pub use address::{Address, NotAnAddress};
pub use compare::Difference;
pub use error::{Error, FORMAT};
pub use follow::{Options, follow};
pub use metrics::Metrics;
pub use verify::{Report, verify};
