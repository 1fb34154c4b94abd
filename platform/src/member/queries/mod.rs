mod governance;
mod members;

use crate::Query;

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    members::GET,
    members::LIST,
    governance::PROPOSALS,
    governance::PROPOSAL,
    governance::GOVERNANCE,
    governance::VALIDATORS,
    governance::VALIDATOR_CHANGES,
];
