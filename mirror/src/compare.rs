use crate::{
    Error,
    catalog::Catalog,
    expected::{Expected, Found},
    sql,
    target::Target,
};
use counterfoil_client::ColumnKind;
use counterfoil_types::Value;
use futures::TryStreamExt as _;
use std::{collections::HashMap, fmt, pin::pin};
use tokio_postgres::{Row, Transaction};

/// Differences that are named; the others are counted.
const NAMED_MAX: usize = 1_000;

/// Something in PostgreSQL that is not as the members have certified it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A table is not there.
    NoTable {
        /// Its name.
        table: String,
    },
    /// A column is not there, or of another type.
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A row is not there.
    Missing {
        /// The table.
        table: String,
        /// The row's primary key.
        key: String,
    },
    /// A row has other values.
    Changed {
        /// The table.
        table: String,
        /// The row's primary key.
        key: String,
    },
    /// A row is there that the ledger has not.
    Extra {
        /// The table.
        table: String,
        /// The row's primary key.
        key: String,
    },
    /// The mirror says another result of its height than the ledger has.
    Result,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable { table } => write!(f, "missing table {table}"),
            Self::NoColumn { table, column } => write!(f, "missing column {table}.{column}, or of another type"),
            Self::Missing { table, key } => write!(f, "missing row {table} {key}"),
            Self::Changed { table, key } => write!(f, "changed row {table} {key}"),
            Self::Extra { table, key } => write!(f, "extra row {table} {key}"),
            Self::Result => f.write_str("changed row ledger_mirror.progress: another result of its height"),
        }
    }
}

/// What comparing came to.
#[derive(Debug, Default)]
pub struct Compared {
    /// Rows that were read.
    pub rows: u64,
    /// What differs, as far as it is named.
    pub named: Vec<Difference>,
    /// How much differs.
    pub count: u64,
}

impl Compared {
    pub(crate) fn add(&mut self, difference: Difference) {
        self.count += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(difference);
        }
    }
}

/// Compares every row of every table in the snapshot of `transaction`.
pub async fn compare(transaction: &Transaction<'_>, catalog: &Catalog, expected: &Expected) -> Result<Compared, Error> {
    let columns = columns(transaction).await?;
    let mut compared = Compared::default();
    for target in catalog.targets() {
        if is_shaped(target, &columns, &mut compared) {
            rows(transaction, target, expected, &mut compared).await?;
            missing(target, expected, &mut compared)?;
        }
    }
    Ok(compared)
}

type Columns = HashMap<String, HashMap<String, String>>;

/// The columns of all tables, with their types. A statement that fails would end the snapshot, so what is not there is found so.
async fn columns(transaction: &Transaction<'_>) -> Result<Columns, Error> {
    let select = "SELECT c.table_schema::text, c.table_name::text, c.column_name::text, c.data_type::text \
                  FROM information_schema.columns AS c \
                  JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
                  WHERE t.table_type = 'BASE TABLE'";
    let mut columns = Columns::new();
    for row in transaction.query(select, &[]).await? {
        let text = |at| row.get::<_, String>(at);
        columns.entry(format!("{}.{}", text(0), text(1))).or_default().insert(text(2), text(3));
    }
    Ok(columns)
}

fn is_shaped(target: &Target, columns: &Columns, compared: &mut Compared) -> bool {
    let table = target.name();
    let Some(known) = columns.get(&table) else {
        compared.add(Difference::NoTable { table });
        return false;
    };
    let wrong = |column: &&crate::target::Column| {
        known.get(&column.name).is_none_or(|kind| kind != sql::type_name(column.kind))
    };
    let before = compared.count;
    for column in target.columns.iter().filter(wrong) {
        compared.add(Difference::NoColumn { table: table.clone(), column: column.name.clone() });
    }
    compared.count == before
}

async fn rows(
    transaction: &Transaction<'_>,
    target: &Target,
    expected: &Expected,
    compared: &mut Compared,
) -> Result<(), Error> {
    let none: [&str; 0] = [];
    let mut rows = pin!(transaction.query_raw(&sql::read(target), none).await?);
    while let Some(row) = rows.try_next().await? {
        compared.rows += 1;
        let values = values(target, &row)?;
        let (table, key) = (target.name(), shown(target, &target.key_values(&values)));
        match expected.tick(target, &values)? {
            Found::Same => {}
            Found::Changed => compared.add(Difference::Changed { table, key }),
            Found::Extra => compared.add(Difference::Extra { table, key }),
        }
    }
    Ok(())
}

fn missing(target: &Target, expected: &Expected, compared: &mut Compared) -> Result<(), Error> {
    let room = NAMED_MAX.saturating_sub(compared.named.len());
    for key in expected.left(target, room)? {
        compared.named.push(Difference::Missing { table: target.name(), key: shown(target, &key) });
    }
    compared.count += expected.count(target)?;
    Ok(())
}

fn values(target: &Target, row: &Row) -> Result<Vec<Value>, Error> {
    let value = |(at, column): (usize, &crate::target::Column)| -> Result<Value, tokio_postgres::Error> {
        Ok(match column.kind {
            ColumnKind::Integer => row.try_get::<_, Option<i64>>(at)?.map_or(Value::Null, Value::Integer),
            ColumnKind::Text => row.try_get::<_, Option<String>>(at)?.map_or(Value::Null, Value::Text),
            ColumnKind::Blob => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Value::Null, Value::Blob),
        })
    };
    target.columns.iter().enumerate().map(|pair| value(pair).map_err(Error::from)).collect()
}

/// A key for people: its columns with their values as SQL has them.
fn shown(target: &Target, key: &[Value]) -> String {
    let name = |at: &usize| target.columns[*at].name.as_str();
    let pair = |(at, value): (&usize, &Value)| match value {
        Value::Null => format!("{}=NULL", name(at)),
        Value::Integer(number) => format!("{}={number}", name(at)),
        Value::Text(text) => format!("{}='{}'", name(at), text.escape_debug()),
        Value::Blob(bytes) => format!("{}='\\x{}'", name(at), hex::encode(bytes)),
    };
    let pairs: Vec<_> = target.key.iter().zip(key).map(pair).collect();
    pairs.join(" ")
}
