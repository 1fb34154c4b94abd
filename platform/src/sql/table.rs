use super::Refused;
use counterfoil_sql::{Catalog, Kind, TableShape};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What of a shared table decides who may do what with it.
#[derive(Debug, Clone)]
pub(crate) struct SharedTable {
    pub name: String,
    pub schema: String,
    /// Whether rows may change or go.
    pub updates: bool,
    pub owner_column: Option<String>,
    /// Whether its schema is a package.
    pub of_package: bool,
    /// Whether actions of packages may read it.
    pub open: bool,
    pub shape: TableShape,
}

/// A [`TableShape`] as JSON.
#[derive(Serialize, Deserialize)]
struct Shape {
    columns: Vec<(String, String)>,
    primary_key: Vec<String>,
    unique: Vec<Vec<String>>,
}

/// A shape as text, for the ledger.
pub(crate) fn write_shape(shape: &TableShape) -> String {
    let columns = shape.columns.iter().map(|(name, kind)| (name.clone(), kind.sql().to_owned())).collect();
    let shape = Shape { columns, primary_key: shape.primary_key.clone(), unique: shape.unique.clone() };
    serde_json::to_string(&shape).expect("a shape is plain data")
}

fn read_shape(text: &str) -> TableShape {
    let Shape { columns, primary_key, unique } = serde_json::from_str(text).expect("a shape was written");
    let kind = |kind: &str| match kind {
        "INTEGER" => Kind::Integer,
        "TEXT" => Kind::Text,
        _ => Kind::Blob,
    };
    let columns = columns.into_iter().map(|(name, of)| (name, kind(&of))).collect();
    TableShape { columns, primary_key, unique }
}

impl SharedTable {
    /// The table, if there is one.
    pub(crate) fn find(ctx: &Context<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        ctx.query_opt(
            "SELECT schema, mode, owner_column, readers, shape, package FROM sql_table WHERE name = ?1",
            [name],
            |row| {
                Ok(Self {
                    name: name.to_owned(),
                    schema: row.get(0)?,
                    updates: row.get_ref(1)?.as_str()? == "update",
                    owner_column: row.get(2)?,
                    open: row.get_ref(3)?.as_str()? == "packages",
                    shape: read_shape(row.get_ref(4)?.as_str()?),
                    of_package: row.get(5)?,
                })
            },
        )
    }

    /// The table that a command names in `/table`.
    pub(crate) fn require(ctx: &Context<'_>, name: &str) -> Result<Self, Refused> {
        Self::find(ctx, name)?.ok_or_else(|| Refused::NoTable { table: name.to_owned() })
    }

    /// All tables of a schema.
    pub(crate) fn of_schema(ctx: &Context<'_>, schema: &str) -> Result<Vec<Self>, Refusal> {
        let names = ctx.query("SELECT name FROM sql_table WHERE schema = ?1 ORDER BY name", [schema], |row| {
            row.get::<_, String>(0)
        })?;
        names.iter().filter_map(|name| Self::find(ctx, name).transpose()).collect()
    }

    /// The second part of its name.
    pub(crate) fn bare_name(&self) -> &str {
        &self.name[self.schema.len() + 1..]
    }

    /// Adds it to what a text may name.
    pub(crate) fn add_to(&self, catalog: &mut Catalog) {
        catalog.insert(&self.schema, self.bare_name(), self.shape.clone());
    }
}

/// Everything of the form `a.b` that a text could name a table by, folded to lower case; quotes around a part are left out.
pub(crate) fn mentioned(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('.') {
        let near = |character: char| !is_part(character) && !"\"'`[]".contains(character) && !character.is_whitespace();
        let before = text[..at].trim_end_matches(|c: char| !is_part(c) && !near(c));
        let after = text[at + 1..].trim_start_matches(|c: char| !is_part(c) && !near(c));
        let first = &before[before.rfind(|c: char| !is_part(c)).map_or(0, |end| ceil(before, end))..];
        let second = &after[..after.find(|c: char| !is_part(c)).unwrap_or(after.len())];
        if !first.is_empty() && !second.is_empty() {
            found.insert(format!("{first}.{second}").to_ascii_lowercase());
        }
    }
    found
}

/// The byte after the character at `at`.
fn ceil(text: &str, at: usize) -> usize {
    text.ceil_char_boundary(at + 1)
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn names_of_two_parts_are_found_however_they_are_written() {
        let text =
            "SELECT a.b FROM Warehouse . \"receipt\", 日.本, [x].[y] WHERE 1.5 > z.é AND warehouse.receipt.id = 'q.r'";
        let found: Vec<_> = mentioned(text).into_iter().collect();
        assert_eq!(found, ["1.5", "a.b", "q.r", "receipt.id", "warehouse.receipt", "x.y"]);
        assert!(mentioned("no dot at all").is_empty() && mentioned("..").is_empty());
    }
}
