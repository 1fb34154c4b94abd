use super::{Contents, PG_CATALOG, PUBLIC, Relation};
use crate::types::PgType;
use rusqlite::{Connection, ToSql, Transaction, types::Value};
use std::collections::BTreeMap;

/// What the catalogue's functions know.
pub(super) struct Facts {
    pub user: String,
    pub database: String,
    /// Schemas by number.
    pub schemas: BTreeMap<i64, String>,
    /// Tables and views by number.
    pub relations: BTreeMap<i64, Relation>,
    /// Indexes by number: the number of the table, and the name.
    pub indexes: BTreeMap<i64, (i64, String)>,
    /// The parameters of actions, by the actions' numbers.
    pub procedures: BTreeMap<i64, Vec<String>>,
}

/// The owner of everything: nobody can own what all members write.
pub(super) const OWNER: &str = "ledger";
const OWNER_OID: i64 = 10;
const USER_OID: i64 = 11;
const DATABASE_OID: i64 = 5;
const HEAP: i64 = 2;
const BTREE: i64 = 403;
const PUBLIC_OID: i64 = 2_200;
/// Where the numbers of further schemas begin, and those of tables, which take two each: its own, and its key's.
const SCHEMAS_FROM: i64 = 16_384;
const RELATIONS_FROM: i64 = 100_000;
const PROCEDURES_FROM: i64 = 90_000;
const DEFAULT_COLLATION: i64 = 100;

type Named<'a> = (&'static str, &'a dyn ToSql);

/// Puts the contents into the tables.
pub(super) fn fill(connection: &mut Connection, contents: &Contents) -> rusqlite::Result<Facts> {
    let facts = facts(contents);
    let transaction = connection.transaction()?;
    fixed(&transaction, contents)?;
    for (oid, name) in &facts.schemas {
        schema(&transaction, *oid, name, contents)?;
    }
    for (oid, relation) in &facts.relations {
        let namespace = number_of(&facts.schemas, &relation.schema);
        relation_rows(&transaction, *oid, namespace, relation)?;
        information(&transaction, relation, &contents.database)?;
    }
    for (at, procedure) in contents.procedures.iter().enumerate() {
        let oid = procedure_oid(at);
        let namespace = number_of(&facts.schemas, &procedure.schema);
        let names = serde_json::to_string(&procedure.parameters).unwrap_or_default();
        let count = procedure.parameters.len() as i64;
        insert(
            &transaction,
            "pg_catalog.pg_proc",
            &[
                ("oid", &oid),
                ("proname", &procedure.name),
                ("pronamespace", &namespace),
                ("proowner", &OWNER_OID),
                ("prokind", &"p"),
                ("pronargs", &count),
                ("proargnames", &names),
            ],
        )?;
    }
    transaction.commit()?;
    Ok(facts)
}

fn procedure_oid(at: usize) -> i64 {
    PROCEDURES_FROM + at as i64
}

fn facts(contents: &Contents) -> Facts {
    let mut schemas = BTreeMap::from([
        (11, PG_CATALOG.to_owned()),
        (PUBLIC_OID, PUBLIC.to_owned()),
        (13_000, "information_schema".to_owned()),
    ]);
    let of_relations = contents.relations.iter().map(|relation| &relation.schema);
    for schema in of_relations.chain(contents.procedures.iter().map(|procedure| &procedure.schema)) {
        if !schemas.values().any(|known| known == schema) {
            schemas.insert(SCHEMAS_FROM + schemas.len() as i64, schema.clone());
        }
    }
    let oid = |at: usize| RELATIONS_FROM + 2 * at as i64;
    let relations: BTreeMap<_, _> =
        contents.relations.iter().enumerate().map(|(at, relation)| (oid(at), relation.clone())).collect();
    let keyed = relations.iter().filter(|(_, relation)| !relation.key.is_empty());
    let indexes = keyed.map(|(oid, relation)| (oid + 1, (*oid, format!("{}_pkey", relation.name)))).collect();
    let procedures = contents.procedures.iter().enumerate();
    let procedures = procedures.map(|(at, procedure)| (procedure_oid(at), procedure.parameters.clone())).collect();
    let (user, database) = (contents.user.clone(), contents.database.clone());
    Facts { user, database, schemas, relations, indexes, procedures }
}

pub(super) fn number_of(names: &BTreeMap<i64, String>, name: &str) -> i64 {
    names.iter().find(|(_, known)| *known == name).map_or(0, |(oid, _)| *oid)
}

fn insert(transaction: &Transaction<'_>, table: &str, values: &[Named<'_>]) -> rusqlite::Result<()> {
    let names: Vec<_> = values.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let marks = vec!["?"; values.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
    let params: Vec<_> = values.iter().map(|(_, value)| *value).collect();
    transaction.prepare_cached(&sql)?.execute(params.as_slice())?;
    Ok(())
}

/// What does not depend on the ledger's tables.
fn fixed(transaction: &Transaction<'_>, contents: &Contents) -> rusqlite::Result<()> {
    for (oid, name, kind) in [(HEAP, "heap", "t"), (BTREE, "btree", "i")] {
        insert(transaction, "pg_catalog.pg_am", &[("oid", &oid), ("amname", &name), ("amtype", &kind)])?;
    }
    insert(
        transaction,
        "pg_catalog.pg_tablespace",
        &[("oid", &1_663), ("spcname", &"pg_default"), ("spcowner", &OWNER_OID)],
    )?;
    insert(
        transaction,
        "pg_catalog.pg_collation",
        &[("oid", &DEFAULT_COLLATION), ("collname", &"default"), ("collnamespace", &11), ("collencoding", &-1)],
    )?;
    for (oid, name, login) in [(OWNER_OID, OWNER, false), (USER_OID, contents.user.as_str(), true)] {
        let role: [Named<'_>; 5] =
            [("oid", &oid), ("rolname", &name), ("rolinherit", &true), ("rolcanlogin", &login), ("rolconnlimit", &-1)];
        insert(transaction, "pg_catalog.pg_roles", &role)?;
        insert(transaction, "pg_catalog.pg_user", &[("usename", &name), ("usesysid", &oid)])?;
    }
    insert(
        transaction,
        "pg_catalog.pg_database",
        &[
            ("oid", &DATABASE_OID),
            ("datname", &contents.database),
            ("datdba", &OWNER_OID),
            ("encoding", &6),
            ("datlocprovider", &"c"),
            ("datallowconn", &true),
            ("datconnlimit", &-1),
            ("datcollate", &"C.UTF-8"),
            ("datctype", &"C.UTF-8"),
        ],
    )?;
    PgType::ALL.iter().try_for_each(|kind| type_row(transaction, *kind))
}

fn type_row(transaction: &Transaction<'_>, kind: PgType) -> rusqlite::Result<()> {
    let by_value = (1..=8).contains(&kind.size());
    let collation = if kind.category() == 'S' { DEFAULT_COLLATION } else { 0 };
    let element = if kind == PgType::Name { 0 } else { kind.element_oid() };
    let preferred = matches!(kind, PgType::Bool | PgType::Text | PgType::Oid | PgType::Float8 | PgType::Timestamptz);
    insert(
        transaction,
        "pg_catalog.pg_type",
        &[
            ("oid", &kind.oid()),
            ("typname", &kind.name()),
            ("typnamespace", &11),
            ("typowner", &OWNER_OID),
            ("typlen", &kind.size()),
            ("typbyval", &by_value),
            ("typtype", &"b"),
            ("typcategory", &kind.category().to_string()),
            ("typispreferred", &preferred),
            ("typisdefined", &true),
            ("typdelim", &","),
            ("typelem", &element),
            ("typarray", &kind.array_oid()),
            ("typtypmod", &-1),
            ("typcollation", &collation),
        ],
    )
}

fn schema(transaction: &Transaction<'_>, oid: i64, name: &str, contents: &Contents) -> rusqlite::Result<()> {
    let namespace: [Named<'_>; 3] = [("oid", &oid), ("nspname", &name), ("nspowner", &OWNER_OID)];
    insert(transaction, "pg_catalog.pg_namespace", &namespace)?;
    insert(
        transaction,
        "information_schema.schemata",
        &[("catalog_name", &contents.database), ("schema_name", &name), ("schema_owner", &OWNER)],
    )
}

fn relation_rows(transaction: &Transaction<'_>, oid: i64, namespace: i64, relation: &Relation) -> rusqlite::Result<()> {
    let (kind, method) = if relation.view { ("v", 0) } else { ("r", HEAP) };
    let has_key = !relation.key.is_empty();
    let class = |oid: i64, name: &str, kind: &str, method: i64, columns: usize, indexed: bool| {
        insert(
            transaction,
            "pg_catalog.pg_class",
            &[
                ("oid", &oid),
                ("relname", &name),
                ("relnamespace", &namespace),
                ("relowner", &OWNER_OID),
                ("relam", &method),
                ("reltuples", &-1.0),
                ("relhasindex", &indexed),
                ("relpersistence", &"p"),
                ("relkind", &kind),
                ("relnatts", &(columns as i64)),
                ("relispopulated", &true),
                ("relreplident", &"d"),
            ],
        )
    };
    class(oid, &relation.name, kind, method, relation.columns.len(), has_key)?;
    for (at, (name, kind, nullable)) in relation.columns.iter().enumerate() {
        attribute(transaction, oid, at, name, *kind, *nullable)?;
    }
    let (schemas, names): (_, [Named<'_>; 3]) = if relation.view {
        ("pg_catalog.pg_views", [("schemaname", &relation.schema), ("viewname", &relation.name), ("viewowner", &OWNER)])
    } else {
        (
            "pg_catalog.pg_tables",
            [("schemaname", &relation.schema), ("tablename", &relation.name), ("tableowner", &OWNER)],
        )
    };
    insert(transaction, schemas, &names)?;
    if has_key {
        class(oid + 1, &format!("{}_pkey", relation.name), "i", BTREE, relation.key.len(), false)?;
        key(transaction, oid, namespace, relation)?;
    }
    Ok(())
}

fn attribute(
    transaction: &Transaction<'_>,
    oid: i64,
    at: usize,
    name: &str,
    kind: PgType,
    nullable: bool,
) -> rusqlite::Result<()> {
    let collation = if kind.category() == 'S' { DEFAULT_COLLATION } else { 0 };
    insert(
        transaction,
        "pg_catalog.pg_attribute",
        &[
            ("attrelid", &oid),
            ("attname", &name),
            ("atttypid", &kind.oid()),
            ("attstattarget", &-1),
            ("attlen", &kind.size()),
            ("attnum", &(at as i64 + 1)),
            ("atttypmod", &-1),
            ("attbyval", &(kind.size() > 0)),
            ("attstorage", &(if kind.size() > 0 { "p" } else { "x" })),
            ("attnotnull", &!nullable),
            ("attislocal", &true),
            ("attcollation", &collation),
        ],
    )
}

fn key(transaction: &Transaction<'_>, oid: i64, namespace: i64, relation: &Relation) -> rusqlite::Result<()> {
    let numbers: Vec<_> = relation.key.iter().map(|at| at + 1).collect();
    let zeros = vec![0; numbers.len()];
    let [numbers, zeros] = [&numbers, &zeros].map(|list| serde_json::to_string(list).unwrap_or_default());
    let name = format!("{}_pkey", relation.name);
    let count = relation.key.len() as i64;
    insert(
        transaction,
        "pg_catalog.pg_index",
        &[
            ("indexrelid", &(oid + 1)),
            ("indrelid", &oid),
            ("indnatts", &count),
            ("indnkeyatts", &count),
            ("indisunique", &true),
            ("indisprimary", &true),
            ("indimmediate", &true),
            ("indisvalid", &true),
            ("indisready", &true),
            ("indislive", &true),
            ("indkey", &numbers),
            ("indclass", &zeros),
            ("indcollation", &zeros),
            ("indoption", &zeros),
        ],
    )?;
    insert(
        transaction,
        "pg_catalog.pg_constraint",
        &[
            ("oid", &(oid + 1)),
            ("conname", &name),
            ("connamespace", &namespace),
            ("contype", &"p"),
            ("convalidated", &true),
            ("conrelid", &oid),
            ("conindid", &(oid + 1)),
            ("conislocal", &true),
            ("connoinherit", &true),
            ("conkey", &numbers),
        ],
    )?;
    let names: [Named<'_>; 3] = [("schemaname", &relation.schema), ("tablename", &relation.name), ("indexname", &name)];
    insert(transaction, "pg_catalog.pg_indexes", &names)
}

fn information(transaction: &Transaction<'_>, relation: &Relation, database: &str) -> rusqlite::Result<()> {
    let of_table: [Named<'_>; 3] =
        [("table_catalog", &database), ("table_schema", &relation.schema), ("table_name", &relation.name)];
    let kind = if relation.view { "VIEW" } else { "BASE TABLE" };
    fn row<'a>(of_table: &[Named<'a>], more: &[Named<'a>]) -> Vec<Named<'a>> {
        [of_table, more].concat()
    }
    insert(
        transaction,
        "information_schema.tables",
        &row(&of_table, &[("table_type", &kind), ("is_insertable_into", &"YES")]),
    )?;
    if relation.view {
        insert(transaction, "information_schema.views", &of_table)?;
    }
    for (at, (name, kind, nullable)) in relation.columns.iter().enumerate() {
        let bits = if *kind == PgType::Int8 { Value::Integer(64) } else { Value::Null };
        let more: [Named<'_>; 7] = [
            ("column_name", name),
            ("ordinal_position", &(at as i64 + 1)),
            ("is_nullable", &(if *nullable { "YES" } else { "NO" })),
            ("data_type", &kind.sql_name()),
            ("numeric_precision", &bits),
            ("udt_schema", &PG_CATALOG),
            ("udt_name", &kind.name()),
        ];
        insert(transaction, "information_schema.columns", &row(&of_table, &more))?;
    }
    if relation.key.is_empty() {
        return Ok(());
    }
    let name = format!("{}_pkey", relation.name);
    let constraint: [Named<'_>; 3] =
        [("constraint_catalog", &database), ("constraint_schema", &relation.schema), ("constraint_name", &name)];
    let with_kind = [&constraint[..], &[("constraint_type", &"PRIMARY KEY")]].concat();
    insert(transaction, "information_schema.table_constraints", &row(&of_table, &with_kind))?;
    for (place, at) in relation.key.iter().enumerate() {
        let column = [&constraint[..], &[("column_name", &relation.columns[*at].0)]].concat();
        insert(transaction, "information_schema.constraint_column_usage", &row(&of_table, &column))?;
        let number = place as i64 + 1;
        let placed = [&column[..], &[("ordinal_position", &number)]].concat();
        insert(transaction, "information_schema.key_column_usage", &row(&of_table, &placed))?;
    }
    Ok(())
}
