use super::{Format, Remote, Signing};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `document …`: what is more than a command of the module.
#[derive(Debug, Subcommand)]
pub enum Document {
    /// Puts the hash of a file on the ledger, with its time and signer. The file stays where it is.
    Anchor(DocumentAnchor),
    /// Seals fields for their readers, here, and puts them on the ledger: the node sees ciphertext.
    Seal(DocumentSeal),
    /// Has the node open a sealed version with its member's reading key. Leaves an audit row.
    Open(DocumentOpen),
    /// Shows what everybody sees of a document; with --field it writes a file that shows one sealed field and proves it, an opening.
    Show(DocumentShow),
    /// Lets a further member read a version that you read.
    Share(DocumentShare),
    /// Checks a file that `show --field` wrote, or who anchored a file: offline with --genesis.
    Verify(DocumentVerify),
    /// Makes a reading key in a validator's directory, unless it is there, and prints its public half.
    Key(DocumentKey),
}

/// `document anchor`
#[derive(Debug, Args)]
pub struct DocumentAnchor {
    /// The file.
    pub file: PathBuf,
    /// What it is, such as `contract`.
    #[arg(long = "type", value_name = "TYPE", default_value = "file")]
    pub r#type: String,
    /// Its media type, such as `application/pdf`.
    #[arg(long)]
    pub media_type: Option<String>,
    /// Its title, which everybody sees.
    #[arg(long)]
    pub title: Option<String>,
    /// Where a proof of it is written, for `document verify` without any node.
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    #[command(flatten)]
    pub signing: Signing,
}

/// A sealed version.
#[derive(Debug, Args)]
pub struct Version {
    /// The document's id, such as `shop-1/contract-7`, or another sealed subject.
    pub document: String,
    /// Its version; the newest where it is not given.
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
}

/// `document seal`
#[derive(Debug, Args)]
pub struct DocumentSeal {
    /// The document's id, `<owner>/<name>`: the owner signs.
    pub document: String,
    /// 1 creates it, a further one revises it.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub version: u64,
    /// Its type, which may demand readers.
    #[arg(long = "type", value_name = "TYPE")]
    pub r#type: String,
    /// A field that readers alone see; `NAME=@FILE` takes the bytes of a file.
    #[arg(long = "field", value_name = "NAME=VALUE", required = true)]
    pub fields: Vec<String>,
    /// A field that everybody sees.
    #[arg(long = "clear", value_name = "NAME=VALUE")]
    pub clear: Vec<String>,
    /// Members who may read it, beside the owner and those whom the type demands.
    #[arg(long = "reader", value_name = "MEMBER")]
    pub readers: Vec<String>,
    #[command(flatten)]
    pub signing: Signing,
}

/// `document open`
#[derive(Debug, Args)]
pub struct DocumentOpen {
    #[command(flatten)]
    pub version: Version,
    /// Why, for the audit row, which everybody sees.
    #[arg(long)]
    pub reason: Option<String>,
    /// Writes it whole to a file, readable by its owner alone: `.pdf` or `.xml` for what the module makes so, such as an invoice.
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    pub file: Option<PathBuf>,
    /// Which document the file is to be, where there are several: of an invoice the id of a red letter of it.
    #[arg(long, value_name = "ID", requires = "file")]
    pub which: Option<String>,
    /// Writes a field to a file, readable by its owner alone.
    #[arg(long = "save", value_name = "NAME=FILE")]
    pub save: Vec<String>,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
    #[command(flatten)]
    pub asking: Asking,
}

/// `document show`
#[derive(Debug, Args)]
pub struct DocumentShow {
    #[command(flatten)]
    pub version: Version,
    /// Shows this sealed field too, and proves it.
    #[arg(long, value_name = "NAME", requires = "key")]
    pub field: Option<String>,
    /// Where the file that shows it is written; stdout where it is not given.
    #[arg(long, value_name = "FILE", requires = "field")]
    pub out: Option<PathBuf>,
    /// Why, for the audit row.
    #[arg(long, requires = "field")]
    pub reason: Option<String>,
    /// How to write.
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: Format,
    /// The hosted key of a reader, such as `bank-a/dev`.
    #[arg(long, env = "COUNTERFOIL_KEY", value_name = "MEMBER/KEY")]
    pub key: Option<counterfoil_types::Kid>,
    #[command(flatten)]
    pub remote: Remote,
}

/// `document share`
#[derive(Debug, Args)]
pub struct DocumentShare {
    #[command(flatten)]
    pub version: Version,
    /// Who is to read it too.
    #[arg(long, value_name = "MEMBER")]
    pub reader: String,
    #[command(flatten)]
    pub asking: Asking,
}

/// Who asks, and where.
#[derive(Debug, Clone, Args)]
pub struct Asking {
    /// The hosted key of a reader, such as `bank-a/dev`.
    #[arg(long, env = "COUNTERFOIL_KEY", value_name = "MEMBER/KEY")]
    pub key: counterfoil_types::Kid,
    #[command(flatten)]
    pub remote: Remote,
}

/// `document verify`
#[derive(Debug, Args)]
pub struct DocumentVerify {
    /// What `show --field` wrote; or any file, to see who anchored it.
    pub file: PathBuf,
    /// The ledger's genesis file, from someone you trust. Without it the node is asked, and believed, who anchored the file.
    #[arg(long, value_name = "FILE")]
    pub genesis: Option<PathBuf>,
    /// What `anchor --proof` wrote: checks offline that the file was anchored.
    #[arg(long, value_name = "FILE", requires = "genesis")]
    pub proof: Option<PathBuf>,
    #[command(flatten)]
    pub remote: Remote,
}

/// `document key`
#[derive(Debug, Args)]
pub struct DocumentKey {
    /// Its name, such as `bank-a/main`.
    #[arg(long, value_name = "MEMBER/KEY")]
    pub key: counterfoil_types::Kid,
    /// The directory of the validator that is to open with it.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}
