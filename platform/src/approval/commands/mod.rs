mod lift_policy;
mod refuse;
mod set_policy;
mod sign;
mod withdraw;

pub use lift_policy::LiftPolicy;
pub use refuse::{ProposalRefused, Refuse};
pub use set_policy::{PolicyVersion, SetPolicy};
pub use sign::{Missing, Sign, SignatureCounted};
pub use withdraw::{ProposalWithdrawn, Withdraw};
