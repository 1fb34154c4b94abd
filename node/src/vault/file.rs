use crate::files;
use counterfoil_seal::{FieldValue, Opened, Record};
use counterfoil_types::{Fault, Hash, Kid};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Version of the schema; a file of another one is filled anew.
const SCHEMA: i64 = 1;

/// The vault of one member.
pub struct VaultFile {
    path: PathBuf,
    connection: Connection,
}

/// How far a vault is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Everything that was opened up to this height is here.
    pub height: u64,
    /// The last number of `document_opening` that was looked at.
    pub number: i64,
}

/// Why a vault cannot be used as it is.
enum Unfit {
    /// It is of another ledger, or another schema.
    Other,
    /// SQLite says so.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl VaultFile {
    /// Opens the vault at `path`, readable by its owner alone. One that cannot be used is made anew: the ledger has everything.
    pub fn open(path: PathBuf, ledger: Hash, kids: &[&Kid]) -> Result<Self, Fault> {
        match connect(&path, ledger, kids) {
            Ok(connection) => return Ok(Self { path, connection }),
            Err(Unfit::Other) => {
                tracing::warn!("vault {} is of another ledger or version: filled anew", path.display())
            }
            Err(Unfit::Failed(error)) => tracing::warn!("vault {} is filled anew: {error}", path.display()),
        }
        remove(&path)?;
        match connect(&path, ledger, kids) {
            Ok(connection) => Ok(Self { path, connection }),
            Err(Unfit::Failed(error)) => Err(failed(&path, error)),
            Err(Unfit::Other) => Err(Fault::failed("making a vault")),
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Result<Progress, Fault> {
        let read = |row: &rusqlite::Row<'_>| Ok(Progress { height: row.get::<_, i64>(0)? as u64, number: row.get(1)? });
        let progress = self.connection.query_row("SELECT height, number FROM vault_progress", [], read);
        progress.map_err(|error| failed(&self.path, error))
    }

    /// Writes all or nothing.
    pub fn write(&mut self, write: impl FnOnce(&Page<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        let transaction = self.connection.transaction().map_err(|error| failed(&self.path, error))?;
        let page = Page { path: &self.path, transaction };
        write(&page)?;
        page.transaction.commit().map_err(|error| failed(&self.path, error))
    }
}

/// What is written to a vault at once.
pub struct Page<'a> {
    path: &'a Path,
    transaction: Transaction<'a>,
}

impl Page<'_> {
    /// Whether a version is there.
    pub fn has(&self, subject: &str, version: u64) -> Result<bool, Fault> {
        let found = self
            .transaction
            .prepare_cached("SELECT 1 FROM vault_document WHERE subject = ?1 AND version = ?2")
            .and_then(|mut select| select.query_row(params![subject, version as i64], |_| Ok(())).optional());
        found.map(|found| found.is_some()).map_err(|error| failed(self.path, error))
    }

    /// Puts a version that was opened with `kid` and fits its commitments.
    pub fn put(&self, record: &Record, kid: &Kid, opened: &Opened) -> Result<(), Fault> {
        let Record { subject, version, sealer, height, time_ms, .. } = record;
        let key = params![subject, *version as i64, sealer, kid.as_str(), *height as i64, *time_ms as i64];
        let put = || {
            self.transaction
                .prepare_cached("INSERT INTO vault_document (subject, version, sealer, kid, height, time_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(key)?;
            let mut insert = self.transaction.prepare_cached(
                "INSERT INTO vault_field (subject, version, name, value, salt) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for field in opened.fields() {
                let salt = field.salt.as_bytes();
                match &field.value {
                    FieldValue::Text(text) => insert.execute(params![subject, *version as i64, field.name, text, salt]),
                    FieldValue::Bytes(bytes) => {
                        insert.execute(params![subject, *version as i64, field.name, bytes, salt])
                    }
                }?;
            }
            Ok(())
        };
        put().map_err(|error| failed(self.path, error))
    }

    /// Notes how far it is.
    pub fn reached(&self, Progress { height, number }: Progress) -> Result<(), Fault> {
        let reached =
            self.transaction.execute("UPDATE vault_progress SET height = ?1, number = ?2", (height as i64, number));
        reached.map(drop).map_err(|error| failed(self.path, error))
    }
}

fn connect(path: &Path, ledger: Hash, kids: &[&Kid]) -> Result<Connection, Unfit> {
    // SQLite gives its further files the rights of this one.
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    made.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let mut connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")?;
    let transaction = connection.transaction()?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == 0 {
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
        transaction
            .execute("INSERT INTO vault_progress (ledger, height, number) VALUES (?1, 0, 0)", [ledger.to_string()])?;
    } else {
        let found: Option<String> =
            transaction.query_row("SELECT ledger FROM vault_progress", [], |row| row.get(0)).optional()?;
        if version != SCHEMA || found != Some(ledger.to_string()) {
            return Err(Unfit::Other);
        }
    }
    let mut new = 0;
    for kid in kids {
        new += transaction.execute("INSERT OR IGNORE INTO vault_key (kid) VALUES (?1)", [kid.as_str()])?;
    }
    if new > 0 {
        // What was opened with this key before it came here is taken too.
        transaction.execute("UPDATE vault_progress SET height = 0, number = 0", [])?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn remove(path: &Path) -> Result<(), Fault> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Fault::new(format!("removing {}", Path::new(&name).display()), error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn failed(path: &Path, error: rusqlite::Error) -> Fault {
    Fault::new(format!("vault {}", path.display()), error)
}

/// Where the vault of `member` is.
pub fn path(folder: &Path, member: &str) -> Result<PathBuf, Fault> {
    files::create_private_folder(folder)?;
    Ok(folder.join(format!("{member}.db")))
}
