use crate::{
    Program,
    catalog::Catalog,
    changes::ChangeList,
    directory::{self, Pair, Recent},
    functions,
    open::{Ledger, opening},
    sandbox::{self, Mode, Sandbox},
    sql::Scope,
    store,
    table::Table,
};
use counterfoil_types::{Fault, Hash};
use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, config::DbConfig, limits::Limit};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Idle connections that are kept.
const IDLE_MAX: usize = 16;

/// Bytes of a text or blob that a public SELECT can make.
const PUBLIC_LENGTH_MAX: i32 = 2 * 1024 * 1024;

/// Reads what is committed, at the boundary of a block, from any thread: each call sees one height. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

/// What a reader reads from.
pub(crate) struct Source {
    pub path: PathBuf,
    pub catalog: RwLock<Arc<Catalog>>,
    pub recent: Arc<RwLock<Recent>>,
    pub ledger: Arc<Ledger>,
    pub program: Arc<dyn Program>,
}

pub(crate) struct Shared {
    pub source: Source,
    idle: Mutex<Vec<Pooled>>,
}

/// A read-only connection and what confines it.
pub(crate) struct Pooled {
    pub connection: Connection,
    pub sandbox: Arc<Sandbox>,
}

impl Reader {
    pub(crate) fn new(source: Source) -> Self {
        Self { shared: Arc::new(Shared { source, idle: Mutex::default() }) }
    }

    /// The tables that there are, those of the newest block at least.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.shared.source.catalog.read())
    }

    /// Makes tables known that the block about to be committed has created.
    pub(crate) fn publish(&self, catalog: &Arc<Catalog>) {
        if !Arc::ptr_eq(&self.shared.source.catalog.read(), catalog) {
            *self.shared.source.catalog.write() = Arc::clone(catalog);
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shared.source.path
    }

    pub(crate) fn fault(&self, error: rusqlite::Error) -> Fault {
        opening(self.path(), error)
    }

    /// Runs `read` on one snapshot of the database.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        let mut pooled = self.take()?;
        let value = snapshot(&mut pooled, |pooled| read(&pooled.connection)).map_err(|error| self.fault(error))?;
        self.give_back(pooled);
        Ok(value)
    }

    /// A connection of one's own until it is given back; one that failed is dropped instead.
    pub(crate) fn take(&self) -> Result<Pooled, Fault> {
        let idle = self.shared.idle.lock().pop();
        let pooled = match idle {
            Some(pooled) => pooled,
            None => self.connect().map_err(|error| self.fault(error))?,
        };
        pooled.sandbox.set_catalog(self.catalog());
        Ok(pooled)
    }

    /// A connection of one's own for a scope. It is only given back where that reads nothing but what all read: nobody else shall
    /// find what was attached, or the past.
    pub(crate) fn take_for(&self, scope: Scope<'_>) -> Result<Pooled, Fault> {
        match scope {
            Scope { attached: Some((name, path)), .. } => self.connect_attached(name, path),
            Scope { as_of: Some(_), .. } => self.connect().map_err(|error| self.fault(error)),
            _ => self.take(),
        }
    }

    /// A connection that reads the database at `path` too, as the schema `name`.
    fn connect_attached(&self, name: &'static str, path: &Path) -> Result<Pooled, Fault> {
        let attach = || -> rusqlite::Result<Pooled> {
            let pooled = self.connect()?;
            let connection = &pooled.connection;
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
            connection.execute(&format!("ATTACH ?1 AS {name}"), [path.to_string_lossy()])?;
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            // What is confidential there is not written to a temporary file either.
            connection.execute_batch("PRAGMA temp_store = MEMORY")?;
            pooled.sandbox.set_attached(name);
            Ok(pooled)
        };
        attach().map_err(|error| opening(path, error))
    }

    pub(crate) fn give_back(&self, pooled: Pooled) {
        let mut idle = self.shared.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(pooled);
        }
    }

    fn connect(&self) -> rusqlite::Result<Pooled> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(self.path(), flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(256);
        for (config, value) in [
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            // Else a kept statement with LIMIT :limit is prepared anew for each value.
            (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        ] {
            connection.set_db_config(config, value)?;
        }
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 500),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        ] {
            connection.set_limit(limit, value)?;
        }
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
        functions::register_pure(&connection)?;
        let sandbox = Arc::new(Sandbox::default());
        sandbox.set_catalog(self.catalog());
        sandbox::confine(&mut connection, &sandbox)?;
        Ok(Pooled { connection, sandbox })
    }
}

impl Pooled {
    /// Runs `work` with the rights of the public.
    pub(crate) fn as_public<T>(&mut self, work: impl FnOnce(&mut Connection) -> T) -> T {
        let length = self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, PUBLIC_LENGTH_MAX);
        self.sandbox.set_mode(Mode::Public);
        let value = work(&mut self.connection);
        self.sandbox.set_mode(Mode::System);
        if let Ok(length) = length {
            let restored = self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, length);
            debug_assert!(restored.is_ok());
        }
        value
    }
}

/// Runs `read` on one snapshot.
pub(crate) fn snapshot<T, E: From<rusqlite::Error>>(
    pooled: &mut Pooled,
    read: impl FnOnce(&mut Pooled) -> Result<T, E>,
) -> Result<T, E> {
    pooled.connection.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([]))?;
    let value = read(pooled);
    let ended = pooled.connection.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
    let value = value?;
    ended?;
    Ok(value)
}

/// The height that a connection sees; none before genesis.
pub(crate) fn height(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT max(height) FROM ledger_block")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))
        .map(|height| height.map(|height| height as u64))
}

/// The change list of a block; an empty one for a block that wrote nothing.
pub(crate) fn change_list(connection: &Connection, tables: &[Arc<Table>], height: u64) -> Result<ChangeList, Fault> {
    match change_bytes(connection, height).map_err(|error| Fault::new("reading a change list", Box::new(error)))? {
        Some(bytes) => ChangeList::decode(&bytes, tables, height),
        None => Ok(ChangeList::default()),
    }
}

/// The encoded change list of a block that has one.
pub(crate) fn change_bytes(connection: &Connection, height: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT list FROM ledger_changes WHERE height = ?1")?
        .query_row([height as i64], |row| row.get(0))
        .optional()
}

/// What the directory of transactions takes from a block: their identities and the block's digest.
pub(crate) fn identity_pairs(connection: &Connection, height: u64) -> rusqlite::Result<Vec<Pair>> {
    let read = |row: &rusqlite::Row<'_>| Ok(directory::pair(&hash(row, 0)?, row.get::<_, i64>(1)? as u64));
    let digest = connection
        .prepare_cached("SELECT digest FROM ledger_block WHERE height = ?1")?
        .query_row([height as i64], |row| Ok(directory::block_pair(&hash(row, 0)?, height)))?;
    connection
        .prepare_cached("SELECT identity, position FROM ledger_transaction WHERE position >= ?1 AND position < ?2 ORDER BY position")?
        .query_map([store::position(height, 0), store::position(height + 1, 0)], read)?
        .chain([Ok(digest)])
        .collect()
}

fn hash(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    store::hash(row, column)
}
