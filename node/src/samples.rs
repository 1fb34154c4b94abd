use crate::{
    files,
    member::Member,
    problem::{Answer, Problem},
};
use axum::http::StatusCode;
use counterfoil_apps::invoice::{self, Sample};
use counterfoil_types::{Fault, Kid, Outcome};
use std::path::Path;

/// Writes the example invoices that the start page's commands post.
pub fn write_examples(folder: &Path) -> Result<(), Fault> {
    files::write_public(&folder.join("invoice.json"), invoice::EXAMPLE_JSON.as_bytes())?;
    files::write_public(&folder.join("invoice.xml"), invoice::EXAMPLE_XML.as_bytes())
}

/// Tells the first story of blockchain invoices on a ledger that has none: taxpayers are registered, a restaurant's bill is paid, the
/// invoice is issued to a person. What an earlier start has done already is not done again.
pub async fn tell(gateway: &Member) -> Answer<()> {
    let table = gateway.store.sql("SELECT count(*) FROM invoice".to_owned(), Vec::new()).await?;
    if table.rows.first().and_then(|row| row.first()?.as_u64()) != Some(0) {
        return Ok(());
    }
    let mut samples = invoice::samples();
    let bill = samples.pop();
    let registrations = samples.into_iter().enumerate().map(|(at, sample)| perform(gateway, at, sample));
    let count = registrations.len();
    futures::future::try_join_all(registrations).await?;
    match bill {
        Some(bill) => perform(gateway, count, bill).await,
        None => Ok(()),
    }
}

async fn perform(gateway: &Member, at: usize, sample: Sample) -> Answer<()> {
    let lost = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "http/samples", format!("no key {}", sample.kid));
    let kid: Kid = sample.kid.parse().map_err(|_| lost())?;
    let key = gateway.keys.get(&kid).ok_or_else(lost)?;
    let receipt = gateway.perform(&kid, key, sample.call, Some(&format!("sample-{at}"))).await?;
    if let Outcome::Refused(refusal) = &receipt.outcome {
        tracing::warn!("sample {at}: {refusal}");
    }
    Ok(())
}
