//! What the commands of this module that carry sealed content have in common.

use super::{Refused, decimal::Fixed, rules};
use crate::invoice::cn_vat::AMOUNT_MAX;
use counterfoil_platform::{
    document::{
        self, Sealed,
        sealed::{self, Subject},
    },
    types::Refusal,
};
use counterfoil_state::Context;

/// Categories and rates of one invoice at most.
const TAXES_MAX: usize = 500;

/// What has stood [`require`].
pub(super) struct Seal<'a> {
    /// What is sealed.
    pub subject: String,
    sealer: &'a str,
    sealed: &'a Sealed,
    mandatory: Vec<String>,
}

/// How much work an invoice is: its rows, those of its taxes and months, and what is sealed.
pub(super) fn weight(taxes: usize, sealed: &Sealed) -> u32 {
    u32::try_from(4 + 2 * taxes).unwrap_or(u32::MAX).saturating_add(sealed::weight(sealed))
}

/// Checks the form of what is sealed, and that it has the fields by which its readers can make the whole again: all of one of these sets.
pub(super) fn check(content: &Sealed, sets: &[&[&str]]) -> Result<(), Refused> {
    sealed::check(content).map_err(Refusal::from)?;
    let has = |name: &&str| content.fields.iter().any(|field| field.name == **name);
    if sets.iter().any(|set| set.iter().all(has)) {
        return Ok(());
    }
    let sets: Vec<_> = sets.iter().map(|set| set.join(" and ")).collect();
    Err(Refused::SealedFields { expected: sets.join(", or ") })
}

/// Refuses amounts with which sums could leave 64 bits.
pub(super) fn check_amounts(amounts: &[Fixed<2>]) -> Result<(), Refused> {
    match amounts.iter().find(|amount| !(-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount.0)) {
        None => Ok(()),
        Some(amount) => Err(Refused::Range {
            field: "/total".to_owned(),
            found: amount.to_string(),
            reason: "amounts are at most 10,000,000,000,000.00",
        }),
    }
}

/// Refuses no tax at all, or more than anybody needs.
pub(super) fn check_taxes(count: usize) -> Result<(), Refused> {
    if (1..=TAXES_MAX).contains(&count) { Ok(()) } else { Err(Refused::Taxes { found: count, most: TAXES_MAX }) }
}

/// Refuses what cannot be sealed so: the reference is new for the sealer, and every tax authority reads.
pub(super) fn require<'a>(
    ctx: &Context<'_>,
    sealer: &'a str,
    reference: &str,
    sealed: &'a Sealed,
) -> Result<Seal<'a>, Refused> {
    let subject = rules::subject(sealer, reference);
    let mandatory = ctx.query(rules::AUTHORITIES, [], |row| row.get(0))?;
    let of = Subject { id: &subject, version: 1, sealer };
    match sealed::require(ctx, &of, sealed, &mandatory) {
        Ok(()) => Ok(Seal { subject, sealer, sealed, mandatory }),
        // Whatever is sealed under it has a version of 1 or more.
        Err(document::Refused::OutOfOrder { .. }) => {
            Err(Refused::ReferenceUsed { member: sealer.to_owned(), reference: reference.to_owned() })
        }
        Err(refused) => Err(Refusal::from(refused).into()),
    }
}

impl Seal<'_> {
    /// Writes it.
    pub fn write(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let of = Subject { id: &self.subject, version: 1, sealer: self.sealer };
        sealed::write(ctx, &of, self.sealed, &self.mandatory).map_err(|refused| Refusal::from(refused).into())
    }
}
