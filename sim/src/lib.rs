//! Whole networks by seed: the production validators with their SQLite state on a deterministic runtime, a workload, faults, checkers.
//!
//! One seed gives one history, event for event. A seed that fails becomes a named test.
//!
//! ```sh
//! cargo run --release -p counterfoil-sim -- --seed 7 --blocks 300
//! ```

#![warn(missing_docs)]

mod consortium;
mod disk;
mod run;
mod watch;

/// What members do in a simulation.
pub mod workload;

pub use consortium::Consortium;
pub use run::{Report, Scenario, run};
