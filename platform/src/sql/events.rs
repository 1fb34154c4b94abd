crate::events! {
    /// A shared table exists from now on.
    "sql.created_table" CreatedTable {
        /// The table, `schema.table`.
        table: String,
        /// Its schema.
        schema: String,
    }
    /// Rows of shared tables were written by statements of a member.
    "sql.wrote" Wrote {
        /// The member.
        member: String,
        /// Each table written, with the number of rows.
        tables: Vec<TableRows>,
    }
    /// Other members write a table from now on.
    "sql.set_writers" SetWriters {
        /// The table.
        table: String,
        /// Who writes.
        writers: Vec<String>,
    }
}

/// How many rows of a table were written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct TableRows {
    /// The table, `schema.table`.
    pub table: String,
    /// Rows inserted, changed or deleted.
    pub rows: u64,
}
