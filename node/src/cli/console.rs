use super::{
    args::{ConsoleInvite, ConsoleList, ConsoleRemove, Format},
    exit::{Exit, Outcome},
    output,
    token::{hosted, layout},
};
use crate::{
    config::{Config, Layout},
    files,
    gate::now_ms,
    passkey::{self, Entry, Site},
};
use counterfoil_client::Table;
use serde_json::{Value, json};

/// `counterfoil console invite`
pub fn invite(args: ConsoleInvite) -> Outcome {
    let layout = layout(&args.dir)?;
    hosted(&layout, &args.key)?;
    let url = url(&layout)?;
    let site = Site::of(&url).ok_or_else(|| {
        Exit::No(format!(
            "browsers take no passkeys at {url}: set public_url in counterfoil.toml to https://… or http://localhost:…"
        ))
    })?;
    let now = now_ms();
    let lasts = u64::try_from(args.valid.as_millis()).unwrap_or(u64::MAX);
    let until = now.saturating_add(lasts);
    let code = passkey::invite(&layout.console(), args.key, now, until)?;
    output::text(&format!("{}/set-up#{code}\n", site.origin));
    Ok(())
}

/// By which address the node is known: what its settings say, else where it runs or will run.
fn url(layout: &Layout) -> Result<String, Exit> {
    let config = Config::read(&layout.config())?;
    if let Some(url) = config.public_url {
        return Ok(url);
    }
    let ready = layout.ready();
    if ready.exists() {
        let said: Option<Value> = serde_json::from_slice(&files::read(&ready)?).ok();
        if let Some(url) = said.as_ref().and_then(|said| said["url"].as_str()) {
            return Ok(url.to_owned());
        }
    }
    Ok(format!("http://{}", config.listen))
}

/// `counterfoil console list`
pub fn list(args: &ConsoleList) -> Outcome {
    let entries = passkey::list(&layout(&args.dir)?.console())?;
    let columns = ["id", "what", "key", "created_ms", "used_ms", "until_ms"];
    let row = |one: &Entry| {
        vec![
            json!(one.id()),
            json!(one.kind()),
            json!(one.key()),
            json!(one.created_ms()),
            json!(one.used_ms()),
            json!(one.until_ms()),
        ]
    };
    let rows: Vec<Vec<Value>> = entries.iter().map(row).collect();
    if args.output == Format::Json {
        let named = |row: Vec<Value>| columns.iter().map(|name| (*name).to_owned()).zip(row).collect::<Value>();
        output::json(&rows.into_iter().map(named).collect());
        return Ok(());
    }
    let columns = columns.map(str::to_owned).to_vec();
    output::list(Table { height: 0, columns, rows, truncated: None }, args.output);
    Ok(())
}

/// `counterfoil console remove`
pub fn remove(args: &ConsoleRemove) -> Outcome {
    let which = |one: &Entry| match (&args.id, &args.key) {
        (Some(id), _) => one.id() == *id,
        (None, Some(key)) => one.key() == key,
        (None, None) => false,
    };
    let gone = passkey::remove(&layout(&args.dir)?.console(), which)?;
    if gone.is_empty() {
        return Err(Exit::No("no such passkey or link; `counterfoil console list` shows all".to_owned()));
    }
    for one in gone {
        output::text(&format!("removed {} {} of {}\n", one.kind(), one.id(), one.key()));
    }
    Ok(())
}
