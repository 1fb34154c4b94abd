//! Proofs that an outsider checks offline, trusting none of the members: only the genesis file, SHA-256 and Ed25519.
//!
//! [`verify`] takes the bytes of a proof file and of the genesis file and says what is proved, or the first step that fails:
//!
//! ```text
//! row ──hash──▶ key, value ──index path──▶ state_root   ─┐
//!                          ──change path─▶ changes_root ─┴▶ execution of height h ─▶ … ─▶ result named by a header
//!                                                                       header ─parent─▶ … ─▶ header signed by > 2/3
//! ```
//!
//! | claim | says | by |
//! |---|---|---|
//! | `current` | at height h the table held this row | index of current values, under `state_root` |
//! | `absent` | at height h the table held no row with this key | the same index: it holds the table's marker, and two neighbouring keys enclose the row's |
//! | `written` | the block of height h wrote this row | list of the block's changes, under `changes_root` |
//!
//! Everything is re-implemented here from the published formats (`docs/formats.md`): no consensus engine, no database, no runtime, no
//! I/O. Members make proofs with [`prove_current`] and [`prove_written`] from a store that fulfils [`Chain`].
//!
//! ```no_run
//! let (proof, genesis) = (std::fs::read("p.json")?, std::fs::read("g.json")?);
//! match counterfoil_proof::verify(&proof, &genesis) {
//!     Ok(proved) => println!("{proved}"),
//!     Err(failed) => println!("{failed}"), // the proof fails at step path: …
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What a proof does not say
//! That nothing happened since: it is of its height. That a row is absent from a table that is not declared mutable: such tables are not
//! in the index and have no marker there, so an `absent` claim of them fails; ask for `written`.

mod assemble;
mod cell;
mod certificate;
mod committee;
mod file;
mod index;
mod proved;
mod verify;

pub use assemble::{Chain, ChangePath, NoProof, assemble, prove_current, prove_written};
pub use cell::Cell;
pub use certificate::{Certificate, NotCertified, namespace, quorum};
pub use committee::{COMMITTEE_TABLE, Validator};
pub use file::{Bytes, Claim, Evidence, FORMAT, PROOF_BYTES_MAX, Proof, Record, Sibling};
pub use index::{IndexMismatch, IndexProof, Shows};
pub use proved::{Proved, Utc};
pub use verify::{Failed, Step, verify};
