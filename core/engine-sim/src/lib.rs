//! A whole network of production validators on the deterministic runtime and a simulated network: one seed, one history.
//!
//! The only crate that instantiates the engine's generic code there, because that takes minutes to compile. [`simulate`] plays a
//! [`Plan`]: links with latency and loss, crashes with torn files, liars, slow members. What a validator is made of, its state machine
//! above all, comes from the caller and survives a crash as far as the caller lets it.

mod outcome;
mod plan;
mod recorder;
mod simulate;
mod team;

pub use counterfoil_engine::StateProof;
pub use outcome::{MemberOutcome, Outcome};
pub use plan::{Crash, Factory, Liar, Link, Member, Plan, Slow, Submission, Victims, Workload};
pub use simulate::simulate;
pub use team::validator_keys;
