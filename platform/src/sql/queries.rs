use crate::{Answer, Column, ColumnKind, Parameter, Query};
use schemars::JsonSchema;

/// The shape of a table.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct TableShape {
    /// Name and type of each column, in order.
    columns: Vec<(String, String)>,
    /// The columns of the primary key.
    primary_key: Vec<String>,
    /// Columns that are unique together.
    unique: Vec<Vec<String>>,
}

const TABLE: Column = Column::text("table", "The table, `schema.table`.");
const SCHEMA: Column = Column::text("schema", "Its schema.");
const TABLE_COLUMNS: &[Column] = &[
    TABLE,
    SCHEMA,
    Column::text("owner", "Who owns the schema; of a package, the package."),
    Column::of("package", "Whether the schema is a package, whose actions alone write the table.", ColumnKind::Boolean),
    Column::text("mode", "`append`: it only grows; `update`: rows change and go."),
    Column::text("owner_column", "The column that names the member who changes and deletes the row."),
    Column::text("readers", "`packages`: their actions may read it too; else `members`."),
    Column::json::<Vec<String>>("writers", "Members, keys, roles or `members`, who write it."),
    Column::json::<TableShape>("shape", "Columns and keys."),
    Column::text("definition", "As its creator wrote it."),
    Column::text("creator", "The key that signed."),
    Column::integer("height", "Height of the block that created it."),
    Column::integer("time_ms", "Time of that block, milliseconds since 1970-01-01 UTC."),
];

macro_rules! select {
    () => {
        "SELECT t.name, t.schema, coalesce(s.owner, t.schema), t.package, t.mode, t.owner_column, t.readers,
            (SELECT json_group_array(w.writer ORDER BY w.writer) FROM sql_writer w WHERE w.table_name = t.name),
            t.shape, t.definition, t.creator, t.height, t.time_ms"
    };
}

/// The named reads of the module.
pub(super) const ALL: &[Query] = &[
    Query {
        name: "sql.tables",
        summary: "Shared tables by name.",
        sql: concat!(
            select!(),
            ", t.name AS cursor FROM sql_table t LEFT JOIN sql_schema s ON s.name = t.schema
             WHERE (:schema IS NULL OR t.schema = :schema) AND t.name > coalesce(:cursor, '') ORDER BY t.name LIMIT :limit"
        ),
        parameters: &[Parameter::text("schema", "Only tables of this schema.").optional()],
        columns: TABLE_COLUMNS,
        answer: Answer::Page,
    },
    Query {
        name: "sql.table",
        summary: "A shared table: what it looks like and who writes it.",
        sql: concat!(
            select!(),
            " FROM sql_table t LEFT JOIN sql_schema s ON s.name = t.schema WHERE t.name = :table"
        ),
        parameters: &[Parameter::text("table", "The table, `schema.table`.")],
        columns: TABLE_COLUMNS,
        answer: Answer::One,
    },
    Query {
        name: "sql.schemas",
        summary: "Schemas of shared tables by name; packages are listed by `package.list`.",
        sql: "SELECT name, owner, height, time_ms, name AS cursor FROM sql_schema
              WHERE name > coalesce(:cursor, '') ORDER BY name LIMIT :limit",
        parameters: &[],
        columns: &[
            SCHEMA,
            Column::text("owner", "Who owns it: creates its tables and says who writes them."),
            Column::integer("height", "Height of the block that began it."),
            Column::integer("time_ms", "Time of that block, milliseconds since 1970-01-01 UTC."),
        ],
        answer: Answer::Page,
    },
];
