use super::{Format, Remote, Signing};
use clap::{Args, Subcommand};
use counterfoil_platform::package::TEMPLATES;
use std::path::PathBuf;

/// `package …`: what is more than a command or query of the module.
#[derive(Debug, Subcommand)]
pub enum Package {
    /// Writes a folder with a package and a scenario to begin with.
    New(PackageNew),
    /// Checks the file of a package, offline.
    Check(PackageCheck),
    /// Runs the scenarios of a folder, each on a ledger of its own, offline.
    Test(PackageTest),
    /// Proposes a package or its next version by one of its owners; deploys it if that is enough, else says who can vote.
    Propose(PackagePropose),
    /// Votes for a proposed version, or against it.
    Vote(PackageVote),
    /// Calls an action with arguments of the types that it declares.
    Call(PackageCall),
    /// Shows a package with its owners and actions.
    Show(PackageShow),
}

/// `package new`
#[derive(Debug, Args)]
pub struct PackageNew {
    /// The package's name.
    pub name: String,
    /// What it is a copy of.
    #[arg(long, default_value = "escrow", value_parser = clap::builder::PossibleValuesParser::new(TEMPLATES.iter().map(|template| template.name)))]
    pub template: String,
    /// Where it is written, a folder that is not there; one of the package's name where it is not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `package check`
#[derive(Debug, Args)]
pub struct PackageCheck {
    /// The file.
    pub file: PathBuf,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `package test`
#[derive(Debug, Args)]
pub struct PackageTest {
    /// The folder: its packages `*.sql`, deployed in the order of their names, and its scenarios `*.toml`.
    pub folder: PathBuf,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
}

/// `package propose`
#[derive(Debug, Args)]
pub struct PackagePropose {
    /// The file of the package.
    pub file: PathBuf,
    #[command(flatten)]
    pub signing: Signing,
}

/// `package vote`
#[derive(Debug, Args)]
pub struct PackageVote {
    /// The package.
    pub package: String,
    /// The version.
    pub version: i64,
    /// Votes against it.
    #[arg(long)]
    pub against: bool,
    #[command(flatten)]
    pub signing: Signing,
}

/// `package call`
#[derive(Debug, Args)]
pub struct PackageCall {
    /// The action, such as `escrow.open`.
    #[arg(value_name = "PACKAGE.ACTION")]
    pub action: String,
    /// Its arguments: texts as they are, whole numbers (or a time such as 2026-01-31T12:00:00Z, in milliseconds), bytes in hexadecimal.
    #[arg(value_name = "NAME=VALUE")]
    pub arguments: Vec<String>,
    #[command(flatten)]
    pub signing: Signing,
}

/// `package show`
#[derive(Debug, Args)]
pub struct PackageShow {
    /// The package.
    pub package: String,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
    #[command(flatten)]
    pub remote: Remote,
}
