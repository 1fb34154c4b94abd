//! INSERT, UPDATE and DELETE.

use crate::{
    level::{Column, Level, Place, Source},
    name::quoted,
    writer::{Target, Writer},
};
use sqlite3_parser::ast::{
    DistinctNames, Expr, InsertBody, OneSelect, QualifiedName, ResolveType, Select, Set, Upsert, UpsertDo, UpsertIndex,
};
use std::collections::BTreeSet;

/// A statement that writes, checked and rewritten.
pub(crate) struct Modified {
    pub sql: String,
    pub table: Option<String>,
    pub single_row: bool,
}

/// The table that a statement writes, and its name in the text.
struct Written {
    target: Target,
    alias: String,
}

impl Writer<'_> {
    fn written(&mut self, name: &QualifiedName<'_>) -> Option<Written> {
        let target = self.target(name)?;
        let full = target.full();
        if !self.scope.writable.contains(&full) {
            self.findings.add("table/foreign", &target.table, format!("{full} is not open for writing here"));
        }
        let alias = name.alias.as_ref().map(|alias| self.name(alias.0)).unwrap_or_else(|| target.table.clone());
        Some(Written { target, alias })
    }

    fn no_conflict_clause(&mut self, clause: Option<ResolveType>, word: &str) {
        let message = match clause {
            None | Some(ResolveType::Abort) => return,
            Some(ResolveType::Replace) => "REPLACE deletes rows unseen: use ON CONFLICT (…) DO UPDATE SET …",
            Some(ResolveType::Ignore) => "OR IGNORE hides any error: use ON CONFLICT (…) DO NOTHING",
            Some(ResolveType::Fail | ResolveType::Rollback) => {
                "a failed statement refuses the whole transaction: leave OR … out"
            }
        };
        self.findings.add("write/conflict", word, message);
    }

    pub(crate) fn no_returning(&mut self, returning: bool) {
        if returning {
            self.findings.add("write/returning", "returning", "RETURNING is not allowed: SELECT afterwards");
        }
    }

    /// INSERT, without the common table expressions before it.
    pub(crate) fn insert(
        &mut self,
        name: &QualifiedName<'_>,
        conflict: Option<ResolveType>,
        columns: Option<&DistinctNames<'_>>,
        body: &InsertBody<'_>,
    ) -> Modified {
        self.no_conflict_clause(conflict, if conflict == Some(ResolveType::Replace) { "replace" } else { "or" });
        let mut modified = Modified { sql: String::new(), table: None, single_row: false };
        let Some(written) = self.written(name) else { return modified };
        let source = self.unread_source(&written.target, &written.alias);
        let names = columns.map(|columns| self.columns_of(&source, columns));
        let width = names.as_ref().map_or(source.columns.len(), Vec::len);
        let InsertBody::Select(select, upsert) = body else {
            self.findings.add(
                "insert/default",
                "default",
                "DEFAULT VALUES leaves the primary key open: write VALUES (…)",
            );
            return modified;
        };
        let list = names.map(|names| format!(" ({})", names.join(", "))).unwrap_or_default();
        let rows = rows_of(select);
        let selected = self.select(select);
        if selected.outputs.len() != width {
            let message = format!("{width} columns are to be filled, {} values are given", selected.outputs.len());
            self.findings.add("insert/columns", "insert", message);
        }
        let head = format!("INSERT INTO {} AS {}", quoted(&written.target.full()), quoted(&written.alias));
        modified.sql = format!("{head}{list} {}", selected.sql);
        modified.single_row = rows == Some(1);
        if let Some(upsert) = upsert {
            if rows.is_none() {
                let message = "ON CONFLICT stands after VALUES only: with SELECT the order of rows would matter";
                self.findings.add("insert/conflict", "conflict", message);
            }
            let clause = self.upsert(&written, source, upsert);
            modified.sql += &clause;
        }
        modified.table = Some(written.target.full());
        modified
    }

    fn columns_of(&mut self, source: &Source, names: &DistinctNames<'_>) -> Vec<String> {
        let mut columns = Vec::new();
        for name in names.iter() {
            let name = self.name(name.0);
            let known = source.columns.iter().any(|Column { name: column, .. }| column.as_ref() == Some(&name));
            if !known {
                self.findings.add("column/unknown", &name, format!("there is no column {name}"));
            }
            columns.push(quoted(&name));
        }
        columns
    }

    fn upsert(&mut self, written: &Written, source: Source, upsert: &Upsert<'_>) -> String {
        if upsert.next.is_some() {
            self.findings.add("insert/conflict", "conflict", "one ON CONFLICT clause is allowed");
        }
        let target = match &upsert.index {
            Some(index) => self.conflict_target(written, index),
            None => {
                let message = "name the columns of the key: ON CONFLICT (…) DO …";
                self.findings.add("insert/conflict", "conflict", message);
                String::new()
            }
        };
        let UpsertDo::Set { sets, where_clause } = &upsert.do_clause else {
            return format!(" ON CONFLICT ({target}) DO NOTHING");
        };
        let excluded = Source { alias: Some("excluded".to_owned()), table: None, key: Vec::new(), ..source.clone() };
        // Without a qualifier the row that is there is meant.
        let merged = source.columns.iter().filter_map(|column| column.name.clone()).collect();
        self.levels.push(Level { sources: vec![source, excluded], merged, ..Level::default() });
        let assigned = self.assignments(written, sets, true);
        let mut sql = format!(" ON CONFLICT ({target}) DO UPDATE SET {assigned}");
        if let Some(condition) = where_clause {
            sql += &format!(" WHERE {}", self.condition(condition));
        }
        self.levels.pop();
        sql
    }

    fn conflict_target(&mut self, written: &Written, index: &UpsertIndex<'_>) -> String {
        let mut names = Vec::new();
        for term in index.targets {
            match &term.expr {
                Expr::Id(id) => names.push(self.name(id.0)),
                _ => self.findings.add("insert/conflict", "conflict", "ON CONFLICT (…) names columns"),
            }
        }
        let columns: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let shape = self.scope.catalog.table(&written.target.schema, &written.target.table);
        if index.where_clause.is_some() || !shape.is_some_and(|shape| shape.is_key(&columns)) {
            let message = format!("ON CONFLICT names the primary key or a UNIQUE key of {}", written.target.full());
            self.findings.add("insert/conflict", "conflict", message);
        }
        names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// UPDATE, without the common table expressions before it.
    pub(crate) fn update(
        &mut self,
        name: &QualifiedName<'_>,
        conflict: Option<ResolveType>,
        sets: &[Set<'_>],
        condition: Option<&Expr<'_>>,
    ) -> Modified {
        self.no_conflict_clause(conflict, "or");
        let Some(written) = self.written(name) else {
            return Modified { sql: String::new(), table: None, single_row: false };
        };
        let source = self.unread_source(&written.target, &written.alias);
        let key = source.key_places();
        self.levels.push(Level { sources: vec![source], ..Level::default() });
        let (place, single_row) = self.rows(condition, key);
        let assigned = self.assignments(&written, sets, single_row);
        self.levels.pop();
        let head = format!("UPDATE {} AS {}", quoted(&written.target.full()), quoted(&written.alias));
        Modified { sql: format!("{head} SET {assigned}{place}"), table: Some(written.target.full()), single_row }
    }

    /// DELETE, without the common table expressions before it.
    pub(crate) fn delete(&mut self, name: &QualifiedName<'_>, condition: Option<&Expr<'_>>) -> Modified {
        let Some(written) = self.written(name) else {
            return Modified { sql: String::new(), table: None, single_row: false };
        };
        let source = self.unread_source(&written.target, &written.alias);
        let key = source.key_places();
        self.levels.push(Level { sources: vec![source], ..Level::default() });
        let (place, single_row) = self.rows(condition, key);
        self.levels.pop();
        let head = format!("DELETE FROM {} AS {}", quoted(&written.target.full()), quoted(&written.alias));
        Modified { sql: format!("{head}{place}"), table: Some(written.target.full()), single_row }
    }

    /// WHERE, and whether it fixes the whole primary key.
    fn rows(&mut self, condition: Option<&Expr<'_>>, key: Option<BTreeSet<Place>>) -> (String, bool) {
        let Some(condition) = condition else { return (String::new(), false) };
        let mut fixed = BTreeSet::new();
        let sql = format!(" WHERE {}", self.fixing(condition, &mut fixed));
        (sql, key.is_some_and(|key| key.is_subset(&fixed)))
    }

    fn assignments(&mut self, written: &Written, sets: &[Set<'_>], single_row: bool) -> String {
        let mut texts = Vec::new();
        let mut assigned = BTreeSet::new();
        for set in sets {
            let names: Vec<String> = set.col_names.iter().map(|name| self.name(name.0)).collect();
            for name in &names {
                self.check_assigned(written, name, single_row);
                if !assigned.insert(name.clone()) {
                    self.findings.add("update/twice", name, format!("{name} is assigned twice"));
                }
            }
            let reads = self.reads.len();
            let value = self.assigned(&set.expr, names.len());
            let full = written.target.full();
            if !single_row && self.reads[reads..].contains(&full) {
                let message = format!(
                    "a SELECT in SET reads {full} while rows of it change, and so depends on their order: fix the primary key in WHERE"
                );
                self.findings.add("update/self", "set", message);
            }
            let names = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
            texts.push(if set.col_names.len() > 1 {
                format!("({names}) = {value}")
            } else {
                format!("{names} = {value}")
            });
        }
        texts.join(", ")
    }

    fn assigned(&mut self, value: &Expr<'_>, width: usize) -> String {
        if width == 1 {
            return self.expression(value);
        }
        let (sql, given) = self.operand(value, true);
        self.check_width(width, given);
        sql
    }

    fn check_width(&mut self, width: usize, given: usize) {
        if width != given {
            self.findings.add("expression/row", "set", format!("{width} columns are assigned {given} values"));
        }
    }

    fn check_assigned(&mut self, written: &Written, name: &str, single_row: bool) {
        let Some(shape) = self.scope.catalog.table(&written.target.schema, &written.target.table) else { return };
        if !shape.has(name) {
            self.findings.add("column/unknown", name, format!("there is no column {name}"));
        } else if shape.primary_key.iter().any(|column| column == name) {
            let message = format!("{name} belongs to the primary key: delete the row and insert another");
            self.findings.add("update/key", name, message);
        } else if !single_row && shape.unique.iter().flatten().any(|column| column == name) {
            let message = format!(
                "{name} is UNIQUE: whether several rows can change it depends on their order; fix the primary key in WHERE"
            );
            self.findings.add("update/unique", name, message);
        }
    }
}

/// How many rows a body of VALUES has.
fn rows_of(select: &Select<'_>) -> Option<usize> {
    match &select.body.select {
        OneSelect::Values(rows) if select.body.compounds.is_none() && select.with.is_none() => Some(rows.len()),
        _ => None,
    }
}
