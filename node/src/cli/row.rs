use super::{
    args::{Format, RowHistory},
    exit::Outcome,
    output, remote,
};
use counterfoil_client::{RowVersion, Table};
use serde_json::{Map, Value, json};

/// `counterfoil row history`
pub fn history(args: &RowHistory) -> Outcome {
    let key: Vec<&str> = args.key.iter().map(String::as_str).collect();
    let client = remote::client(&args.remote);
    let page = client.history(&args.table, &key, args.cursor.as_deref(), args.limit)?;
    let shown = |row: &Option<Map<String, Value>>| match (row, args.output) {
        (None, _) => Value::Null,
        (Some(row), Format::Json) => json!(row),
        (Some(row), _) => json!(Value::from(row.clone()).to_string()),
    };
    let row = |version: &RowVersion| {
        let transaction = version.transaction.map(|identity| identity.to_string());
        let place = [json!(version.height), json!(version.place), json!(version.time_ms), json!(transaction)];
        place.into_iter().chain([shown(&version.old), shown(&version.new)]).collect()
    };
    let columns = ["height", "place", "time_ms", "transaction", "old", "new"].map(str::to_owned).to_vec();
    let height = page.items.first().map_or(0, |version| version.height);
    let rows = page.items.iter().map(row).collect();
    output::list(Table { height, columns, rows, truncated: None }, args.output);
    if let Some(next) = page.next {
        output::note(&format!("counterfoil: there is more: --cursor '{next}'"));
    }
    Ok(())
}
