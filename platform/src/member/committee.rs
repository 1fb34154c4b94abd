use counterfoil_types::{Fault, PublicKey, machine::Validators};
use rusqlite::Connection;

/// How the validators changed since genesis, in order of epochs.
pub(crate) fn changes(connection: &Connection) -> Result<Vec<Validators>, Fault> {
    let failed = |error| Fault::new("reading the changes of the validators", Box::new(error));
    let mut select = connection
        .prepare_cached("SELECT from_epoch, validators FROM member_committee ORDER BY from_epoch")
        .map_err(failed)?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).map_err(failed)?;
    rows.map(|row| {
        let (from, text) = row.map_err(failed)?;
        let keys = text.lines().map(key).collect::<Option<_>>();
        let unreadable = || Fault::failed(format!("the validators from epoch {from} on cannot be read"));
        Ok(Validators { from_epoch: from as u64, keys: keys.ok_or_else(unreadable)? })
    })
    .collect()
}

fn key(line: &str) -> Option<[u8; 32]> {
    let (_, key) = line.split_once(' ')?;
    key.parse::<PublicKey>().ok()?.ed25519()
}
