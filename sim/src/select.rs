//! SELECTs on a validator's state, for checkers.

use anyhow::{Context as _, ensure};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use serde_json::Value as Json;

/// All rows.
pub fn rows(reader: &Reader, sql: &str) -> anyhow::Result<Vec<Vec<Json>>> {
    let result = reader.sql(sql, SqlParams::Positional(&[]), SqlLimits::default())?;
    ensure!(result.truncated.is_none(), "{sql}: too many rows");
    Ok(result.rows)
}

/// The one number.
pub fn count(reader: &Reader, sql: &str) -> anyhow::Result<u64> {
    rows(reader, sql)?.first().and_then(|row| row.first()?.as_u64()).with_context(|| format!("{sql}: not a count"))
}

/// Rows of texts, numbers written out.
pub fn texts(reader: &Reader, sql: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let text = |value: Json| match value {
        Json::String(text) => text,
        other => other.to_string(),
    };
    Ok(rows(reader, sql)?.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
}
