mod execute;
mod set_writers;

pub(in crate::sql) use execute::checked;
pub use execute::{Execute, Executed, NamedValue, SqlStatement};
pub use set_writers::{SetTableWriters, TableWriters};
