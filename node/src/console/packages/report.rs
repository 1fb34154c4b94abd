use crate::problem::{Answer, Problem};
use counterfoil_sql::TEXT_BYTES_MAX;
use counterfoil_types::{Fault, Refusal, RefusalKind};
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::Semaphore;

/// What the checker has against a text.
pub struct Finding {
    /// The line, from 1; 0 where it is of none.
    pub line: u32,
    /// The checker's rule, or the ledger's code.
    pub rule: String,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// A text that was given, and what the checker says of it.
pub struct Report {
    /// The text, its lines ended as on the ledger.
    pub text: String,
    /// Whether it is longer than any that is read.
    pub too_long: bool,
    /// What was found against it.
    pub findings: Vec<Finding>,
}

/// A text as a form sends it.
#[derive(Deserialize)]
pub struct Given {
    source: String,
}

/// Checks that run at once: each tries a package on a ledger of its own.
static CHECKS: Semaphore = Semaphore::const_new(2);

/// For how long a check waits for its turn before its sender is told to come again.
const WAIT: Duration = Duration::from_secs(10);

impl Report {
    /// A text that nothing was asked about.
    pub fn blank(text: String) -> Self {
        Self { text, too_long: false, findings: Vec::new() }
    }

    /// Checks a text, away from the threads that serve pages.
    pub async fn of(given: Given, check: impl FnOnce(&str) -> Vec<Finding> + Send + 'static) -> Answer<Self> {
        // Browsers send the lines of a form with carriage returns.
        let text = given.source.replace("\r\n", "\n");
        if text.len() > TEXT_BYTES_MAX {
            return Ok(Self { text, too_long: true, findings: Vec::new() });
        }
        let busy = || Problem::from(Refusal::new("http/busy", RefusalKind::Busy, "other texts are checked now"));
        let place = tokio::time::timeout(WAIT, CHECKS.acquire()).await.map_err(|_| busy())?;
        // Who breaks off does not end the check, so its place goes with it.
        let checked = tokio::task::spawn_blocking(move || {
            let findings = check(&text);
            drop(place);
            (findings, text)
        });
        let checked = checked.await;
        let (findings, text) = checked.map_err(|error| Problem::from(Fault::new("checking a text", error)))?;
        Ok(Self { text, too_long: false, findings })
    }

    /// The lines with their numbers, and whether something was found in them.
    pub fn lines(&self) -> Vec<(u32, &str, bool)> {
        let found = |line: u32| self.findings.iter().any(|finding| finding.line == line);
        (1..).zip(self.text.lines()).map(|(number, text)| (number, text, found(number))).collect()
    }

    /// The text as JSON: an input of a page keeps it to the byte.
    pub fn json(&self) -> String {
        serde_json::Value::from(self.text.as_str()).to_string()
    }
}
