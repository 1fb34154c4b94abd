use crate::{
    level::{Aliases, Source},
    limits::SOURCES_MAX,
    name::quoted,
    writer::Writer,
};
use sqlite3_parser::ast::{As, FromClause, JoinConstraint, JoinOperator, JoinType, QualifiedName, SelectTable};

/// A FROM clause of which the conditions are still to be written: they see all its sources.
pub(crate) struct From<'s, 'b> {
    items: Vec<Item<'s, 'b>>,
    /// What its columns can mean.
    pub sources: Vec<Source>,
}

struct Item<'s, 'b> {
    /// What stands before it.
    join: &'static str,
    sql: String,
    constraint: Option<&'s JoinConstraint<'b>>,
}

impl Writer<'_> {
    /// The name of a table or common table expression, rewritten, and what it is under `alias`.
    pub(crate) fn table_name(&mut self, name: &QualifiedName<'_>, alias: &str) -> (String, Source) {
        if name.db_name.is_none() {
            let bare = self.name(name.name.0);
            if let Some(source) = self.cte_source(&bare, alias) {
                return (quoted(&bare), source);
            }
        }
        match self.target(name) {
            Some(target) => (quoted(&target.full()), self.table_source(&target, alias)),
            None => (quoted("x"), Source { alias: Some(alias.to_owned()), ..Source::default() }),
        }
    }

    /// Reads the sources of a FROM clause. Its subqueries do not see each other.
    pub(crate) fn from<'s, 'b>(&mut self, from: &'s FromClause<'b>) -> From<'s, 'b> {
        let mut read = From { items: Vec::new(), sources: Vec::new() };
        let joins = from.joins.as_deref().unwrap_or_default();
        if joins.len() >= SOURCES_MAX {
            self.findings.add("limit/from", "from", format!("FROM names at most {SOURCES_MAX} tables"));
            return read;
        }
        if let Some(first) = from.select {
            self.item(&mut read, "", first, None);
        }
        for joined in joins {
            let join = self.join(joined.operator);
            self.item(&mut read, join, &joined.table, joined.constraint.as_ref());
        }
        read
    }

    fn item<'s, 'b>(
        &mut self,
        read: &mut From<'s, 'b>,
        join: &'static str,
        table: &SelectTable<'b>,
        constraint: Option<&'s JoinConstraint<'b>>,
    ) {
        let Some((sql, source)) = self.source(table) else { return };
        let taken = source.alias.is_some() && read.sources.iter().any(|other| other.alias == source.alias);
        if let Some(alias) = source.alias.as_deref().filter(|_| taken) {
            let message = format!("two tables of FROM are called {alias}: give one another name with AS");
            self.findings.add("from/alias", alias, message);
        }
        read.sources.push(source);
        read.items.push(Item { join, sql, constraint });
    }

    fn join(&mut self, operator: JoinOperator) -> &'static str {
        let JoinOperator::TypedJoin(kind) = operator else { return ", " };
        let kind = kind.unwrap_or(JoinType::INNER);
        if kind.contains(JoinType::NATURAL) {
            self.findings.add(
                "from/natural",
                "natural",
                "NATURAL joins by whatever columns there are: write ON or USING",
            );
        }
        match (kind.contains(JoinType::LEFT), kind.contains(JoinType::RIGHT), kind.contains(JoinType::CROSS)) {
            (true, true, _) => " FULL JOIN ",
            (true, false, _) => " LEFT JOIN ",
            (false, true, _) => " RIGHT JOIN ",
            (false, false, true) => " CROSS JOIN ",
            (false, false, false) => " JOIN ",
        }
    }

    fn source(&mut self, table: &SelectTable<'_>) -> Option<(String, Source)> {
        match table {
            SelectTable::Table(name, alias, indexed) => {
                if indexed.is_some() {
                    self.findings.add(
                        "from/indexed",
                        "indexed",
                        "INDEXED BY is not allowed: indexes are a member's own matter",
                    );
                }
                let alias = self.alias(alias.as_ref()).unwrap_or_else(|| self.name(name.name.0));
                let (sql, source) = self.table_name(name, &alias);
                Some((format!("{sql} AS {}", quoted(&alias)), source))
            }
            SelectTable::Select(select, alias) => {
                let alias = self.alias(alias.as_ref());
                let selected = self.subquery(select);
                let named = alias.as_ref().map(|alias| format!(" AS {}", quoted(alias))).unwrap_or_default();
                let columns = selected.columns();
                Some((format!("({}){named}", selected.sql), Source { alias, columns, ..Source::default() }))
            }
            SelectTable::TableCall(name, ..) => {
                self.findings.add("from/function", name.name.0, "table-valued functions are not allowed");
                None
            }
            SelectTable::Sub(..) => {
                self.findings.add("from/parentheses", "from", "write joins without parentheses, one after the other");
                None
            }
        }
    }

    fn alias(&mut self, alias: Option<&As<'_>>) -> Option<String> {
        let (As::As(name) | As::Elided(name)) = alias?;
        Some(self.name(name.0))
    }

    /// Writes the clause, with its conditions. Its sources must be those of the level on top.
    pub(crate) fn write_from(&mut self, from: &From<'_, '_>) -> String {
        let mut sql = String::new();
        for item in &from.items {
            sql += item.join;
            sql += &item.sql;
            match item.constraint {
                Some(JoinConstraint::On(condition)) => {
                    let condition = self.condition(condition);
                    sql += &format!(" ON {condition}");
                }
                Some(JoinConstraint::Using(names)) => {
                    let names: Vec<String> = names.iter().map(|name| self.name(name.0)).collect();
                    sql += &format!(" USING ({})", self.using(&names));
                }
                None => {}
            }
        }
        sql
    }

    fn using(&mut self, names: &[String]) -> String {
        let Some(level) = self.levels.last_mut() else { return String::new() };
        for name in names {
            let has = |source: &&Source| source.columns.iter().any(|column| column.name.as_ref() == Some(name));
            if level.sources.iter().filter(has).count() < 2 {
                self.findings.add("column/unknown", name, format!("{name} is not a column of both sides"));
            }
            level.merged.insert(name.clone());
        }
        names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// Makes names of results unusable or usable in what follows of the level on top.
    pub(crate) fn set_aliases(&mut self, aliases: Aliases) {
        if let Some(level) = self.levels.last_mut() {
            level.aliases = aliases;
        }
    }
}
