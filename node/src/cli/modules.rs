use super::{
    args::Signing,
    call,
    exit::{Exit, Outcome},
};
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _, builder::PossibleValuesParser};
use counterfoil_platform::{CommandDeclaration, Registry};
use serde_json::{Map, Value};

/// The argument that holds the whole input.
const WITH: &str = "with";

/// Adds `counterfoil <module> <verb>` for every command that modules declare.
pub fn add(mut root: Command, registry: &Registry) -> Command {
    for module in registry.modules().iter().filter(|module| !module.commands.is_empty()) {
        let mut noun = Command::new(module.name)
            .about(format!("{}: runs a command with a key hosted by the node.", module.title))
            .subcommand_required(true)
            .arg_required_else_help(true);
        for command in module.commands {
            noun = noun.subcommand(verb(command));
        }
        root = root.subcommand(noun);
    }
    root
}

fn verb_name(command: &CommandDeclaration) -> String {
    command.name.split_once('.').map_or(command.name, |(_, verb)| verb).replace('_', "-")
}

fn verb(command: &CommandDeclaration) -> Command {
    // The texts come after, since the arguments bring one of their own.
    let mut verb = Signing::augment_args(Command::new(verb_name(command)));
    verb = verb.about(command.summary()).long_about(command.description());
    let input = Arg::new(WITH).long(WITH).value_name("JSON").help("All arguments: JSON, @file, or @- for stdin");
    verb = verb.arg(input);
    for (name, schema) in scalars(command) {
        let mut arg = Arg::new(format!("/{name}")).long(name.replace('_', "-")).conflicts_with(WITH);
        if let Some(text) = schema["description"].as_str() {
            arg = arg.help(text.to_owned());
        }
        arg = arg.value_name(if kind(&schema) == Some("integer") { "NUMBER" } else { "TEXT" });
        if let Some(choices) = choices(&schema) {
            arg = arg.value_parser(PossibleValuesParser::new(choices));
        }
        verb = verb.arg(arg.action(ArgAction::Set));
    }
    verb
}

/// The members of a command's input that are texts, numbers or choices; those whose names arguments of our own have are left to
/// `--with`.
fn scalars(command: &CommandDeclaration) -> Vec<(String, Value)> {
    let own = ["key", "idempotency-key", "url", "token", WITH, "help"];
    let document = command.schema_document();
    let properties = document["properties"].as_object().cloned().unwrap_or_default();
    let properties = properties.into_iter().map(|(name, schema)| (name, resolve(&document, schema)));
    properties
        .filter(|(name, schema)| {
            let scalar = matches!(kind(schema), Some("string" | "integer" | "boolean")) || choices(schema).is_some();
            scalar && !own.contains(&name.replace('_', "-").as_str())
        })
        .collect()
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

/// Runs the module's command that the arguments name; nothing where they name another verb.
pub fn run(matches: &ArgMatches, registry: &Registry) -> Option<Outcome> {
    let (noun, matches) = matches.subcommand()?;
    let module = registry.modules().iter().find(|module| module.name == noun)?;
    let (verb, matches) = matches.subcommand()?;
    let command = module.commands.iter().find(|command| verb_name(command) == verb)?;
    Some(perform(command, matches))
}

fn perform(command: &CommandDeclaration, matches: &ArgMatches) -> Outcome {
    let signing = Signing::from_arg_matches(matches).map_err(|error| Exit::Usage(error.to_string()))?;
    if let Some(with) = matches.get_one::<String>(WITH) {
        return call::run(command.name, with, &signing);
    }
    let mut with = Map::new();
    for (name, schema) in scalars(command) {
        let Some(text) = matches.get_one::<String>(&format!("/{name}")) else { continue };
        let value = match kind(&schema) {
            Some("integer" | "boolean") => serde_json::from_str(text).map_err(|_| {
                Exit::Usage(format!("--{}: {text:?} is not of type {}", name, kind(&schema).unwrap_or("")))
            })?,
            _ => Value::String(text.clone()),
        };
        with.insert(name, value);
    }
    call::run(command.name, &Value::Object(with).to_string(), &signing)
}
