//! Scenarios of packages: a TOML file of members, of what they do in order, and of what must come of it.
//!
//! A scenario runs on a ledger of its own in a temporary folder: signed transactions, real blocks, the modules that the caller gives.
//! After each step the invariants of the packages are looked at. `platform/packages/README.md` describes the format.

mod check;
mod run;
mod text;
mod world;

pub use check::{Found, check};
pub use run::{Passed, run};

use std::fmt;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct File {
    /// What it is called in reports.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Why a scenario does not hold: where, what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The file.
    pub file: String,
    /// The line, from 1, of the step in question.
    pub line: usize,
    /// What was expected, and what was found.
    pub reason: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

impl std::error::Error for Failed {}

#[cfg(test)]
mod tests;
