use super::{
    args::{Format, TokenList, TokenNew, TokenRevoke},
    exit::{Exit, Outcome},
    output,
};
use crate::{config::Layout, keystore::Keystore, tokens};
use counterfoil_client::Table;
use serde_json::json;
use std::path::Path;

/// `counterfoil token new`
pub fn new(args: TokenNew) -> Outcome {
    let layout = layout(&args.dir)?;
    let keys = Keystore::open(&layout.keys())?;
    if keys.get(&args.key).is_none() {
        let hosted: Vec<_> = keys.kids().map(ToString::to_string).collect();
        return Err(Exit::No(format!("the key {} is not hosted here; hosted: {}", args.key, hosted.join(", "))));
    }
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
    output::table(&Table { height: 0, columns, rows, truncated: None }, args.output);
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

/// The layout of a validator's directory.
pub fn layout(dir: &Path) -> Result<Layout, Exit> {
    let layout = Layout::new(dir);
    if layout.config().exists() {
        return Ok(layout);
    }
    Err(Exit::Fault(format!("{} is no validator's directory: it has no counterfoil.toml", dir.display())))
}
