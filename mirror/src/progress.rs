use crate::{Error, FORMAT, catalog::Catalog, sql};
use counterfoil_client::CreatedTable;
use counterfoil_types::Hash;
use tokio_postgres::{Client, error::SqlState};

/// How far a mirror is: its one row of `ledger_mirror.progress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The ledger.
    pub ledger: Hash,
    /// The newest block in it; none before genesis.
    pub height: Option<u64>,
    /// The time of that block, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// The chained result of that block; zeros before genesis.
    pub result: Hash,
    /// Whether the writes of each table are kept too.
    pub keeps_history: bool,
}

/// The table of progress. It is written first in each transaction, and only where the height is the one before: who is not alone, or whose
/// earlier transaction failed, writes nothing.
const CREATE: &str = "CREATE SCHEMA IF NOT EXISTS ledger_mirror;
CREATE TABLE ledger_mirror.progress (
  ledger text PRIMARY KEY, format text NOT NULL, history boolean NOT NULL,
  height bigint NOT NULL, time_ms bigint NOT NULL, result text NOT NULL);
COMMENT ON TABLE ledger_mirror.progress IS 'How far this mirror of a ledger is';\n";

/// Moves the height on; the NULL where another is found refuses the transaction.
pub const ADVANCE: &str = "UPDATE ledger_mirror.progress \
     SET height = CASE WHEN height = $1 THEN $2::bigint END, time_ms = $3, result = $4";

impl Progress {
    /// What the database says of its mirror; nothing where there is none.
    ///
    /// # Errors
    /// If it is none of this form, or the database cannot hold one.
    pub async fn read(client: &Client) -> Result<Option<Self>, Error> {
        let encoding: String = client.query_one("SHOW server_encoding", &[]).await?.get(0);
        if encoding != "UTF8" {
            return Err(Error::Refused(format!("the database's encoding is {encoding}, a mirror needs UTF8")));
        }
        let known = client.query_one("SELECT to_regclass('ledger_mirror.progress') IS NOT NULL", &[]).await?;
        if !known.get::<_, bool>(0) {
            return Ok(None);
        }
        let select = "SELECT ledger, format, history, height, time_ms, result FROM ledger_mirror.progress";
        let rows = client.query(select, &[]).await?;
        let [row] = rows.as_slice() else {
            return Err(damaged(&format!("ledger_mirror.progress has {} rows, not one", rows.len())));
        };
        let format: String = row.get(1);
        if format != FORMAT {
            return Err(Error::Refused(format!("the mirror has the format {format}, this program writes {FORMAT}")));
        }
        let hash = |at| row.get::<_, String>(at).parse().map_err(|_| damaged("ledger_mirror.progress has no hash"));
        Ok(Some(Self {
            ledger: hash(0)?,
            height: u64::try_from(row.get::<_, i64>(3)).ok(),
            time_ms: row.get::<_, i64>(4) as u64,
            result: hash(5)?,
            keeps_history: row.get(2),
        }))
    }

    /// Begins a mirror in a database that has none; one that somebody else begins meanwhile is taken as it is.
    pub async fn begin(client: &Client, ledger: Hash, keeps_history: bool) -> Result<Self, Error> {
        let begun = Self { ledger, height: None, time_ms: 0, result: Hash::ZERO, keeps_history };
        let mut text = format!("BEGIN;\n{CREATE}");
        for target in Catalog::new(keeps_history).own() {
            text.push_str(&sql::create(target));
        }
        let zeros = Hash::ZERO;
        text.push_str(&format!(
            "INSERT INTO ledger_mirror.progress VALUES ('{ledger}', '{FORMAT}', {keeps_history}, -1, 0, '{zeros}');\nCOMMIT;"
        ));
        let Err(error) = client.batch_execute(&text).await else { return Ok(begun) };
        // PostgreSQL may still have been at it for a mirror that was killed, when it was looked for.
        if client.batch_execute("ROLLBACK").await.is_err() {
            return Err(error.into());
        }
        Self::read(client).await?.ok_or_else(|| error.into())
    }

    /// The tables that the mirror has.
    pub async fn catalog(&self, client: &Client) -> Result<Catalog, Error> {
        let mut catalog = Catalog::new(self.keeps_history);
        for row in client.query("SELECT shape FROM ledger_mirror.shape ORDER BY place", &[]).await? {
            let shape: CreatedTable = serde_json::from_str(row.get(0)).map_err(|error| damaged(&error.to_string()))?;
            catalog.add(shape).map_err(|error| damaged(&error.to_string()))?;
        }
        Ok(catalog)
    }
}

/// Says what it means that the height was another than the one before.
pub fn explain(error: tokio_postgres::Error) -> Error {
    let moved = error.as_db_error().is_some_and(|said| {
        *said.code() == SqlState::NOT_NULL_VIOLATION
            && (said.schema(), said.table()) == (Some("ledger_mirror"), Some("progress"))
    });
    if moved { Error::Moved } else { error.into() }
}

fn damaged(why: &str) -> Error {
    Error::Refused(format!(
        "the mirror's own tables are not as it left them: {why}; `counterfoil mirror verify` tells what differs, and a database of its \
         own begins a new mirror"
    ))
}
