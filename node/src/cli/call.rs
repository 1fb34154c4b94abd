use super::{
    args::Signing,
    exit::{Exit, Outcome},
    output, remote, waiting,
};
use serde_json::value::RawValue;

/// `counterfoil call`: has a hosted key sign and run a command, and prints its output with the receipt.
pub fn run(command: &str, with: &str, signing: &Signing) -> Outcome {
    let text = remote::argument(with)?;
    let with: Box<RawValue> =
        serde_json::from_str(&text).map_err(|error| Exit::Usage(format!("the arguments are not JSON: {error}")))?;
    let client = remote::client(&signing.remote);
    let answer = client.call(command, &with, &signing.key, signing.idempotency_key.as_deref());
    output::json(&answer.map_err(|error| waiting::explain(&client, error))?);
    Ok(())
}
