use crate::{CommandDeclaration, EventDeclaration, Examine, Parsed, Query, RefusalDeclaration, Rendering, Route};
use counterfoil_state::Context;
use counterfoil_types::{Call, Genesis, Refusal};

/// Writes a module's first rows.
pub type WriteGenesis = fn(&mut Context<'_>, &Genesis) -> Result<(), Refusal>;

/// Decides whether the calls of a signed transaction are executed now; `Some` ends it with these outputs instead, one a call.
pub type Gate = fn(&mut Context<'_>, &[Call], &[Box<dyn Parsed>]) -> Result<Option<Vec<String>>, Refusal>;

/// Does what is due by the block's time alone, before its transactions. Must never refuse; a bounded number of rows a block.
pub type BeginBlock = fn(&mut Context<'_>) -> Result<(), Refusal>;

/// A platform service or an application: everything the rest of the program knows about it.
///
/// Write it as a constant: `pub const MODULE: Module = Module { name: "invoice", …, ..Module::EMPTY };`
#[derive(Clone, Copy)]
pub struct Module {
    /// Prefix of its commands, events and queries (`invoice.`) and refusals (`invoice/`); its tables are `invoice` or
    /// `invoice_…`.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The domain in one page, in Markdown.
    pub readme: &'static str,
    /// Its tables and indexes: `STRICT`, with an explicit primary key.
    pub schema_sql: &'static str,
    /// The tables whose rows change or are deleted; the others only grow.
    pub mutable: &'static [&'static str],
    /// Named SELECTs that must return no row: `-- name: …` before each.
    pub invariants_sql: &'static str,
    /// What can be asked.
    pub commands: &'static [CommandDeclaration],
    /// What happened.
    pub events: &'static [EventDeclaration],
    /// Named reads.
    pub queries: &'static [Query],
    /// Friendly HTTP routes to its commands and queries.
    pub routes: &'static [Route],
    /// Why it says no.
    pub refusals: &'static [RefusalDeclaration],
    /// Writes its first rows. A refusal here means that the genesis file is unusable.
    pub genesis: Option<WriteGenesis>,
    /// Is asked before the calls of each signed transaction are executed; the first module that holds it back decides.
    pub gate: Option<Gate>,
    /// Runs at the beginning of each block.
    pub begin_block: Option<BeginBlock>,
    /// Checks, on the node of a mandatory reader, what is sealed under a subject of this module.
    pub examine: Option<Examine>,
    /// Documents that it makes of what readers have opened under its subjects.
    pub renderings: &'static [Rendering],
}

impl Module {
    /// A module with nothing in it, to be filled by `..Module::EMPTY`.
    pub const EMPTY: Self = Self {
        name: "",
        title: "",
        readme: "",
        schema_sql: "",
        mutable: &[],
        invariants_sql: "",
        commands: &[],
        events: &[],
        queries: &[],
        routes: &[],
        refusals: &[],
        genesis: None,
        gate: None,
        begin_block: None,
        examine: None,
        renderings: &[],
    };
}
