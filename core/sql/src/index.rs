use crate::{
    catalog::{Scope, physical},
    define::Naming,
    finding::{Finding, Findings},
    name::quoted,
    parse::parse,
    token::tokens,
    writer::{Allowed, Writer},
};
use sqlite3_parser::ast::Stmt;
use std::collections::BTreeSet;

/// An index as it is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// The schema of its table, and its own.
    pub schema: String,
    /// Its name in the schema.
    pub name: String,
    /// The table, without the schema.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
    /// Whether it is a key: then it belongs to [`TableShape::unique`](crate::TableShape::unique).
    pub unique: bool,
    /// The text for SQLite.
    pub sql: String,
}

/// Checks and rewrites `CREATE [UNIQUE] INDEX schema.name ON table (column, …)`, whose first line has the number `line`.
pub fn create_index(text: &str, line: u32, naming: &Naming<'_>) -> Result<IndexDefinition, Vec<Finding>> {
    let tokens = tokens(text, line).map_err(|finding| vec![finding])?;
    parse(text, line, &tokens, |parsed| {
        let none = BTreeSet::new();
        let scope = Scope {
            catalog: naming.catalog,
            home: naming.home,
            readable: &none,
            writable: &none,
            host_functions: false,
        };
        let mut writer = Writer::new(&scope, Findings::new(&tokens, line), Allowed::Nothing);
        let index = writer.index(parsed, naming);
        match index {
            Some(index) => writer.findings.give(index),
            None => Err(writer.findings.into_list()),
        }
    })
}

impl Writer<'_> {
    fn index(&mut self, parsed: &Stmt<'_>, naming: &Naming<'_>) -> Option<IndexDefinition> {
        let Stmt::CreateIndex { unique, if_not_exists, idx_name, tbl_name, columns, where_clause } = parsed else {
            self.findings.add("statement/kind", "", "CREATE INDEX is expected");
            return None;
        };
        if *if_not_exists || where_clause.is_some() {
            self.findings.add("index/form", "index", "an index has no IF NOT EXISTS and no WHERE");
        }
        let (schema, name) = self.new_name(idx_name, naming);
        let table = self.name(tbl_name.0);
        let Some(shape) = naming.catalog.table(&schema, &table) else {
            self.findings.add("table/unknown", &table, format!("there is no table {schema}.{table}"));
            return None;
        };
        if naming.catalog.table(&schema, &name).is_some() {
            self.findings.add("name/taken", &name, format!("{schema}.{name} is a table: name the index otherwise"));
        }
        let orders: Vec<&str> =
            columns.iter().map(|column| if is_descending(column.order) { " DESC" } else { "" }).collect();
        let columns = self.key_columns(columns);
        for column in columns.iter().filter(|column| !shape.has(column)) {
            self.findings.add("column/unknown", column, format!("there is no column {column}"));
        }
        let list: Vec<String> =
            columns.iter().zip(orders).map(|(column, order)| format!("{}{order}", quoted(column))).collect();
        let kind = if *unique { "UNIQUE INDEX" } else { "INDEX" };
        let (full, on) = (quoted(&physical(&schema, &name)), quoted(&physical(&schema, &table)));
        let sql = format!("CREATE {kind} {full} ON {on} ({})", list.join(", "));
        Some(IndexDefinition { schema, name, table, columns, unique: *unique, sql })
    }
}

fn is_descending(order: Option<sqlite3_parser::ast::SortOrder>) -> bool {
    order == Some(sqlite3_parser::ast::SortOrder::Desc)
}
