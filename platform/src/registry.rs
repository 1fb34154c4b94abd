use crate::{
    Answer, CommandDeclaration, Module, Parsed, Query, RefusalDeclaration, Rendering, Route, call_input, member,
    package, refusals::PlatformRefused, route::Target, schema,
};
use counterfoil_state::{Context, ModuleSchema, Prepared, Program, SignerKey};
use counterfoil_types::{Call, Fault, Genesis, Kid, Refusal, machine::Validators};
use std::collections::{BTreeMap, BTreeSet};

/// All modules of a program: what the state machine executes and what the node offers.
pub struct Registry {
    modules: Vec<Module>,
    commands: BTreeMap<&'static str, CommandDeclaration>,
    queries: BTreeMap<&'static str, Query>,
}

impl Registry {
    /// Joins modules, in the order in which later ones use earlier ones; [`member`](crate::member) comes first.
    ///
    /// # Panics
    /// If a declaration breaks the contract: a name or code used twice or under another module's prefix, a command whose input is
    /// open to unknown members, a route to nowhere, a parameter that its SQL does not name. These are bugs, found by any test.
    pub fn new(modules: Vec<Module>) -> Self {
        let mut registry = Self { modules: Vec::new(), commands: BTreeMap::new(), queries: BTreeMap::new() };
        for module in modules {
            registry.add(module);
        }
        registry.assert_codes();
        registry.assert_routes();
        registry
    }

    /// The modules in order.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// All commands by name.
    pub fn commands(&self) -> impl Iterator<Item = &CommandDeclaration> {
        self.commands.values()
    }

    /// A command, if there is one.
    pub fn command(&self, name: &str) -> Option<&CommandDeclaration> {
        self.commands.get(name)
    }

    /// All queries by name.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.queries.values()
    }

    /// A query, if there is one.
    pub fn query(&self, name: &str) -> Option<&Query> {
        self.queries.get(name)
    }

    /// The document of a media type that the module of a subject makes, if it does.
    pub fn rendering(&self, subject: &str, media_type: &str) -> Option<&Rendering> {
        let (module, _) = subject.split_once(':')?;
        let module = self.modules.iter().find(|known| known.name == module)?;
        module.renderings.iter().find(|rendering| rendering.media_type == media_type)
    }

    /// All friendly routes with their modules.
    pub fn routes(&self) -> impl Iterator<Item = (&Module, &Route)> {
        self.modules.iter().flat_map(|module| module.routes.iter().map(move |route| (module, route)))
    }

    /// All refusals, the platform's own first.
    pub fn refusals(&self) -> impl Iterator<Item = &RefusalDeclaration> {
        PlatformRefused::DECLARATIONS.iter().chain(self.modules.iter().flat_map(|module| module.refusals))
    }

    /// Parses a call and checks what can be checked without state.
    pub fn parse(&self, call: &Call) -> Result<Box<dyn Parsed>, Refusal> {
        let unknown = || PlatformRefused::UnknownCommand { name: call.r#do.clone() };
        let command = self.commands.get(call.r#do.as_str()).ok_or_else(unknown)?;
        (command.prepare)(call.with.get())
    }

    fn add(&mut self, module: Module) {
        let prefix = format!("{}.", module.name);
        let twice = self.modules.iter().any(|other| other.name == module.name || other.title == module.title);
        assert!(!twice && !module.name.is_empty(), "module {:?} has no name or title of its own", module.name);
        let names = module.commands.iter().map(|command| command.name);
        let names = names.chain(module.events.iter().map(|event| event.name));
        for name in names.chain(module.queries.iter().map(|query| query.name)) {
            assert!(name.starts_with(&prefix), "{name} does not begin with {prefix}");
        }
        for table in module.mutable {
            let own = table.strip_prefix(module.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
            assert!(own, "table {table} does not begin with {}", module.name);
        }
        for command in module.commands {
            assert_command(command);
            let before = self.commands.insert(command.name, *command);
            assert!(before.is_none(), "command {} is declared twice", command.name);
        }
        for query in module.queries {
            assert_query(query);
            let before = self.queries.insert(query.name, *query);
            assert!(before.is_none(), "query {} is declared twice", query.name);
        }
        self.modules.push(module);
    }

    fn assert_codes(&self) {
        for module in &self.modules {
            for refusal in module.refusals {
                let own = refusal.code.strip_prefix(module.name).and_then(|rest| rest.strip_prefix('/'));
                assert!(own.is_some(), "refusal {} is not of module {}", refusal.code, module.name);
            }
        }
        let mut codes = BTreeSet::new();
        for refusal in self.refusals() {
            assert!(codes.insert(refusal.code), "refusal code {} is used twice", refusal.code);
        }
    }

    fn assert_routes(&self) {
        let mut paths = BTreeSet::new();
        for (_, route) in self.routes() {
            let path = route.path;
            assert!(path.starts_with("/v1/"), "route {path} does not begin with /v1/");
            assert!(paths.insert((route.method(), path)), "route {path} is declared twice");
            match route.target {
                Target::Command { name, .. } => {
                    let command = self.command(name).unwrap_or_else(|| panic!("{path} leads to no command {name}"));
                    let schema = command.asked_schema_document();
                    for member in route.path_names() {
                        let property = &schema["properties"][member];
                        assert!(property.is_object(), "{path}: {name} has no member {member}");
                        // What stands in a path is put in as a text.
                        let number = property["type"] == "integer";
                        assert!(!number, "{path}: {member} of {name} is a number, which a path cannot give");
                    }
                }
                Target::Query { name } => {
                    let query = self.query(name).unwrap_or_else(|| panic!("{path} leads to no query {name}"));
                    for parameter in route.path_names() {
                        assert!(query.takes(parameter), "{path}: {name} has no parameter {parameter}");
                    }
                }
            }
        }
    }
}

/// The calls that the registry has parsed.
pub(crate) fn parsed(prepared: &Prepared) -> &[Box<dyn Parsed>] {
    prepared.calls.downcast_ref::<Vec<_>>().expect("made by the registry's own prepare")
}

/// The refusal of a call: where there are several, its field says of which.
fn of_call(index: usize, count: usize, refusal: Refusal) -> Refusal {
    if count > 1 { call_input::below(&format!("/calls/{index}"), refusal) } else { refusal }
}

fn assert_command(command: &CommandDeclaration) {
    let name = command.name;
    assert!(!command.description().is_empty(), "command {name} has no doc comment");
    if let Some(open) = schema::openness(&command.schema_document()) {
        panic!("the input of {name} must refuse unknown and duplicated members: {open}");
    }
    if let Some(clear) = command.clear {
        let document = clear.schema_document();
        if let Some(open) = schema::openness(&document) {
            panic!("the clear input of {name} must refuse unknown and duplicated members: {open}");
        }
        let sealed = |document: &serde_json::Value| document["properties"]["sealed"].is_object();
        let told = sealed(&command.schema_document()) && !sealed(&document);
        assert!(told, "{name} has a member sealed, and its form in the clear has none");
    }
    let output = command.output_schema_document();
    let plain = output["type"] == "object" || output["type"] == "null";
    assert!(plain, "the output of {name} is neither a struct nor ()");
    for taken in ["receipt", "waiting"] {
        assert!(output["properties"][taken].is_null(), "the output of {name} has a member named {taken}");
    }
}

fn assert_query(query: &Query) {
    let name = query.name;
    let placeholders = query.placeholders();
    for placeholder in &placeholders {
        assert!(query.takes(placeholder), "{name}: :{placeholder} is not declared");
    }
    for parameter in query.parameters {
        assert!(placeholders.contains(&parameter.name), "{name}: the SQL does not name :{}", parameter.name);
    }
    if query.answer == Answer::Page {
        let paged = placeholders.contains(&"cursor") && placeholders.contains(&"limit");
        assert!(paged, "{name}: a page needs :cursor and :limit");
    }
}

impl Program for Registry {
    fn modules(&self) -> Vec<ModuleSchema> {
        let schema = |module: &Module| ModuleSchema {
            name: module.name,
            sql: module.schema_sql,
            mutable: module.mutable,
            invariants: module.invariants_sql,
        };
        self.modules.iter().map(schema).collect()
    }

    fn stored_invariants(&self, connection: &rusqlite::Connection) -> rusqlite::Result<Vec<[String; 3]>> {
        match self.modules.iter().any(|module| module.name == package::MODULE.name) {
            true => package::invariants(connection),
            false => Ok(Vec::new()),
        }
    }

    fn genesis(&self, ctx: &mut Context<'_>, genesis: &Genesis) -> Result<(), Refusal> {
        for write in self.modules.iter().filter_map(|module| module.genesis) {
            write(ctx, genesis)?;
        }
        Ok(())
    }

    fn key_tables(&self) -> &[&str] {
        member::KEY_TABLES
    }

    fn signer_key(&self, connection: &rusqlite::Connection, kid: &Kid) -> Result<Option<SignerKey>, Fault> {
        member::signer_key(connection, kid)
    }

    fn validators(&self, connection: &rusqlite::Connection) -> Result<Vec<Validators>, Fault> {
        member::committee_changes(connection)
    }

    fn command_names(&self) -> Vec<&str> {
        self.commands.keys().copied().collect()
    }

    fn prepare(&self, calls: &[Call]) -> Result<Prepared, Refusal> {
        let parse = |(index, call)| self.parse(call).map_err(|refusal| of_call(index, calls.len(), refusal));
        let parsed = calls.iter().enumerate().map(parse).collect::<Result<Vec<_>, _>>()?;
        let weight = parsed.iter().fold(1_u32, |sum, command| sum.saturating_add(command.weight()));
        Ok(Prepared { weight, calls: Box::new(parsed) })
    }

    fn gate(&self, ctx: &mut Context<'_>, calls: &[Call], prepared: &Prepared) -> Result<Option<Vec<String>>, Refusal> {
        for gate in self.modules.iter().filter_map(|module| module.gate) {
            if let Some(outputs) = gate(ctx, calls, parsed(prepared))? {
                return Ok(Some(outputs));
            }
        }
        Ok(None)
    }

    fn apply(&self, ctx: &mut Context<'_>, prepared: &Prepared) -> Result<Vec<String>, Refusal> {
        let calls = parsed(prepared);
        let mut apply = |command: &dyn Parsed| {
            if command.by_vote() {
                member::require_consortium(ctx)?;
            }
            command.apply(ctx)
        };
        let each = calls.iter().enumerate();
        each.map(|(index, call)| apply(&**call).map_err(|refusal| of_call(index, calls.len(), refusal))).collect()
    }

    fn begin_block(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        self.modules.iter().filter_map(|module| module.begin_block).try_for_each(|begin| begin(ctx))
    }
}
