use super::Format;
use clap::{Args, Subcommand};
use counterfoil_types::Kid;
use std::path::PathBuf;

/// `incoming …`
#[derive(Debug, Subcommand)]
pub enum Incoming {
    /// Makes an incoming webhook and prints the secret that signs its messages, this once.
    New(IncomingNew),
    /// Lists incoming webhooks.
    List(IncomingList),
    /// Ends one.
    Remove(IncomingRemove),
}

/// `incoming new`
#[derive(Debug, Args)]
pub struct IncomingNew {
    /// Its name, the last part of its address `/v1/incoming/…`: 1 to 64 of `a-z 0-9 - . _`.
    pub name: String,
    /// The hosted key that signs.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: Kid,
    /// The command that each message is the input of, such as `invoice.register_payment`.
    #[arg(long)]
    pub command: String,
    /// The validator's directory.
    #[arg(long)]
    pub dir: PathBuf,
}

/// `incoming list`
#[derive(Debug, Args)]
pub struct IncomingList {
    /// The validator's directory.
    #[arg(long)]
    pub dir: PathBuf,
    /// How they are written.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `incoming remove`
#[derive(Debug, Args)]
pub struct IncomingRemove {
    /// Its name.
    pub name: String,
    /// The validator's directory.
    #[arg(long)]
    pub dir: PathBuf,
}
