//! Sealing: content that only named readers can read, in a ledger that everybody stores.
//!
//! [`seal`] encrypts fields with a fresh key, once, and wraps that key for each reader's [`ReadingPublicKey`] by HPKE (RFC 9180). What
//! it gives, a [`Sealed`], travels inside a signed transaction. A reader [`open`]s it with its [`ReadingKey`]; each field is then
//! compared with its commitment in the ledger, a salted hash. By a [`Disclosure`] one field can be shown to anybody, who checks it
//! offline and learns nothing of the others.
//!
//! ```text
//! fields ── name, salt, value ──▶ commitments ─────────────────────┐ associated data
//!    └──── CBOR, padded ────────▶ ChaCha20-Poly1305 ◀── content key │
//!                                     │   ▲─────────────────────────┘
//!                                     ▼            content key ── HPKE ──▶ one wrapped key a reader
//!                                 ciphertext
//! ```
//!
//! A seal is bound to its [`Place`] (ledger, subject, version, sealer), and each wrapped key to the name of the reader's key: copied
//! elsewhere, it does not open. HPKE runs in base mode: who sealed is said by the signature of the transaction. There is no state, no
//! clock and no I/O here, and all randomness is given by the caller.
//!
//! # What a seal does not hide
//! Names of fields, who may read, who sealed and when, and roughly how long the content is: lengths are padded as Padmé does, which
//! leaves at most 12 % and tells about `log log` of the length. Whoever has opened a content can keep and pass on what it says.

#![warn(missing_docs)]

mod bytes;
mod content;
mod disclosure;
mod error;
mod field;
mod key;
mod open;
mod place;
mod record;
mod sealed;
mod suite;

pub use bytes::{Base64, Hex};
pub use disclosure::{Disclosed, Disclosure, FIELD_TABLE, verify_field};
pub use error::SealError;
pub use field::{Field, FieldValue, OpenedField, commitment};
pub use key::{Reader, ReadingKey, ReadingPublicKey};
pub use open::{Opened, open, seal};
pub use place::Place;
pub use rand_core::CryptoRng;
pub use record::Record;
pub use sealed::{Sealed, SealedField, Wrap};

/// Fields of one sealed content at most.
pub const FIELDS_MAX: usize = 256;
/// Readers that one transaction seals for at most; more can be added later.
pub const READERS_MAX: usize = 64;
/// Bytes of a ciphertext at most: with everything around it, it fits into a transaction.
pub const CIPHERTEXT_BYTES_MAX: usize = 512 * 1024;
