use crate::{
    Command, Event as _,
    sql::{Refused, SetWriters, rights, schema, table::SharedTable},
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says who writes a shared table from now on; signed by the owner of its schema. With nobody the table is closed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTableWriters {
    /// The table, `schema.table`.
    pub table: String,
    /// Members, keys `member/name`, roles `role:name`, or `members` for everybody.
    pub writers: Vec<String>,
}

/// Who writes the table.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableWriters {
    /// The table.
    pub table: String,
    /// Who writes it, sorted.
    pub writers: Vec<String>,
}

impl Command for SetTableWriters {
    const NAME: &'static str = "sql.set_writers";
    type Output = TableWriters;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        1 + self.writers.len() as u32
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<TableWriters, Refused> {
        let table = SharedTable::require(ctx, &self.table)?;
        if table.of_package {
            return Err(Refused::OfAPackage { field: "/table".into(), table: table.name, package: table.schema });
        }
        schema::require_owner(ctx, "/table", &table.schema)?;
        let writers = rights::checked_writers(ctx, |index| format!("/writers/{index}"), &self.writers)?;
        rights::set_writers(ctx, &table.name, &writers)?;
        SetWriters { table: table.name.clone(), writers: writers.clone() }.emit(ctx);
        Ok(TableWriters { table: table.name, writers })
    }
}
