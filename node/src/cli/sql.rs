use super::{
    args::Sql,
    exit::{Exit, Outcome},
    output, remote, waiting,
};
use counterfoil_client::{Select, Table};
use counterfoil_sql::{Piece, split};
use counterfoil_types::Kid;
use serde_json::{Value, json};

/// Words with which statements begin that write; what of them is allowed is for the ledger to say.
const WRITES: [&str; 8] = ["alter", "create", "delete", "drop", "insert", "replace", "truncate", "update"];

/// `counterfoil sql`
pub fn run(args: &Sql) -> Outcome {
    match &args.key {
        Some(kid) if split(&args.sql).is_ok_and(|pieces| pieces.iter().any(writes)) => match args.as_of {
            None => write(args, kid),
            Some(_) => Err(Exit::Usage("--as-of is for a SELECT: the past is not written to".to_owned())),
        },
        _ if args.named.is_empty() => read(args),
        _ => Err(Exit::Usage(
            "--param is for statements that write, with --as; values for ? follow the SELECT".to_owned(),
        )),
    }
}

fn read(args: &Sql) -> Outcome {
    let params: Vec<Value> = args.params.iter().map(|text| value(text)).collect();
    let client = remote::client(&args.remote);
    let select = Select { sql: &args.sql, params: &params, key: args.key.as_ref(), as_of: args.as_of };
    let table = client.select(&select)?;
    output::table(&table, args.output);
    if let Some(limit) = &table.truncated {
        output::note(&format!(
            "counterfoil: cut off: {}",
            limit.as_str().map_or_else(|| limit.to_string(), str::to_owned)
        ));
    }
    Ok(())
}

/// Has a hosted key sign the statements, in one transaction.
fn write(args: &Sql, kid: &Kid) -> Outcome {
    let pieces = split(&args.sql).map_err(|finding| Exit::Usage(finding.to_string()))?;
    if pieces.len() > 1 && !args.params.is_empty() {
        return Err(Exit::Usage("of several statements the parameters have names: --param NAME=VALUE".to_owned()));
    }
    let mut named = Vec::with_capacity(args.named.len());
    for text in &args.named {
        let pair = text.split_once('=').ok_or_else(|| Exit::Usage(format!("--param: {text:?} is not NAME=VALUE")))?;
        named.push((pair.0, value(pair.1)));
    }
    let params: Vec<Value> = args.params.iter().map(|text| value(text)).collect();
    let statement = |piece: &Piece<'_>| {
        let used = named.iter().filter(|(name, _)| names(piece.text, name));
        let named: Vec<_> = used.map(|(name, value)| json!({"name": name, "value": value})).collect();
        json!({"sql": piece.text, "params": params, "named": named})
    };
    let statements: Vec<_> = pieces.iter().map(statement).collect();
    let client = remote::client(&args.remote);
    let done = client.call("sql.execute", &json!({"statements": statements}), kid, None);
    let done = done.map_err(|error| waiting::explain(&client, error))?;
    let changed = done["changed"].as_array().cloned().unwrap_or_default();
    let row = |(piece, changed): (&Piece<'_>, Value)| {
        let first = piece.text.lines().next().unwrap_or_default();
        vec![json!(first), changed]
    };
    let rows = pieces.iter().zip(changed).map(row).collect();
    let height = done["receipt"]["height"].as_u64().unwrap_or_default();
    let columns = ["statement", "rows"].map(str::to_owned).to_vec();
    output::table(&Table { height, columns, rows, truncated: None }, args.output);
    output::note(&format!("counterfoil: done at height {height}"));
    Ok(())
}

/// JSON, or else a text.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Whether a statement is one that writes, also after WITH.
fn writes(piece: &Piece<'_>) -> bool {
    let mut words = words(piece.text);
    match words.next() {
        Some(first) if first.eq_ignore_ascii_case("with") => {
            words.any(|word| WRITES[2..].iter().any(|write| word.eq_ignore_ascii_case(write)))
        }
        Some(first) => WRITES.iter().any(|write| first.eq_ignore_ascii_case(write)),
        None => false,
    }
}

/// Whether a statement uses the parameter `:name`.
fn names(sql: &str, name: &str) -> bool {
    plain(sql).split(':').skip(1).any(|after| words(after).next() == Some(name) && after.starts_with(name))
}

/// The words of a statement outside of texts.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let outside = sql.split('\'').step_by(2);
    outside.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_')).filter(|word| !word.is_empty())
}

/// A statement without its texts.
fn plain(sql: &str) -> String {
    sql.split('\'').step_by(2).collect::<Vec<_>>().join("''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_writes_is_told_from_one_that_reads() {
        let writes = |sql: &str| split(sql).expect("splits").iter().any(writes);
        for sql in [
            "INSERT INTO a.b VALUES (1)",
            "-- why\nupdate a.b SET x = 1",
            "WITH c AS (SELECT 1 AS x) INSERT INTO a.b SELECT x FROM c",
            "SELECT 1; DELETE FROM a.b",
        ] {
            assert!(writes(sql), "{sql}");
        }
        for sql in ["SELECT 'insert'", "WITH c AS (SELECT 'insert into' AS x) SELECT x FROM c", "VALUES (1)", ""] {
            assert!(!writes(sql), "{sql}");
        }
    }

    #[test]
    fn a_parameter_is_given_to_the_statements_that_name_it() {
        assert!(names("INSERT INTO a.b VALUES (:id, 1)", "id"));
        for sql in
            ["INSERT INTO a.b VALUES (:ident, 1)", "INSERT INTO a.b VALUES (':id')", "INSERT INTO a.b VALUES (id)"]
        {
            assert!(!names(sql, "id"), "{sql}");
        }
    }
}
