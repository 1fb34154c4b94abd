//! Events of the ledger as signed HTTP requests to those who asked for them, in order, until they arrive or are given up.
//!
//! Signatures are those of Standard Webhooks 1.0, bodies are CloudEvents 1.0 in JSON. What is noted here lies beside the ledger, in
//! `webhooks.db`: it belongs to this node alone. An event arrives at least once; its id is its place in the ledger, the same each time.

mod deliver;
mod endpoint;
mod file;
mod message;
mod signature;

pub use deliver::{Source, Webhooks};
pub use endpoint::{Endpoint, NewEndpoint, Standing};
pub use signature::Secret;
