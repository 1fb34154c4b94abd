use super::Format;
use clap::{Args, Subcommand};
use counterfoil_types::Kid;
use std::path::PathBuf;

/// `console …`
#[derive(Debug, Subcommand)]
pub enum Console {
    /// Prints a link by which somebody binds a passkey to a hosted key; it is good once.
    Invite(ConsoleInvite),
    /// Lists passkeys, and links that have not been used.
    List(ConsoleList),
    /// Removes passkeys and links; a running node ends their sessions at once.
    Remove(ConsoleRemove),
}

/// `console invite`
#[derive(Debug, Args)]
pub struct ConsoleInvite {
    /// The hosted key as which the passkey signs in, such as `supplier-1/main`.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: Kid,
    /// How long the link is good.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub valid: humantime::Duration,
    /// The directory of the validator that hosts it.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `console list`
#[derive(Debug, Args)]
pub struct ConsoleList {
    /// The directory of the validator.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `console remove`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["id", "key"])))]
pub struct ConsoleRemove {
    /// The one passkey or link with this id, as `console list` shows it.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// All of this key.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: Option<Kid>,
    /// The directory of the validator.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}
