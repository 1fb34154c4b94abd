//! UBL 2.1 Invoice (ISO/IEC 19845) as the XML form of an EN 16931 invoice: bytes in, the semantic model out.
//!
//! Foreign bytes are not trusted: no document type, no entities but XML's own five, limits on size, depth and count.
//! What UBL has and EN 16931 does not model is left out; the SHA-256 of the whole document ties the two together.

mod children;
mod read;
mod refused;
mod tree;

pub use read::{Read, read};
pub use refused::{NotUbl, Problem};
