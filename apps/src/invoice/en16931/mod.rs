//! EN 16931-1: the semantic model of an invoice, and the rules that every validator checks.

pub(super) mod category;
/// The code lists and what must be of them.
pub mod codes;
mod exists;
mod finding;
mod model;
pub(super) mod totals;

pub use finding::{Finding, Findings};
pub use model::*;

/// Every rule that an invoice breaks, in the order of the groups; none for a valid one.
///
/// The invoice may be incomplete: a rule about terms that are not there says nothing, the rule that demands them does.
pub fn findings(invoice: &Invoice) -> Vec<Finding> {
    let mut findings = Findings::default();
    exists::check(invoice, &mut findings);
    codes::check(invoice, &mut findings);
    totals::check(invoice, &mut findings);
    category::check(invoice, &mut findings);
    findings.into()
}

/// What the standard advises against and does not forbid: BR-51. An invoice that has only such findings is valid.
pub fn warnings(invoice: &Invoice) -> Vec<Finding> {
    let mut findings = Findings::default();
    exists::advise(invoice, &mut findings);
    findings.into()
}
