//! Constraints of columns and tables, collected in one form.

use crate::{catalog::TableShape, level::Part, name::fold, writer::Writer};
use sqlite3_parser::ast::{
    ColumnConstraint, Expr, ForeignKeyClause, Id, IndexedColumn, Literal, Name, NamedColumnConstraint,
    NamedTableConstraint, RefAct, RefArg, ResolveType, SortedColumn, TableConstraint, UnaryOperator,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a table demands of its rows.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    table: String,
    pub primary_key: Option<Vec<String>>,
    pub unique: Vec<Vec<String>>,
    pub not_null: BTreeSet<String>,
    pub defaults: BTreeMap<String, String>,
    /// With their names, if they have any.
    pub checks: Vec<(Option<String>, String)>,
    pub references: Vec<Reference>,
}

/// A reference to a key of a table of the same schema.
#[derive(Debug)]
pub(crate) struct Reference {
    pub columns: Vec<String>,
    pub table: String,
    /// Empty for the primary key.
    pub parent_columns: Vec<String>,
}

impl Constraints {
    pub(crate) fn new(table: String) -> Self {
        Self { table, ..Self::default() }
    }
}

impl Writer<'_> {
    pub(crate) fn column_constraint(
        &mut self,
        collected: &mut Constraints,
        column: &str,
        named: &NamedColumnConstraint<'_>,
    ) {
        match &named.constraint {
            ColumnConstraint::PrimaryKey { order, conflict_clause, auto_increment } => {
                self.no_clause(conflict_clause.as_ref());
                if *auto_increment {
                    let message = "AUTOINCREMENT is not allowed: keys come from parameters";
                    self.findings.add("table/form", "autoincrement", message);
                }
                if order.is_some() {
                    self.findings.add("table/form", "desc", "a key has no order");
                }
                self.primary_key(collected, vec![column.to_owned()]);
            }
            ColumnConstraint::NotNull { nullable, conflict_clause } => {
                self.no_clause(conflict_clause.as_ref());
                if !nullable {
                    collected.not_null.insert(column.to_owned());
                }
            }
            ColumnConstraint::Unique(clause) => {
                self.no_clause(clause.as_ref());
                self.unique(collected, vec![column.to_owned()]);
            }
            ColumnConstraint::Check(condition) => self.check(collected, named.name.as_ref(), condition),
            ColumnConstraint::Default(value) => {
                let value = self.default(column, value);
                collected.defaults.insert(column.to_owned(), value);
            }
            ColumnConstraint::Defer(_) => self.deferred(),
            ColumnConstraint::Collate { collation_name } => {
                if !collation_name.0.eq_ignore_ascii_case("binary") {
                    let message =
                        "a column has no COLLATE: which of two equal texts stays would be left open; keep lower(…)";
                    self.findings.add("text/collate", collation_name.0, message);
                }
            }
            ColumnConstraint::ForeignKey { clause, defer_clause } => {
                if defer_clause.is_some() {
                    self.deferred();
                }
                self.reference(collected, vec![column.to_owned()], clause);
            }
            ColumnConstraint::Generated { .. } => {
                self.findings.add("table/form", column, "generated columns are not allowed: compute where it is used");
            }
        }
    }

    pub(crate) fn table_constraint(&mut self, collected: &mut Constraints, named: &NamedTableConstraint<'_>) {
        match &named.constraint {
            TableConstraint::PrimaryKey { columns, auto_increment, conflict_clause } => {
                self.no_clause(conflict_clause.as_ref());
                if *auto_increment {
                    let message = "AUTOINCREMENT is not allowed: keys come from parameters";
                    self.findings.add("table/form", "autoincrement", message);
                }
                let columns = self.key_columns(columns);
                self.primary_key(collected, columns);
            }
            TableConstraint::Unique { columns, conflict_clause } => {
                self.no_clause(conflict_clause.as_ref());
                let columns = self.key_columns(columns);
                self.unique(collected, columns);
            }
            TableConstraint::Check(condition, clause) => {
                self.no_clause(clause.as_ref());
                self.check(collected, named.name.as_ref(), condition);
            }
            TableConstraint::ForeignKey { columns, clause, defer_clause } => {
                if defer_clause.is_some() {
                    self.deferred();
                }
                let columns = self.indexed_columns(columns);
                self.reference(collected, columns, clause);
            }
        }
    }

    fn no_clause(&mut self, clause: Option<&ResolveType>) {
        if clause.is_some() {
            self.findings.add("write/conflict", "conflict", "constraints have no ON CONFLICT: it belongs to INSERT");
        }
    }

    fn deferred(&mut self) {
        let message = "DEFERRABLE is not allowed: each statement is checked at once";
        self.findings.add("table/form", "deferrable", message);
    }

    fn primary_key(&mut self, collected: &mut Constraints, columns: Vec<String>) {
        self.distinct(&columns);
        if collected.primary_key.replace(columns).is_some() {
            let message = format!("{} has two primary keys", collected.table);
            self.findings.add("table/key", "primary", message);
        }
    }

    fn unique(&mut self, collected: &mut Constraints, columns: Vec<String>) {
        self.distinct(&columns);
        collected.unique.push(columns);
    }

    fn distinct(&mut self, columns: &[String]) {
        if columns.iter().collect::<BTreeSet<_>>().len() != columns.len() {
            self.findings.add("table/key", "", "a key names a column once");
        }
    }

    /// Plain columns of a key or index.
    pub(crate) fn key_columns(&mut self, columns: &[SortedColumn<'_>]) -> Vec<String> {
        let mut names = Vec::new();
        for column in columns {
            match &column.expr {
                Expr::Id(Id(name)) if column.nulls.is_none() => names.push(self.name(name)),
                Expr::Collate(..) => self.findings.add("text/collate", "collate", "keys and indexes have no COLLATE"),
                _ => self.findings.add("table/key", "", "keys and indexes name columns, not expressions"),
            }
        }
        names
    }

    fn indexed_columns(&mut self, columns: &[IndexedColumn<'_>]) -> Vec<String> {
        for column in columns {
            if column.collation_name.is_some() || column.order.is_some() {
                self.findings.add("table/reference", column.col_name.0, "REFERENCES names columns alone");
            }
        }
        columns.iter().map(|column| self.name(column.col_name.0)).collect()
    }

    fn check(&mut self, collected: &mut Constraints, name: Option<&Name<'_>>, condition: &Expr<'_>) {
        let name = name.map(|name| self.name(name.0));
        if let Some(level) = self.levels.last_mut() {
            level.part = Part::Rows;
        }
        let condition = self.condition(condition);
        collected.checks.push((name, condition));
    }

    fn default(&mut self, column: &str, value: &Expr<'_>) -> String {
        let literal = match value {
            Expr::Parenthesized(inner) if inner.len() == 1 => &inner[0],
            other => other,
        };
        let inner = match literal {
            Expr::Unary(UnaryOperator::Negative | UnaryOperator::Positive, inner) => inner,
            other => other,
        };
        let is_word = |name: &str| fold(name).is_ok_and(|name| matches!(name.as_str(), "true" | "false"));
        match inner {
            Expr::Id(Id(name)) if is_word(name) => name.to_ascii_lowercase(),
            Expr::Literal(Literal::Null | Literal::Numeric(_) | Literal::String(_) | Literal::Blob(_)) => {
                self.expression(literal)
            }
            _ => {
                let message = format!("the DEFAULT of {column} is not a literal");
                self.findings.add("table/default", column, message);
                "NULL".to_owned()
            }
        }
    }

    fn reference(&mut self, collected: &mut Constraints, columns: Vec<String>, clause: &ForeignKeyClause<'_>) {
        for arg in clause.args {
            match arg {
                RefArg::OnDelete(RefAct::Restrict | RefAct::NoAction)
                | RefArg::OnUpdate(RefAct::Restrict | RefAct::NoAction) => {}
                _ => {
                    let message = "REFERENCES changes nothing by itself: no CASCADE, SET NULL, SET DEFAULT or MATCH";
                    self.findings.add("table/reference", "references", message);
                }
            }
        }
        // Neither is written: SQLite checks RESTRICT row by row, and so by their order, NO ACTION after the statement.
        let table = self.name(clause.tbl_name.0);
        let parent_columns = self.indexed_columns(clause.columns.unwrap_or_default());
        collected.references.push(Reference { columns, table, parent_columns });
    }

    /// A reference leads to the primary key or another key of a table of the same schema.
    pub(crate) fn check_references(&mut self, own: &TableShape, schema: &str, name: &str, collected: &Constraints) {
        for reference in &collected.references {
            for column in reference.columns.iter().filter(|column| !own.has(column)) {
                self.findings.add("column/unknown", column, format!("there is no column {column}"));
            }
            let parent =
                if reference.table == name { Some(own) } else { self.scope.catalog.table(schema, &reference.table) };
            let Some(parent) = parent else {
                let message = format!(
                    "REFERENCES names a table of the same schema that there is: {schema}.{} is not",
                    reference.table
                );
                self.findings.add("table/unknown", &reference.table, message);
                continue;
            };
            let columns =
                if reference.parent_columns.is_empty() { &parent.primary_key } else { &reference.parent_columns };
            let named: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
            if columns.len() != reference.columns.len() || !parent.is_key(&named) {
                let message = format!("REFERENCES leads to the primary key or a UNIQUE key of {}", reference.table);
                self.findings.add("table/reference", &reference.table, message);
            }
        }
    }
}
