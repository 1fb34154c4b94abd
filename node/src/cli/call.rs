use super::{
    args::Signing,
    exit::{Exit, Outcome},
    output, remote, waiting,
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

/// `counterfoil call`: has a hosted key sign and run a command, and prints its output with the receipt.
pub fn run(command: &str, with: &str, signing: &Signing) -> Outcome {
    send(command, &read(with)?, signing).map(drop)
}

/// An input as it was given: JSON, `@file` or `@-`.
pub fn read(with: &str) -> Result<Box<RawValue>, Exit> {
    let text = remote::argument(with)?;
    serde_json::from_str(&text).map_err(|error| Exit::Usage(format!("the arguments are not JSON: {error}")))
}

/// The same with an input that was read; what was printed.
pub fn send(command: &str, with: &impl Serialize, signing: &Signing) -> Result<Value, Exit> {
    let client = remote::client(&signing.remote);
    let answer = client.call(command, with, &signing.key, signing.idempotency_key.as_deref());
    let answer = answer.map_err(|error| waiting::explain(&client, error))?;
    output::json(&answer);
    Ok(answer)
}
