use crate::{
    changes::ChangeList,
    directory::{self, Kind},
    reader::{self, Reader},
    store,
    table::{Table, quote},
};
use bytes::Bytes;
use counterfoil_types::{
    Block, Event, Execution, Fault, Hash, Header, Kid, Outcome, Receipt, Refusal, RefusalKind, Value, row,
};
use minicbor::{Decoder, data::Type};
use rusqlite::{Connection, OptionalExtension as _, Row, types::ValueRef};
use std::sync::Arc;

/// Why a question about state is refused. Codes `state/N` are for life: never reuse a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateCode {
    /// There is no table of this name.
    NoSuchTable = 1,
    /// The text is not a primary key of the table.
    BadKey = 2,
    /// Rows of an append-only table have no place in the index of current values.
    AppendOnly = 3,
    /// The height is beyond the newest, or no longer at hand.
    NoSuchHeight = 4,
    /// The block did not write the row.
    NotWritten = 5,
    /// The node's database failed.
    Broken = 6,
}

impl StateCode {
    /// The refusal with this code.
    pub fn refusal(self, detail: impl Into<String>) -> Refusal {
        let kind = match self {
            Self::NoSuchTable | Self::NoSuchHeight | Self::NotWritten => RefusalKind::NotFound,
            Self::BadKey => RefusalKind::Invalid,
            Self::AppendOnly => RefusalKind::Conflict,
            Self::Broken => RefusalKind::Busy,
        };
        Refusal::new(format!("state/{}", self as u8), kind, detail)
    }

    pub(crate) fn broken(fault: Fault) -> Refusal {
        Self::Broken.refusal(fault.report())
    }
}

/// An ordered transaction with what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its wire form, or whatever a proposer put in its place.
    pub wire: Bytes,
    /// Its receipt.
    pub receipt: Receipt,
}

/// How far the ledger has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The newest block.
    pub height: u64,
    /// Its time, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Transactions in all blocks, refused ones too.
    pub transactions: u64,
    /// Bytes of the database.
    pub bytes: u64,
}

impl Reader {
    /// The ledger's id.
    pub fn ledger(&self) -> Hash {
        self.shared.source.ledger.id
    }

    /// The bytes of the genesis file.
    pub fn genesis(&self) -> &[u8] {
        &self.shared.source.ledger.bytes
    }

    /// The ledger's tables: those of the modules in their order, then those that commands made.
    pub fn tables(&self) -> Vec<Arc<Table>> {
        self.catalog().tables.clone()
    }

    /// The table `name`.
    pub fn table(&self, name: &str) -> Result<Arc<Table>, Refusal> {
        let found = self.catalog().table(name).cloned();
        found.ok_or_else(|| StateCode::NoSuchTable.refusal(format!("there is no table {name}")))
    }

    /// The newest committed height; none before genesis.
    pub fn height(&self) -> Result<Option<u64>, Fault> {
        self.read(reader::height)
    }

    /// How far the ledger has got; none before genesis.
    pub fn counts(&self) -> Result<Option<Counts>, Fault> {
        self.read(|connection| {
            let bytes: i64 = connection
                .prepare_cached("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?
                .query_row([], |row| row.get(0))?;
            connection
                .prepare_cached("SELECT height, time_ms, total FROM ledger_block ORDER BY height DESC LIMIT 1")?
                .query_row([], |row| {
                    let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
                    Ok(Counts {
                        height: number(0)?,
                        time_ms: number(1)?,
                        transactions: number(2)?,
                        bytes: bytes as u64,
                    })
                })
                .optional()
        })
    }

    /// The header of a block.
    pub fn header(&self, height: u64) -> Result<Option<Header>, Fault> {
        let bytes: Option<Vec<u8>> = self.read(|connection| {
            connection
                .prepare_cached("SELECT header FROM ledger_block WHERE height = ?1")?
                .query_row([height as i64], |row| row.get(0))
                .optional()
        })?;
        bytes.map(|bytes| self.decode_header(&bytes)).transpose()
    }

    /// Headers from `from` on, in order of height, `limit` at most.
    pub fn headers(&self, from: u64, limit: usize) -> Result<Vec<Header>, Fault> {
        let all: Vec<Vec<u8>> = self.read(|connection| {
            connection
                .prepare_cached("SELECT header FROM ledger_block WHERE height >= ?1 ORDER BY height LIMIT ?2")?
                .query_map([from as i64, limit as i64], |row| row.get(0))?
                .collect()
        })?;
        all.iter().map(|bytes| self.decode_header(bytes)).collect()
    }

    /// A block with its transactions.
    pub fn block(&self, height: u64) -> Result<Option<Block>, Fault> {
        let Some(header) = self.header(height)? else { return Ok(None) };
        let transactions = self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT wire FROM ledger_transaction WHERE position >= ?1 AND position < ?2 ORDER BY position",
                )?
                .query_map(span(height), |row| row.get::<_, Vec<u8>>(0).map(Bytes::from))?
                .collect()
        })?;
        Ok(Some(Block { header, transactions }))
    }

    /// The receipts of a block, in its order.
    pub fn receipts(&self, height: u64) -> Result<Vec<Receipt>, Fault> {
        let all: Vec<Vec<u8>> = self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT receipt FROM ledger_transaction WHERE position >= ?1 AND position < ?2 ORDER BY position",
                )?
                .query_map(span(height), |row| row.get(0))?
                .collect()
        })?;
        all.iter().map(|bytes| self.decode_receipt(bytes)).collect()
    }

    /// What happened at the beginning of a block, if anything did: as the receipt of a transaction in a place after all others, whose
    /// identity is a hash of the height.
    pub fn begun(&self, height: u64) -> Result<Option<Receipt>, Fault> {
        let found: Option<Vec<u8>> = self.read(|connection| {
            connection
                .prepare_cached("SELECT receipt FROM ledger_begun WHERE height = ?1")?
                .query_row([height as i64], |row| row.get(0))
                .optional()
        })?;
        found.map(|bytes| self.decode_receipt(&bytes)).transpose()
    }

    /// The entry at a place of a block.
    pub fn entry(&self, height: u64, index: u32) -> Result<Option<Entry>, Fault> {
        let stored = self.read(|connection| stored_entry(connection, store::position(height, index)))?;
        stored.map(|stored| self.decode_entry(stored)).transpose()
    }

    /// The transaction with this identity: where it used its id, else where it was last refused.
    pub fn transaction(&self, identity: &Hash) -> Result<Option<Entry>, Fault> {
        // Memory first: what moves from there into the database meanwhile is found there.
        let recent = self.shared.source.recent.read().find(Kind::Identity, identity);
        let stored = self.read(|connection| {
            let mut found = best_place(connection, recent, identity)?;
            // The newest run that has it, mostly the only one, and then the others.
            for enough in [1, PLACES_MAX] {
                if found.as_ref().is_some_and(|found| found.used_its_id) {
                    break;
                }
                let old = directory::find(connection, Kind::Identity, identity, enough)?;
                let older = best_place(connection, old, identity)?;
                found = older.filter(|older| older.used_its_id || found.is_none()).or(found);
            }
            found.map_or(Ok(None), |found| stored_entry(connection, found.position))
        })?;
        stored.map(|stored| self.decode_entry(stored)).transpose()
    }

    /// The receipt of the transaction with this identity.
    pub fn receipt(&self, identity: &Hash) -> Result<Option<Receipt>, Fault> {
        Ok(self.transaction(identity)?.map(|entry| entry.receipt))
    }

    /// The transaction for which `sender` used `id`, until that is forgotten when it expires.
    pub fn transaction_of(&self, sender: &Kid, id: &str) -> Result<Option<Entry>, Fault> {
        let stored = self.read(|connection| match store::known_id(connection, sender.as_str(), id, 0)? {
            Some(known) => stored_entry(connection, known.position),
            None => Ok(None),
        })?;
        stored.map(|stored| self.decode_entry(stored)).transpose()
    }

    /// The record of a height's execution.
    pub fn execution(&self, height: u64) -> Result<Option<Execution>, Fault> {
        Ok(self.record(height)?.map(|(execution, _)| execution))
    }

    /// The chained result of a height's execution.
    pub fn result(&self, height: u64) -> Result<Option<Hash>, Fault> {
        Ok(self.record(height)?.map(|(_, result)| result))
    }

    /// The records from `from` to `to`, both included, as far as they exist.
    pub fn executions(&self, from: u64, to: u64) -> Result<Vec<Execution>, Fault> {
        let ledger = self.ledger();
        self.read(|connection| {
            connection
                .prepare_cached(RECORD_SPAN)?
                .query_map([from as i64, to as i64], |row| record(row, ledger).map(|(execution, _)| execution))?
                .collect()
        })
    }

    pub(crate) fn record(&self, height: u64) -> Result<Option<(Execution, Hash)>, Fault> {
        let ledger = self.ledger();
        self.read(|connection| {
            connection
                .prepare_cached(RECORD_SPAN)?
                .query_row([height as i64, height as i64], |row| record(row, ledger))
                .optional()
        })
    }

    /// The row of `table` with this primary key, see [`row::encode`].
    pub fn row(&self, table: &Table, key: &[Value]) -> Result<Option<Vec<u8>>, Fault> {
        let columns: Vec<_> = table.column_names().iter().map(|name| quote(name)).collect();
        let wanted: Vec<_> =
            table.key_names().iter().enumerate().map(|(at, name)| format!("{} = ?{}", quote(name), at + 1)).collect();
        let sql = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), quote(&table.name), wanted.join(" AND "));
        let values: Vec<_> = key.iter().map(bound).collect();
        self.read(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_row(rusqlite::params_from_iter(&values), |row| {
                    let value = |at| row.get_ref(at).and_then(|value| Ok(read_value(value)?));
                    let values = (0..table.columns.len()).map(value).collect::<rusqlite::Result<Vec<_>>>()?;
                    Ok(row::encode(&values))
                })
                .optional()
        })
    }

    pub(crate) fn change_list(&self, height: u64) -> Result<ChangeList, Fault> {
        match self.read(|connection| reader::change_bytes(connection, height))? {
            Some(bytes) => self.decode_changes(&bytes, height),
            None => Ok(ChangeList::default()),
        }
    }

    pub(crate) fn decode_changes(&self, bytes: &[u8], height: u64) -> Result<ChangeList, Fault> {
        ChangeList::decode(bytes, &self.catalog().tables, height)
    }

    pub(crate) fn decode_header(&self, bytes: &[u8]) -> Result<Header, Fault> {
        Header::decode(bytes).ok_or_else(|| self.damaged("a header"))
    }

    fn decode_receipt(&self, bytes: &[u8]) -> Result<Receipt, Fault> {
        decode_receipt(bytes).ok_or_else(|| self.damaged("a receipt"))
    }

    pub(crate) fn decode_entry(&self, (wire, receipt): (Vec<u8>, Vec<u8>)) -> Result<Entry, Fault> {
        Ok(Entry { wire: wire.into(), receipt: self.decode_receipt(&receipt)? })
    }

    fn damaged(&self, what: &str) -> Fault {
        Fault::Corrupt {
            what: self.path().display().to_string(),
            detail: format!("{what} does not decode"),
            recover: crate::open::RECOVER.into(),
        }
    }
}

const RECORD_SPAN: &str = "SELECT height, digest, state_root, changes_root, receipts_root, result FROM ledger_block \
                           WHERE height BETWEEN ?1 AND ?2 ORDER BY height";

/// Reads the columns of [`RECORD_SPAN`].
pub(crate) fn record(row: &Row<'_>, ledger: Hash) -> rusqlite::Result<(Execution, Hash)> {
    let height = row.get::<_, i64>(0)? as u64;
    let execution = Execution {
        height,
        block: if height == 0 { ledger } else { store::hash(row, 1)? },
        state_root: store::hash(row, 2)?,
        changes_root: store::hash(row, 3)?,
        receipts_root: store::hash(row, 4)?,
    };
    Ok((execution, store::hash(row, 5)?))
}

/// First position of a block and of the next.
fn span(height: u64) -> [i64; 2] {
    [store::position(height, 0), store::position(height + 1, 0)]
}

fn stored_entry(connection: &Connection, position: i64) -> rusqlite::Result<Option<(Vec<u8>, Vec<u8>)>> {
    connection
        .prepare_cached("SELECT wire, receipt FROM ledger_transaction WHERE position = ?1")?
        .query_row([position], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Places of one identity that are looked at: it may stand in many entries, if proposers repeat it.
const PLACES_MAX: usize = 256;

/// Where a transaction stands.
struct Found {
    position: i64,
    used_its_id: bool,
}

/// The place where the transaction used its id, else the newest of these; of more than [`PLACES_MAX`] the oldest and the newest count.
fn best_place(connection: &Connection, mut places: Vec<u64>, identity: &Hash) -> rusqlite::Result<Option<Found>> {
    places.sort_unstable();
    if places.len() > PLACES_MAX {
        places.drain(PLACES_MAX - 1..places.len() - 1);
    }
    let mut statement =
        connection.prepare_cached("SELECT identity, sender, id, code FROM ledger_transaction WHERE position = ?1")?;
    let mut found = None;
    for position in places.into_iter().map(|place| place as i64) {
        let read = |row: &Row<'_>| {
            let code: Option<String> = row.get(3)?;
            Ok((store::hash(row, 0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, used_its_id(code.as_deref())))
        };
        let Some((stands, sender, id, used_its_id)) = statement.query_row([position], read).optional()? else {
            continue;
        };
        if stands != *identity {
            continue;
        }
        if used_its_id {
            return Ok(Some(Found { position, used_its_id }));
        }
        // While the id is in force it says itself where it was used, however often the transaction stands elsewhere.
        if found.is_none()
            && let Some(known) = store::known_id(connection, &sender, &id, 0)?
            && known.identity == *identity
        {
            return Ok(Some(Found { position: known.position, used_its_id: true }));
        }
        found = Some(Found { position, used_its_id });
    }
    Ok(found)
}

/// Whether a transaction with this code (none: applied) reached its calls, and so used its id.
fn used_its_id(code: Option<&str>) -> bool {
    let number = code.and_then(|code| code.strip_prefix("transaction/")).and_then(|number| number.parse::<u8>().ok());
    number.is_none_or(|number| number >= counterfoil_types::TransactionCode::StatementFailed as u8)
}

pub(crate) fn bound(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
        Value::Blob(bytes) => bytes.clone().into(),
    }
}

pub(crate) fn read_value(value: ValueRef<'_>) -> rusqlite::types::FromSqlResult<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => return Err(rusqlite::types::FromSqlError::InvalidType),
    })
}

/// Reads what [`Receipt::encode`] wrote.
fn decode_receipt(bytes: &[u8]) -> Option<Receipt> {
    let mut d = Decoder::new(bytes);
    d.array().ok()?;
    let transaction = Hash::from_slice(d.bytes().ok()?)?;
    let id = d.str().ok()?.to_owned();
    let (height, index) = (d.u64().ok()?, d.u32().ok()?);
    d.array().ok()?;
    let outcome = if d.u8().ok()? == 0 {
        let outputs = (0..d.array().ok()??).map(|_| d.str().ok().map(str::to_owned)).collect::<Option<_>>()?;
        let event = |d: &mut Decoder<'_>| {
            d.array().ok()?;
            Some(Event { name: d.str().ok()?.to_owned(), data: d.str().ok()?.to_owned() })
        };
        let events = (0..d.array().ok()??).map(|_| event(&mut d)).collect::<Option<_>>()?;
        Outcome::Applied { outputs, events }
    } else {
        let code = d.str().ok()?.to_owned();
        let kind = read_kind(d.str().ok()?)?;
        let detail = d.str().ok()?.to_owned();
        let field = if d.datatype().ok()? == Type::Null { None } else { Some(d.str().ok()?.to_owned()) };
        Outcome::Refused(Refusal { code, kind, detail, field })
    };
    Some(Receipt { transaction, id, height, index, outcome })
}

fn read_kind(name: &str) -> Option<RefusalKind> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}
