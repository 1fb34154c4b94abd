//! The authenticated index of current values: which row has which value now, and which key is absent, under one root.
//!
//! The index follows the state: every block's [`IndexUpdate`](counterfoil_types::machine::IndexUpdate)s make one batch. A batch is
//! *prepared* at once, in memory, so that its root can enter the block's execution record; it is *applied* when the members have
//! certified the block. Proofs are always of the applied state, so they lead to a root that the members certified.
//!
//! ```text
//!            applied and provable          prepared, in memory
//!   disk  ──────────────────────────▶ h ─────▶ h+1 ─────▶ h+3 ─────▶ tip
//!                                     ▲ certify(h+1) moves this to the right
//! ```
//!
//! **The root is a function of the sequence of non-empty batches and their heights**, from the first one on: not of when they are
//! applied, written to disk, pruned or replayed. It is not a function of the rows alone, so a lost index is rebuilt by replaying the
//! change lists from genesis, never from the tables.

mod batch;
mod convert;
mod index;
mod store;
#[cfg(test)]
mod tests;

pub use index::Index;
