//! A version comes into force.

use super::{
    Deployed, Refused, run, source,
    stored::{Does, StoredAction, StoredStep},
};
use crate::{
    Event as _, member,
    sql::{
        define::{self, Origin},
        options::Options,
        table::SharedTable,
    },
};
use counterfoil_sql::{PackageTable, PackageText, physical};
use counterfoil_state::{Arguments, Caller, Context};

/// Owners of a package at most.
const OWNERS_MAX: usize = 32;

/// Deploys a proposed version: its tables and indexes are made, its migration runs, its actions can be called.
pub(super) fn deploy(ctx: &mut Context<'_>, package: &str, version: i64) -> Result<(), Refused> {
    let sql = "SELECT source FROM package_version WHERE package = ?1 AND version = ?2";
    let source = ctx.query_opt(sql, (package, version), |row| row.get::<_, String>(0))?;
    let source = source.expect("a version is deployed after it was proposed");
    // Once more: what it names may have changed since it was proposed.
    let text = source::check(ctx, &source)?;
    check_owners(ctx, &text)?;
    let height = ctx.height() as i64;
    let approvals = approvals(&text);
    let before = ctx.query_opt("SELECT version FROM package WHERE name = ?1", [package], |row| row.get(0))?;
    if before.is_none() {
        require_free_name(ctx, package)?;
        member::insert_package(ctx, package, package).map_err(|refused| Refused::Other(refused.into()))?;
        let sql = "INSERT INTO package (name, version, state, approvals, height) VALUES (?1, ?2, 'active', ?3, ?4)";
        ctx.run(sql, (package, version, approvals, height))?;
    } else {
        let sql = "UPDATE package SET version = ?2, approvals = ?3, height = ?4 WHERE name = ?1";
        ctx.run(sql, (package, version, approvals, height))?;
        ctx.run("DELETE FROM package_owner WHERE package = ?1", [package])?;
    }
    for owner in &text.owners {
        ctx.run("INSERT INTO package_owner (package, member) VALUES (?1, ?2)", (package, owner))?;
    }
    let sql = "UPDATE package_version SET state = 'active', decided_height = ?3 WHERE package = ?1 AND version = ?2";
    ctx.run(sql, (package, version, height))?;
    for table in &text.tables {
        define_table(ctx, &text, table)?;
    }
    define_indexes(ctx, &text)?;
    migrate(ctx, &text, before)?;
    for action in &text.actions {
        StoredAction::store(ctx, package, version, action)?;
    }
    for invariant in &text.invariants {
        let sql = "INSERT INTO package_invariant (package, version, name, sql) VALUES (?1, ?2, ?3, ?4)";
        ctx.run(sql, (package, version, &invariant.name, &invariant.statement.sql))?;
    }
    Deployed { package: package.to_owned(), version }.emit(ctx);
    Ok(())
}

/// How many owners decide: as the source says, else more than half.
pub(super) fn approvals(text: &PackageText) -> i64 {
    text.approvals.map_or(text.owners.len() as i64 / 2 + 1, i64::from)
}

/// Refuses a name for a new package that something else has.
pub(super) fn require_free_name(ctx: &Context<'_>, package: &str) -> Result<(), Refused> {
    if [member::CONSORTIUM, "members"].contains(&package) {
        return Err(Refused::NameTaken { package: package.to_owned(), reason: "it means something else".to_owned() });
    }
    for (sql, reason) in [
        ("SELECT 1 FROM member WHERE id = ?1", "a member has it"),
        ("SELECT 1 FROM sql_schema WHERE name = ?1", "a schema of shared tables has it"),
    ] {
        if ctx.query_opt(sql, [package], |_| Ok(()))?.is_some() {
            return Err(Refused::NameTaken { package: package.to_owned(), reason: reason.to_owned() });
        }
    }
    Ok(())
}

/// Refuses owners that are not active members.
pub(super) fn check_owners(ctx: &Context<'_>, text: &PackageText) -> Result<(), Refused> {
    if text.owners.len() > OWNERS_MAX {
        return Err(Refused::Owners { reason: format!("a package has at most {OWNERS_MAX} owners") });
    }
    for (index, owner) in text.owners.iter().enumerate() {
        if text.owners[..index].contains(owner) {
            return Err(Refused::Owners { reason: format!("{owner} stands twice") });
        }
        let sql = "SELECT 1 FROM member WHERE id = ?1 AND state = 'active' AND kind <> 'package'";
        if ctx.query_opt(sql, [owner], |_| Ok(()))?.is_none() {
            return Err(Refused::Owners { reason: format!("there is no active member {owner:?}") });
        }
    }
    Ok(())
}

/// Makes a table, or makes sure that the one that is there is the same.
fn define_table(ctx: &mut Context<'_>, text: &PackageText, table: &PackageTable) -> Result<(), Refused> {
    let definition = &table.definition;
    let options = options(table)?;
    let name = physical(&text.name, &definition.name);
    if let Some(there) = SharedTable::find(ctx, &name)? {
        let sql = "SELECT definition FROM sql_table WHERE name = ?1";
        let declared = ctx.query_opt(sql, [&name], |row| row.get::<_, String>(0))?;
        let same = declared.as_ref() == Some(&definition.sql);
        return match same && there.open == options.open && there.updates == options.updates {
            true => Ok(()),
            false => Err(Refused::Changed { name, version: i64::from(text.version) - 1 }),
        };
    }
    let mut plain = definition.clone();
    // Unique indexes add their keys when they are made.
    plain.shape.unique.retain(|columns| {
        !text.indexes.iter().any(|index| index.unique && index.table == definition.name && index.columns == *columns)
    });
    let origin = Origin { text: &definition.sql, package: true };
    define::create_table(ctx, "/source", &plain, &options, &origin).map_err(|refused| Refused::Other(refused.into()))
}

/// What stands in `WITH (…)`: who writes a package's tables is settled.
fn options(table: &PackageTable) -> Result<Options, Refused> {
    let given = |name: &str| table.definition.options.iter().any(|(known, _)| known == name);
    if given("writers") || given("owner_column") {
        let findings =
            format!("line {}: a package's tables are written by its actions alone (table/option)", table.line);
        return Err(Refused::Checked { findings });
    }
    let mut options = Options::read("/source", &table.definition).map_err(|refused| Refused::Other(refused.into()))?;
    options.updates |= !given("mode");
    Ok(options)
}

/// Makes the indexes that are new.
fn define_indexes(ctx: &mut Context<'_>, text: &PackageText) -> Result<(), Refused> {
    for index in &text.indexes {
        let name = physical(&text.name, &index.name);
        match define::index_definition(ctx, &name)? {
            Some(definition) if definition == index.sql => {}
            Some(_) => return Err(Refused::Changed { name, version: i64::from(text.version) - 1 }),
            None => define::create_index(ctx, "/source", index).map_err(|refused| Refused::Other(refused.into()))?,
        }
    }
    Ok(())
}

/// Runs the migration, if this version has one from the version before.
fn migrate(ctx: &mut Context<'_>, text: &PackageText, before: Option<i64>) -> Result<(), Refused> {
    let Some(migration) = &text.migration else { return Ok(()) };
    if before != Some(i64::from(migration.from)) {
        let findings =
            format!("line {}: the version before is not {} (package/migration)", migration.line, migration.from);
        return Err(Refused::Checked { findings });
    }
    ctx.act_for(Caller::default());
    for (line, statement) in &migration.statements {
        let step = StoredStep::new(*line, Does::Write, statement);
        let place = format!("migration of {}, line {line}", text.name);
        let written = ctx.run_as_user(&step.sql, Arguments::Named(&[]));
        written.map_err(|refusal| run::failed(ctx, &step, place, refusal))?;
    }
    Ok(())
}
