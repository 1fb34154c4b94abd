mod console;
mod document;
mod incoming;
mod invoice;
mod mirror;
mod package;
mod webhook;

pub use console::{Console, ConsoleInvite, ConsoleList, ConsoleRemove};
pub use document::{
    Document, DocumentAnchor, DocumentKey, DocumentOpen, DocumentSeal, DocumentShare, DocumentShow, DocumentVerify,
    Version,
};
pub use incoming::{Incoming, IncomingList, IncomingNew, IncomingRemove};
pub use invoice::{Import, Invoice};
pub use mirror::{Mirror, MirrorVerb, MirrorVerify};
pub use package::{
    Package, PackageCall, PackageCheck, PackageNew, PackagePropose, PackageShow, PackageTest, PackageVote,
};
pub use webhook::{DeadLetters, NewWebhook, OneWebhook, Replay, SendDeadLetter, Webhook, Webhooks};

use crate::{config::is_http_url, dev::MEMBERS_MAX};
use clap::{Args, Parser, Subcommand, ValueEnum, builder::RangedU64ValueParser};
use std::{net::SocketAddr, path::PathBuf};

/// A SQL database that several organisations own together.
#[derive(Debug, Parser)]
#[command(
    name = "counterfoil",
    version,
    after_help = "Exit codes: 0 done, 1 refused or not proved, 2 wrong command line, 3 fault (node not reached, file not read, port in use), 4 nothing done yet: waits for more signatures.\n\
                  Log on stderr: RUST_LOG=info (or debug, or counterfoil=debug)."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Runs a whole consortium in one process, with sample data. Not for production.
    Dev(Dev),
    /// Founds a consortium.
    #[command(subcommand)]
    Network(Network),
    /// Runs one validator.
    Start(Start),
    /// Makes, lists and ends tokens for the keys that a node hosts.
    #[command(subcommand)]
    Token(Token),
    /// Lets people sign in to a node's console, each with a passkey.
    #[command(subcommand)]
    Console(Console),
    /// Tells how far the ledger and a node are.
    Status(Status),
    /// Runs a SELECT, or with a key that signs INSERT, UPDATE, DELETE and CREATE TABLE.
    Sql(Sql),
    /// Tells of one row.
    #[command(subcommand)]
    Row(Row),
    /// Has a key hosted by the node sign and run a command.
    Call(Call),
    /// Checks a proof file, offline.
    Verify(Verify),
    /// Writes the page that checks proofs in a browser, without a node or a network, as one HTML file.
    VerifyPage,
    /// Evidence and sealed documents; further verbs run a command with a key hosted by the node.
    #[command(subcommand)]
    Document(Document),
    /// Many invoices at once; further verbs run a command with a key hosted by the node.
    #[command(subcommand)]
    Invoice(Invoice),
    /// Lets other software, such as a payment provider's, have a hosted key sign a command by signed messages.
    #[command(subcommand)]
    Incoming(Incoming),
    /// Has a node send what happens to an address, as signed requests.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Contracts in SQL; further verbs run a command with a key hosted by the node, and read.
    #[command(subcommand)]
    Package(Package),
    /// Keeps a PostgreSQL database the same as the ledger, for reports and joins.
    Mirror(Mirror),
    /// Runs the invariants of all modules on a node.
    Audit(Status),
    /// Measures a consortium in this process, and checks afterwards that everything acknowledged is there.
    Bench(Bench),
}

/// How data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// Comma-separated, for spreadsheets.
    Csv,
}

/// Where the first node of `dev` and of a network on one machine serves HTTP.
pub const URL: &str = "http://127.0.0.1:7080";

/// The address of a node, as it was given: a slip is told before anything is asked.
fn node_url(text: &str) -> Result<String, String> {
    if is_http_url(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("expected http:// or https:// and a host, such as {URL}"))
    }
}

/// Which node to ask.
#[derive(Debug, Clone, Args)]
pub struct Remote {
    /// The node's address.
    #[arg(long, env = "COUNTERFOIL_URL", default_value = URL, value_parser = node_url, global = true)]
    pub url: String,
    /// A token made by `counterfoil token new`; not needed under `dev`.
    #[arg(long, env = "COUNTERFOIL_TOKEN", hide_env_values = true, global = true)]
    pub token: Option<String>,
}

/// How many validators one process runs.
fn validators() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MEMBERS_MAX as u64)
}

/// `dev`
#[derive(Debug, Args)]
pub struct Dev {
    /// Directory to keep; without it a fresh one that is removed at the end.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the first validator serves HTTP (loopback only); the others take the ports after it, or any free ones with port 0.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7080")]
    pub listen: SocketAddr,
    /// Where the first validator serves psql and other PostgreSQL clients (loopback only); the others take the ports after it. Without it
    /// 352 ports above HTTP, so 127.0.0.1:7432.
    #[arg(long, value_name = "ADDRESS")]
    pub sql: Option<SocketAddr>,
    /// How many validators, 1 to 7; 4 in a new directory.
    #[arg(long, value_name = "N", value_parser = validators())]
    pub members: Option<usize>,
    /// Starts with an empty ledger.
    #[arg(long)]
    pub no_samples: bool,
}

/// `network …`
#[derive(Debug, Subcommand)]
pub enum Network {
    /// Writes genesis and a directory for each validator, with its own keys only.
    New(NetworkNew),
}

/// `network new`
#[derive(Debug, Args)]
pub struct NetworkNew {
    /// The members that run a node, such as `a,b,c,d` or `a:tax-authority,b:bank`. Without roles the first is the tax authority.
    #[arg(long, value_name = "ID[:ROLE]", value_delimiter = ',', required = true)]
    pub validators: Vec<String>,
    /// Members without a node, such as `shop:enterprise@a`: the node of `a` hosts the key shop/main.
    #[arg(long, value_name = "ID[:ROLE][@VALIDATOR]", value_delimiter = ',')]
    pub members: Vec<String>,
    /// Where to write; must be empty or not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// First HTTP port on loopback; validator after validator.
    #[arg(long, value_name = "PORT", default_value_t = 7080, value_parser = clap::value_parser!(u16).range(1..))]
    pub http_port: u16,
    /// First consensus port on loopback; validator after validator.
    #[arg(long, value_name = "PORT", default_value_t = 7180, value_parser = clap::value_parser!(u16).range(1..))]
    pub consensus_port: u16,
    /// Blocks of one epoch.
    #[arg(long, default_value_t = crate::network::EPOCH_LENGTH)]
    pub epoch_length: u64,
    /// The ledger's name, for people.
    #[arg(long, default_value = "counterfoil")]
    pub name: String,
}

/// `start`
#[derive(Debug, Args)]
pub struct Start {
    /// The validator's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Serves HTTP here instead of where counterfoil.toml says.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
}

/// `token …`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Makes a token for a hosted key and prints it; the node keeps its hash alone.
    New(TokenNew),
    /// Lists the tokens of a node: id, key, and when it was made.
    List(TokenList),
    /// Ends tokens; a running node refuses them at once.
    Revoke(TokenRevoke),
}

/// `token new`
#[derive(Debug, Args)]
pub struct TokenNew {
    /// The hosted key, such as `supplier-1/main`.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: counterfoil_types::Kid,
    /// The directory of the validator that hosts it.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `token list`
#[derive(Debug, Args)]
pub struct TokenList {
    /// The directory of the validator.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `token revoke`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["id", "key"])))]
pub struct TokenRevoke {
    /// The one token with this id, as `token list` shows it.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// All tokens of this key.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: Option<counterfoil_types::Kid>,
    /// The directory of the validator.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub remote: Remote,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `sql`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sql {
    /// The SELECT; or statements that write, with semicolons between them, done all or none.
    pub sql: String,
    /// Values for `?`, in order: JSON, or else taken as text.
    pub params: Vec<String>,
    /// A value for `:NAME` of statements that write: JSON, or else taken as text.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub named: Vec<String>,
    /// The hosted key, such as `bank-a/dev`, that signs what is written; or that asks: its member's vault is read as `vault.…`. A token
    /// says who asks by itself.
    #[arg(long, visible_alias = "as", env = "COUNTERFOIL_KEY", value_name = "MEMBER/KEY")]
    pub key: Option<counterfoil_types::Kid>,
    /// Reads tables and views as they were after the block of this height.
    #[arg(long, value_name = "HEIGHT")]
    pub as_of: Option<u64>,
    #[command(flatten)]
    pub remote: Remote,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `row …`
#[derive(Debug, Subcommand)]
pub enum Row {
    /// Lists the versions of a row, the newest first: height, time, transaction, and the row before and after.
    History(RowHistory),
}

/// `row history`
#[derive(Debug, Args)]
pub struct RowHistory {
    /// The table, such as `warehouse.receipt`.
    pub table: String,
    /// The values of its primary key, in order: integers in decimal, bytes in hexadecimal.
    #[arg(required = true, allow_negative_numbers = true)]
    pub key: Vec<String>,
    /// Of how many blocks at most.
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Where to go on: what the page before says on stderr.
    #[arg(long, value_name = "TEXT")]
    pub cursor: Option<String>,
    #[command(flatten)]
    pub remote: Remote,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `call`
#[derive(Debug, Args)]
pub struct Call {
    /// The command, such as `invoice.issue`.
    pub command: String,
    /// Its arguments: JSON, `@file`, or `@-` for stdin.
    #[arg(default_value = "{}")]
    pub with: String,
    #[command(flatten)]
    pub signing: Signing,
}

/// Who signs, and where.
#[derive(Debug, Clone, Args)]
pub struct Signing {
    /// The hosted key that signs, such as `supplier-1/dev`.
    #[arg(long, visible_alias = "as", env = "COUNTERFOIL_KEY", value_name = "MEMBER/KEY")]
    pub key: counterfoil_types::Kid,
    /// Done once, however often it is asked with the same key and arguments.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    #[command(flatten)]
    pub remote: Remote,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The proof file.
    pub proof: PathBuf,
    /// The ledger's genesis file, from someone you trust.
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
}

/// `bench`
#[derive(Debug, Args)]
pub struct Bench {
    /// How many validators, 1 to 7.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = validators())]
    pub members: usize,
    /// What they do.
    #[arg(long, value_enum, default_value = "invoice")]
    pub workload: crate::bench::Workload,
    /// Accounts between which money moves.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(6..=10_000_000))]
    pub accounts: u32,
    /// Half of all payers and payees are among the first so many accounts; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub hot: u32,
    /// Transfers of one batch.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=8_000))]
    pub legs: u64,
    /// Transactions before the clock runs: how large the ledger is then.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub preload: u64,
    /// How long transactions are sent.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
    /// Transactions that become due each second, whatever the answers; without it as many as are answered.
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub rate: Option<u64>,
    /// Transactions that await their receipts at most, without --rate; 2,048, or 32,000 legs in batches, if not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=32_768))]
    pub in_flight: Option<u64>,
    /// Threads that sign, send and wait, without --rate.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=256))]
    pub threads: u64,
    /// How often each kind of read of invoices is timed afterwards, before a validator is stopped and started again; 0 for neither.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    pub reads: u64,
    /// Where its directory is made, and removed at the end: on the disk to be measured. The system's temporary folder otherwise.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}
