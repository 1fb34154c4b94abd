//! The validator on tokio, TCP and real files. The only crate that instantiates the engine's generic code there, because that takes
//! minutes to compile: nothing in its face is generic, and it changes rarely.

mod network;
mod preflight;
mod start;

pub use start::start;
