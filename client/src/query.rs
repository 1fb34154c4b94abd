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
        self.select(sql, params, Vec::new())
    }

    /// The same as `kid`, a key that the node hosts: the vault of its member is read too, as the schema `vault`. With a token, which is
    /// bound to a key, [`sql`](Self::sql) does that already.
    pub fn sql_as(&self, kid: &Kid, sql: &str, params: &[Value]) -> Result<Table, Error> {
        self.select(sql, params, vec![("counterfoil-key", kid.as_str())])
    }

    fn select(&self, sql: &str, params: &[Value], headers: Vec<(&str, &str)>) -> Result<Table, Error> {
        let body = json!({"sql": sql, "params": params}).to_string();
        let body = Some(("application/json", body.as_bytes()));
        self.json(&Request { path: "/v1/sql", body, headers, repeatable: true })
    }

    /// The bytes of a proof about the row of `table` with this primary key, for [`verify`](crate::verify).
    pub fn proof(&self, table: &str, key: &[&str], asked: Asked) -> Result<Vec<u8>, Error> {
        let key: Vec<_> = key.iter().map(|part| utf8_percent_encode(part, ENCODED).to_string()).collect();
        let query = match asked {
            Asked::Current => "",
            Asked::Absent => "?absent",
            Asked::Written => "?written",
        };
        let path = format!("/v1/rows/{}/{}/proof{query}", utf8_percent_encode(table, ENCODED), key.join(","));
        self.bytes(&Request { path: &path, repeatable: true, ..Request::default() })
    }

    /// The ledger's genesis file. Compare its SHA-256, the ledger's id, with what someone else than this node tells you.
    pub fn genesis(&self) -> Result<Vec<u8>, Error> {
        self.bytes(&Request { path: "/v1/genesis", repeatable: true, ..Request::default() })
    }
}
