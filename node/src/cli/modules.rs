use super::{
    args::Signing,
    call,
    exit::{Exit, Outcome},
    reads, remote,
};
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _, builder::PossibleValuesParser};
use counterfoil_platform::{CallInput, Command as _, CommandDeclaration, Registry, member::Propose};
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};

/// The argument that holds the whole input.
const WITH: &str = "with";

/// The argument that has it voted on.
const PROPOSE: &str = "propose";

/// What is longer is told by the API's documentation.
const FORM_BYTES_MAX: usize = 240;

/// Adds `counterfoil <module> <verb>` for every command that modules declare and every query to which a route of theirs leads, where
/// there is no verb of our own.
pub fn add(mut root: Command, registry: &Registry) -> Command {
    for module in registry.modules().iter().filter(|module| !module.commands.is_empty()) {
        let commands = module.commands.iter().map(verb);
        let verbs = commands.chain(reads::of_module(module).map(|(_, query)| reads::verb(query)));
        let verbs: Vec<Command> = verbs.filter(|verb| !is_own(&root, module.name, verb.get_name())).collect();
        root = match root.find_subcommand(module.name) {
            Some(_) => root.mut_subcommand(module.name, |noun| noun.subcommands(verbs)),
            None => root.subcommand(
                Command::new(module.name)
                    .about(format!("{}: runs commands with a key hosted by the node, and reads", module.title))
                    .subcommand_required(true)
                    .arg_required_else_help(true)
                    .subcommands(verbs),
            ),
        };
    }
    root
}

/// Whether the command line has such a verb by itself.
fn is_own(root: &Command, noun: &str, verb: &str) -> bool {
    root.find_subcommand(noun).is_some_and(|noun| noun.find_subcommand(verb).is_some())
}

fn verb_name(command: &CommandDeclaration) -> String {
    command.name.split_once('.').map_or(command.name, |(_, verb)| verb).replace('_', "-")
}

fn verb(command: &CommandDeclaration) -> Command {
    // The texts come after, since the arguments bring one of their own.
    let mut verb = Signing::augment_args(Command::new(verb_name(command)));
    // As in the texts of the other verbs, no full stop at the end.
    let summary = command.summary();
    verb = verb.about(summary.trim_end_matches('.').to_owned()).long_about(command.description());
    let input =
        Arg::new(WITH).long(WITH).value_name("JSON").help("All arguments at once: JSON, @file, or @- for stdin");
    verb = verb.arg(input);
    if command.by_vote {
        let help = "The title under which it is put to the vote of the governing organisations, which alone do this";
        verb = verb.arg(Arg::new(PROPOSE).long(PROPOSE).value_name("TITLE").help(help).required(true));
    }
    for Member { name, option, schema, required, written } in members(command) {
        // A negative number is for the ledger to refuse, in words about what it is.
        let mut arg = Arg::new(format!("/{name}")).long(option).conflicts_with(WITH).allow_negative_numbers(true);
        let text = schema["description"].as_str().unwrap_or_default().trim_end_matches('.');
        arg = match Form::of(&schema) {
            Form::Json if written.len() <= FORM_BYTES_MAX => arg.help(format!("{text}: {written}, or @file")),
            Form::Json => arg.help(format!("{text}: JSON, or @file; its form is in /docs")),
            _ => arg.help(text.to_owned()),
        };
        arg = match required {
            true => arg.required_unless_present(WITH).help_heading("Input"),
            false => arg.help_heading("Optional input"),
        };
        arg = arg.value_name(Form::of(&schema).value_name());
        if let Some(choices) = choices(&schema) {
            arg = arg.value_parser(PossibleValuesParser::new(choices));
        }
        verb = verb.arg(arg.action(ArgAction::Set));
    }
    verb
}

/// A member of a command's input as an argument.
struct Member {
    name: String,
    option: String,
    schema: Value,
    required: bool,
    /// How its JSON is written.
    written: String,
}

/// How an argument is written.
enum Form {
    Text,
    Integer,
    Boolean,
    /// JSON, `@file` or `@-`.
    Json,
}

impl Form {
    fn of(schema: &Value) -> Self {
        match kind(schema) {
            _ if choices(schema).is_some() => Self::Text,
            Some("string") => Self::Text,
            Some("integer") => Self::Integer,
            Some("boolean") => Self::Boolean,
            _ => Self::Json,
        }
    }

    fn value_name(&self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Integer => "NUMBER",
            Self::Boolean => "true|false",
            Self::Json => "JSON",
        }
    }

    fn read(&self, option: &str, text: &str) -> Result<Value, Exit> {
        let wrong = |expected: &str| Exit::Usage(format!("--{option}: expected {expected}, found {text:?}"));
        match self {
            Self::Text => Ok(Value::String(text.to_owned())),
            Self::Integer => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
            Self::Boolean => text.parse::<bool>().map(Value::from).map_err(|_| wrong("true or false")),
            Self::Json => serde_json::from_str(&remote::argument(text)?)
                .map_err(|error| Exit::Usage(format!("--{option}: not JSON: {error}"))),
        }
    }
}

/// The members of a command's input. One that has the name of an argument of our own is `--input-…`.
fn members(command: &CommandDeclaration) -> Vec<Member> {
    let own = ["key", "as", "idempotency-key", "url", "token", WITH, PROPOSE, "help"];
    let document = command.asked_schema_document();
    let properties = document["properties"].as_object().cloned().unwrap_or_default();
    let required = |name: &str| document["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let member = |(name, schema): (String, Value)| {
        let option = name.replace('_', "-");
        let option = if own.contains(&option.as_str()) { format!("input-{option}") } else { option };
        let written = written(&document, &schema);
        Member { required: required(&name), schema: resolve(&document, schema), name, option, written }
    };
    properties.into_iter().map(member).collect()
}

/// The definition that a schema refers to, with the description beside the reference.
fn resolve(document: &Value, schema: Value) -> Value {
    let Some(name) = schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/")) else { return schema };
    let mut found = document["$defs"][name].clone();
    if schema["description"].is_string() {
        found["description"] = schema["description"].clone();
    }
    found
}

/// The form of a schema's JSON, such as `[{"name": TEXT, "sealed"?: true|false}, …]`; a member with `?` may be left out.
fn written(document: &Value, schema: &Value) -> String {
    let is_null = |one: &&Value| one["type"] == "null";
    if let Some(inner) = schema["anyOf"].as_array().and_then(|all| all.iter().find(|one| !is_null(one))) {
        return written(document, inner);
    }
    let schema = resolve(document, schema.clone());
    match kind(&schema) {
        Some("array") => format!("[{}, …]", written(document, &schema["items"])),
        Some("object") if schema["properties"].is_object() => {
            let required =
                |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
            let member = |(name, inner): (&String, &Value)| {
                let mark = if required(name) { "" } else { "?" };
                format!("\"{name}\"{mark}: {}", written(document, inner))
            };
            let members = schema["properties"].as_object().into_iter().flatten().map(member);
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        _ => match choices(&schema) {
            Some(choices) => choices.join("|"),
            None => Form::of(&schema).value_name().to_owned(),
        },
    }
}

fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

/// The texts that a schema allows, if it lists them: `enum`, or `oneOf` of constants.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let listed = match (&schema["enum"], &schema["oneOf"]) {
        (Value::Array(all), _) => all.iter().collect::<Vec<_>>(),
        (_, Value::Array(all)) => all.iter().map(|one| &one["const"]).collect(),
        _ => return None,
    };
    listed.into_iter().map(|one| one.as_str().map(str::to_owned)).collect()
}

/// Runs the module's command, or reads its query, that the arguments name; nothing where they name a verb of our own, which `root` has.
pub fn run(root: &Command, matches: &ArgMatches, registry: &Registry) -> Option<Outcome> {
    let (noun, matches) = matches.subcommand()?;
    let module = registry.modules().iter().find(|module| module.name == noun)?;
    let (verb, matches) = matches.subcommand()?;
    if is_own(root, noun, verb) {
        return None;
    }
    if let Some((path, query)) = reads::find(registry, noun, verb) {
        return Some(reads::run(path, query, matches));
    }
    let command = module.commands.iter().find(|command| verb_name(command) == verb)?;
    Some(perform(command, matches))
}

fn perform(command: &CommandDeclaration, matches: &ArgMatches) -> Outcome {
    let signing = Signing::from_arg_matches(matches).map_err(|error| Exit::Usage(error.to_string()))?;
    let with = input(command, matches)?;
    if !command.by_vote {
        return call::send(command.name, &with, &signing).map(drop);
    }
    let title = matches.get_one::<String>(PROPOSE).cloned().unwrap_or_default();
    let calls = vec![CallInput { r#do: command.name.to_owned(), with }];
    let answer = call::send(Propose::NAME, &Propose { title, calls, expires_ms: None }, &signing)?;
    match answer["state"].as_str() {
        Some("passed") => Ok(()),
        Some("open") => Err(Exit::Waits(voting(&answer))),
        _ => Err(Exit::No(format!("the vote decided it, and it was refused: {}", answer["refusal"]["code"]))),
    }
}

/// What is to be done where the proposer's own vote did not decide.
fn voting(answer: &Value) -> String {
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let (proposal, hash) = (text("proposal"), text("calls_hash"));
    format!(
        "nothing is done yet: {} of {} votes are there\n  to vote:  counterfoil member vote --proposal {proposal} \
         --calls-hash {hash} --choice for --key MEMBER/KEY",
        answer["votes_for"], answer["needed"]
    )
}

/// What the arguments say, as JSON.
fn input(command: &CommandDeclaration, matches: &ArgMatches) -> Result<Box<RawValue>, Exit> {
    if let Some(with) = matches.get_one::<String>(WITH) {
        return call::read(with);
    }
    let mut with = Map::new();
    for Member { name, option, schema, .. } in members(command) {
        if let Some(text) = matches.get_one::<String>(&format!("/{name}")) {
            with.insert(name, Form::of(&schema).read(&option, text)?);
        }
    }
    to_raw_value(&with).map_err(|error| Exit::Usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_says_what_a_command_needs_and_how_its_lists_are_written() {
        let mut root = add(Command::new("counterfoil"), &crate::registry());
        let noun = root.find_subcommand_mut("document").expect("a module");
        let help = noun.find_subcommand_mut("define-type").expect("a command").render_long_help().to_string();
        let (needed, optional) = help.split_once("Optional input:").expect("two headings");
        assert!(needed.contains("--type <TEXT>") && optional.contains("--mandatory-readers <JSON>"), "{help}");
        assert!(optional.contains("[TEXT, …]"), "{help}");
        assert!(help.contains("\"name\": TEXT"), "{help}");
    }
}
