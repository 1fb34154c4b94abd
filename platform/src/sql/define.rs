//! CREATE TABLE and CREATE INDEX.

use super::{
    CreatedTable, Refused,
    commands::checked,
    options::Options,
    rights, schema,
    table::{SharedTable, mentioned, write_shape},
};
use crate::Event as _;
use counterfoil_sql::{Catalog, Definition, IndexDefinition, Naming, physical};
use counterfoil_state::{Context, NewTable};
use counterfoil_types::{Refusal, TransactionCode};
use std::collections::BTreeSet;

/// Creates the table or index that `sql` defines, in a schema that the sender owns or begins by it.
pub(super) fn define(ctx: &mut Context<'_>, field: &str, sql: &str, index: bool) -> Result<(), Refused> {
    let catalog = referenced(ctx, sql)?;
    let reserved = reserved(ctx);
    let naming = Naming { catalog: &catalog, home: None, reserved: &reserved };
    if index {
        let index = counterfoil_sql::create_index(sql, 1, &naming).map_err(|found| checked(field, &found))?;
        schema::require_owner(ctx, field, &index.schema)?;
        return create_index(ctx, field, &index);
    }
    let table = counterfoil_sql::create_table(sql, 1, &naming).map_err(|found| checked(field, &found))?;
    let options = Options::read(field, &table)?;
    schema::own(ctx, field, &table.schema)?;
    let writers = options.writers.clone().unwrap_or_else(|| vec![ctx.signers()[0].member().to_owned()]);
    let writers = rights::checked_writers(ctx, |_| field.to_owned(), &writers)?;
    create_table(ctx, field, &table, &options, &Origin { text: sql, package: false })?;
    rights::set_writers(ctx, &physical(&table.schema, &table.name), &writers)?;
    Ok(())
}

/// Tables that an organisation and the people whom it registered create at most, those of packages that come into force by their votes
/// among them: nobody takes all places, alone or by registering many.
const TABLES_MAX: i64 = 100;

/// Indexes of one table at most, besides those of the keys that it was created with.
const INDEXES_OF_TABLE_MAX: i64 = 16;

/// Where a definition comes from.
pub(crate) struct Origin<'a> {
    /// As it was written.
    pub text: &'a str,
    /// Whether it is a package's.
    pub package: bool,
}

/// Creates a table and remembers what it is.
pub(crate) fn create_table(
    ctx: &mut Context<'_>,
    field: &str,
    table: &Definition,
    options: &Options,
    origin: &Origin<'_>,
) -> Result<(), Refused> {
    let name = physical(&table.schema, &table.name);
    let height = ctx.query_opt("SELECT height FROM sql_table WHERE name = ?1", [&name], |row| row.get(0))?;
    if let Some(height) = height {
        return Err(Refused::TableTaken { field: field.to_owned(), table: name, height });
    }
    let creator = ctx.signers()[0].to_string();
    let count =
        "SELECT count(*) FROM sql_table t JOIN member m ON m.id = substr(t.creator, 1, instr(t.creator, '/') - 1)
                 WHERE coalesce(m.sponsor, m.id) = (SELECT coalesce(sponsor, id) FROM member WHERE id = ?1)";
    let made = ctx.query_opt(count, [ctx.signers()[0].member()], |row| row.get::<_, i64>(0))?.unwrap_or(0);
    if made >= TABLES_MAX {
        return Err(Refused::TooManyTables { field: field.to_owned(), max: TABLES_MAX });
    }
    let new = NewTable { name: &name, module: super::MODULE.name, mutable: options.updates, sql: &table.sql };
    ctx.create_table(&new).map_err(|refusal| failed(field, refusal))?;
    ctx.run(
        "INSERT INTO sql_table (name, schema, package, mode, owner_column, readers, definition, shape, creator, height, time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            &name,
            &table.schema,
            origin.package,
            if options.updates { "update" } else { "append" },
            &options.owner_column,
            if options.open { "packages" } else { "members" },
            origin.text,
            write_shape(&table.shape),
            creator,
            ctx.height() as i64,
            ctx.time_ms() as i64,
        ),
    )?;
    CreatedTable { table: name, schema: table.schema.clone() }.emit(ctx);
    Ok(())
}

/// Creates an index; a unique one is a key of its table from now on.
pub(crate) fn create_index(ctx: &mut Context<'_>, field: &str, index: &IndexDefinition) -> Result<(), Refused> {
    let (name, table) = (physical(&index.schema, &index.name), physical(&index.schema, &index.table));
    if index_definition(ctx, &name)?.is_some() {
        return Err(Refused::IndexTaken { field: field.to_owned(), index: name });
    }
    let count = "SELECT count(*) FROM sql_index WHERE table_name = ?1";
    let made = ctx.query_opt(count, [&table], |row| row.get::<_, i64>(0))?.unwrap_or(0);
    if made >= INDEXES_OF_TABLE_MAX {
        return Err(Refused::TooManyIndexes { field: field.to_owned(), table, max: INDEXES_OF_TABLE_MAX });
    }
    ctx.create_index(&index.sql).map_err(|refusal| failed(field, refusal))?;
    let sql = "INSERT INTO sql_index (name, table_name, definition, height) VALUES (?1, ?2, ?3, ?4)";
    ctx.run(sql, (&name, &table, &index.sql, ctx.height() as i64))?;
    if index.unique {
        let mut shape = SharedTable::require(ctx, &table)?.shape;
        shape.unique.push(index.columns.clone());
        ctx.run("UPDATE sql_table SET shape = ?2 WHERE name = ?1", (&table, write_shape(&shape)))?;
    }
    Ok(())
}

/// How an index of shared tables is defined, if there is one of this name.
pub(crate) fn index_definition(ctx: &Context<'_>, name: &str) -> Result<Option<String>, Refusal> {
    ctx.query_opt("SELECT definition FROM sql_index WHERE name = ?1", [name], |row| row.get(0))
}

fn failed(field: &str, refusal: Refusal) -> Refused {
    match TransactionCode::StatementFailed.is(&refusal) {
        true => Refused::Failed { field: field.to_owned(), reason: refusal.detail },
        false => Refused::Other(refusal),
    }
}

/// The tables that a definition names, and all others of their schemas.
fn referenced(ctx: &Context<'_>, sql: &str) -> Result<Catalog, Refusal> {
    let mut catalog = Catalog::default();
    let names = mentioned(sql);
    let schemas: BTreeSet<_> = names.iter().filter_map(|name| name.split('.').next()).collect();
    for schema in schemas {
        SharedTable::of_schema(ctx, schema)?.iter().for_each(|table| table.add_to(&mut catalog));
    }
    Ok(catalog)
}

/// Names that are no schema's: those of modules.
pub(crate) fn reserved(ctx: &Context<'_>) -> BTreeSet<String> {
    let modules = ctx.command_names();
    modules.iter().filter_map(|name| name.split('.').next()).map(str::to_owned).collect()
}
