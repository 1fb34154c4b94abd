use super::{
    args::{Format, TokenList, TokenNew, TokenRevoke},
    exit::{Exit, Outcome},
    output,
};
use crate::{config::Layout, keystore::Keystore, tokens};
use counterfoil_client::Table;
use counterfoil_types::Kid;
use serde_json::json;
use std::path::Path;

/// `counterfoil token new`
pub fn new(args: TokenNew) -> Outcome {
    let layout = layout(&args.dir)?;
    hosted(&layout, &args.key)?;
    let token = tokens::create(&layout.tokens(), args.key)?;
    output::text(&format!("{token}\n"));
    Ok(())
}

/// `counterfoil token list`
pub fn list(args: &TokenList) -> Outcome {
    let stored = tokens::list(&layout(&args.dir)?.tokens())?;
    if args.output == Format::Json {
        let show = |token: &tokens::Stored| json!({"id": token.id(), "key": token.key, "created_ms": token.created_ms});
        output::json(&stored.iter().map(show).collect());
        return Ok(());
    }
    let rows = stored.iter().map(|token| vec![json!(token.id()), json!(token.key), json!(token.created_ms)]).collect();
    let columns = ["id", "key", "created_ms"].map(str::to_owned).to_vec();
    output::list(Table { height: 0, columns, rows, truncated: None }, args.output);
    Ok(())
}

/// `counterfoil token revoke`
pub fn revoke(args: &TokenRevoke) -> Outcome {
    let which = |token: &tokens::Stored| match (&args.id, &args.key) {
        (Some(id), _) => token.id() == *id,
        (None, Some(key)) => token.key == *key,
        (None, None) => false,
    };
    let gone = tokens::revoke(&layout(&args.dir)?.tokens(), which)?;
    if gone.is_empty() {
        return Err(Exit::No("no such token; `counterfoil token list` shows all".to_owned()));
    }
    for token in gone {
        output::text(&format!("revoked {} of {}\n", token.id(), token.key));
    }
    Ok(())
}

/// That the node of a directory hosts a key; if not, which ones it does.
pub fn hosted(layout: &Layout, key: &Kid) -> Result<(), Exit> {
    let keys = Keystore::open(&layout.keys())?;
    if keys.get(key).is_some() {
        return Ok(());
    }
    let others: Vec<_> = keys.kids().map(Kid::as_str).collect();
    let others = if others.is_empty() { "none".to_owned() } else { others.join(", ") };
    Err(Exit::No(format!("the key {key} is not hosted here; hosted: {others}")))
}

/// The layout of a validator's directory.
pub fn layout(dir: &Path) -> Result<Layout, Exit> {
    let layout = Layout::new(dir);
    if layout.config().exists() {
        return Ok(layout);
    }
    Err(Exit::Fault(format!("{} is no validator's directory: it has no counterfoil.toml", dir.display())))
}
