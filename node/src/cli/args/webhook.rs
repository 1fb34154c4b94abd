use super::{Format, Remote};
use clap::{Args, Subcommand};
use counterfoil_types::Kid;

/// `webhook …`
#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Adds an address; prints the secret that signs what is sent to it, this once.
    Add(NewWebhook),
    /// Lists the addresses of your member, how far each is, and what its last failure was.
    List(Webhooks),
    /// Removes an address.
    Remove(OneWebhook),
    /// Tries again now, or with --from sends everything from a height on once more.
    Replay(Replay),
    /// Lists events that were given up.
    DeadLetters(DeadLetters),
    /// Sends an event that was given up once more.
    Send(SendDeadLetter),
}

/// Whose webhooks, on which node.
#[derive(Debug, Args)]
pub struct Owner {
    /// A key that the node hosts for the member whose webhooks they are.
    #[arg(long, env = "COUNTERFOIL_KEY", value_name = "MEMBER/KEY")]
    pub key: Kid,
    #[command(flatten)]
    pub remote: Remote,
}

/// `webhook add`
#[derive(Debug, Args)]
pub struct NewWebhook {
    /// Where events are sent: https, or http to this machine.
    pub address: String,
    /// Events whose name begins so, such as `invoice.`; may be given several times. All where it is not given.
    #[arg(long, value_name = "NAME")]
    pub events: Vec<String>,
    /// The first height; what comes from now on where it is not given.
    #[arg(long, value_name = "HEIGHT")]
    pub from: Option<u64>,
    #[command(flatten)]
    pub owner: Owner,
}

/// `webhook list`
#[derive(Debug, Args)]
pub struct Webhooks {
    #[command(flatten)]
    pub owner: Owner,
    /// How they are written.
    #[arg(short, long, default_value = "table")]
    pub output: Format,
}

/// `webhook remove`
#[derive(Debug, Args)]
pub struct OneWebhook {
    /// Its id.
    pub id: i64,
    #[command(flatten)]
    pub owner: Owner,
}

/// `webhook replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// Its id.
    pub id: i64,
    /// The first height.
    #[arg(long, value_name = "HEIGHT")]
    pub from: Option<u64>,
    #[command(flatten)]
    pub owner: Owner,
}

/// `webhook dead-letters`
#[derive(Debug, Args)]
pub struct DeadLetters {
    /// Its id.
    pub id: i64,
    #[command(flatten)]
    pub owner: Owner,
    /// How they are written.
    #[arg(short, long, default_value = "table")]
    pub output: Format,
}

/// `webhook send`
#[derive(Debug, Args)]
pub struct SendDeadLetter {
    /// The webhook's id.
    pub id: i64,
    /// The event's id, such as `17-0-2`.
    pub event: String,
    #[command(flatten)]
    pub owner: Owner,
}
