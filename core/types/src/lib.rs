//! Words that every part of Counterfoil shares: hashes, signed transactions, receipts, headers, rows.
//!
//! No I/O, no clock, no randomness of its own, and no knowledge of any business.

#![warn(missing_docs)]

mod block;
mod fault;
mod genesis;
mod hash;
mod jws;
mod key;
mod kid;
mod payload;
mod receipt;
mod refusal;
mod signature;
mod transaction;

/// The limit on everything, in one place.
pub mod limits;
/// What order drives and state fulfils: the traits between the engine and the state machine.
pub mod machine;
/// Merkle trees as RFC 9162 §2.1 hashes them.
pub mod merkle;
/// Exact amounts: an integer of minor units and a currency code.
pub mod money;
/// The canonical encoding of rows, and the hashes derived from it.
pub mod row;

pub use block::{Block, Execution, Header};
pub use fault::Fault;
pub use genesis::{Genesis, GenesisKey, GenesisMember, GenesisValidator};
pub use hash::Hash;
pub use key::{Algorithm, PublicKey, SigningKey};
pub use kid::{Kid, is_name};
pub use money::Money;
pub use payload::{Call, Payload, PayloadDraft};
pub use receipt::{Event, Outcome, Receipt};
pub use refusal::{Refusal, RefusalKind};
pub use row::Value;
pub use signature::{Check, verify, verify_batch};
pub use transaction::{Signature, Transaction, TransactionCode};
