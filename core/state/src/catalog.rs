use crate::{
    sandbox::Names,
    table::{ColumnKind, Table},
};
use std::sync::Arc;

/// The tables that there are and the names that statements may use. It grows while the ledger runs, and never changes in place: who
/// holds one goes on with what it was.
#[derive(Debug, Default, Clone)]
pub(crate) struct Catalog {
    /// The tables in the order in which they were created; a table's place is what its triggers call it by.
    pub tables: Vec<Arc<Table>>,
    pub names: Names,
    /// The shared ones, as texts of users name them: `schema.table`.
    pub shared: counterfoil_sql::Catalog,
}

impl Catalog {
    /// A catalog of these tables.
    pub(crate) fn new(tables: Vec<Arc<Table>>, names: Names) -> Self {
        let mut shared = counterfoil_sql::Catalog::default();
        tables.iter().for_each(|table| share(&mut shared, table));
        Self { tables, names, shared }
    }

    /// The table `name`, if there is one.
    pub(crate) fn table(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// This catalog and one more table.
    pub(crate) fn with(&self, table: Table) -> Self {
        let mut next = self.clone();
        share(&mut next.shared, &table);
        next.names.tables.insert(table.name.to_ascii_lowercase());
        next.tables.push(Arc::new(table));
        next
    }
}

/// Adds a table with a schema to those that texts of users name.
fn share(shared: &mut counterfoil_sql::Catalog, table: &Table) {
    let Some((schema, name)) = table.name.split_once('.') else { return };
    let kind = |kind: ColumnKind| match kind {
        ColumnKind::Integer => counterfoil_sql::Kind::Integer,
        ColumnKind::Text => counterfoil_sql::Kind::Text,
        ColumnKind::Blob => counterfoil_sql::Kind::Blob,
    };
    let columns = table.columns.iter().map(|column| (column.name.clone(), kind(column.kind))).collect();
    let shape = counterfoil_sql::TableShape { columns, primary_key: table.key_names(), unique: Vec::new() };
    shared.insert(schema, name, shape);
}
