//! Whole networks by seed: the production validators with their SQLite state on a deterministic runtime, a workload, faults, checkers.
//!
//! One seed gives one history, event for event. A seed that fails becomes a named test.
//!
//! ```sh
//! cargo run --release -p counterfoil-sim -- --seed 7 --blocks 300
//! ```

#![warn(missing_docs)]

mod consortium;
mod desk;
mod disk;
mod evidence;
mod report;
mod run;
mod scenario;
mod select;
mod stage;
mod watch;

/// What members do in a simulation.
pub mod workload;

pub use consortium::Consortium;
pub use desk::Desk;
pub use report::{CheckedProof, Report};
pub use run::run;
pub use scenario::Scenario;
