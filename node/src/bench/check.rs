use super::Task;
use counterfoil_client::{Client, Error, verify};
use counterfoil_proof::{Cell, Claim};
use counterfoil_types::Value as Column;
use serde_json::Value;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Proofs that are verified offline.
const PROOFS: usize = 20;
/// How long the slowest member may need to execute and certify what was acknowledged.
const CATCH_UP: Duration = Duration::from_secs(60);
/// How often members are asked how far they are.
const POLL: Duration = Duration::from_millis(20);

/// Why a benchmark's result is worth nothing.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// A member does not answer, or refuses.
    #[error(transparent)]
    Client(#[from] Error),
    /// What a member holds is not what was acknowledged.
    #[error("{0}")]
    Wrong(String),
}

fn wrong<T>(what: String) -> Result<T, Mismatch> {
    Err(Mismatch::Wrong(what))
}

/// Waits until every member has executed and certified `height`.
pub fn catch_up(clients: &[Client], height: u64) -> Result<(), Mismatch> {
    let begun = Instant::now();
    for client in clients {
        loop {
            let status = client.status()?;
            if status.executed >= height && status.certified >= height {
                break;
            }
            if begun.elapsed() > CATCH_UP {
                let (url, executed, certified) = (client.url(), status.executed, status.certified);
                return wrong(format!("{url} has executed {executed} and certified {certified}, not {height}"));
            }
            thread::sleep(POLL);
        }
    }
    Ok(())
}

/// Counts rows on every member; all must hold `expected`.
pub fn count(clients: &[Client], table: &str, expected: u64) -> Result<u64, Mismatch> {
    for client in clients {
        let found = client.sql(&format!("SELECT count(*) FROM {table}"), &[])?;
        let found = found.rows.first().and_then(|row| row.first()).and_then(Value::as_u64);
        if found != Some(expected) {
            let found = found.map_or("no number of".to_owned(), |found| found.to_string());
            return wrong(format!("{} holds {found} rows of {table}, {expected} were acknowledged", client.url()));
        }
    }
    Ok(expected)
}

/// Compares what every member's execution came to at `height`.
pub fn roots(clients: &[Client], height: u64) -> Result<(), Mismatch> {
    const ROOTS: [&str; 4] = ["digest", "state_root", "changes_root", "receipts_root"];
    let mut first: Option<Vec<Value>> = None;
    for client in clients {
        let block = client.get(&format!("/v1/blocks/{height}"))?;
        let roots: Vec<Value> = ROOTS.iter().map(|name| block[name].clone()).collect();
        if roots.iter().any(Value::is_null) {
            return wrong(format!("{} does not tell the roots of height {height}: {block}", client.url()));
        }
        match &first {
            None => first = Some(roots),
            Some(first) if *first == roots => {}
            Some(first) => {
                return wrong(format!(
                    "members differ at height {height}: {first:?}, and {} has {roots:?}",
                    client.url()
                ));
            }
        }
    }
    Ok(())
}

/// The keys of some rows that the task wrote: those that its answers named, or those that a member finds.
pub fn keys(clients: &[Client], task: &Task, named: &[(String, u64)]) -> Result<Vec<Vec<String>>, Mismatch> {
    let Some(sql) = task.some_keys() else {
        return Ok(named.iter().map(|(id, _)| vec![id.clone()]).collect());
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(clients[0].sql(sql, &[])?.rows.iter().map(|row| row.iter().map(text).collect()).collect())
}

/// Has the rows with these keys proved, by one member after the other, and verifies offline.
pub fn proofs(clients: &[Client], task: &Task, written: &[Vec<String>]) -> Result<usize, Mismatch> {
    let table = task.table();
    if written.is_empty() {
        return wrong("no answer told which row it wrote, so none can be proved".to_owned());
    }
    let genesis = clients[0].genesis()?;
    let step = (written.len() / PROOFS).max(1);
    let chosen: Vec<_> = written.iter().step_by(step).take(PROOFS).collect();
    for (at, key) in chosen.iter().enumerate() {
        let id = key.join(", ");
        let parts: Vec<&str> = key.iter().map(String::as_str).collect();
        let client = &clients[at % clients.len()];
        let proof = client.proof(table, &parts, task.asked())?;
        let proved = verify(&proof, &genesis).map_err(|failed| {
            Mismatch::Wrong(format!("the proof of {id} from {} does not verify: {failed}", client.url()))
        })?;
        match &proved.claim {
            Claim::Current { table: of, row, .. } | Claim::Written { table: of, row, .. }
                if of == table && key.iter().all(|part| row.iter().any(|cell| is(cell, part))) => {}
            claim => return wrong(format!("the proof of {id} from {} proves something else: {claim:?}", client.url())),
        }
    }
    Ok(chosen.len())
}

/// Whether a cell holds an id, which is a text or a number.
fn is(cell: &Cell, id: &str) -> bool {
    match &cell.0 {
        Column::Text(text) => text == id,
        Column::Integer(number) => number.to_string() == id,
        _ => false,
    }
}
