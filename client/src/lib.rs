//! A client of a Counterfoil node: sign, submit, wait, query, verify.
//!
//! It is synchronous, holds no thread and no async runtime, and needs nothing of the engine. A [`Client`] is cheap to clone and
//! keeps connections open.
//!
//! ```no_run
//! use counterfoil_client::{Call, Client, SigningKey};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("http://127.0.0.1:7080");
//! let key = SigningKey::ed25519([7; 32]);
//! let kid = "supplier-1/laptop".parse()?;
//!
//! // Sign here, with a key that never leaves this process. The id is yours: send it twice, and it happens once.
//! let call = Call::new("member.revoke_key", &serde_json::json!({"member": "supplier-1", "name": "old-laptop"}));
//! let transaction = client.sign(&kid, &key, "revoke-old-laptop", &[call])?;
//! let receipt = client.submit(&transaction)?;
//! println!("final at height {}", receipt.height);
//!
//! // Read, and check what was read without trusting the node.
//! let table = client.sql("SELECT id, name FROM member ORDER BY id", &[])?;
//! println!("{} members at height {}", table.rows.len(), table.height);
//! let proof = client.proof("member", &["supplier-1"], counterfoil_client::Asked::Current)?;
//! let genesis = std::fs::read("genesis.json")?; // from someone you trust, not from the node
//! println!("{}", counterfoil_client::verify(&proof, &genesis)?);
//! # Ok(()) }
//! ```
//!
//! # Sealed documents
//! [`Client::seal`] encrypts fields on this side, for the members who may read them: the node sees ciphertext. [`Client::sealed`] gets
//! it back, and [`Record::open`] opens it with a reading key that never leaves this process. [`Client::open`] has a node do that which
//! hosts the key, and leaves an audit row.
//!
//! # Approvals
//! What needs more signatures than it has waits, by the approvals of a member that signed, and nothing is done meanwhile. A call through
//! a hosted key is then [`Error::Waiting`]; of a transaction signed here [`Receipt::waiting`] tells. Signatures that are there at once
//! ([`Client::sign_all`]) need no waiting.
//!
//! # Retries
//! A transaction is sent again after a broken connection, a restart of the node or a `429`. That is safe because its `id` is an
//! idempotency key: the ledger executes it once and gives its first receipt to whoever sends it again. A call through a hosted key
//! is sent again only with an idempotency key of its own. `Retry-After` is honoured, and all waiting ends with
//! [`Client::with_patience`].

#![warn(missing_docs)]

mod changes;
mod client;
mod error;
mod events;
mod hosted;
mod http;
mod many;
mod query;
mod receipt;
mod seal;
mod sign;
mod submit;
mod waiting;

pub use changes::{BlockChanges, Changes, ColumnKind, CreatedColumn, CreatedTable, Followed, Mark};
pub use client::Client;
pub use counterfoil_proof::{Failed, Proved, verify};
pub use counterfoil_seal::{
    Disclosed, Disclosure, Field, FieldValue, Opened, OpenedField, Reader, ReadingKey, ReadingPublicKey, Record,
    SealError, Sealed,
};
pub use counterfoil_types::{Call, Hash, Kid, PublicKey, SigningKey, Transaction};
pub use error::{Error, Place, Problem};
pub use events::{Event, Events};
pub use many::Document;
pub use query::{Asked, RowHistory, RowVersion, Select, Status, StatusValidator, Table};
pub use receipt::{Happened, Receipt, Standing};
pub use seal::Draft;
pub use sign::general;
pub use waiting::Waiting;
