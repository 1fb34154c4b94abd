use crate::{Error, catalog::Catalog, expected::Expected, held::is_escaped};
use counterfoil_client::{Asked, Client};
use counterfoil_proof::{Proof, Record};
use counterfoil_types::{Hash, Value};
use std::time::{Duration, Instant};

/// Rows of a table that are tried, since some may be gone meanwhile.
const TRIED: usize = 8;
/// How long the members may take to certify a height.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile.
const PAUSE: Duration = Duration::from_millis(250);

/// What the validators of genesis, or those who came after them, signed: the result of a height, and so of all before it.
#[derive(Debug, Clone)]
pub struct Certified {
    /// The height.
    pub height: u64,
    /// The result of the height before it.
    pub prior: Hash,
    /// What its block came to.
    pub record: Record,
    /// Who signed, for people.
    pub signed: String,
}

/// Gets a certificate of a height from `least` on.
///
/// It is the proof of some row that the ledger has now, checked as `counterfoil verify` does: which row does not matter, since under it
/// stands the chain of all results.
///
/// # Errors
/// If the node has none that holds.
pub fn certified(
    node: &Client,
    genesis: &[u8],
    least: u64,
    catalog: &Catalog,
    expected: &Expected,
) -> Result<Certified, Error> {
    let until = Instant::now() + PATIENCE;
    let rows = candidates(catalog, expected)?;
    loop {
        let found = rows.iter().find_map(|(table, key)| attempt(node, genesis, table, key).transpose());
        let found = found.transpose()?.ok_or_else(|| {
            Error::NotCertified("the node proves none of the rows that it said the ledger has".into())
        })?;
        if found.height >= least {
            return Ok(found);
        }
        if Instant::now() > until {
            let height = found.height;
            return Err(Error::NotCertified(format!("the members have certified height {height} only, not {least}")));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Rows of which the index of current values tells, as a node wants their keys.
fn candidates(catalog: &Catalog, expected: &Expected) -> Result<Vec<(String, Vec<String>)>, Error> {
    let mut rows = Vec::new();
    for table in catalog.tables().iter().filter(|table| table.shape.mutable) {
        for key in expected.left(&table.current, TRIED)? {
            if !key.iter().any(is_escaped) {
                rows.push((table.shape.name.clone(), key.iter().map(text).collect()));
            }
        }
    }
    Ok(rows)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => hex::encode(bytes),
    }
}

/// The certificate under one row; nothing if the row is gone.
fn attempt(node: &Client, genesis: &[u8], table: &str, key: &[String]) -> Result<Option<Certified>, Error> {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let bytes = match node.proof(table, &key, Asked::Current) {
        Ok(bytes) => bytes,
        Err(error) if error.problem().is_some_and(|problem| problem.status == 404) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let proved =
        counterfoil_proof::verify(&bytes, genesis).map_err(|failed| Error::NotCertified(failed.to_string()))?;
    let proof = Proof::from_bytes(&bytes).map_err(Error::NotCertified)?;
    let signers: Vec<_> = proved.signers.iter().map(|signer| signer.member.as_str()).collect();
    let signed = format!(
        "signed at height {} by {} of {} validators: {}",
        proved.certified_height,
        signers.len(),
        proved.validators,
        signers.join(", ")
    );
    let record = *proof.executions.first().ok_or_else(|| Error::NotCertified("a proof has no execution".into()))?;
    Ok(Some(Certified { height: proof.height, prior: proof.prior, record, signed }))
}
