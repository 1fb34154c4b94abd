//! How many rows a write will touch, before it is executed.

use sqlparser::ast::{FromTable, SetExpr, Statement};

/// How many rows an INSERT of VALUES brings, or the SELECT that counts what an UPDATE or DELETE finds.
pub(crate) enum Touches {
    /// So many.
    Rows(u64),
    /// As many as this gives.
    Count(String),
}

/// What a write will touch, as far as its form tells.
pub(crate) fn touches(statement: &Statement) -> Option<Touches> {
    let (table, selection) = match statement {
        Statement::Insert(insert) => {
            return match insert.source.as_ref()?.body.as_ref() {
                SetExpr::Values(values) => Some(Touches::Rows(values.rows.len() as u64)),
                _ => Some(Touches::Count(format!("SELECT count(*) FROM ({})", insert.source.as_ref()?))),
            };
        }
        Statement::Update(update) => (&update.table, &update.selection),
        Statement::Delete(delete) => match &delete.from {
            FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables) => {
                (tables.first()?, &delete.selection)
            }
        },
        _ => return None,
    };
    let filter = selection.as_ref().map(|filter| format!(" WHERE {filter}")).unwrap_or_default();
    Some(Touches::Count(format!("SELECT count(*) FROM {table}{filter}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parsed;

    #[test]
    fn what_a_write_touches_is_counted() {
        let touches = |sql: &str| match touches(&parsed::parse(sql).unwrap()) {
            Some(Touches::Rows(rows)) => rows.to_string(),
            Some(Touches::Count(sql)) => sql,
            None => "nothing".into(),
        };
        assert_eq!(touches("INSERT INTO t VALUES (1), (2)"), "2");
        assert_eq!(touches("UPDATE t SET n = 1 WHERE id = $1"), "SELECT count(*) FROM t WHERE id = $1");
        assert_eq!(touches("DELETE FROM t"), "SELECT count(*) FROM t");
    }
}
