use super::folder::read;
use crate::cli::{
    args::{Format, PackageCall, PackagePropose, PackageShow, PackageVote, Signing},
    exit::{Exit, Outcome},
    output, remote, waiting,
};
use counterfoil_client::{Client, Table};
use counterfoil_platform::package::named_owners;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::time::UNIX_EPOCH;

/// `counterfoil package propose`
pub fn propose(args: &PackagePropose) -> Outcome {
    let source = read(&args.file)?.text;
    let client = remote::client(&args.signing.remote);
    let state = run(&client, "package.propose", &json!({"source": source}), &args.signing)?;
    who_can_vote(&client, &state, named_owners(&source))
}

/// `counterfoil package vote`
pub fn vote(args: &PackageVote) -> Outcome {
    let client = remote::client(&args.signing.remote);
    let with = json!({"package": args.package, "version": args.version, "agree": !args.against});
    let state = run(&client, "package.vote", &with, &args.signing)?;
    let path = format!("{}/versions/{}", path(&args.package), args.version);
    let source = client.get(&path)?;
    who_can_vote(&client, &state, named_owners(source["source"].as_str().unwrap_or_default()))
}

/// `counterfoil package call`
pub fn call(args: &PackageCall) -> Outcome {
    let client = remote::client(&args.signing.remote);
    let (package, _) = args
        .action
        .split_once('.')
        .ok_or_else(|| Exit::Usage(format!("{:?} is not the name of an action, such as escrow.open", args.action)))?;
    let known = client.get(&format!("{}/actions?limit=100", path(package)))?;
    let mut actions = known["items"].as_array().into_iter().flatten();
    let action = actions.find(|action| action["action"] == args.action.as_str());
    let action = action.ok_or_else(|| Exit::No(format!("there is no action {} in force", args.action)))?;
    let mut with = Map::new();
    for argument in &args.arguments {
        let (name, value) =
            argument.split_once('=').ok_or_else(|| Exit::Usage(format!("{argument:?} is not NAME=VALUE")))?;
        let mut parameters = action["parameters"].as_array().into_iter().flatten();
        let parameter = parameters.find(|parameter| parameter["name"] == name).ok_or_else(|| {
            Exit::Usage(format!(
                "{} has no parameter {name}; `counterfoil package show {package}` lists them",
                args.action
            ))
        })?;
        if with.insert(name.to_owned(), typed(name, parameter["type"].as_str().unwrap_or_default(), value)?).is_some() {
            return Err(Exit::Usage(format!("{name} is given twice")));
        }
    }
    let missing = missing(&action["parameters"], &with);
    if !missing.is_empty() {
        return Err(Exit::Usage(format!("{} needs {} too", args.action, missing.join(", "))));
    }
    run(&client, "package.call", &json!({"action": args.action, "with": with}), &args.signing).map(drop)
}

/// The parameters that are not given and cannot be null, each with its type.
fn missing(parameters: &Value, with: &Map<String, Value>) -> Vec<String> {
    let text = |parameter: &Value, member: &str| parameter[member].as_str().unwrap_or_default().to_owned();
    let needed = parameters.as_array().into_iter().flatten().filter(|parameter| parameter["nullable"] == false);
    let missing = needed.filter(|parameter| !with.contains_key(&text(parameter, "name")));
    missing.map(|parameter| format!("{}={}", text(parameter, "name"), text(parameter, "type"))).collect()
}

/// An argument as a value of its parameter's type.
fn typed(name: &str, kind: &str, text: &str) -> Result<Value, Exit> {
    let time_ms = || {
        let since = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    };
    match kind {
        "INTEGER" => text.parse().ok().or_else(time_ms).map(Value::from).ok_or_else(|| {
            Exit::Usage(format!(
                "{name}: expected a whole number, or a time such as 2026-01-31T12:00:00Z, found {text:?}"
            ))
        }),
        "BLOB" => match hex::decode(text) {
            Ok(bytes) => Ok(json!({"hex": hex::encode(bytes)})),
            Err(_) => Err(Exit::Usage(format!("{name}: expected bytes in hexadecimal, found {text:?}"))),
        },
        _ => Ok(text.into()),
    }
}

/// `counterfoil package show`
pub fn show(args: &PackageShow) -> Outcome {
    let client = remote::client(&args.remote);
    let package = client.get(&path(&args.package))?;
    let actions = client.get(&format!("{}/actions?limit=100", path(&args.package)))?["items"].take();
    if args.output == Format::Json {
        output::json(&json!({"package": package, "actions": actions}));
        return Ok(());
    }
    let rows = actions.as_array().into_iter().flatten().map(|action| {
        let parameters = action["parameters"].as_array().into_iter().flatten().map(parameter).collect::<Vec<_>>();
        let summary = action["summary"].as_str().unwrap_or_default().lines().next().unwrap_or_default();
        vec![action["action"].clone(), action["public"].clone(), json!(parameters.join(", ")), json!(summary)]
    });
    if args.output == Format::Table {
        let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
        output::text(&format!(
            "{} version {}, {}\n{}\nowners {}; {} of them decide\n\n",
            text("package"),
            package["version"],
            text("state"),
            text("description"),
            texts(&package["owners"]).join(", "),
            package["approvals"],
        ));
    }
    let columns = ["action", "public", "parameters", "summary"].map(str::to_owned).to_vec();
    output::table(&Table { height: 0, columns, rows: rows.collect(), truncated: None }, args.output);
    Ok(())
}

/// A parameter as its package declares it.
fn parameter(parameter: &Value) -> String {
    let text = |name: &str| parameter[name].as_str().unwrap_or_default();
    let null = if parameter["nullable"] == true { " NULL" } else { "" };
    format!("{} {}{null}", text("name"), text("type"))
}

/// Runs a command, prints its output with the receipt, and gives it back.
fn run(client: &Client, command: &str, with: &Value, signing: &Signing) -> Result<Value, Exit> {
    let answer = client.call(command, with, &signing.key, signing.idempotency_key.as_deref());
    let answer = answer.map_err(|error| waiting::explain(client, error))?;
    output::json(&answer);
    Ok(answer)
}

/// Says of a version that waits for votes whose are missing. `named` are the owners that its source names: they decide on the first
/// version, those of the version in force on a later one.
fn who_can_vote(client: &Client, state: &Value, named: Vec<String>) -> Outcome {
    let Some(missing) = state["missing"].as_i64().filter(|missing| *missing > 0) else { return Ok(()) };
    let (package, version) = (state["package"].as_str().unwrap_or_default(), &state["version"]);
    let owners = match client.get(&path(package)) {
        Ok(deployed) => texts(&deployed["owners"]),
        Err(_) => named,
    };
    let voted = client.sql(
        "SELECT member FROM package_vote WHERE package = ? AND motion = 'deploy' AND version = ?",
        &[package.into(), version.clone()],
    )?;
    let voted: Vec<&str> = voted.rows.iter().filter_map(|row| row.first()?.as_str()).collect();
    output::note(&format!("counterfoil: {missing} more of its owners must agree"));
    for owner in owners.iter().filter(|owner| !voted.contains(&owner.as_str())) {
        output::note(&format!("  counterfoil package vote {package} {version} --as {owner}/KEY"));
    }
    Ok(())
}

fn path(package: &str) -> String {
    format!("/v1/packages/{}", utf8_percent_encode(package, NON_ALPHANUMERIC))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
