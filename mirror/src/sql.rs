//! The SQL that a mirror asks of PostgreSQL: standard tables and what every server of its kind has, no extension.

use crate::target::Target;
use counterfoil_client::ColumnKind;
use std::fmt::Write as _;

/// A name in SQL.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!(" E'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', ""))
}

/// PostgreSQL's name of what a column holds.
pub fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "bigint",
        ColumnKind::Text => "text",
        ColumnKind::Blob => "bytea",
    }
}

fn names(target: &Target, places: impl IntoIterator<Item = usize>) -> String {
    let names: Vec<_> = places.into_iter().map(|at| identifier(&target.columns[at].name)).collect();
    names.join(", ")
}

/// The parameters of `places`, an array each, as rows.
fn rows(target: &Target, places: &[usize]) -> String {
    let parameter = |(at, &place): (usize, &usize)| format!("${}::{}[]", at + 1, type_name(target.columns[place].kind));
    let parameters: Vec<_> = places.iter().enumerate().map(parameter).collect();
    format!("unnest({})", parameters.join(", "))
}

/// Creates a table, and its schema where it has one of its own.
pub fn create(target: &Target) -> String {
    let mut sql = String::new();
    // Whoever may not create schemas can use `public` all the same.
    if target.schema != "public" {
        writeln!(sql, "CREATE SCHEMA IF NOT EXISTS {};", identifier(&target.schema)).expect("a String grows");
    }
    write!(sql, "CREATE TABLE {} (", target.sql_name()).expect("a String grows");
    for column in &target.columns {
        let null = if column.nullable { "" } else { " NOT NULL" };
        write!(sql, "{} {}{null}, ", identifier(&column.name), type_name(column.kind)).expect("a String grows");
    }
    writeln!(sql, "PRIMARY KEY ({}));", names(target, target.key.iter().copied())).expect("a String grows");
    writeln!(sql, "COMMENT ON TABLE {} IS{};", target.sql_name(), literal(&target.comment)).expect("a String grows");
    sql
}

/// Puts rows, an array a column, whether they are there already or not.
pub fn put(target: &Target) -> String {
    let all: Vec<usize> = (0..target.columns.len()).collect();
    let others: Vec<_> = all.iter().filter(|at| !target.key.contains(at)).copied().collect();
    let set: Vec<_> = others
        .iter()
        .map(|&at| identifier(&target.columns[at].name))
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let conflict = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    format!(
        "INSERT INTO {} ({}) SELECT * FROM {} ON CONFLICT ({}) DO {conflict}",
        target.sql_name(),
        names(target, all.iter().copied()),
        rows(target, &all),
        names(target, target.key.iter().copied()),
    )
}

/// Removes the rows with these keys, an array a column of the key.
pub fn remove(target: &Target) -> String {
    let given: Vec<_> = (0..target.key.len()).map(|at| format!("k{at}")).collect();
    let same: Vec<_> = target
        .key
        .iter()
        .zip(&given)
        .map(|(&at, given)| format!("kept.{} = gone.{given}", identifier(&target.columns[at].name)))
        .collect();
    format!(
        "DELETE FROM {} AS kept USING {} AS gone ({}) WHERE {}",
        target.sql_name(),
        rows(target, &target.key),
        given.join(", "),
        same.join(" AND ")
    )
}

/// Reads all rows.
pub fn read(target: &Target) -> String {
    format!("SELECT {} FROM {}", names(target, 0..target.columns.len()), target.sql_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Column;

    #[test]
    fn statements_name_everything_and_quote_it() {
        let target = Target {
            id: 0,
            schema: "warehouse".into(),
            table: "lo\"t".into(),
            columns: vec![
                Column { name: "note".into(), kind: ColumnKind::Blob, nullable: true },
                Column::new("id", ColumnKind::Integer),
                Column::new("order", ColumnKind::Text),
            ],
            key: vec![2, 1],
            comment: "it's \\ here".into(),
        };
        assert_eq!(
            create(&target),
            "CREATE SCHEMA IF NOT EXISTS \"warehouse\";\n\
             CREATE TABLE \"warehouse\".\"lo\"\"t\" (\"note\" bytea, \"id\" bigint NOT NULL, \"order\" text NOT NULL, PRIMARY KEY (\"order\", \"id\"));\n\
             COMMENT ON TABLE \"warehouse\".\"lo\"\"t\" IS E'it''s \\\\ here';\n"
        );
        assert_eq!(
            put(&target),
            "INSERT INTO \"warehouse\".\"lo\"\"t\" (\"note\", \"id\", \"order\") SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::text[]) \
             ON CONFLICT (\"order\", \"id\") DO UPDATE SET \"note\" = excluded.\"note\""
        );
        assert_eq!(
            remove(&target),
            "DELETE FROM \"warehouse\".\"lo\"\"t\" AS kept USING unnest($1::text[], $2::bigint[]) AS gone (k0, k1) \
             WHERE kept.\"order\" = gone.k0 AND kept.\"id\" = gone.k1"
        );
        let keys_only = Target { columns: target.columns[1..].to_vec(), key: vec![0, 1], ..target };
        assert!(put(&keys_only).ends_with("DO NOTHING"));
    }
}
