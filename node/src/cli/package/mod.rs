//! `counterfoil package …`: what is done offline with the files of packages, and what a node does with them.

mod folder;
mod ledger;

pub use folder::{check, new, test};
pub use ledger::{call, propose, show, vote};
