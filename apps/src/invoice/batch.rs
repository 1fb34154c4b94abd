//! Many invoices at once, all or nothing.

use super::{Refused, standing::Standing};
use counterfoil_state::Context;
use std::collections::BTreeMap;

/// Invoices that are locked, unlocked, closed or booked at once at most.
pub const BATCH_MAX: usize = 1_000;

/// Refuses a batch that is empty, too large, or names an invoice twice.
pub(super) fn check(invoices: &[String]) -> Result<(), Refused> {
    if !(1..=BATCH_MAX).contains(&invoices.len()) {
        return Err(Refused::Batch { found: invoices.len(), most: BATCH_MAX });
    }
    let mut first = BTreeMap::new();
    for (at, invoice) in invoices.iter().enumerate() {
        if let Some(earlier) = first.insert(invoice.as_str(), at) {
            return Err(Refused::Twice { field: field(at), invoice: invoice.clone(), earlier });
        }
    }
    Ok(())
}

/// Reads the invoices of a batch, each of which has to stand `check`, which is told where it is named.
pub(super) fn read(
    ctx: &Context<'_>,
    invoices: &[String],
    check: impl Fn(&Standing, &str) -> Result<(), Refused>,
) -> Result<Vec<Standing>, Refused> {
    let read = |(at, invoice): (usize, &String)| {
        let field = field(at);
        let standing = Standing::read(ctx, &field, invoice)?;
        check(&standing, &field)?;
        Ok(standing)
    };
    invoices.iter().enumerate().map(read).collect()
}

/// Weight of a command that reads each invoice and writes so many rows for it.
pub(super) fn weight(invoices: &[String], rows: u32) -> u32 {
    u32::try_from(invoices.len()).unwrap_or(u32::MAX).saturating_mul(rows).saturating_add(1)
}

fn field(at: usize) -> String {
    format!("/invoices/{at}")
}
