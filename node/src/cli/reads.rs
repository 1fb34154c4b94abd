use super::{
    args::{Format, Remote},
    exit::{Exit, Outcome},
    output, remote,
};
use clap::{Arg, ArgMatches, Args as _, Command, FromArgMatches as _, builder::EnumValueParser};
use counterfoil_client::Table;
use counterfoil_platform::{Answer, Module, Query, Registry, Target};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Arguments of pages, beside the query's own.
const PAGE: [(&str, &str); 2] =
    [("limit", "How many items at most"), ("cursor", "Where to go on: what the page before says on stderr")];

/// The queries of a module to which routes lead, each with its path: what `counterfoil <module> <verb>` reads.
pub fn of_module(module: &Module) -> impl Iterator<Item = (&'static str, &'static Query)> {
    module.routes.iter().filter_map(|route| match route.target {
        Target::Query { name } => Some((route.path, module.queries.iter().find(|query| query.name == name)?)),
        Target::Command { .. } => None,
    })
}

pub fn verb_name(query: &Query) -> String {
    query.name.split_once('.').map_or(query.name, |(_, verb)| verb).replace('_', "-")
}

/// The verb of a query.
pub fn verb(query: &Query) -> Command {
    // The texts come after, since the arguments bring one of their own.
    let mut verb = Remote::augment_args(Command::new(verb_name(query))).about(query.summary.trim_end_matches('.'));
    verb = verb.long_about(query.summary);
    for parameter in query.parameters {
        let arg = Arg::new(format!("/{}", parameter.name)).long(parameter.name.replace('_', "-"));
        verb =
            verb.arg(arg.value_name("TEXT").help(parameter.summary.trim_end_matches('.')).required(parameter.required));
    }
    if query.answer == Answer::Page {
        let page = PAGE.map(|(name, help)| Arg::new(name).long(name).value_name("TEXT").help(help));
        verb = verb.args(page);
    }
    let output = Arg::new("output")
        .short('o')
        .long("output")
        .value_name("FORMAT")
        .help("How it is written; lists are tables if not told");
    verb.arg(output.value_parser(EnumValueParser::<Format>::new()))
}

/// Reads the route of a query.
pub fn run(path: &str, query: &Query, matches: &ArgMatches) -> Outcome {
    let remote = Remote::from_arg_matches(matches).map_err(|error| Exit::Usage(error.to_string()))?;
    let answer = remote::client(&remote).get(&filled(path, query, matches))?;
    let page = query.answer == Answer::Page;
    let standard = if page { Format::Table } else { Format::Json };
    match matches.get_one::<Format>("output").copied().unwrap_or(standard) {
        Format::Json => output::json(&answer),
        format => output::list(table(query, if page { &answer["items"] } else { &answer }), format),
    }
    if let Some(next) = answer["next"].as_str().filter(|_| page) {
        output::note(&format!("counterfoil: there is more: --cursor '{next}'"));
    }
    Ok(())
}

/// The path with what the caller gave.
fn filled(path: &str, query: &Query, matches: &ArgMatches) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (mut path, mut asked) = (path.to_owned(), Vec::new());
    for parameter in query.parameters {
        let Some(given) = matches.get_one::<String>(&format!("/{}", parameter.name)) else { continue };
        let place = format!("{{{}}}", parameter.name);
        if path.contains(&place) {
            path = path.replace(&place, &encoded(given));
        } else {
            asked.push(format!("{}={}", parameter.name, encoded(given)));
        }
    }
    let paging = PAGE.iter().filter(|_| query.answer == Answer::Page);
    asked.extend(paging.filter_map(|(name, _)| Some(format!("{name}={}", encoded(matches.get_one::<String>(name)?)))));
    if asked.is_empty() { path } else { format!("{path}?{}", asked.join("&")) }
}

/// Objects as rows.
fn table(query: &Query, answer: &Value) -> Table {
    let row = |item: &Value| query.columns.iter().map(|column| item[column.name].clone()).collect();
    let rows = match answer {
        Value::Array(items) => items.iter().map(row).collect(),
        item => vec![row(item)],
    };
    let columns = query.columns.iter().map(|column| column.name.to_owned()).collect();
    Table { height: 0, columns, rows, truncated: None }
}

/// The query that a noun and verb of the command line mean.
pub fn find(registry: &Registry, noun: &str, verb: &str) -> Option<(&'static str, &'static Query)> {
    let module = registry.modules().iter().find(|module| module.name == noun)?;
    of_module(module).find(|(_, query)| verb_name(query) == verb)
}
