mod call;
mod freeze;
mod propose;
mod retire;
mod vote;

pub use call::{CallAction, Outcome};
pub use freeze::{Freeze, PackageState, Unfreeze};
pub use propose::{Propose, VersionState};
pub use retire::Retire;
pub use vote::Vote;
