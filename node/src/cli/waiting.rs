use super::{args::URL, exit::Exit, output};
use counterfoil_client::{Client, Error, Waiting};
use counterfoil_proof::Utc;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What ends a command that was to sign something. Of what waits for more signatures it tells who can sign, and how; on stdout are the
/// proposal and the receipt.
pub fn explain(client: &Client, error: Error) -> Exit {
    let Error::Waiting { waiting, receipt } = error else { return error.into() };
    output::json(&json!({"waiting": waiting, "receipt": receipt}));
    let Waiting { proposal, calls_hash, lapses_ms } = &*waiting;
    let mut text = format!("nothing is done yet: it waits for more signatures, until {}", Utc(*lapses_ms));
    let mut keys = Vec::new();
    // Without an answer to that, what is to be done is said without names.
    if let Ok(shown) = client.get(&format!("/v1/approvals/{proposal}")) {
        for need in list(&shown["needs"]).filter(|need| need["met"] == 0) {
            let _ = write!(text, "\n  {}", needed(need));
            keys.extend(candidates(client, &shown, need));
        }
    }
    let at = if client.url() == URL { String::new() } else { format!(" --url {}", client.url()) };
    let _ = write!(text, "\n  what will be done:  counterfoil approval get --proposal {proposal}{at}");
    keys.dedup();
    if keys.is_empty() {
        keys.push("MEMBER/KEY".to_owned());
    }
    for key in keys {
        let sign = format!("approval sign --proposal {proposal} --calls-hash {calls_hash} --key {key}{at}");
        let _ = write!(text, "\n  to sign it:         counterfoil {sign}");
    }
    Exit::Waits(text)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).filter_map(Value::as_str).collect()
}

/// A need in words.
fn needed(need: &Value) -> String {
    let roles = texts(&need["roles"]);
    let member = need["member"].as_str().unwrap_or_default();
    let mut text = format!("{} of {} holders of keys of {member} have signed", need["signed"], need["signers"]);
    if !roles.is_empty() {
        let _ = write!(text, "; with the role {}", roles.join(" or "));
    }
    if ["maker", "checker"].iter().all(|role| roles.contains(role)) {
        text += ", one of each at least";
    }
    text
}

/// Keys whose signatures would count and whose holders have not signed yet.
fn candidates(client: &Client, shown: &Value, need: &Value) -> Vec<String> {
    let member = need["member"].as_str().unwrap_or_default();
    let Ok(known) = client.get(&format!("/v1/members/{member}")) else { return Vec::new() };
    let (roles, signed) = (texts(&need["roles"]), list(&shown["signatures"]));
    let signed: Vec<&str> = signed.filter_map(|signature| signature["holder"].as_str()).collect();
    let fits = |key: &&Value| {
        let kid = kid(member, key);
        let holder = key["holder"].as_str().unwrap_or(&kid);
        let counts = roles.is_empty() || texts(&key["roles"]).iter().any(|role| roles.contains(role));
        key["state"] == "active" && counts && !signed.contains(&holder)
    };
    list(&known["keys"]).filter(fits).map(|key| kid(member, key)).collect()
}

fn kid(member: &str, key: &Value) -> String {
    format!("{member}/{}", key["name"].as_str().unwrap_or_default())
}
