use std::time::Duration;
use tokio_postgres::error::SqlState;

/// The form of a mirror's own tables.
pub const FORMAT: &str = "counterfoil-mirror/1";

/// The first pause before a connection is made again; it doubles.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Why a mirror does not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node was not reached, says no, or does not answer as a node does.
    #[error("the node: {0}")]
    Node(#[from] counterfoil_client::Error),
    /// PostgreSQL was not reached, or says no.
    #[error("PostgreSQL: {}", described(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The certificates of `sslrootcert` or those that come with the program cannot be used.
    #[error("TLS to PostgreSQL: {0}")]
    Tls(String),
    /// The database is not one that this ledger can be mirrored to, or not from this node.
    #[error("{0}")]
    Refused(String),
    /// The height in the database is not the one that this connection left there.
    #[error("somebody else moved the height of this mirror: a database has one mirror that writes it")]
    Moved,
    /// The node has not got as far as the mirror.
    #[error("the mirror is at height {mirror}, the node only at {node}: it is behind, or has another history")]
    Behind {
        /// Height of the mirror.
        mirror: u64,
        /// Height of the node.
        node: u64,
    },
    /// What the node sent contradicts itself, or what it sent before.
    #[error("what the node sent does not hold: height {height}: {why}")]
    Lied {
        /// Of which block.
        height: u64,
        /// What is wrong.
        why: String,
    },
    /// What the node sent is not what the members certified.
    #[error("not certified: {0}")]
    NotCertified(String),
    /// The temporary file in which rows are compared failed.
    #[error("the temporary file for comparing: {0}")]
    Scratch(#[from] rusqlite::Error),
    /// The node's stream ended.
    #[error("the node has ended the stream")]
    Ended,
}

impl Error {
    pub(crate) fn lied(height: u64, why: impl Into<String>) -> Self {
        Self::Lied { height, why: why.into() }
    }

    /// Whether the same may succeed later, without anybody changing what is in the database.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Ended => true,
            Self::Node(counterfoil_client::Error::Transport { .. }) => true,
            Self::Node(error) => error.problem().is_some_and(counterfoil_client::Problem::is_passing),
            Self::Postgres(error) => match error.code() {
                // The server speaks: it is starting or stopping, full, or had two transactions in each other's way.
                Some(code) => passes(code),
                None => {
                    let mut cause = std::error::Error::source(error);
                    while let Some(inner) = cause {
                        if inner.is::<std::io::Error>() {
                            return true;
                        }
                        cause = inner.source();
                    }
                    error.is_closed()
                }
            },
            _ => false,
        }
    }

    /// Whether the answer is a no, rather than a fault of the surroundings.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Moved | Self::Behind { .. } | Self::Lied { .. } | Self::NotCertified(_) => true,
            Self::Node(error) => error.problem().is_some_and(|problem| !problem.is_passing()),
            _ => false,
        }
    }
}

fn passes(code: &SqlState) -> bool {
    // Class 08 connections, 40 transactions in each other's way, 53 resources, 57 an operator, 58 the system.
    ["08", "40", "53", "57", "58"].iter().any(|class| code.code().starts_with(class))
}

/// What the server says, or else the error with its causes.
fn described(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        return format!("{}{detail} ({})", said.message(), said.code().code());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

/// Pauses between attempts that double, until one went well.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(PAUSE)
    }

    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(PAUSE_MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_has_to_be_changed() {
        for (code, expected) in [
            ("57P01", true),
            ("57P03", true),
            ("53100", true),
            ("08006", true),
            ("40001", true),
            ("42P01", false),
            ("42501", false),
            ("23502", false),
            ("28P01", false),
        ] {
            assert_eq!(passes(&SqlState::from_code(code)), expected, "{code}");
        }
        assert!(!Error::Refused(String::new()).is_passing());
        assert!(Error::Ended.is_passing());
    }
}
