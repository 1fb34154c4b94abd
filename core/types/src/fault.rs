use crate::Hash;
use std::error::Error;

/// The environment's wrong: disk, network, a damaged file. A member stops on a fault rather than answer wrongly.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An operation of the environment failed.
    #[error("{context}")]
    Failed {
        /// What was being done, and on what.
        context: String,
        /// Why it failed.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// A file is damaged.
    #[error("{what} is damaged: {detail}. To recover: {recover}")]
    Corrupt {
        /// The file or folder.
        what: String,
        /// What was found.
        detail: String,
        /// What the operator can do.
        recover: String,
    },
    /// Configuration or data that do not belong together: another ledger, a locked folder, a port in use.
    #[error("{0}")]
    Unusable(String),
    /// This member computed another result than the members certified. It must not go on.
    #[error("this member diverged at height {height}: computed {own}, the members certified {certified}")]
    Diverged {
        /// The height whose result differs.
        height: u64,
        /// This member's result.
        own: Hash,
        /// The result in a finalised header.
        certified: Hash,
    },
}

impl Fault {
    /// A failed operation and its cause.
    pub fn new(context: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { context: context.into(), source: Some(source.into()) }
    }

    /// A failed operation without a further cause.
    pub fn failed(context: impl Into<String>) -> Self {
        Self::Failed { context: context.into(), source: None }
    }

    /// The message with every cause, for an operator.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}
