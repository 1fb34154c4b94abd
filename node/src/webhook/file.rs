use super::{
    endpoint::{Endpoint, NewEndpoint, Standing},
    signature::Secret,
};
use crate::{feed::Place, gate::now_ms};
use counterfoil_types::{Fault, Hash};
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};
use serde::Serialize;
use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// What to do about a damaged file. What is left of its log would be written into the one that is restored.
const RECOVER: &str =
    "remove webhooks.db-wal and -shm, then restore it from a backup, or move it away and have webhooks added again";
/// Version of the schema.
const SCHEMA: i64 = 1;
/// Dead letters that are kept of an endpoint: the newest. What was given up before can be sent again by a replay.
const DEAD_LETTERS_MAX: i64 = 1_000;
/// Endpoints of one node, and of one member there: each has a task that follows the ledger.
const ENDPOINTS_MAX: i64 = 256;
const ENDPOINTS_OF_MEMBER_MAX: i64 = 16;

/// An event that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// The event's id.
    pub event: String,
    /// Its name.
    pub name: String,
    /// How often it was tried.
    pub tries: u32,
    /// How the last try ended.
    pub failure: String,
    /// When it was given up, milliseconds since 1970.
    pub died_ms: u64,
}

/// What became of an event.
#[derive(Debug, Clone, Copy)]
pub enum Delivery<'a> {
    /// The endpoint took it.
    Taken,
    /// It is not for this endpoint, or it was before.
    Passed,
    /// Given up: its name, its body, how often it was tried, and how the last try ended.
    Dead(&'a str, &'a str, u32, &'a str),
}

/// The file `webhooks.db` of a node.
pub struct WebhookFile {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl WebhookFile {
    /// Opens the file, or makes it, readable by its owner alone.
    pub fn open(path: &Path, ledger: Hash) -> Result<Self, Fault> {
        let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Fault::Corrupt {
                what: path.display().to_string(),
                detail: error.to_string(),
                recover: RECOVER.to_owned(),
            },
            _ => Fault::new(format!("opening {}", path.display()), error),
        };
        // SQLite gives its further files the rights of this one.
        let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
        made.map_err(|error| Fault::new(format!("making {}", path.display()), error))?;
        let connection = connect(path, ledger).map_err(failed)?;
        let known: Option<String> =
            connection.query_row("SELECT id FROM webhook_ledger", [], |row| row.get(0)).optional().map_err(failed)?;
        match known {
            Some(known) if known == ledger.to_string() => {}
            _ => return Err(Fault::Unusable(format!("{} is of another ledger: move it away", path.display()))),
        }
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    fn with<T>(&self, run: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        run(&mut self.connection.lock())
            .map_err(|error| Fault::new(format!("webhooks in {}", self.path.display()), error))
    }

    /// Adds an endpoint of `member`, which gets what comes after `done`; nothing where there are as many as there may be.
    pub fn add(&self, member: &str, new: &NewEndpoint, done: Place) -> Result<Option<Endpoint>, Fault> {
        let (secret, created_ms) = (Secret::random(), now_ms());
        let (events, retry_after_s) = (new.events.clone(), new.retry_after_s());
        let id = self.with(|connection| {
            let added = connection.execute(
                "INSERT INTO webhook (member, url, events, retry_after_s, secret, created_ms, active, done, failed_tries)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, 0
                 WHERE (SELECT count(*) FROM webhook) < ?8 AND (SELECT count(*) FROM webhook WHERE member = ?1) < ?9",
                params![
                    member,
                    new.url,
                    json(&events),
                    json(&retry_after_s),
                    secret.reveal(),
                    created_ms as i64,
                    done.to_string(),
                    ENDPOINTS_MAX,
                    ENDPOINTS_OF_MEMBER_MAX
                ],
            )?;
            Ok((added == 1).then(|| connection.last_insert_rowid()))
        })?;
        let (member, url) = (member.to_owned(), new.url.clone());
        Ok(id.map(|id| Endpoint { id, member, url, events, retry_after_s, secret, created_ms }))
    }

    /// The endpoints of `member`, or all.
    pub fn list(&self, member: Option<&str>) -> Result<Vec<(Endpoint, Standing)>, Fault> {
        self.with(|connection| {
            let mut select =
                connection.prepare_cached("SELECT * FROM webhook WHERE ?1 IS NULL OR member = ?1 ORDER BY id")?;
            select.query_map([member], read)?.collect()
        })
    }

    /// An endpoint.
    pub fn get(&self, id: i64) -> Result<Option<(Endpoint, Standing)>, Fault> {
        self.with(|connection| {
            connection.prepare_cached("SELECT * FROM webhook WHERE id = ?1")?.query_row([id], read).optional()
        })
    }

    /// Removes an endpoint with its dead letters.
    pub fn remove(&self, id: i64) -> Result<(), Fault> {
        self.with(|connection| connection.execute("DELETE FROM webhook WHERE id = ?1", [id]).map(drop))
    }

    /// Notes what became of the event at `place`: the endpoint goes on after it.
    pub fn done(&self, id: i64, place: Place, delivery: Delivery<'_>) -> Result<(), Fault> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            if let Delivery::Dead(name, body, tries, failure) = delivery {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO webhook_dead_letter (webhook, event, name, body, tries, failure, died_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![id, place.to_string(), name, body, tries, failure, now_ms() as i64])?;
                transaction
                    .prepare_cached(
                        "DELETE FROM webhook_dead_letter WHERE webhook = ?1 AND event IN (
                            SELECT event FROM webhook_dead_letter WHERE webhook = ?1
                            ORDER BY died_ms DESC, event DESC LIMIT -1 OFFSET ?2)",
                    )?
                    .execute((id, DEAD_LETTERS_MAX))?;
            }
            let forget = matches!(delivery, Delivery::Taken);
            transaction
                .prepare_cached(
                    "UPDATE webhook SET done = ?2, failed_tries = 0, retry_ms = NULL,
                            last_failure = CASE ?3 WHEN 1 THEN NULL ELSE last_failure END
                     WHERE id = ?1",
                )?
                .execute(params![id, place.to_string(), forget])?;
            transaction.commit()
        })
    }

    /// Notes that a try of the next event failed.
    pub fn failed(&self, id: i64, tries: u32, retry_ms: Option<u64>, failure: &str) -> Result<(), Fault> {
        self.with(|connection| {
            connection
                .prepare_cached("UPDATE webhook SET failed_tries = ?2, retry_ms = ?3, last_failure = ?4 WHERE id = ?1")?
                .execute(params![id, tries, retry_ms.map(|ms| ms as i64), failure])
                .map(drop)
        })
    }

    /// Stops sending to an endpoint that is gone, or begins again after `done`.
    pub fn set(&self, id: i64, active: bool, done: Option<Place>) -> Result<(), Fault> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "UPDATE webhook SET active = ?2, done = coalesce(?3, done), failed_tries = 0, retry_ms = NULL
                     WHERE id = ?1",
                )?
                .execute(params![id, active, done.map(|done| done.to_string())])
                .map(drop)
        })
    }

    /// The first dead letters of an endpoint, oldest first.
    pub fn dead_letters(&self, id: i64) -> Result<Vec<DeadLetter>, Fault> {
        self.with(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT event, name, tries, failure, died_ms FROM webhook_dead_letter
                 WHERE webhook = ?1 ORDER BY died_ms, event LIMIT ?2",
            )?;
            let letters = select.query_map((id, DEAD_LETTERS_MAX), |row| {
                Ok(DeadLetter {
                    event: row.get(0)?,
                    name: row.get(1)?,
                    tries: row.get(2)?,
                    failure: row.get(3)?,
                    died_ms: row.get::<_, i64>(4)? as u64,
                })
            })?;
            letters.collect()
        })
    }

    /// The body of a dead letter.
    pub fn dead_letter(&self, id: i64, event: &str) -> Result<Option<String>, Fault> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT body FROM webhook_dead_letter WHERE webhook = ?1 AND event = ?2")?
                .query_row((id, event), |row| row.get(0))
                .optional()
        })
    }

    /// A dead letter was taken after all.
    pub fn revived(&self, id: i64, event: &str) -> Result<(), Fault> {
        self.with(|connection| {
            let sql = "DELETE FROM webhook_dead_letter WHERE webhook = ?1 AND event = ?2";
            connection.prepare_cached(sql)?.execute((id, event)).map(drop)
        })
    }
}

fn connect(path: &Path, ledger: Hash) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    let transaction = connection.transaction()?;
    let version = transaction.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
    if version == 0 {
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.execute("INSERT INTO webhook_ledger (id) VALUES (?1)", [ledger.to_string()])?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
    } else if version != SCHEMA {
        return Err(rusqlite::Error::InvalidColumnName(format!("user_version {version}")));
    }
    transaction.commit()?;
    Ok(connection)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Endpoint, Standing)> {
    let wrong = |column: &str| rusqlite::Error::InvalidColumnName(column.to_owned());
    let text = |column: &str| row.get::<_, String>(column);
    let endpoint = Endpoint {
        id: row.get("id")?,
        member: text("member")?,
        url: text("url")?,
        events: serde_json::from_str(&text("events")?).map_err(|_| wrong("events"))?,
        retry_after_s: serde_json::from_str(&text("retry_after_s")?).map_err(|_| wrong("retry_after_s"))?,
        secret: Secret::parse(&text("secret")?).ok_or_else(|| wrong("secret"))?,
        created_ms: row.get::<_, i64>("created_ms")? as u64,
    };
    let standing = Standing {
        active: row.get("active")?,
        done: text("done")?.parse().map_err(|_| wrong("done"))?,
        failed_tries: row.get("failed_tries")?,
        retry_ms: row.get::<_, Option<i64>>("retry_ms")?.map(|ms| ms as u64),
        last_failure: row.get("last_failure")?,
    };
    Ok((endpoint, standing))
}

fn json(values: &impl Serialize) -> String {
    serde_json::to_string(values).expect("a list serialises to JSON")
}
