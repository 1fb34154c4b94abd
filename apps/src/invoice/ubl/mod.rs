//! UBL 2.1 Invoice and CreditNote (ISO/IEC 19845) as the XML form of an EN 16931 invoice: bytes in, the semantic model out, and back.
//!
//! Foreign bytes are not trusted: no document type, no entities but XML's own five, limits on size, depth and count.
//! What UBL has and EN 16931 does not model is left out; the SHA-256 of the whole document ties the two together.

mod children;
mod node;
mod party;
mod read;
mod refused;
mod root;
mod syntax;
pub(in crate::invoice) mod tree;
mod values;
mod write;

pub use read::{Read, inspect, read};
pub use refused::{NotUbl, Problem};
pub use root::Root;
pub use write::write;
