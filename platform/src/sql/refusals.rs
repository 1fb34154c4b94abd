crate::refusals! {
    /// Why a statement on shared tables is refused. Codes are for life: never reuse a number; those below 20 are of public reading
    /// ([`SqlCode`](counterfoil_state::SqlCode)).
    pub enum Refused in "sql" {
        /// A statement is one whose result is the same at every member.
        #[refusal(20, Invalid, "{field}")]
        #[error("{findings}")]
        Checked { field: String, findings: String },
        /// Only what writes is signed; reading is asked of a node.
        #[refusal(21, Invalid, "{field}")]
        #[error("this statement only reads: ask a node for it, POST /v1/sql")]
        OnlyReads { field: String },
        /// Tables of a schema are created by its owner.
        #[refusal(22, Forbidden, "{field}")]
        #[error("tables of schema {schema} are created by {owner}, who owns it, not by {caller}")]
        NotTheSchemasOwner { field: String, schema: String, owner: String, caller: String },
        /// The name of a table is used once.
        #[refusal(23, Conflict, "{field}")]
        #[error("table {table} was created at height {height}")]
        TableTaken { field: String, table: String, height: i64 },
        /// Rows are written by the writers of the table.
        #[refusal(24, Forbidden, "{field}")]
        #[error("{table} is written by {writers}, and {caller} is not among them")]
        NotAWriter { field: String, table: String, writers: String, caller: String },
        /// A row with an owner is changed and deleted by that owner.
        #[refusal(25, Forbidden, "{field}")]
        #[error("row {row} is changed by {owner}, whom its column {column} names, not by {caller}")]
        NotTheRowsOwner { field: String, row: String, column: String, owner: String, caller: String },
        /// Rows keep the constraints of their table.
        #[refusal(26, Conflict, "{field}")]
        #[error("{constraint}")]
        Constraint { field: String, constraint: String },
        /// A statement on several rows works on all of them.
        #[refusal(27, Conflict, "{field}")]
        #[error("a row breaks a constraint, or a value cannot be computed; which one depends on the order of rows, so none is named")]
        SomeRow { field: String },
        /// The options of a table are writers, mode, owner_column and readers.
        #[refusal(28, Invalid, "{field}")]
        #[error("{reason}")]
        Option { field: String, reason: String },
        /// A writer is an active member, a key of one, a role, or members for everybody.
        #[refusal(29, Invalid, "{field}")]
        #[error("{reason}")]
        NotAWriterName { field: String, reason: String },
        /// Parameters and their values match.
        #[refusal(30, Invalid, "{field}")]
        #[error("{reason}")]
        Parameters { field: String, reason: String },
        /// A call has a bounded number of statements.
        #[refusal(31, TooLarge, "/statements")]
        #[error("1 to {max} statements are taken, {found} are given")]
        Statements { found: usize, max: usize },
        /// A schema's name is not that of a member, a module or a package, nor of a package that is voted on.
        #[refusal(32, Conflict, "{field}")]
        #[error("schema {schema} cannot be created: {reason}")]
        SchemaTaken { field: String, schema: String, reason: String },
        /// Rows of a table that only grows stay as they are.
        #[refusal(33, Forbidden, "{field}")]
        #[error("{table} only grows: its rows are not changed or deleted")]
        OnlyGrows { field: String, table: String },
        /// The table exists.
        #[refusal(34, NotFound, "/table")]
        #[error("there is no shared table {table}")]
        NoTable { table: String },
        /// A package's tables are written by its actions.
        #[refusal(35, Forbidden, "{field}")]
        #[error("{table} belongs to package {package}: its actions write it")]
        OfAPackage { field: String, table: String, package: String },
        /// An organisation and the people whom it registered create a bounded number of tables together.
        #[refusal(37, TooLarge, "{field}")]
        #[error("an organisation and the people whom it registered create at most {max} tables, and none is ever dropped")]
        TooManyTables { field: String, max: i64 },
        /// The text of a statement has a bounded length.
        #[refusal(38, TooLarge, "/statements/{index}/sql")]
        #[error("{found} bytes, {max} are taken at most")]
        TooLong { index: usize, found: usize, max: usize },
        /// The name of an index is used once.
        #[refusal(39, Conflict, "{field}")]
        #[error("there is an index {index}")]
        IndexTaken { field: String, index: String },
        /// A table has a bounded number of indexes.
        #[refusal(40, TooLarge, "{field}")]
        #[error("{table} has {max} indexes, the most a table may have")]
        TooManyIndexes { field: String, table: String, max: i64 },
        /// A statement's value is a number, text or bytes that can be computed.
        #[refusal(36, Invalid, "{field}")]
        #[error("{reason}")]
        Failed { field: String, reason: String },
    }
}
