use crate::{
    ModuleSchema, Program,
    capture::{DELETE, INSERT, UPDATE},
    lexer,
    sandbox::{CAPTURE, Mode, Names, Sandbox},
    table::{StoredTable, Table, quote, rusqlite_error},
    vet,
};
use counterfoil_types::{Fault, Hash};
use rusqlite::{Connection, Row};
use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

/// The ledger's own tables.
const SYSTEM_SQL: &str = include_str!("system.sql");

/// The ledger's own views for the public.
const PUBLIC_VIEWS: [&str; 3] = ["block", "receipt", "evidence"];

/// Changes with [`SYSTEM_SQL`], the triggers or the encoding of change lists.
pub(crate) const FORMAT: &str = "counterfoil-state/3";

/// A hash of all that decides what tables there are, without comments and white space.
pub(crate) fn schema_hash(modules: &[ModuleSchema]) -> Hash {
    let mut text = format!("{FORMAT}\n");
    for module in modules {
        let mut mutable = module.mutable.to_vec();
        mutable.sort_unstable();
        writeln!(text, "{}\n{}\n{}", module.name, lexer::normalise(module.sql), mutable.join(","))
            .expect("a String grows");
    }
    Hash::of(&[text.as_bytes()])
}

/// Creates the system's and the modules' tables and the triggers, inside a transaction of the caller; the tables in order.
pub(crate) fn create(
    connection: &Connection,
    sandbox: &Sandbox,
    program: &dyn Program,
) -> Result<Vec<Arc<Table>>, Fault> {
    let failed = |error| Fault::new("creating the ledger's tables", rusqlite_error(error));
    connection.execute_batch(SYSTEM_SQL).map_err(failed)?;
    let mut tables: Vec<Arc<Table>> = Vec::new();
    for module in program.modules() {
        let wrong = |why: String| Fault::Unusable(format!("schema of module {}: {why}", module.name));
        vet::schema(module.sql).map_err(wrong)?;
        sandbox.set_mode(Mode::Schema);
        let created = connection.execute_batch(module.sql);
        sandbox.set_mode(Mode::System);
        created.map_err(|error| wrong(error.to_string()))?;
        let known = |name: &String| tables.iter().any(|table| table.name == *name);
        let new: Vec<String> = user_tables(connection)?.into_iter().filter(|name| !known(name)).collect();
        if let Some(unknown) = module.mutable.iter().find(|name| !new.iter().any(|table| table == *name)) {
            return Err(wrong(format!("mutable table {unknown} is not in it")));
        }
        for name in new {
            let (mutable, module) = (module.mutable.contains(&name.as_str()), module.name.to_owned());
            let stored = StoredTable { name, module, mutable, since: 0 };
            tables.push(Arc::new(follow(connection, program, &stored, tables.len())?));
        }
    }
    Ok(tables)
}

/// Reads a table that was just created, has its writes captured from now on, and remembers it as the one at place `at`.
pub(crate) fn follow(
    connection: &Connection,
    program: &dyn Program,
    stored: &StoredTable,
    at: usize,
) -> Result<Table, Fault> {
    let failed = |error| Fault::new(format!("creating table {}", stored.name), rusqlite_error(error));
    let table = read_table(connection, program, stored)?;
    connection.execute_batch(&triggers(&table, at)).map_err(failed)?;
    let row = (at as i64, &stored.name, &stored.module, stored.mutable, stored.since as i64);
    connection
        .execute("INSERT INTO ledger_table (place, name, module, mutable, since) VALUES (?1, ?2, ?3, ?4, ?5)", row)
        .map_err(failed)?;
    Ok(table)
}

/// Reads the tables of an existing database in their order.
pub(crate) fn load(connection: &Connection, program: &dyn Program) -> Result<Vec<Arc<Table>>, Fault> {
    let failed = |error| Fault::new("reading the ledger's tables", rusqlite_error(error));
    let read = |row: &Row<'_>| {
        let since = row.get::<_, i64>(3)? as u64;
        Ok(StoredTable { name: row.get(0)?, module: row.get(1)?, mutable: row.get(2)?, since })
    };
    let mut statement =
        connection.prepare("SELECT name, module, mutable, since FROM ledger_table ORDER BY place").map_err(failed)?;
    let rows = statement.query_map([], read).and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>).map_err(failed)?;
    rows.iter().map(|stored| read_table(connection, program, stored).map(Arc::new)).collect()
}

fn read_table(connection: &Connection, program: &dyn Program, stored: &StoredTable) -> Result<Table, Fault> {
    Table::read(connection, stored, program.key_tables().contains(&stored.name.as_str()))
}

/// Tables in the order in which they were created.
fn user_tables(connection: &Connection) -> Result<Vec<String>, Fault> {
    names(connection, "type = 'table' AND name NOT GLOB 'ledger_*' AND name NOT GLOB 'sqlite_*'")
}

fn names(connection: &Connection, which: &str) -> Result<Vec<String>, Fault> {
    let sql = format!("SELECT name FROM sqlite_schema WHERE {which} ORDER BY rowid");
    let read = || connection.prepare(&sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>();
    read().map_err(|error| Fault::new("reading the database's schema", rusqlite_error(error)))
}

/// The objects that the authorizer tells apart.
pub(crate) fn known_names(connection: &Connection) -> Result<Names, Fault> {
    let lower = |names: Vec<String>| names.into_iter().map(|name| name.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    let mut hidden = lower(names(connection, "name GLOB 'ledger_*' AND type = 'table'")?);
    let modules = || {
        connection
            .prepare("SELECT name FROM pragma_module_list")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()
    };
    hidden.extend(lower(modules().map_err(|error| Fault::new("listing table functions", rusqlite_error(error)))?));
    let public_views: BTreeSet<_> = PUBLIC_VIEWS.iter().map(|view| (*view).to_owned()).collect();
    let mut views = lower(names(connection, "type = 'view'")?);
    views.retain(|view| !public_views.contains(view));
    Ok(Names { tables: lower(user_tables(connection)?), views, public_views, hidden })
}

/// The triggers that hand every write of a table to the host function.
fn triggers(table: &Table, at: usize) -> String {
    let columns = |row: &str| {
        table.columns.iter().fold(String::new(), |mut text, column| {
            write!(text, ", {row}.{}", quote(&column.name)).expect("a String grows");
            text
        })
    };
    let (old, new) = (columns("OLD"), columns("NEW"));
    let mut sql = String::new();
    for (event, operation, values) in
        [("INSERT", INSERT, new.clone()), ("UPDATE", UPDATE, format!("{old}{new}")), ("DELETE", DELETE, old)]
    {
        let trigger = quote(&format!("{CAPTURE}_{}_{}", event.to_ascii_lowercase(), table.name));
        let table = quote(&table.name);
        writeln!(
            sql,
            "CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN SELECT {CAPTURE}({at}, {operation}{values}); END;"
        )
        .expect("a String grows");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of another form has another name: a program never opens it and fails in the middle of a block.
    #[test]
    fn the_format_changes_with_the_ledgers_own_tables() {
        let tables = Hash::of(&[lexer::normalise(SYSTEM_SQL).as_bytes()]);
        assert_eq!(
            (FORMAT, tables.to_string().as_str()),
            ("counterfoil-state/3", "14e3431c9e76e28e332fc90a4745c369f54e6563a81aa91e1e096923bb5abcef")
        );
    }
}
