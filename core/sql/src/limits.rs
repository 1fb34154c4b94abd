//! How large a text may be: nothing here may overflow the stack or take long, whatever the text.

/// Bytes of a text.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a name of a schema, table, column or action.
pub const NAME_BYTES_MAX: usize = 48;
/// Tables, and actions, of a package.
pub const ITEMS_MAX: usize = 64;
/// Statements of an action.
pub const STATEMENTS_MAX: usize = 64;

/// Parentheses and CASE within each other.
pub(crate) const NESTING_MAX: usize = 32;
/// Operators, calls and parentheses above an expression, and links of a chain of operators.
///
/// SQLite's limit is 1,000 for the sum over all SELECTs around an expression, of which there can be twice [`SELECTS_MAX`]: each that must
/// give one row stands in another.
pub(crate) const DEPTH_MAX: usize = 64;
/// SELECTs within each other.
pub(crate) const SELECTS_MAX: usize = 6;
/// How often common table expressions are named, with those that they name: SQLite expands each anew.
pub(crate) const EXPANSIONS_MAX: usize = 64;
/// Members of one list: columns, values, arguments.
pub(crate) const LIST_MAX: usize = 500;
/// Columns of a table.
pub(crate) const COLUMNS_MAX: usize = 100;
/// Columns that a SELECT gives, with those that `*` stands for.
pub(crate) const OUTPUTS_MAX: usize = 500;
/// SELECTs joined by UNION and the like; SQLite's own limit is 500.
pub(crate) const COMPOUNDS_MAX: usize = 50;
/// Tables of a FROM clause; SQLite's own limit is 64.
pub(crate) const SOURCES_MAX: usize = 16;
/// Findings of one text.
pub(crate) const FINDINGS_MAX: usize = 50;
