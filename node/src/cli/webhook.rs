use super::{
    args::{DeadLetters, Format, NewWebhook, OneWebhook, Replay, SendDeadLetter, Webhooks},
    exit::Outcome,
    output, remote,
};
use counterfoil_client::Table;
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// `counterfoil webhook add`
pub fn add(args: &NewWebhook) -> Outcome {
    let mut asked = json!({"url": args.address, "events": args.events});
    if let Some(from) = args.from {
        asked["from"] = json!(from);
    }
    let client = remote::client(&args.owner.remote);
    let made = client.post("/v1/webhooks", JSON, asked.to_string().as_bytes(), &args.owner.key, None)?;
    output::text(&format!("id      {}\nsecret  {}\n", made["id"], made["secret"].as_str().unwrap_or_default()));
    Ok(())
}

/// `counterfoil webhook list`
pub fn list(args: &Webhooks) -> Outcome {
    let found = remote::client(&args.owner.remote).get_as("/v1/webhooks", &args.owner.key)?;
    show(&found, &["id", "url", "active", "done", "failed_tries", "retry_ms", "last_failure"], args.output);
    Ok(())
}

/// `counterfoil webhook remove`
pub fn remove(args: &OneWebhook) -> Outcome {
    let path = format!("/v1/webhooks/{}/remove", args.id);
    remote::client(&args.owner.remote).post(&path, JSON, b"", &args.owner.key, None)?;
    Ok(())
}

/// `counterfoil webhook replay`
pub fn replay(args: &Replay) -> Outcome {
    let path = format!("/v1/webhooks/{}/replay", args.id);
    let asked = args.from.map_or_else(|| json!({}), |from| json!({"from": from}));
    let client = remote::client(&args.owner.remote);
    client.post(&path, JSON, asked.to_string().as_bytes(), &args.owner.key, None)?;
    Ok(())
}

/// `counterfoil webhook dead-letters`
pub fn dead_letters(args: &DeadLetters) -> Outcome {
    let path = format!("/v1/webhooks/{}/dead-letters", args.id);
    let found = remote::client(&args.owner.remote).get_as(&path, &args.owner.key)?;
    show(&found, &["event", "name", "tries", "failure", "died_ms"], args.output);
    Ok(())
}

/// `counterfoil webhook send`
pub fn send(args: &SendDeadLetter) -> Outcome {
    let path = format!("/v1/webhooks/{}/dead-letters/{}/send", args.id, args.event);
    remote::client(&args.owner.remote).post(&path, JSON, b"", &args.owner.key, None)?;
    Ok(())
}

fn show(found: &Value, columns: &[&str], format: Format) {
    if format == Format::Json {
        output::json(found);
        return;
    }
    let row = |one: &Value| columns.iter().map(|column| one[*column].clone()).collect();
    let rows = found.as_array().into_iter().flatten().map(row).collect();
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    output::list(Table { height: 0, columns, rows, truncated: None }, format);
}
