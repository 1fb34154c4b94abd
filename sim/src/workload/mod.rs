//! What members do in a simulation, and what must be on the ledger after it. A workload is one file.

use crate::Desk;
use counterfoil_state::Reader;
use rand::RngExt as _;

mod ages;
mod approvals;
mod documents;
mod invoices;
mod members;
mod money;
mod pace;
mod packages;
mod validators;

pub use ages::Ages;
pub use approvals::Approvals;
pub use documents::Documents;
pub use invoices::Invoices;
pub use members::Members;
pub use money::Money;
pub use packages::Packages;
pub use validators::{Leaver, Validators};

use pace::Pace;

/// What came of a workload, as it is reported: names and numbers.
pub type Counts = Vec<(&'static str, u64)>;

/// Something that members do.
pub trait Workload: Send {
    /// Hands in what is due; whether more will come.
    ///
    /// # Errors
    /// What the ledger did is not what it must do.
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool>;

    /// Compares a validator's state with what was handed in; what there is.
    ///
    /// # Errors
    /// What is missing, too much or different.
    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts>;
}

/// One of some.
fn one_of<'a, T>(desk: &mut Desk, of: &'a [T]) -> &'a T {
    &of[desk.chance.random_range(0..of.len())]
}

/// True so many times of a hundred.
fn percent(desk: &mut Desk, percent: u32) -> bool {
    desk.chance.random_range(0..100) < percent
}
