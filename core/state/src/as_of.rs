//! Tables as they were after a block, for one statement.
//!
//! The change lists hold each row before and after. So a row was, after the block of a height, what its first change since says that it
//! was before; all others are as they are now. Temporary views of the tables' names, on a connection of the statement's own, put the two
//! together; as SQLite looks for a name among temporary objects first, the statement finds them instead of the tables.

use crate::{
    catalog::Catalog,
    changes::ChangeList,
    lexer::{Token, tokens},
    lookup,
    reader::{self, Pooled, Reader},
    sandbox::{Reading, WAS},
    sql::{self, SqlCode, SqlLimits},
    table::{Table, quote},
};
use counterfoil_types::{Hash, Refusal, Value, limits, row};
use rusqlite::{Connection, ErrorCode};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// How long a statement is worked on.
#[derive(Debug, Clone)]
pub(crate) struct Until {
    deadline: Instant,
    stop: Arc<AtomicBool>,
}

impl Until {
    /// Up to a moment, or until `stop` becomes true.
    pub(crate) fn new(deadline: Instant, stop: &Arc<AtomicBool>) -> Self {
        Self { deadline, stop: Arc::clone(stop) }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() > self.deadline
    }
}

/// How many virtual-machine steps pass between two looks at the clock.
const CLOCK_STEPS: i32 = 1_000;

/// Makes the tables that a statement names be as they were after the block at `height`, on a connection that nobody else gets, inside a
/// transaction of the caller.
pub(crate) fn shadow(
    reader: &Reader,
    pooled: &mut Pooled,
    text: &str,
    height: u64,
    until: &Until,
) -> Result<(), Refusal> {
    let newest = reader::height(&pooled.connection).map_err(failed)?;
    let newest = newest.filter(|newest| height <= *newest).ok_or_else(|| beyond(height, newest))?;
    // Read after the snapshot has begun, so that it knows every table that stands in a list.
    let catalog = reader.catalog();
    pooled.sandbox.set_catalog(Arc::clone(&catalog));
    let places = named(pooled, &catalog, text, height)?;
    if height == newest {
        return Ok(());
    }
    let clock = until.clone();
    pooled.connection.progress_handler(CLOCK_STEPS, Some(move || clock.is_over())).map_err(failed)?;
    pooled.connection.execute_batch("PRAGMA query_only = OFF").map_err(failed)?;
    let mut past = Past::begin(&pooled.connection, &catalog, &places).map_err(failed)?;
    past.fill(height, newest, until)?;
    views(&pooled.connection, &catalog, height).map_err(failed)?;
    pooled.connection.execute_batch("PRAGMA query_only = ON").map_err(failed)?;
    pooled.connection.progress_handler(0, None::<fn() -> bool>).map_err(failed)?;
    let names = places.iter().map(|at| catalog.tables[*at].name.to_ascii_lowercase()).collect();
    pooled.sandbox.set_reading(Reading::Past(names));
    Ok(())
}

fn beyond(height: u64, newest: Option<u64>) -> Refusal {
    let newest = newest.map_or_else(|| "there is none yet".to_owned(), |newest| format!("the newest is {newest}"));
    SqlCode::NoSuchHeight.refusal(format!("height {height} is not executed here: {newest}")).at("/as_of")
}

/// The places of the tables that a statement reads, also through views, all of which there must have been at `height`.
pub(crate) fn named(
    pooled: &mut Pooled,
    catalog: &Catalog,
    text: &str,
    height: u64,
) -> Result<BTreeSet<usize>, Refusal> {
    if names_the_newest(text) {
        let why = "main. and temp. do not stand before a table that is read as of a height, and are no aliases there";
        return Err(SqlCode::Internal.refusal(why));
    }
    let sandbox = Arc::clone(&pooled.sandbox);
    sandbox.set_reading(Reading::Noted(BTreeSet::new()));
    let prepared = pooled.as_public(|connection| connection.prepare(text).map(drop));
    let Reading::Noted(names) = sandbox.set_reading(Reading::Now) else {
        unreachable!("nobody else sets how this connection reads")
    };
    prepared.map_err(|error| sql::unprepared(&error, SqlLimits::default()))?;
    let is_named = |table: &Table| names.contains(&table.name.to_ascii_lowercase());
    let places: BTreeSet<_> = (0..catalog.tables.len()).filter(|at| is_named(&catalog.tables[*at])).collect();
    match places.iter().map(|at| &catalog.tables[*at]).find(|table| table.since > height) {
        Some(table) => Err(SqlCode::Syntax
            .refusal(format!("no such table: {}, as of height {height}: block {} made it", table.name, table.since))),
        None => Ok(places),
    }
}

/// Whether a text says of a table in which database it is: it would be the one of now.
fn names_the_newest(text: &str) -> bool {
    let is_database = |token: &Token<'_>| {
        let (Token::Word(name) | Token::Quoted(name) | Token::Text(name)) = token else { return false };
        ["main", "temp"].iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    tokens(text).windows(2).any(|pair| is_database(&pair[0]) && pair[1] == Token::Symbol('.'))
}

/// The changed rows of the named tables, as they were.
struct Past<'a> {
    connection: &'a Connection,
    catalog: &'a Catalog,
    shadows: HashMap<usize, Shadow>,
    rows: usize,
    row_bytes: usize,
    list_bytes: usize,
}

/// One table's.
struct Shadow {
    insert: String,
    seen: HashSet<Hash>,
}

impl<'a> Past<'a> {
    /// Makes the temporary tables, empty, and a view of each.
    fn begin(connection: &'a Connection, catalog: &'a Catalog, places: &BTreeSet<usize>) -> rusqlite::Result<Self> {
        let mut shadows = HashMap::new();
        for at in places {
            let table = &catalog.tables[*at];
            connection.execute_batch(&definition(table, *at))?;
            let values = vec!["?"; table.columns.len() + 1].join(", ");
            let insert = format!("INSERT INTO temp.{WAS}{at} VALUES ({values})");
            shadows.insert(*at, Shadow { insert, seen: HashSet::new() });
        }
        Ok(Self { connection, catalog, shadows, rows: 0, row_bytes: 0, list_bytes: 0 })
    }

    /// Reads the change lists after `height`, the oldest first: a row was what its first change found.
    fn fill(&mut self, height: u64, newest: u64, until: &Until) -> Result<(), Refusal> {
        let sql = "SELECT height, list FROM ledger_changes WHERE height > ?1 AND height <= ?2 ORDER BY height";
        let mut lists = self.connection.prepare(sql).map_err(failed)?;
        let mut lists = lists.query([height as i64, newest as i64]).map_err(failed)?;
        let named: HashSet<&str> = self.shadows.keys().map(|at| self.catalog.tables[*at].name.as_str()).collect();
        while let Some(list) = lists.next().map_err(failed)? {
            if until.is_over() {
                return Err(broken_off());
            }
            let bytes = list.get_ref(1).map_err(failed)?.as_blob().map_err(|error| failed(error.into()))?;
            self.list_bytes += bytes.len();
            if self.list_bytes > limits::AS_OF_LIST_BYTES_MAX {
                return Err(too_far(&format!(
                    "the blocks since changed more than {} bytes of rows",
                    limits::AS_OF_LIST_BYTES_MAX
                )));
            }
            if !ChangeList::names(bytes).is_some_and(|mut names| names.any(|name| named.contains(name))) {
                continue;
            }
            let at = list.get::<_, i64>(0).map_err(failed)? as u64;
            let list = ChangeList::decode(bytes, &self.catalog.tables, at)
                .map_err(|fault| SqlCode::Broken.refusal(fault.report()))?;
            self.add(&list)?;
        }
        Ok(())
    }

    fn add(&mut self, list: &ChangeList) -> Result<(), Refusal> {
        for change in list.changes() {
            let Some(shadow) = self.shadows.get_mut(&change.table) else { continue };
            if !shadow.seen.insert(change.key) {
                continue;
            }
            let there = change.old.is_some();
            let Some(range) = change.old.as_ref().or(change.new.as_ref()) else { continue };
            let bytes = list.row(range);
            self.rows += 1;
            self.row_bytes += if there { bytes.len() } else { 0 };
            if self.rows > limits::AS_OF_ROWS_MAX || self.row_bytes > limits::AS_OF_ROW_BYTES_MAX {
                let (rows, bytes) = (limits::AS_OF_ROWS_MAX, limits::AS_OF_ROW_BYTES_MAX);
                return Err(too_far(&format!(
                    "more than {rows} rows, or {bytes} bytes of them, have changed in these tables since"
                )));
            }
            let table = &self.catalog.tables[change.table];
            let values = row::decode(bytes).ok_or_else(|| SqlCode::Broken.refusal("a captured row does not decode"))?;
            let value = |(at, value): (usize, &Value)| match there || table.primary_key.contains(&at) {
                true => lookup::bound(value),
                false => rusqlite::types::Value::Null,
            };
            let mut values: Vec<_> = values.iter().enumerate().map(value).collect();
            values.push(rusqlite::types::Value::Integer(there.into()));
            let mut insert = self.connection.prepare_cached(&shadow.insert).map_err(failed)?;
            insert.execute(rusqlite::params_from_iter(values)).map_err(failed)?;
        }
        Ok(())
    }
}

/// The temporary table of a table's changed rows, with whether each was there, and the view that shadows the table.
fn definition(table: &Table, at: usize) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| quote(&column.name)).collect();
    let keys: Vec<_> = table.primary_key.iter().map(|at| names[*at].clone()).collect();
    let columns: String =
        names.iter().zip(&table.columns).map(|(name, column)| format!("{name} {}, ", column.kind.sql())).collect();
    let same: Vec<_> = keys.iter().map(|key| format!("was.{key} = now.{key}")).collect();
    let (name, names, keys, same) = (quote(&table.name), names.join(", "), keys.join(", "), same.join(" AND "));
    format!(
        "CREATE TABLE temp.{WAS}{at} ({columns}ledger_there INTEGER NOT NULL, PRIMARY KEY ({keys})) STRICT, WITHOUT ROWID;
         CREATE TEMP VIEW {name} ({names}) AS
         SELECT {names} FROM main.{name} AS now WHERE NOT EXISTS (SELECT 1 FROM temp.{WAS}{at} AS was WHERE {same})
         UNION ALL SELECT {names} FROM temp.{WAS}{at} WHERE ledger_there = 1"
    )
}

/// Temporary views like those of the database: one of the database's own would read its tables as they are now.
fn views(connection: &Connection, catalog: &Catalog, height: u64) -> rusqlite::Result<()> {
    for view in &catalog.names.public_views {
        let name = quote(view);
        connection
            .execute_batch(&format!("CREATE TEMP VIEW {name} AS SELECT * FROM main.{name} WHERE height <= {height}"))?;
    }
    let mut all = connection.prepare("SELECT name, sql FROM main.sqlite_schema WHERE type = 'view' ORDER BY rowid")?;
    let mut all = all.query([])?;
    while let Some(view) = all.next()? {
        let (name, sql): (String, String) = (view.get(0)?, view.get(1)?);
        if catalog.names.views.contains(&name.to_ascii_lowercase()) {
            // SQLite keeps a definition with these two words before the name, however it was written.
            let rest = sql.strip_prefix("CREATE VIEW ").expect("SQLite's own form of a view");
            connection.execute_batch(&format!("CREATE TEMP VIEW {rest}"))?;
        }
    }
    Ok(())
}

fn too_far(why: &str) -> Refusal {
    SqlCode::TooFarBack.refusal(format!("{why}: ask for a newer height, or for fewer tables")).at("/as_of")
}

/// Cancelled, or out of time: what any other statement is told then.
fn broken_off() -> Refusal {
    SqlCode::TimeLimit.refusal(
        "the statement was stopped, or ran longer than it may, while the past was gathered: ask for a newer height, or for fewer tables",
    )
}

fn failed(error: rusqlite::Error) -> Refusal {
    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        return broken_off();
    }
    SqlCode::Broken.refusal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_before_a_table_is_found_however_it_is_written() {
        for sql in ["SELECT * FROM main.a", "SELECT \"Main\" . id FROM a", "SELECT * FROM [temp]/**/.a, b"] {
            assert!(names_the_newest(sql), "{sql}");
        }
        for sql in ["SELECT main FROM a", "SELECT 'main.a' FROM domain.a", "SELECT temp, x.main FROM x"] {
            assert!(!names_the_newest(sql), "{sql}");
        }
    }
}
