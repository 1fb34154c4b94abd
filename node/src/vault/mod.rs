//! What the members whose reading keys this node hosts have opened, in the clear: a database for each, filled from the ledger.
//!
//! A vault holds a version from the moment when the ledger has an audit row of its opening, and nothing that was not opened. It is no
//! part of state: no block depends on it, it follows what is executed and may lag behind, and where its file is removed it is filled
//! again.

mod file;
mod follower;

pub use follower::{Source, Vaults};
