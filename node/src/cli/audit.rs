use super::{
    args::{Format, Status},
    exit::{Exit, Outcome},
    output, remote,
};
use serde_json::json;

/// `counterfoil audit`: runs every module's invariants by SQL. Each must find nothing.
pub fn run(args: &Status) -> Outcome {
    let client = remote::client(&args.remote);
    let registry = crate::registry();
    let mut broken = 0;
    let mut checked = Vec::new();
    for module in registry.modules() {
        for (name, sql) in split(module.invariants_sql) {
            let table = client.sql(&sql, &[])?;
            let holds = table.rows.is_empty();
            broken += usize::from(!holds);
            if args.output == Format::Table {
                let mark = if holds { "holds " } else { "BROKEN" };
                output::text(&format!("{mark}  {}: {}\n", module.name, name));
                if !holds {
                    output::table(&table, Format::Table);
                }
            }
            checked.push(json!({
                "module": module.name, "invariant": name, "holds": holds, "height": table.height, "found": table.rows,
            }));
        }
    }
    if args.output != Format::Table {
        output::json(&json!({"invariants": checked}));
    }
    match broken {
        0 => Ok(()),
        some => Err(Exit::No(format!("{some} of {} invariants are broken", checked.len()))),
    }
}

/// The SELECTs of a file of invariants with their names: each begins with a line `-- name: …`.
fn split(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("-- name:") {
            all.push((name.trim().to_owned(), String::new()));
        } else if let Some((_, sql)) = all.last_mut() {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    for (_, sql) in &mut all {
        sql.truncate(sql.trim_end().trim_end_matches(';').len());
    }
    all
}
