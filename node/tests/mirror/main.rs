//! A ledger mirrored to a real PostgreSQL, by the built binary.

mod following;
mod killing;
mod node;
mod postgres;
mod refusing;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod verifying;
