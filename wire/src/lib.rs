//! A ledger as a PostgreSQL database: `psql`, drivers and tools read its tables and write to shared ones by the PostgreSQL protocol.
//!
//! [`Endpoint`] speaks the protocol; what it needs of a node is a [`Backend`]. SELECTs run in the reader's sandbox, confined and limited
//! as everybody's; writes become signed transactions of the hosted key and are answered when they are final. Nothing here knows the
//! engine, HTTP, or where tokens are kept.

#![warn(missing_docs)]

mod adjust;
mod backend;
mod bounds;
mod call;
mod catalog;
mod collect;
mod error;
mod execute;
mod extended;
mod frontend;
mod infer;
mod parsed;
mod plan;
mod reply;
mod rewrite;
mod run;
mod server;
mod session;
mod settings;
mod statement;
mod stream;
mod text;
mod tls;
mod touches;
mod transaction;
mod turn;
mod types;

pub use backend::{Action, Applied, Backend, NotApplied, NotSignedIn, Pending, Place, SignedIn, Vault};
pub use bounds::Bounds;
pub use error::{SqlState, WireError};
pub use server::Endpoint;
pub use tls::tls_from_files;
pub use tokio_rustls::rustls::ServerConfig;
