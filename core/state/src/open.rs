use crate::{
    Program, Reader, capture,
    catalog::Catalog,
    directory, functions,
    keys::{Keys, SharedKeys},
    reader,
    sandbox::{self, Sandbox},
    schema,
    state::State,
    store,
    table::{Table, rusqlite_error},
    verify::VerifiedCache,
};
use counterfoil_types::{Execution, Fault, Genesis, Hash, Header, machine::Tip};
use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, config::DbConfig, ffi, limits::Limit};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

/// What to do about a damaged database.
pub(crate) const RECOVER: &str = "let the others go on by some blocks, then delete this validator's folders state and engine and start it: \
                                  it catches up. Where the others do not go on without it, restore the whole directory from one backup";

/// Databases up to this size are checked page by page when opened; larger ones where they are read.
const QUICK_CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How a state machine is opened. The default is the only right one for a real ledger.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether a commit waits until the disk has it. Without, a crash of the operating system can damage the database.
    pub durable: bool,
    /// SQLite's page cache of the writing connection, in KiB.
    pub cache_kib: u32,
    /// For tests of determinism: rows come in reverse where SQL leaves the order open.
    pub reverse_unordered_selects: bool,
    /// For tests of determinism: all indexes that are not unique are dropped.
    pub drop_secondary_indexes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, cache_kib: 64 * 1024, reverse_unordered_selects: false, drop_secondary_indexes: false }
    }
}

/// The ledger that a database belongs to.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub id: Hash,
    pub genesis: Genesis,
    pub bytes: Vec<u8>,
}

impl State {
    /// Opens the state in `dir`, or begins it for the ledger whose genesis file has these bytes. Nobody else can open it meanwhile.
    ///
    /// A fresh state is without genesis until [`begin_genesis`](counterfoil_types::machine::Machine::begin_genesis) and a commit.
    ///
    /// # Errors
    /// The directory is locked, belongs to another ledger or program, or the database is damaged: the fault says which and what to do.
    pub fn open(dir: impl AsRef<Path>, genesis: &[u8], program: Arc<dyn Program>) -> Result<Self, Fault> {
        Self::open_with(dir, genesis, program, &Options::default())
    }

    /// Opens the state with other than the default options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(
        dir: impl AsRef<Path>,
        genesis: &[u8],
        program: Arc<dyn Program>,
        options: &Options,
    ) -> Result<Self, Fault> {
        let dir = dir.as_ref();
        let (parsed, id) = Genesis::parse(genesis).map_err(Fault::Unusable)?;
        let ledger = Arc::new(Ledger { id, genesis: parsed, bytes: genesis.to_vec() });
        let lock = lock(dir)?;
        let path = dir.join("state.db");
        let mut connection = connect(&path, options).map_err(|error| opening(&path, error))?;
        let sandbox = Arc::new(Sandbox::default());
        capture::register(&connection, &sandbox).map_err(|error| opening(&path, error))?;
        functions::register(&connection, &sandbox).map_err(|error| opening(&path, error))?;
        sandbox::confine_writer(&mut connection, &sandbox).map_err(|error| opening(&path, error))?;
        let tables = prepare(&connection, &sandbox, &path, &ledger, program.as_ref())?;
        if options.drop_secondary_indexes {
            drop_indexes(&connection).map_err(|error| opening(&path, error))?;
        }
        let catalog = Arc::new(Catalog::new(tables, schema::known_names(&connection)?));
        sandbox.set_catalog(Arc::clone(&catalog));
        let tip = read_tip(&connection, &path, &ledger)?;
        let recent = Arc::new(RwLock::new(recent(&connection, &catalog.tables, &path)?));
        let reader = Reader::new(reader::Source {
            path,
            catalog: RwLock::new(catalog),
            recent: Arc::clone(&recent),
            ledger: Arc::clone(&ledger),
            program: Arc::clone(&program),
        });
        let (tip, total) = tip.map_or((None, 0), |(tip, total)| (Some(tip), total));
        Ok(Self {
            connection,
            sandbox,
            program,
            ledger,
            keys: Keys::default(),
            cache: Arc::new(VerifiedCache::default()),
            shared_keys: Arc::new(SharedKeys::default()),
            reader,
            recent,
            before: Mutex::default(),
            tip,
            total,
            pending: None,
            late: Vec::new(),
            lock,
        })
    }
}

fn lock(dir: &Path) -> Result<File, Fault> {
    let failed = |error| Fault::new(format!("opening {}", dir.display()), Box::new(error));
    fs::create_dir_all(dir).map_err(failed)?;
    let lock = File::create(dir.join("state.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Fault::Unusable(format!(
            "{} is locked by another process: is this node running already?",
            dir.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// An error of SQLite as a fault that names the file, and the way to recover where it is damaged.
pub(crate) fn opening(path: &Path, error: rusqlite::Error) -> Fault {
    let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
    match code {
        Some(ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) => corrupt(path, error.to_string()),
        _ => Fault::new(format!("using {}", path.display()), rusqlite_error(error)),
    }
}

fn corrupt(path: &Path, detail: String) -> Fault {
    Fault::Corrupt { what: path.display().to_string(), detail, recover: RECOVER.into() }
}

fn connect(path: &PathBuf, options: &Options) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(1_024);
    for (config, value) in [
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true),
    ] {
        connection.set_db_config(config, value)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    let synchronous = if options.durable { "FULL" } else { "OFF" };
    let reverse = options.reverse_unordered_selects;
    let cache = options.cache_kib;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA recursive_triggers = ON; PRAGMA temp_store = FILE; \
         PRAGMA wal_autocheckpoint = 10000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -{cache}; \
         PRAGMA reverse_unordered_selects = {reverse};"
    ))?;
    Ok(connection)
}

/// Creates the tables of a fresh database, or checks that an existing one is this ledger's.
fn prepare(
    connection: &Connection,
    sandbox: &Sandbox,
    path: &Path,
    ledger: &Ledger,
    program: &dyn Program,
) -> Result<Vec<Arc<Table>>, Fault> {
    let failed = |error| opening(path, error);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let schema_hash = schema::schema_hash(&program.modules());
    if tables == 0 {
        connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let tables = schema::create(connection, sandbox, program)?;
        let meta = [
            ("format", schema::FORMAT.as_bytes()),
            ("genesis", &ledger.bytes),
            ("ledger", &ledger.id.0),
            ("schema", &schema_hash.0),
            ("sqlite", rusqlite::version().as_bytes()),
        ];
        for (name, value) in meta {
            connection
                .execute("INSERT INTO ledger_meta (name, value) VALUES (?1, ?2)", (name, value))
                .map_err(failed)?;
        }
        connection.execute_batch("COMMIT").map_err(failed)?;
        return Ok(tables);
    }
    if fs::metadata(path).is_ok_and(|meta| meta.len() <= QUICK_CHECK_BYTES_MAX) {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if verdict != "ok" {
            return Err(corrupt(path, verdict));
        }
    }
    check_meta(connection, path, ledger, schema_hash)?;
    schema::load(connection, program)
}

fn check_meta(connection: &Connection, path: &Path, ledger: &Ledger, schema_hash: Hash) -> Result<(), Fault> {
    let meta = |name: &str| -> Result<Vec<u8>, Fault> {
        connection
            .query_row("SELECT value FROM ledger_meta WHERE name = ?1", [name], |row| row.get(0))
            .optional()
            .map_err(|error| match error.sqlite_error().map(|error| error.extended_code & 0xff) {
                Some(ffi::SQLITE_ERROR) => Fault::Unusable(format!("{} is not a ledger's database", path.display())),
                _ => opening(path, error),
            })?
            .ok_or_else(|| corrupt(path, format!("ledger_meta has no {name}")))
    };
    let format = meta("format")?;
    if format != schema::FORMAT.as_bytes() {
        let found = String::from_utf8_lossy(&format).into_owned();
        return Err(Fault::Unusable(format!(
            "{} has format {found}, this program reads {}",
            path.display(),
            schema::FORMAT
        )));
    }
    let found =
        Hash::from_slice(&meta("ledger")?).ok_or_else(|| corrupt(path, "the ledger's id has not 32 bytes".into()))?;
    if found != ledger.id {
        return Err(Fault::Unusable(format!(
            "{} belongs to ledger {found}, not to ledger {}",
            path.display(),
            ledger.id
        )));
    }
    if meta("schema")? != schema_hash.0 {
        return Err(Fault::Unusable(format!(
            "{} was made by a program whose modules have other tables than this one's; run the program that made it",
            path.display()
        )));
    }
    let sqlite = meta("sqlite")?;
    if sqlite != rusqlite::version().as_bytes() {
        let (found, own) = (String::from_utf8_lossy(&sqlite).into_owned(), rusqlite::version());
        return Err(Fault::Unusable(format!(
            "{} was made with SQLite {found}, this program has SQLite {own}. The SQLite version is part of the protocol version, because \
             every member must execute alike: run the program with SQLite {found}; only a change of protocol, at all members together, \
             moves a ledger to another",
            path.display()
        )));
    }
    Ok(())
}

fn drop_indexes(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%' \
               AND name NOT GLOB 'ledger_*'";
    let names: Vec<String> = connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for name in names {
        connection.execute_batch(&format!("DROP INDEX {}", crate::table::quote(&name)))?;
    }
    Ok(())
}

/// The newest block with the number of all transactions so far; checks that its record holds together.
fn read_tip(connection: &Connection, path: &Path, ledger: &Ledger) -> Result<Option<(Tip, u64)>, Fault> {
    let sql = "SELECT height, header, total, state_root, changes_root, receipts_root, result FROM ledger_block \
               ORDER BY height DESC LIMIT 2";
    let read = |row: &rusqlite::Row<'_>| {
        let height = row.get::<_, i64>(0)? as u64;
        let execution = Execution {
            height,
            block: Hash::ZERO,
            state_root: store::hash(row, 3)?,
            changes_root: store::hash(row, 4)?,
            receipts_root: store::hash(row, 5)?,
        };
        Ok((execution, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)? as u64, store::hash(row, 6)?))
    };
    let rows = || connection.prepare(sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>();
    let rows = rows().map_err(|error| opening(path, error))?;
    let Some((execution, bytes, total, result)) = rows.first() else { return Ok(None) };
    let header = Header::decode(bytes).ok_or_else(|| corrupt(path, "the newest header does not decode".into()))?;
    let digest = header.digest();
    let prior = rows.get(1).map_or(Hash::ZERO, |(_, _, _, result)| *result);
    let block = if header.height == 0 { ledger.id } else { digest };
    let execution = Execution { block, ..*execution };
    if header.height != execution.height || execution.result(&prior) != *result {
        return Err(corrupt(path, format!("the record of block {} contradicts itself", execution.height)));
    }
    Ok(Some((Tip { height: header.height, digest, header, result: *result }, *total)))
}

/// Reads the blocks after the last run of the directory.
fn recent(connection: &Connection, tables: &[Arc<Table>], path: &Path) -> Result<directory::Recent, Fault> {
    let failed = |error| opening(path, error);
    let last: Option<i64> =
        connection.query_row("SELECT max(last) FROM ledger_run", [], |row| row.get(0)).map_err(failed)?;
    let from = last.map_or(0, |last| last + 1);
    let mut recent = directory::Recent::default();
    let mut heights =
        connection.prepare("SELECT height FROM ledger_block WHERE height >= ?1 ORDER BY height").map_err(failed)?;
    let heights = heights.query_map([from], |row| row.get::<_, i64>(0)).map_err(failed)?;
    for height in heights {
        let height = height.map_err(failed)? as u64;
        let identities = reader::identity_pairs(connection, height).map_err(failed)?;
        let list = reader::change_list(connection, tables, height)?;
        let rows: Vec<_> = list.changes().iter().map(|change| directory::pair(&change.key, height)).collect();
        recent.add(height, &identities, &rows);
    }
    Ok(recent)
}
