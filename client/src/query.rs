use crate::{Client, Error, http::Request};
use counterfoil_types::{Hash, Kid};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

/// Everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a node and its ledger are.
#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    /// The ledger's id.
    pub ledger: Hash,
    /// The node's version.
    pub version: String,
    /// Height of the newest final block that the node knows.
    pub height: u64,
    /// Height of the newest block that it has executed.
    pub executed: u64,
    /// Height up to which the members' signatures stand under the results.
    pub certified: u64,
    /// The members that order.
    pub validators: Vec<StatusValidator>,
}

/// A member that orders.
#[derive(Debug, Clone, Deserialize)]
pub struct StatusValidator {
    /// The member.
    pub id: String,
    /// Whether its signature was among recent ones.
    pub signing: bool,
}

/// What a SELECT gave.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    /// Of which height.
    pub height: u64,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// The limit that cut it off, if one did.
    #[serde(default)]
    pub truncated: Option<Value>,
}

/// A SELECT, with what can be said of one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Select<'a> {
    /// Its text.
    pub sql: &'a str,
    /// Values for `?`, in order.
    pub params: &'a [Value],
    /// A key that the node hosts: the vault of its member is read too. A token says who asks by itself.
    pub key: Option<&'a Kid>,
    /// The height as of which tables and views are read: as they were after its block. None is the newest.
    pub as_of: Option<u64>,
}

/// A page of a row's versions.
#[derive(Debug, Clone, Deserialize)]
pub struct RowHistory {
    /// The versions, newest first.
    pub items: Vec<RowVersion>,
    /// Where to go on, if there are more.
    pub next: Option<String>,
}

/// One write of a row.
#[derive(Debug, Clone, Deserialize)]
pub struct RowVersion {
    /// The block.
    pub height: u64,
    /// The block's time, milliseconds since 1970.
    pub time_ms: u64,
    /// The transaction's place in the block.
    pub place: u32,
    /// The transaction's identity; none for what genesis wrote.
    pub transaction: Option<Hash>,
    /// The row before, by column; none where there was none.
    pub old: Option<serde_json::Map<String, Value>>,
    /// The row after; none where it was deleted.
    pub new: Option<serde_json::Map<String, Value>>,
}

/// What a proof is asked to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The row has these values now.
    Current,
    /// There is no such row.
    Absent,
    /// A block wrote the row.
    Written,
}

impl Client {
    /// Reads the ledger's tables with a SELECT.
    pub fn sql(&self, sql: &str, params: &[Value]) -> Result<Table, Error> {
        self.select(&Select { sql, params, ..Select::default() })
    }

    /// The same as `kid`, a key that the node hosts: the vault of its member is read too, as the schema `vault`. With a token, which is
    /// bound to a key, [`sql`](Self::sql) does that already.
    pub fn sql_as(&self, kid: &Kid, sql: &str, params: &[Value]) -> Result<Table, Error> {
        self.select(&Select { sql, params, key: Some(kid), as_of: None })
    }

    /// The same with all that can be said of a SELECT.
    pub fn select(&self, select: &Select<'_>) -> Result<Table, Error> {
        let Select { sql, params, key, as_of } = select;
        let mut body = json!({"sql": sql, "params": params});
        if let Some(height) = as_of {
            body["as_of"] = json!(height);
        }
        let headers = key.iter().map(|kid| ("counterfoil-key", kid.as_str())).collect();
        let body = body.to_string();
        let body = Some(("application/json", body.as_bytes()));
        self.json(&Request { path: "/v1/sql", body, headers, repeatable: true })
    }

    /// A page of the versions of the row of `table` with this primary key, newest first: those of `limit` blocks at most, of the
    /// blocks that the [`next`](RowHistory::next) of the page before leads to.
    pub fn history(
        &self,
        table: &str,
        key: &[&str],
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<RowHistory, Error> {
        let cursor = cursor.map(|cursor| format!("cursor={}", utf8_percent_encode(cursor, ENCODED)));
        let query: Vec<_> = cursor.into_iter().chain(limit.map(|limit| format!("limit={limit}"))).collect();
        let path = format!("{}/history?{}", row_path(table, key), query.join("&"));
        self.json(&Request { path: &path, repeatable: true, ..Request::default() })
    }

    /// The bytes of a proof about the row of `table` with this primary key, for [`verify`](crate::verify).
    pub fn proof(&self, table: &str, key: &[&str], asked: Asked) -> Result<Vec<u8>, Error> {
        let query = match asked {
            Asked::Current => "",
            Asked::Absent => "?absent",
            Asked::Written => "?written",
        };
        let path = format!("{}/proof{query}", row_path(table, key));
        self.bytes(&Request { path: &path, repeatable: true, ..Request::default() })
    }

    /// The ledger's genesis file. Compare its SHA-256, the ledger's id, with what someone else than this node tells you.
    pub fn genesis(&self) -> Result<Vec<u8>, Error> {
        self.bytes(&Request { path: "/v1/genesis", repeatable: true, ..Request::default() })
    }
}

/// The path of a row. A comma between the values of several columns stands as it is.
fn row_path(table: &str, key: &[&str]) -> String {
    let key: Vec<_> = key.iter().map(|part| utf8_percent_encode(part, ENCODED).to_string()).collect();
    format!("/v1/rows/{}/{}", utf8_percent_encode(table, ENCODED), key.join(","))
}
