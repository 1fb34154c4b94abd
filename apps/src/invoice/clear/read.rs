use crate::invoice::Refused;
use counterfoil_platform::types::Refusal;
use counterfoil_state::{Reader, SqlCode, SqlLimits};
use serde_json::{Value, json};

/// The rows of a SELECT.
pub(in crate::invoice) fn rows(
    reader: &Reader,
    sql: &'static str,
    params: &[Value],
) -> Result<Vec<Vec<Value>>, Refusal> {
    Ok(reader.sql_static(sql, params, SqlLimits::default())?.rows)
}

/// The time of the newest block.
pub(in crate::invoice) fn time_ms(reader: &Reader) -> Result<u64, Refusal> {
    let broken = |fault: counterfoil_platform::types::Fault| SqlCode::Broken.refusal(fault.report());
    let height = reader.height().map_err(broken)?.unwrap_or_default();
    Ok(reader.header(height).map_err(broken)?.map_or(0, |header| header.time_ms))
}

/// Refuses a member that does not exist.
pub(super) fn require_member(reader: &Reader, field: &str, member: &str) -> Result<(), Refused> {
    if rows(reader, "SELECT 1 FROM member WHERE id = ?1", &[json!(member)])?.is_empty() {
        return Err(Refused::NoMember { field: field.to_owned(), member: member.to_owned() });
    }
    Ok(())
}

/// For whom something of a seller is sealed: every tax authority, who must have a reading key, and those of the parties who have one.
pub(super) fn readers(
    reader: &Reader,
    sealer: &str,
    other: Option<String>,
) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let authorities = rows(reader, crate::invoice::rules::AUTHORITIES, &[])?;
    let authorities =
        authorities.iter().filter_map(|row| Some((row.first()?.as_str()?.to_owned(), Some(String::new()))));
    let parties = std::iter::once(sealer.to_owned()).chain(other).map(|member| (member, None));
    Ok(authorities.chain(parties).collect())
}
