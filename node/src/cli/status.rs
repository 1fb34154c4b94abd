use super::{
    args::{Format, Status},
    exit::{Exit, Outcome},
    output, remote,
};
use serde_json::{Value, json};

/// `counterfoil status`
pub fn run(args: &Status) -> Outcome {
    let status = remote::client(&args.remote).get("/v1/status")?;
    match args.output {
        Format::Json => output::json(&status),
        Format::Table => output::text(&page(&status)),
        Format::Csv => return Err(Exit::Usage("status is written as table or json".to_owned())),
    }
    Ok(())
}

fn page(status: &Value) -> String {
    let text = |name: &str| match &status[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut page = String::new();
    for (label, name) in [
        ("ledger", "ledger"),
        ("name", "name"),
        ("version", "version"),
        ("member", "member"),
        ("height", "height"),
        ("executed", "executed"),
        ("certified", "certified"),
        ("members", "members"),
    ] {
        page += &format!("{label:<11}{}\n", text(name));
    }
    let mempool = &status["mempool"];
    page += &format!("{:<11}{} transactions, {} bytes\n", "mempool", mempool["transactions"], mempool["bytes"]);
    for validator in status["validators"].as_array().into_iter().flatten() {
        let mark = |name: &str, word: &'static str| if validator[name] == json!(true) { word } else { "" };
        let state = if validator["signing"] == json!(true) { "signing" } else { "silent" };
        let notes = [state, mark("leader", "leads"), mark("self", "this node")];
        let notes: Vec<_> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        let id = validator["id"].as_str().unwrap_or("?");
        page += &format!("{:<11}{id}: {}\n", "validator", notes.join(", "));
    }
    if let Some(why) = status["halted"].as_str() {
        page += &format!("{:<11}{why}\n", "HALTED");
    }
    page
}
