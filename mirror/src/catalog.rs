use crate::target::{Column, Target};
use counterfoil_client::{ColumnKind, CreatedTable};
use counterfoil_types::{Hash, row};
use std::{collections::HashMap, sync::Arc};

/// The schema of a mirror's own tables. No member can name a schema so: names that begin with `ledger_` are reserved.
pub const OWN_SCHEMA: &str = "ledger_mirror";
/// The schema of the histories of what is in `public`; those of another schema are in this, `_` and its name.
const HISTORY_SCHEMA: &str = "ledger_history";
/// Bytes of a name that PostgreSQL tells apart.
const NAME_BYTES_MAX: usize = 63;

/// The columns of a history before those of its table.
pub const HISTORY_COLUMNS: [(&str, ColumnKind); 4] = [
    ("ledger_height", ColumnKind::Integer),
    ("ledger_seq", ColumnKind::Integer),
    ("ledger_place", ColumnKind::Integer),
    ("ledger_operation", ColumnKind::Text),
];

/// A table of the ledger, and where the mirror has it.
#[derive(Debug)]
pub struct Table {
    /// As the ledger has it.
    pub shape: CreatedTable,
    /// The places of the primary key's columns.
    pub key: Vec<usize>,
    /// The hash of its shape, which is in the hash of each row.
    pub hash: Hash,
    /// Where its rows are.
    pub current: Arc<Target>,
    /// Where its writes are, if histories are kept.
    pub history: Option<Arc<Target>>,
}

/// The tables of a ledger up to a height.
#[derive(Debug)]
pub struct Catalog {
    keeps_history: bool,
    tables: Vec<Arc<Table>>,
    places: HashMap<String, usize>,
    /// The view `block` of the ledger, as a table.
    pub block: Arc<Target>,
    /// The ledger's tables.
    pub shape: Arc<Target>,
    /// Rows whose primary key no index of PostgreSQL holds.
    pub aside: Arc<Target>,
}

/// Why a table cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table {table}: {why}")]
pub struct NoTable {
    table: String,
    why: String,
}

fn own(id: u32, schema: &str, table: &str, columns: Vec<Column>, key: &[usize], comment: &str) -> Arc<Target> {
    let (schema, table, comment) = (schema.to_owned(), table.to_owned(), comment.to_owned());
    Arc::new(Target { id, schema, table, columns, key: key.to_vec(), comment })
}

fn columns(named: &[(&str, ColumnKind)]) -> Vec<Column> {
    named.iter().map(|(name, kind)| Column::new(name, *kind)).collect()
}

impl Catalog {
    /// No tables yet.
    pub fn new(keeps_history: bool) -> Self {
        use ColumnKind::{Blob, Integer, Text};
        let block = columns(&[
            ("height", Integer),
            ("digest", Text),
            ("time_ms", Integer),
            ("proposer", Integer),
            ("transactions", Integer),
            ("changed_rows", Integer),
            ("state_root", Text),
            ("changes_root", Text),
            ("receipts_root", Text),
        ]);
        let shape = columns(&[("place", Integer), ("name", Text), ("since", Integer), ("shape", Text)]);
        let aside = columns(&[("table_name", Text), ("key", Blob), ("row", Blob)]);
        Self {
            keeps_history,
            tables: Vec::new(),
            places: HashMap::new(),
            block: own(0, "public", "block", block, &[0], "The blocks of the ledger"),
            shape: own(1, OWN_SCHEMA, "shape", shape, &[0], "The tables of the ledger; shape is JSON"),
            aside: own(2, OWN_SCHEMA, "aside", aside, &[0, 1], "Rows with keys too long for an index, as CBOR"),
        }
    }

    /// Whether the writes of each table are kept too.
    pub fn keeps_history(&self) -> bool {
        self.keeps_history
    }

    /// The mirror's own tables, which it has from the beginning.
    pub fn own(&self) -> [&Arc<Target>; 3] {
        [&self.block, &self.shape, &self.aside]
    }

    /// The ledger's tables in the order of their creation.
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// All that is compared: the mirror's own tables and where the ledger's are.
    pub fn targets(&self) -> impl Iterator<Item = &Arc<Target>> {
        let ledger = self.tables.iter().flat_map(|table| [Some(&table.current), table.history.as_ref()]);
        self.own().into_iter().chain(ledger.flatten())
    }

    /// The table `name`.
    pub fn named(&self, name: &str) -> Option<&Arc<Table>> {
        self.places.get(name).map(|&at| &self.tables[at])
    }

    /// Takes note of a table that the ledger has now.
    ///
    /// # Errors
    /// If it is none that a mirror can have.
    pub fn add(&mut self, shape: CreatedTable) -> Result<Arc<Table>, NoTable> {
        let table = self.read(shape).map_err(|(table, why)| NoTable { table, why })?;
        self.places.insert(table.shape.name.clone(), self.tables.len());
        let table = Arc::new(table);
        self.tables.push(Arc::clone(&table));
        Ok(table)
    }

    fn read(&self, shape: CreatedTable) -> Result<Table, (String, String)> {
        let no = |why: String| (shape.name.clone(), why);
        if self.places.contains_key(&shape.name) {
            return Err(no("it is there already".into()));
        }
        let (schema, table) = shape.name.split_once('.').unwrap_or(("public", &shape.name));
        let reserved = ["ledger_", "pg_"].iter().any(|prefix| schema.starts_with(prefix));
        if reserved || schema == "information_schema" {
            return Err(no(format!("{schema} is no schema of a ledger")));
        }
        let names = shape.columns.iter().map(|column| column.name.as_str()).chain([schema, table]);
        if let Some(name) =
            names.into_iter().find(|name| name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('\0'))
        {
            return Err(no(format!("PostgreSQL has no name {name:?}")));
        }
        let place = |name: &String| {
            let found = shape.columns.iter().position(|column| column.name == *name);
            found.ok_or_else(|| no(format!("its primary key names no column: {name}")))
        };
        let key = shape.primary_key.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        if key.is_empty() {
            return Err(no("it has no primary key".into()));
        }
        let (current, history) = self.targets_of(&shape, (schema, table), &key);
        let columns: Vec<&str> = shape.columns.iter().map(|column| column.name.as_str()).collect();
        let key_names: Vec<&str> = shape.primary_key.iter().map(String::as_str).collect();
        let hash = row::table_hash(&shape.name, &columns, &key_names);
        Ok(Table { key, hash, current, history, shape })
    }

    fn targets_of(
        &self,
        shape: &CreatedTable,
        (schema, table): (&str, &str),
        key: &[usize],
    ) -> (Arc<Target>, Option<Arc<Target>>) {
        let first = 3 + 2 * self.tables.len() as u32;
        let declared = shape.columns.iter().map(|column| Column {
            name: column.name.clone(),
            kind: column.kind,
            nullable: column.nullable,
        });
        let declared: Vec<Column> = declared.collect();
        let comment = format!("Table {} of the ledger, module {}", shape.name, shape.module);
        let current = own(first, schema, table, declared.clone(), key, &comment);
        let history = self.keeps_history.then(|| {
            let beside =
                if schema == "public" { HISTORY_SCHEMA.to_owned() } else { format!("{HISTORY_SCHEMA}_{schema}") };
            let all = columns(&HISTORY_COLUMNS).into_iter().chain(declared).collect();
            let comment = format!("Every write of table {} of the ledger", shape.name);
            own(first + 1, &beside, table, all, &[0, 1], &comment)
        });
        (current, history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil_client::CreatedColumn;

    fn created(name: &str, columns: &[&str], key: &[&str]) -> CreatedTable {
        let column = |name: &&str| CreatedColumn { name: (*name).into(), kind: ColumnKind::Text, nullable: false };
        CreatedTable {
            name: name.into(),
            module: "test".into(),
            mutable: true,
            columns: columns.iter().map(column).collect(),
            primary_key: key.iter().map(|name| (*name).into()).collect(),
        }
    }

    #[test]
    fn tables_have_a_place_of_their_own_in_postgresql() {
        let mut catalog = Catalog::new(true);
        let long = "s".repeat(48);
        for (name, schema, history) in [
            ("invoice", "public", "ledger_history".to_owned()),
            ("warehouse.receipt", "warehouse", "ledger_history_warehouse".to_owned()),
            (&format!("{long}.t"), &long, format!("ledger_history_{long}")),
        ] {
            let table = catalog.add(created(name, &["id", "x"], &["id"])).expect("a table");
            let beside = table.history.as_ref().expect("kept");
            assert_eq!((&*table.current.schema, &*beside.schema), (schema, &*history));
            assert!(history.len() <= NAME_BYTES_MAX);
            assert_eq!((table.current.columns.len(), beside.columns.len()), (2, 6));
        }
        let mut ids: Vec<_> = catalog.targets().map(|target| target.id).collect();
        assert_eq!(ids.len(), 9);
        ids.dedup();
        assert_eq!(ids, (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn a_node_cannot_have_the_mirror_write_elsewhere() {
        let mut catalog = Catalog::new(false);
        catalog.add(created("a", &["id"], &["id"])).expect("a table");
        for (name, columns, key) in [
            ("a", &["id"][..], &["id"][..]),
            ("ledger_mirror.progress", &["id"], &["id"]),
            ("pg_catalog.pg_class", &["id"], &["id"]),
            ("information_schema.x", &["id"], &["id"]),
            ("b", &["id"], &[]),
            ("c", &["id"], &["other"]),
            (".d", &["id"], &["id"]),
        ] {
            assert!(catalog.add(created(name, columns, key)).is_err(), "{name}");
        }
        assert!(catalog.add(created(&"t".repeat(64), &["id"], &["id"])).is_err());
    }
}
