use super::{args::Remote, exit::Exit};
use counterfoil_client::Client;
use std::time::Duration;

/// How long a command of the command line waits for a node that does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A client of the node that the arguments name.
pub fn client(remote: &Remote) -> Client {
    let client = Client::new(&remote.url).with_patience(PATIENCE);
    match &remote.token {
        Some(token) => client.with_token(token),
        None => client,
    }
}

/// The JSON that an argument holds: text, `@file`, or `@-` for stdin.
pub fn argument(text: &str) -> Result<String, Exit> {
    match text.strip_prefix('@') {
        None => Ok(text.to_owned()),
        Some("-") => {
            std::io::read_to_string(std::io::stdin()).map_err(|error| Exit::Fault(format!("reading stdin: {error}")))
        }
        Some(path) => std::fs::read_to_string(path).map_err(|error| Exit::Fault(format!("reading {path}: {error}"))),
    }
}
