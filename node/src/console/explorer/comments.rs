//! What the schemas of modules say of their tables, in the comments beside the declarations.

use super::chinese;
use crate::console::{desk::Desk, language::Language};
use counterfoil_state::Table;

/// The comments on a table and on its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comments {
    /// What stands above its declaration.
    pub table: String,
    columns: Vec<(String, String)>,
}

impl Comments {
    /// Those on a table, as whoever asks understands them; empty where it is no module's.
    pub fn of_table(desk: &Desk, table: &Table) -> Self {
        let module = desk.node.registry.modules().iter().find(|module| module.name == table.module);
        module.map(|module| Self::of(module.schema_sql, &table.name).told(desk.language())).unwrap_or_default()
    }

    /// Those of `table` in a schema: lines that begin with `--` right above `CREATE TABLE`, and what follows `--` behind a column.
    pub fn of(schema: &str, table: &str) -> Self {
        let mut above: Vec<&str> = Vec::new();
        let mut lines = schema.lines();
        for line in lines.by_ref() {
            match line.strip_prefix("--") {
                Some(comment) => above.push(comment.trim()),
                None if declared(line) == Some(table) => {
                    let columns = lines.take_while(|line| !line.starts_with(')')).filter_map(column).collect();
                    return Self { table: above.join(" "), columns };
                }
                None => above.clear(),
            }
        }
        Self::default()
    }

    /// The same as a reader of the language understands it.
    pub fn told(mut self, language: Language) -> Self {
        if language == Language::Chinese {
            for comment in std::iter::once(&mut self.table).chain(self.columns.iter_mut().map(|(_, comment)| comment)) {
                if let Some(told) = chinese::of(comment) {
                    told.clone_into(comment);
                }
            }
        }
        self
    }

    /// All that they say.
    #[cfg(test)]
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(&self.table).chain(self.columns.iter().map(|(_, comment)| comment));
        all.map(String::as_str).filter(|comment| !comment.is_empty())
    }

    /// The comment on a column; empty where there is none.
    pub fn column(&self, name: &str) -> &str {
        self.columns.iter().find(|(known, _)| known == name).map_or("", |(_, comment)| comment)
    }
}

/// The table that a line begins to declare.
pub fn declared(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("CREATE TABLE ")?.trim_start();
    rest.split(|character: char| character.is_whitespace() || character == '(').next()
}

/// A column with its comment.
fn column(line: &str) -> Option<(String, String)> {
    let (declaration, comment) = line.split_once("--")?;
    let name = declaration.split_whitespace().next()?;
    Some((name.trim_matches('"').to_owned(), comment.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "-- Not of it.

-- Money set aside,
-- for a while.
CREATE TABLE hold (
    number INTEGER NOT NULL PRIMARY KEY,  -- increasing
    state  TEXT NOT NULL,
    ended  INTEGER                        -- when -- if it did
) STRICT;
CREATE INDEX hold_by_state ON hold (state);
CREATE TABLE holder (
    number INTEGER NOT NULL PRIMARY KEY  -- another
) STRICT;
";

    #[test]
    fn comments_are_those_beside_the_declaration() {
        let hold = Comments::of(SCHEMA, "hold");
        assert_eq!(hold.table, "Money set aside, for a while.");
        assert_eq!(
            [hold.column("number"), hold.column("state"), hold.column("ended")],
            ["increasing", "", "when -- if it did"]
        );
        let holder = Comments::of(SCHEMA, "holder");
        assert_eq!((holder.table.as_str(), holder.column("number")), ("", "another"));
        assert_eq!(Comments::of(SCHEMA, "none"), Comments::default());
    }

    #[test]
    fn each_table_of_a_module_says_what_it_holds() {
        let registry = crate::registry();
        for module in registry.modules() {
            for table in module.schema_sql.lines().filter_map(declared) {
                assert!(!Comments::of(module.schema_sql, table).table.is_empty(), "{table}");
            }
        }
    }
}
