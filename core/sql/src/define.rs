use crate::{
    catalog::{Catalog, Kind, Scope, TableShape, physical},
    constraint::Constraints,
    finding::{Finding, Findings},
    level::{Column, Level, Source},
    limits::COLUMNS_MAX,
    name::{is_reserved_schema, quoted},
    option::{OptionValue, options, position},
    parse::parse,
    token::tokens,
    writer::{Allowed, Writer},
};
use sqlite3_parser::ast::{ColumnDefinition, CreateTableBody, NamedTableConstraint, QualifiedName, Stmt, TabFlags};
use std::collections::BTreeSet;

/// How names of definitions are understood.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The tables there are, among them those that REFERENCES may name.
    pub catalog: &'a Catalog,
    /// The schema of bare names: a package's own. Then no other can be named.
    pub home: Option<&'a str>,
    /// Names that no schema has, such as those of modules.
    pub reserved: &'a BTreeSet<String>,
}

/// A table as it is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its schema.
    pub schema: String,
    /// Its name in the schema.
    pub name: String,
    /// The text for SQLite: one table with a dot in its name, `STRICT, WITHOUT ROWID`.
    pub sql: String,
    /// Its columns and keys.
    pub shape: TableShape,
    /// What stands in `WITH (…)`, in its order.
    pub options: Vec<(String, OptionValue)>,
}

/// Checks and rewrites `CREATE TABLE schema.name (…) [WITH (option = value, …)]`, whose first line has the number `line`.
pub fn create_table(text: &str, line: u32, naming: &Naming<'_>) -> Result<Definition, Vec<Finding>> {
    let one = |finding| vec![finding];
    let tokens = tokens(text, line).map_err(one)?;
    let cut = position(&tokens).unwrap_or(tokens.len());
    let options = if cut < tokens.len() { options(&tokens[cut..]).map_err(one)? } else { Vec::new() };
    let body = tokens.get(cut).map_or(text, |with| &text[..with.start]);
    parse(body, line, &tokens[..cut], |parsed| {
        let readable = BTreeSet::new();
        let scope = Scope {
            catalog: naming.catalog,
            home: naming.home,
            readable: &readable,
            writable: &readable,
            host_functions: false,
        };
        let mut writer = Writer::new(&scope, Findings::new(&tokens, line), Allowed::Nothing);
        writer.subqueries = false;
        let definition = writer.table(parsed, naming, options);
        writer.findings.give(definition)
    })
}

impl Writer<'_> {
    fn table(&mut self, parsed: &Stmt<'_>, naming: &Naming<'_>, options: Vec<(String, OptionValue)>) -> Definition {
        let mut definition = Definition {
            schema: String::new(),
            name: String::new(),
            sql: String::new(),
            shape: TableShape::default(),
            options,
        };
        let Stmt::CreateTable { temporary, if_not_exists, tbl_name, body } = parsed else {
            self.findings.add("statement/kind", "", "CREATE TABLE is expected");
            return definition;
        };
        if *temporary {
            self.findings.add("table/form", "temp", "temporary tables are not allowed");
        }
        if *if_not_exists {
            self.findings.add("table/form", "if", "IF NOT EXISTS is not allowed: say what is to be");
        }
        (definition.schema, definition.name) = self.new_name(tbl_name, naming);
        match body {
            CreateTableBody::AsSelect(_) => {
                self.findings.add("table/form", "as", "AS SELECT is not allowed: name the columns and INSERT");
            }
            CreateTableBody::ColumnsAndConstraints { columns, constraints, flags } => {
                self.flags(*flags);
                self.columns(&mut definition, columns, constraints.unwrap_or_default());
            }
        }
        definition
    }

    /// The schema and name of something new.
    pub(crate) fn new_name(&mut self, name: &QualifiedName<'_>, naming: &Naming<'_>) -> (String, String) {
        let table = self.name(name.name.0);
        let schema = match (&name.db_name, naming.home) {
            (Some(schema), home) => {
                let schema = self.name(schema.0);
                if home.is_some_and(|home| home != schema) {
                    let message = format!("{schema} is another schema: a package makes tables in its own");
                    self.findings.add("table/foreign", &schema, message);
                }
                schema
            }
            (None, Some(home)) => home.to_owned(),
            (None, None) => {
                self.findings.add(
                    "table/schema",
                    &table,
                    format!("{table} needs a schema: CREATE TABLE schema.{table}"),
                );
                "x".to_owned()
            }
        };
        if is_reserved_schema(&schema) || naming.reserved.contains(&schema) {
            self.findings.add("name/reserved", &schema, format!("{schema} is reserved: choose another schema"));
        }
        (schema, table)
    }

    fn flags(&mut self, flags: TabFlags) {
        if flags.contains(TabFlags::Autoincrement) {
            self.findings.add("table/form", "autoincrement", "AUTOINCREMENT is not allowed: keys come from parameters");
        }
    }

    fn columns(
        &mut self,
        definition: &mut Definition,
        columns: &[ColumnDefinition<'_>],
        constraints: &[NamedTableConstraint<'_>],
    ) {
        if columns.len() > COLUMNS_MAX {
            self.findings.add("limit/columns", "table", format!("a table has at most {COLUMNS_MAX} columns"));
            return;
        }
        let mut collected = Constraints::new(physical(&definition.schema, &definition.name));
        for column in columns {
            let name = self.name(column.col_name.0);
            let kind = self.kind(column);
            definition.shape.columns.push((name, kind));
        }
        let source = Source {
            alias: Some(definition.name.clone()),
            columns: definition
                .shape
                .columns
                .iter()
                .map(|(name, _)| Column { name: Some(name.clone()), exact: true })
                .collect(),
            ..Source::default()
        };
        self.levels.push(Level { sources: vec![source], ..Level::default() });
        for (at, column) in columns.iter().enumerate() {
            let name = definition.shape.columns[at].0.clone();
            for constraint in column.constraints {
                self.column_constraint(&mut collected, &name, constraint);
            }
        }
        for constraint in constraints {
            self.table_constraint(&mut collected, constraint);
        }
        self.levels.pop();
        self.finish_table(definition, collected);
    }

    fn kind(&mut self, column: &ColumnDefinition<'_>) -> Kind {
        let written = column.col_type.as_ref().filter(|kind| kind.size.is_none()).map_or("", |kind| kind.name);
        Kind::parse(written).unwrap_or_else(|| {
            let name = column.col_name.0;
            let message = format!("{name} has no type that is allowed: INTEGER, TEXT or BLOB");
            self.findings.add("table/type", name, message);
            Kind::Text
        })
    }

    fn finish_table(&mut self, definition: &mut Definition, mut collected: Constraints) {
        let Some(key) = collected.primary_key.take() else {
            let message = format!("{} needs a PRIMARY KEY", definition.name);
            self.findings.add("table/key", &definition.name, message);
            return;
        };
        for column in key.iter().chain(collected.unique.iter().flatten()) {
            if !definition.shape.has(column) {
                self.findings.add("column/unknown", column, format!("there is no column {column}"));
            }
        }
        (definition.shape.primary_key, definition.shape.unique) = (key, collected.unique.clone());
        self.check_references(&definition.shape, &definition.schema, &definition.name, &collected);
        definition.sql = write(definition, &collected);
    }
}

fn write(definition: &Definition, constraints: &Constraints) -> String {
    let list = |names: &[String]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    for (name, kind) in &definition.shape.columns {
        let not_null = constraints.not_null.contains(name) || definition.shape.primary_key.contains(name);
        let default = constraints.defaults.get(name).map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
        let not_null = if not_null { " NOT NULL" } else { "" };
        parts.push(format!("{} {}{not_null}{default}", quoted(name), kind.sql()));
    }
    parts.push(format!("PRIMARY KEY ({})", list(&definition.shape.primary_key)));
    parts.extend(constraints.unique.iter().map(|columns| format!("UNIQUE ({})", list(columns))));
    for (name, condition) in &constraints.checks {
        let name = name.as_ref().map(|name| format!("CONSTRAINT {} ", quoted(name))).unwrap_or_default();
        parts.push(format!("{name}CHECK ({condition})"));
    }
    for reference in &constraints.references {
        let parent = quoted(&physical(&definition.schema, &reference.table));
        let columns = match list(&reference.parent_columns) {
            columns if columns.is_empty() => columns,
            columns => format!(" ({columns})"),
        };
        parts.push(format!("FOREIGN KEY ({}) REFERENCES {parent}{columns}", list(&reference.columns)));
    }
    let table = quoted(&physical(&definition.schema, &definition.name));
    format!("CREATE TABLE {table} (\n    {}\n) STRICT, WITHOUT ROWID", parts.join(",\n    "))
}
