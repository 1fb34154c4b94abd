use super::{args::Sql, exit::Outcome, output, remote};
use serde_json::Value;

/// `counterfoil sql`
pub fn run(args: &Sql) -> Outcome {
    let params: Vec<Value> =
        args.params.iter().map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.clone().into())).collect();
    let client = remote::client(&args.remote);
    let table = match &args.key {
        Some(kid) => client.sql_as(kid, &args.sql, &params)?,
        None => client.sql(&args.sql, &params)?,
    };
    output::table(&table, args.output);
    if let Some(limit) = &table.truncated {
        eprintln!("counterfoil: cut off: {}", limit.as_str().map_or_else(|| limit.to_string(), str::to_owned));
    }
    Ok(())
}
