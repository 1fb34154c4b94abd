use super::{
    args::{Format, IncomingList, IncomingNew, IncomingRemove},
    exit::{Exit, Outcome},
    output,
    token::{hosted, layout},
};
use crate::incoming;
use counterfoil_client::Table;
use counterfoil_types::is_name;
use serde_json::json;

/// `counterfoil incoming new`
pub fn new(args: &IncomingNew) -> Outcome {
    let layout = layout(&args.dir)?;
    if !is_name(&args.name) {
        return Err(Exit::Usage(format!("{:?}: a name is 1 to 64 of a-z 0-9 - . _", args.name)));
    }
    if crate::registry().command(&args.command).is_none() {
        return Err(Exit::No(format!("there is no command {:?}", args.command)));
    }
    hosted(&layout, &args.key)?;
    match incoming::create(&layout.incoming(), &args.name, args.key.clone(), &args.command)? {
        Some(secret) => output::text(&format!("{}\n", secret.reveal())),
        None => return Err(Exit::No(format!("there is an incoming webhook {} already", args.name))),
    }
    Ok(())
}

/// `counterfoil incoming list`
pub fn list(args: &IncomingList) -> Outcome {
    let hooks = incoming::list(&layout(&args.dir)?.incoming())?;
    let rows =
        hooks.iter().map(|hook| vec![json!(hook.name), json!(hook.key), json!(hook.command), json!(hook.created_ms)]);
    let columns = ["name", "key", "command", "created_ms"].map(str::to_owned).to_vec();
    if args.output == Format::Json {
        let shown = |hook: &incoming::Hook| json!({"name": hook.name, "key": hook.key, "command": hook.command, "created_ms": hook.created_ms});
        output::json(&hooks.iter().map(shown).collect());
        return Ok(());
    }
    output::list(Table { height: 0, columns, rows: rows.collect(), truncated: None }, args.output);
    Ok(())
}

/// `counterfoil incoming remove`
pub fn remove(args: &IncomingRemove) -> Outcome {
    if incoming::remove(&layout(&args.dir)?.incoming(), &args.name)? {
        return Ok(());
    }
    Err(Exit::No(format!("there is no incoming webhook {}", args.name)))
}
