use super::{Refused, table::SharedTable};
use crate::member;
use counterfoil_state::{Context, WrittenRow};
use counterfoil_types::{Kid, Refusal, Value};
use std::collections::BTreeSet;

/// Everybody who is a member.
pub(super) const EVERYBODY: &str = "members";
/// Writers of one table at most.
const WRITERS_MAX: usize = 100;
/// Comes before a role in the list of writers.
const ROLE: &str = "role:";

/// Who writes a table, sorted.
pub(super) fn writers(ctx: &Context<'_>, table: &str) -> Result<Vec<String>, Refusal> {
    let sql = "SELECT writer FROM sql_writer WHERE table_name = ?1 ORDER BY writer";
    ctx.query(sql, [table], |row| row.get(0))
}

/// Makes `writers` those of a table.
pub(super) fn set_writers(ctx: &mut Context<'_>, table: &str, writers: &[String]) -> Result<(), Refusal> {
    ctx.run("DELETE FROM sql_writer WHERE table_name = ?1", [table])?;
    for writer in writers {
        ctx.run("INSERT INTO sql_writer (table_name, writer) VALUES (?1, ?2)", (table, writer))?;
    }
    Ok(())
}

/// A list of writers, sorted, each once; `field` says where each stands.
pub(super) fn checked_writers(
    ctx: &Context<'_>,
    field: impl Fn(usize) -> String,
    writers: &[String],
) -> Result<Vec<String>, Refused> {
    if writers.len() > WRITERS_MAX {
        let reason = format!("{} writers, {WRITERS_MAX} are taken at most: give them a role", writers.len());
        return Err(Refused::NotAWriterName { field: field(WRITERS_MAX), reason });
    }
    for (index, writer) in writers.iter().enumerate() {
        check_writer(ctx, &field(index), writer)?;
    }
    let all: BTreeSet<_> = writers.iter().cloned().collect();
    Ok(all.into_iter().collect())
}

/// Refuses what cannot be a writer; `field` is where it stands.
fn check_writer(ctx: &Context<'_>, field: &str, writer: &str) -> Result<(), Refused> {
    let wrong = |reason: String| Err(Refused::NotAWriterName { field: field.to_owned(), reason });
    if writer == EVERYBODY {
        return Ok(());
    }
    if let Some(role) = writer.strip_prefix(ROLE) {
        return match role.is_empty() {
            true => wrong("role: is followed by the role of a member, such as role:bank".to_owned()),
            false => Ok(()),
        };
    }
    let (member, key) = writer.split_once('/').map_or((writer, None), |(member, key)| (member, Some(key)));
    if ctx.query_opt("SELECT 1 FROM member WHERE id = ?1 AND state = 'active'", [member], |_| Ok(()))?.is_none() {
        return wrong(format!(
            "there is no active member {member:?}; a writer is a member, member/key, role:name or {EVERYBODY}"
        ));
    }
    let Some(key) = key else { return Ok(()) };
    let sql = "SELECT 1 FROM member_key WHERE member = ?1 AND name = ?2 AND state = 'active'";
    match ctx.query_opt(sql, (member, key), |_| Ok(()))? {
        Some(()) => Ok(()),
        None => wrong(format!("{member} has no active key {key:?}")),
    }
}

/// Refuses unless the sender may have written these rows of a table, which stand there already.
pub(super) fn check_rows(
    ctx: &Context<'_>,
    field: &str,
    table: &SharedTable,
    rows: &[WrittenRow],
) -> Result<(), Refused> {
    let sender = &ctx.signers()[0];
    let owner = table.owner_column.as_ref().map(|column| {
        let at = table.shape.columns.iter().position(|(name, _)| name == column);
        (column, at.expect("the column was looked for when the table was created"))
    });
    let mut as_writer = false;
    for row in rows.iter().filter(|row| row.table.name == table.name) {
        match (&row.old, owner) {
            (Some(old), Some((column, at))) => {
                if old[at] != Value::Text(sender.member().to_owned()) {
                    return Err(not_the_owner(field, table, column, at, old, sender));
                }
            }
            _ => as_writer = true,
        }
    }
    if !as_writer {
        return Ok(());
    }
    let writers = writers(ctx, &table.name)?;
    for writer in &writers {
        let is = match writer.strip_prefix(ROLE) {
            Some(role) => member::has_role(ctx, sender.member(), role)?,
            None => writer == EVERYBODY || writer == sender.member() || writer == sender.as_str(),
        };
        if is {
            return Ok(());
        }
    }
    let writers = if writers.is_empty() { "nobody".to_owned() } else { writers.join(", ") };
    let (table, caller) = (table.name.clone(), sender.to_string());
    Err(Refused::NotAWriter { field: field.to_owned(), table, writers, caller })
}

fn not_the_owner(field: &str, table: &SharedTable, column: &str, at: usize, old: &[Value], sender: &Kid) -> Refused {
    let shape = &table.shape;
    let place = |name: &String| shape.columns.iter().position(|(known, _)| known == name).expect("a column of the key");
    let key: Vec<_> = shape.primary_key.iter().map(|name| show(&old[place(name)])).collect();
    Refused::NotTheRowsOwner {
        field: field.to_owned(),
        row: format!("{} of {}", key.join(", "), table.name),
        column: column.to_owned(),
        owner: show(&old[at]),
        caller: sender.member().to_owned(),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "nobody".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => hex::encode(bytes),
    }
}
