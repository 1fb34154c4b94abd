use crate::{SqlCode, SqlLimits, reader::Reader};
use counterfoil_types::Refusal;
use serde::Serialize;
use serde_json::Value as Json;
use std::time::Duration;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// The module or package that states it.
    pub module: String,
    /// What should hold.
    pub invariant: String,
    /// The height at which it was looked at.
    pub height: u64,
    /// The first rows that break it.
    pub rows: Vec<Vec<Json>>,
}

/// Rows that a violation shows.
const ROWS_MAX: usize = 20;

/// How long one invariant may be looked at.
const TIME_MAX: Duration = Duration::from_secs(600);

impl Reader {
    /// Runs all invariants of all modules, and those that the ledger keeps, at the newest height; none is broken if nothing comes back.
    ///
    /// # Errors
    /// An invariant that does not run, which names it.
    pub fn invariants(&self) -> Result<Vec<Violation>, Refusal> {
        let limits = SqlLimits { rows_max: ROWS_MAX, time_max: TIME_MAX, ..SqlLimits::default() };
        let program = &self.shared.source.program;
        let mut all = Vec::new();
        for module in program.modules() {
            all.extend(named(module.invariants).into_iter().map(|(name, sql)| [module.name.to_owned(), name, sql]));
        }
        let stored = self.read(|connection| program.stored_invariants(connection));
        all.extend(stored.map_err(|fault| SqlCode::Broken.refusal(fault.report()))?);
        let mut broken = Vec::new();
        for [module, invariant, sql] in all {
            let result = self.sql(&sql, &[], limits).map_err(|refusal| Refusal {
                detail: format!("invariant {invariant:?} of {module}: {}", refusal.detail),
                ..refusal
            })?;
            if !result.rows.is_empty() {
                broken.push(Violation { module, invariant, height: result.height, rows: result.rows });
            }
        }
        Ok(broken)
    }
}

/// The SELECTs of a file of invariants with their names: each begins with a line `-- name: …`.
fn named(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("-- name:") {
            all.push((name.trim().to_owned(), String::new()));
        } else if let Some((_, sql)) = all.last_mut() {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    all
}
