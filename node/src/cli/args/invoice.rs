use super::Signing;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `invoice …`: what is more than a command of the module.
#[derive(Debug, Subcommand)]
pub enum Invoice {
    /// Issues an invoice for each file of a folder; can be broken off and run again.
    Import(Import),
}

/// `invoice import`
#[derive(Debug, Args)]
pub struct Import {
    /// The folder: its files `*.json` and `*.xml`, those of folders in it too.
    pub folder: PathBuf,
    /// What became of each file, a line of JSON each; files that are issued by it are not sent again.
    /// `import-results.ndjson` in the folder where it is not given.
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
    #[command(flatten)]
    pub signing: Signing,
}
