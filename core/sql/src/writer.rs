use crate::{
    catalog::{Scope, physical},
    finding::Findings,
    level::{Bare, Column, Found, Level, Part, Source},
    limits::EXPANSIONS_MAX,
    name::{fold, quoted},
};
use sqlite3_parser::ast::QualifiedName;
use std::collections::BTreeSet;

/// Which parameters may stand in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Allowed<'a> {
    /// None: a CHECK, an invariant.
    Nothing,
    /// Any.
    Any,
    /// Those an action declares.
    Declared(&'a BTreeSet<String>),
}

/// A common table expression in force.
#[derive(Debug)]
pub(crate) struct Cte {
    pub name: String,
    /// None while its own text is read: naming it there would be recursion.
    pub columns: Option<Vec<Column>>,
    pub reads: BTreeSet<String>,
    /// How many SELECTs SQLite makes of it where it is named: its own, and those of the ones it names.
    pub weight: usize,
}

/// Checks a syntax tree and writes it anew.
pub(crate) struct Writer<'a> {
    pub scope: &'a Scope<'a>,
    pub findings: Findings<'a>,
    pub parameters: Allowed<'a>,
    /// Whether a SELECT may stand in an expression.
    pub subqueries: bool,
    pub ctes: Vec<Cte>,
    /// How many SELECTs common table expressions were expanded to so far.
    pub expanded: usize,
    pub levels: Vec<Level>,
    /// Levels below this one are not seen: a common table expression stands by itself.
    pub floor: usize,
    /// Tables read, each time they are.
    pub reads: Vec<String>,
    pub depth: usize,
    /// How many SELECTs stand around the one that is written.
    pub selects: usize,
    /// Whether a value of JSON may be made here.
    pub json: bool,
    /// How many parts of the value so far could be a fractional number, by overflow or from a text.
    pub fractions: usize,
    /// How many comparisons so far ignore case.
    pub ignoring_case: usize,
    /// Whether a comparison may ignore case here: not where equal values are merged, as which of them stays is left open.
    pub nocase: bool,
}

/// What a name of a table stands for.
pub(crate) struct Target {
    pub schema: String,
    pub table: String,
}

impl Target {
    /// `schema.table`.
    pub(crate) fn full(&self) -> String {
        physical(&self.schema, &self.table)
    }
}

impl<'a> Writer<'a> {
    pub(crate) fn new(scope: &'a Scope<'a>, findings: Findings<'a>, parameters: Allowed<'a>) -> Self {
        Self {
            scope,
            findings,
            parameters,
            subqueries: true,
            ctes: Vec::new(),
            expanded: 0,
            levels: Vec::new(),
            floor: 0,
            reads: Vec::new(),
            depth: 0,
            selects: 0,
            json: true,
            fractions: 0,
            ignoring_case: 0,
            nocase: false,
        }
    }

    /// The folded name; a bad one is found, and given back as it is so that the check goes on.
    pub(crate) fn name(&mut self, raw: &str) -> String {
        match fold(raw) {
            Ok(name) => name,
            Err(why) => {
                self.findings.add("name/form", raw, why);
                "x".to_owned()
            }
        }
    }

    /// The table meant, if it exists; found otherwise.
    pub(crate) fn target(&mut self, name: &QualifiedName<'_>) -> Option<Target> {
        let table = self.name(name.name.0);
        let schema = match &name.db_name {
            Some(schema) => self.name(schema.0),
            None => match self.scope.home {
                Some(home) => home.to_owned(),
                None => return self.without_schema(name.name.0, &table),
            },
        };
        if self.scope.catalog.table(&schema, &table).is_some() {
            return Some(Target { schema, table });
        }
        self.findings.add("table/unknown", &table, format!("there is no table {schema}.{table}"));
        None
    }

    /// Finds a name that lacks its schema; of a bad one that it is bad is said already.
    fn without_schema(&mut self, raw: &str, table: &str) -> Option<Target> {
        if fold(raw).is_ok() {
            let message = format!(
                "{table} needs its schema: schema.{table}; tables without one are modules', and no statement that writes names them"
            );
            self.findings.add("table/unknown", table, message);
        }
        None
    }

    /// The source that a readable table is, under an alias.
    pub(crate) fn table_source(&mut self, target: &Target, alias: &str) -> Source {
        let full = target.full();
        if !self.scope.readable.contains(&full) {
            self.findings.add("table/closed", &target.table, format!("{full} is not open for reading here"));
        }
        self.reads.push(full);
        self.unread_source(target, alias)
    }

    /// As [`Self::table_source`], for the table that a statement writes.
    pub(crate) fn unread_source(&self, target: &Target, alias: &str) -> Source {
        let shape = self.scope.catalog.table(&target.schema, &target.table).cloned().unwrap_or_default();
        Source {
            alias: Some(alias.to_owned()),
            table: Some(target.full()),
            columns: shape.columns.into_iter().map(|(name, _)| Column { name: Some(name), exact: true }).collect(),
            key: shape.primary_key,
        }
    }

    /// Resolves and writes a column.
    pub(crate) fn column(&mut self, qualifier: Option<&str>, raw: &str) -> String {
        let name = self.name(raw);
        let alias = qualifier.map(|qualifier| self.name(qualifier));
        if self.resolve(alias.as_deref(), &name) {
            return match alias {
                Some(alias) => format!("{}.{}", quoted(&alias), quoted(&name)),
                None => quoted(&name),
            };
        }
        if alias.is_none() && matches!(name.as_str(), "true" | "false") {
            return name;
        }
        let message = match (&alias, name.as_str()) {
            (_, "rowid" | "_rowid_" | "oid") => "there are no row numbers: use the primary key".to_owned(),
            (Some(alias), _) => format!("there is no column {alias}.{name}"),
            (None, _) if raw.starts_with('"') => {
                format!("there is no column {name}; a text stands in single quotes: '{name}'")
            }
            (None, _) => format!("there is no column {name}"),
        };
        self.findings.add("column/unknown", &name, message);
        "NULL".to_owned()
    }

    /// Writes `schema.table.column` with the alias under which the table stands.
    pub(crate) fn full_column(&mut self, schema: &str, table: &str, column: &str) -> String {
        let (schema, table) = (self.name(schema), self.name(table));
        let full = physical(&schema, &table);
        for level in self.levels[self.floor..].iter().rev() {
            let mut of_table = level.sources.iter().filter(|source| source.table.as_ref() == Some(&full));
            match (of_table.next().and_then(|source| source.alias.clone()), of_table.next()) {
                (Some(alias), None) => return self.column(Some(&alias), column),
                (Some(_), Some(_)) => {
                    let message = format!("{full} stands in FROM more than once: use its aliases");
                    self.findings.add("column/ambiguous", &table, message);
                    return "NULL".to_owned();
                }
                (None, _) => {}
            }
        }
        self.findings.add("column/unknown", &table, format!("{full} does not stand in FROM"));
        "NULL".to_owned()
    }

    /// Whether the name is a column or alias in sight; notes what that means for its level.
    fn resolve(&mut self, alias: Option<&str>, name: &str) -> bool {
        for at in (self.floor..self.levels.len()).rev() {
            let level = &mut self.levels[at];
            match level.find(alias, name) {
                Found::Nothing => continue,
                Found::Ambiguous => {
                    let message = format!("{name} is a column of more than one table: write table.{name}");
                    self.findings.add("column/ambiguous", name, message);
                }
                Found::Refused => {
                    let message = format!("{name} names a result, which cannot be used here: repeat its expression");
                    self.findings.add("column/alias", name, message);
                }
                Found::Alias(output) => {
                    level.references += 1;
                    self.fractions += usize::from(!level.outputs[output].exact);
                }
                Found::Column(place) => {
                    level.references += 1;
                    let (source, column) = place;
                    self.fractions += usize::from(!level.sources[source].columns[column].exact);
                    if !level.inside_aggregate && level.part != Part::Rows {
                        level.bare.push(Bare { place, name: name.to_owned(), part: level.part });
                    }
                }
            }
            return true;
        }
        false
    }

    /// The source of a common table expression in force, under an alias.
    pub(crate) fn cte_source(&mut self, name: &str, alias: &str) -> Option<Source> {
        let cte = self.ctes.iter().rev().find(|cte| cte.name == name)?;
        let columns = cte.columns.clone();
        self.expanded = self.expanded.saturating_add(cte.weight);
        if self.expanded > EXPANSIONS_MAX {
            let message =
                format!("common table expressions name each other more than {EXPANSIONS_MAX} times, all in all");
            self.findings.add("limit/with", name, message);
        }
        self.reads.extend(cte.reads.iter().cloned());
        if columns.is_none() {
            let message = format!("{name} is named inside itself or before it is defined: recursion is not allowed");
            self.findings.add("select/recursive", name, message);
        }
        Some(Source { alias: Some(alias.to_owned()), columns: columns.unwrap_or_default(), ..Source::default() })
    }
}
