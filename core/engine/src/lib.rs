//! Order: one chain of blocks that the validators of a ledger agree on, and the task that executes it.
//!
//! Consensus is `commonware` simplex with marshal; none of its types is in the face that others use: [`Config`], [`EngineHandle`],
//! [`EngineStatus`]. Order knows no business: transactions are opaque bytes, never parsed here. A block is valid by its header, its
//! sizes, its time and the result that it names of an execution before it; what a transaction means is decided after finality, once.
//!
//! ```text
//!  submit ─▶ pool ─▶ proposer ─▶ simplex (Inline) ─▶ marshal ─▶ executor ─▶ machine + index ─▶ observer
//!             ▲ gossip             one per epoch      archive     acknowledges what is committed
//! ```
//!
//! *Never here:* a wall clock or a thread of our own. Everything runs on a runtime's context, so that the same code repeats itself
//! exactly on the deterministic one. [`wiring::start`] is generic; the leaf crates that name a runtime call it.

mod application;
mod block;
mod committee;
mod config;
mod epoch;
mod executor;
mod gossip;
mod handle;
mod pool;
mod progress;
mod reporter;
mod signal;
mod status;
pub mod wiring;

pub use application::Tamper;
pub use committee::{Committee, private_key};
pub use config::{Config, Peer, Timers, namespace};
pub use epoch::Track;
pub use executor::StateProof;
pub use handle::EngineHandle;
pub use pool::Busy;
pub use status::{EngineStatus, PeerStatus};
