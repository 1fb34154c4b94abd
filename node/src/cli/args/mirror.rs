use super::Remote;
use clap::{Args, Subcommand};
use std::{net::SocketAddr, path::PathBuf};

/// `mirror`
#[derive(Debug, Args)]
pub struct Mirror {
    /// What to do instead of following.
    #[command(subcommand)]
    pub verb: Option<MirrorVerb>,
    /// The database: `postgres://user@host/database`, with libpq's `sslmode` and `sslrootcert`. A password that is not in it is taken from
    /// PGPASSWORD.
    #[arg(long, env = "COUNTERFOIL_MIRROR", hide_env_values = true, value_name = "URL", global = true)]
    pub to: Option<String>,
    /// Keeps every write of a row too, in tables beside. A mirror is begun with it or without.
    #[arg(long)]
    pub history: bool,
    /// Ends where the node is now, instead of going on; and with the first fault, instead of trying again.
    #[arg(long)]
    pub once: bool,
    /// Serves the lag and what else is counted here, as `/metrics` for Prometheus.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
    #[command(flatten)]
    pub remote: Remote,
}

/// `mirror …`
#[derive(Debug, Subcommand)]
pub enum MirrorVerb {
    /// Compares every row of a mirror with what the members have certified, trusting neither the node nor PostgreSQL. The mirror may go on
    /// meanwhile.
    Verify(MirrorVerify),
}

/// `mirror verify`
#[derive(Debug, Args)]
pub struct MirrorVerify {
    /// The ledger's genesis file, from someone you trust.
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
}
