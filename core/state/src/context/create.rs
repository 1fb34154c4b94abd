use super::Context;
use crate::{sandbox::Mode, schema, table::StoredTable, vet};
use counterfoil_types::{Fault, Refusal, TransactionCode, limits};
use rusqlite::StatementStatus;
use std::sync::Arc;

/// A table that a command creates while the ledger runs.
#[derive(Debug, Clone, Copy)]
pub struct NewTable<'a> {
    /// Its name as it stands in `sql`, the dot of a schema included: `warehouse.receipt`.
    pub name: &'a str,
    /// The module that it belongs to.
    pub module: &'a str,
    /// Whether rows may change or go; otherwise it only grows.
    pub mutable: bool,
    /// One `CREATE TABLE`, as a module's schema has it; see [`ModuleSchema::sql`](crate::ModuleSchema::sql).
    pub sql: &'a str,
}

impl Context<'_> {
    /// Creates a table as part of this transaction: from its next statement on it can be read and written, and its rows are proved as
    /// any other's. What it may look like is the caller's to check; this makes sure that it can be a ledger table.
    ///
    /// # Errors
    /// `transaction/14`: SQLite does not take it, or it cannot be a ledger table; `transaction/15`: there are too many.
    pub fn create_table(&mut self, new: &NewTable<'_>) -> Result<(), Refusal> {
        let catalog = Arc::clone(self.sandbox.capture.lock().catalog());
        if catalog.tables.len() >= limits::TABLES_MAX {
            let detail = format!("a ledger has at most {} tables", limits::TABLES_MAX);
            return Err(self.refuse(TransactionCode::TooMuchWork, detail));
        }
        self.define(new.sql)?;
        let stored = StoredTable {
            name: new.name.to_owned(),
            module: new.module.to_owned(),
            mutable: new.mutable,
            since: self.place.height,
        };
        match schema::follow(self.connection, self.program, &stored, catalog.tables.len()) {
            Ok(table) => {
                self.connection.flush_prepared_statement_cache();
                self.sandbox.capture.lock().set_catalog(catalog.with(table));
            }
            Err(Fault::Unusable(why)) => return Err(self.refuse(TransactionCode::StatementFailed, why)),
            Err(fault) => return Err(self.broken(fault)),
        }
        Ok(())
    }

    /// Creates an index of a table that [`create_table`](Self::create_table) created, by one `CREATE INDEX`.
    ///
    /// # Errors
    /// `transaction/14`: SQLite does not take it; `transaction/15`: it is too much work.
    pub fn create_index(&mut self, sql: &str) -> Result<(), Refusal> {
        self.define(sql)
    }

    /// Runs one statement with the rights of a module's schema.
    fn define(&mut self, sql: &str) -> Result<(), Refusal> {
        if let Some(refusal) = &self.failure.borrow().refusal {
            return Err(refusal.clone());
        }
        if let Err(why) = vet::schema(sql) {
            return Err(self.refuse(TransactionCode::StatementFailed, why));
        }
        self.begin_writing()?;
        self.sandbox.set_mode(Mode::Schema);
        self.sandbox.meter.statement();
        let mut steps = 0;
        let done = self.connection.prepare(sql).and_then(|mut statement| {
            let done = statement.raw_execute();
            steps = u64::try_from(statement.get_status(StatementStatus::VmStep)).unwrap_or(u64::MAX);
            done
        });
        self.sandbox.set_mode(Mode::System);
        let within = self.sandbox.meter.finish(steps);
        // A statement prepared before takes some steps more when it finds that the schema has changed, and only members that have kept it
        // would count them: nobody keeps any.
        self.connection.flush_prepared_statement_cache();
        match done {
            Err(error) => Err(self.failed(error)),
            Ok(_) if !within => Err(self.too_much_work()),
            Ok(_) => Ok(()),
        }
    }
}
