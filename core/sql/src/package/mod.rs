//! A package: a contract in one file of SQL.

mod action;
mod effect;
mod header;

use crate::{
    catalog::{Catalog, Scope, physical},
    define::{Definition, Naming, create_table},
    finding::Finding,
    index::{IndexDefinition, create_index},
    limits::{FINDINGS_MAX, ITEMS_MAX},
    split::{Piece, split},
    statement::{Statement, StatementKind},
    token::tokens,
    writer::Allowed,
};
use std::collections::BTreeSet;

pub use action::{Action, Parameter};
pub use effect::{Effect, Role, Step};

/// What there is around a package.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// All tables; among them those of the version that is installed, which the migration reads.
    pub catalog: &'a Catalog,
    /// The tables of others that packages may read, as `schema.table`.
    pub readable: &'a BTreeSet<String>,
    /// Names that no package has, such as those of modules.
    pub reserved: &'a BTreeSet<String>,
}

/// A package, checked and rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageText {
    /// Its name, and that of its schema.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// Who owns it.
    pub owners: Vec<String>,
    /// How many owners must approve a change.
    pub approvals: Option<u32>,
    /// The comment above `PACKAGE`.
    pub description: String,
    /// Its tables, in the order of the text.
    pub tables: Vec<PackageTable>,
    /// Its indexes, in the order of the text.
    pub indexes: Vec<IndexDefinition>,
    /// Its actions, in the order of the text.
    pub actions: Vec<Action>,
    /// What must always hold.
    pub invariants: Vec<Invariant>,
    /// What is done once when this version replaces another.
    pub migration: Option<Migration>,
}

/// A table of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageTable {
    /// The comment above it.
    pub documentation: String,
    /// Its line in the text.
    pub line: u32,
    /// What it is.
    pub definition: Definition,
}

/// A SELECT that must give no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invariant {
    /// Its name.
    pub name: String,
    /// The comment above it.
    pub documentation: String,
    /// Its line in the text.
    pub line: u32,
    /// The SELECT.
    pub statement: Statement,
}

/// What is done once when a version replaces another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The version replaced.
    pub from: u32,
    /// Its line in the text.
    pub line: u32,
    /// The statements, each with its line.
    pub statements: Vec<(u32, Statement)>,
}

/// Checks and rewrites the file of a package. The grammar is in the README of this crate.
pub fn package(text: &str, around: &Surroundings<'_>) -> Result<PackageText, Vec<Finding>> {
    let pieces = split(text).map_err(|finding| vec![finding])?;
    let Some((first, items)) = pieces.split_first() else {
        return Err(vec![Finding::new(
            "package/header",
            1,
            "a package begins with PACKAGE name VERSION 1 OWNERS ('…')",
        )]);
    };
    let package = header::header(first, around).map_err(|finding| vec![finding])?;
    let mut reader = Reader {
        catalog: own_catalog(around.catalog, &package.name),
        around,
        names: BTreeSet::new(),
        package,
        findings: Vec::new(),
    };
    reader.items(items);
    reader.findings.sort_by_key(|finding| finding.line);
    reader.findings.truncate(FINDINGS_MAX);
    if reader.findings.is_empty() { Ok(reader.package) } else { Err(reader.findings) }
}

/// All tables but the package's own of before: what this text does not make is gone.
fn own_catalog(all: &Catalog, name: &str) -> Catalog {
    let mut catalog = all.clone();
    catalog.remove_schema(name);
    catalog
}

struct Reader<'a> {
    around: &'a Surroundings<'a>,
    /// With the package's tables.
    catalog: Catalog,
    /// Of tables and indexes.
    names: BTreeSet<String>,
    package: PackageText,
    findings: Vec<Finding>,
}

/// What an item of a package is, by its first words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Table,
    Index,
    Action,
    Invariant,
    Migration,
    Unknown,
}

fn item(piece: &Piece<'_>) -> Item {
    let Ok(tokens) = tokens(piece.text, piece.line) else { return Item::Unknown };
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(word));
    match () {
        () if word(0, "migrate") => Item::Migration,
        () if !word(0, "create") => Item::Unknown,
        () if word(1, "action") || (word(1, "private") && word(2, "action")) => Item::Action,
        () if word(1, "invariant") => Item::Invariant,
        () if word(1, "index") || (word(1, "unique") && word(2, "index")) => Item::Index,
        () if word(1, "table") || word(1, "temp") || word(1, "temporary") => Item::Table,
        () => Item::Unknown,
    }
}

impl Reader<'_> {
    fn items(&mut self, pieces: &[Piece<'_>]) {
        let items: Vec<(Item, &Piece<'_>)> = pieces.iter().map(|piece| (item(piece), piece)).collect();
        // Actions may stand before the tables they use.
        for wanted in [Item::Table, Item::Index, Item::Action, Item::Invariant, Item::Migration, Item::Unknown] {
            let of_kind: Vec<&Piece<'_>> =
                items.iter().filter(|(item, _)| *item == wanted).map(|(_, piece)| *piece).collect();
            if let Some(surplus) = of_kind.get(ITEMS_MAX) {
                let message = format!("a package has at most {ITEMS_MAX} tables, actions and so on each");
                self.findings.push(Finding::new("limit/items", surplus.line, message));
                continue;
            }
            for piece in of_kind {
                if let Err(findings) = self.item(wanted, piece) {
                    self.findings.extend(findings);
                }
            }
        }
    }

    fn item(&mut self, item: Item, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        match item {
            Item::Table => self.table(piece),
            Item::Index => self.index(piece),
            Item::Action => self.action(piece),
            Item::Invariant => self.invariant(piece),
            Item::Migration => self.migration(piece),
            Item::Unknown => {
                let message =
                    "a package consists of CREATE TABLE, INDEX, ACTION, PRIVATE ACTION, INVARIANT and MIGRATE FROM";
                Err(vec![Finding::new("package/item", piece.line, message)])
            }
        }
    }

    fn take_name(&mut self, name: &str, line: u32) -> Result<(), Vec<Finding>> {
        if self.names.insert(name.to_owned()) {
            return Ok(());
        }
        Err(vec![Finding::new("name/taken", line, format!("there are two tables or indexes called {name}"))])
    }

    fn table(&mut self, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        let naming = Naming { catalog: &self.catalog, home: Some(&self.package.name), reserved: self.around.reserved };
        let definition = create_table(piece.text, piece.line, &naming)?;
        self.take_name(&definition.name, piece.line)?;
        self.catalog.insert(&definition.schema, &definition.name, definition.shape.clone());
        let documentation = piece.documentation();
        self.package.tables.push(PackageTable { documentation, line: piece.line, definition });
        Ok(())
    }

    fn index(&mut self, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        let naming = Naming { catalog: &self.catalog, home: Some(&self.package.name), reserved: self.around.reserved };
        let index = create_index(piece.text, piece.line, &naming)?;
        self.take_name(&index.name, piece.line)?;
        let table = self.package.tables.iter_mut().find(|table| table.definition.name == index.table);
        if let Some(table) = table.filter(|_| index.unique) {
            table.definition.shape.unique.push(index.columns.clone());
            self.catalog.insert(&index.schema, &index.table, table.definition.shape.clone());
        }
        self.package.indexes.push(index);
        Ok(())
    }

    fn own_tables(&self) -> BTreeSet<String> {
        self.package.tables.iter().map(|table| physical(&self.package.name, &table.definition.name)).collect()
    }

    fn invariant(&mut self, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        let (name, select) = header::invariant(piece).map_err(|finding| vec![finding])?;
        if self.package.invariants.iter().any(|other| other.name == name) {
            return Err(vec![Finding::new(
                "name/taken",
                piece.line,
                format!("there are two invariants called {name}"),
            )]);
        }
        let readable = self.own_tables();
        let none = BTreeSet::new();
        let scope = Scope {
            catalog: &self.catalog,
            home: Some(&self.package.name),
            readable: &readable,
            writable: &none,
            host_functions: false,
        };
        let statement = crate::statement::checked(select.text, select.line, &scope, Allowed::Nothing)?;
        let documentation = piece.documentation();
        self.package.invariants.push(Invariant { name, documentation, line: piece.line, statement });
        Ok(())
    }

    fn migration(&mut self, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        let one = |finding| vec![finding];
        let (from, body) = header::migration(piece).map_err(one)?;
        let found = |message: &str| Err(vec![Finding::new("package/migration", piece.line, message)]);
        if self.package.migration.is_some() {
            return found("a version has one migration");
        }
        if from >= self.package.version {
            return found("MIGRATE FROM names an earlier version");
        }
        let writable = self.own_tables();
        let mut readable = writable.clone();
        let mut catalog = self.catalog.clone();
        for (name, shape) in self.around.catalog.tables(&self.package.name) {
            if readable.insert(physical(&self.package.name, name)) {
                catalog.insert(&self.package.name, name, shape.clone());
            }
        }
        let home = Some(self.package.name.as_str());
        let scope = Scope { catalog: &catalog, home, readable: &readable, writable: &writable, host_functions: false };
        let mut statements = Vec::new();
        for piece in action::statements(&body).map_err(one)? {
            let statement = crate::statement::checked(piece.text, piece.line, &scope, Allowed::Nothing)?;
            if statement.kind == StatementKind::Select {
                let message = "a migration consists of INSERT, UPDATE and DELETE";
                return Err(vec![Finding::new("package/migration", piece.line, message)]);
            }
            statements.push((piece.line, statement));
        }
        self.package.migration = Some(Migration { from, line: piece.line, statements });
        Ok(())
    }
}
