use crate::invoice::decimal::{Amount, Decimal};
use std::fmt;

/// A rule of EN 16931 that an invoice breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, such as `BR-CO-15`.
    pub rule: String,
    /// JSON Pointer within the invoice to the term that is wrong or missing.
    pub field: String,
    /// What the rule wants.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Rules found broken so far.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    /// Notes a broken rule.
    pub fn note(
        &mut self,
        rule: &str,
        field: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let (rule, field) = (rule.to_owned(), field.into());
        self.all.push(Finding { rule, field, expected: expected.into(), found: found.into() });
    }

    /// A term that must be there.
    pub fn need(&mut self, rule: &str, field: &str, what: &str, present: bool) {
        if !present {
            self.note(rule, field, what, "none");
        }
    }

    /// Text that must be there and not be empty.
    pub fn text(&mut self, rule: &str, field: &str, what: &str, text: Option<&String>) {
        self.need(rule, field, what, text.is_some_and(|text| !text.trim().is_empty()));
    }

    /// A sum that must be met exactly. `None` for what was expected: it is made of what is not there, or beyond every number of money.
    pub fn sum(&mut self, rule: &str, field: &str, expected: Option<Decimal>, found: Option<&Amount>) {
        if expected.is_none() || expected != found.map(Amount::value) {
            let found = found.map_or("none".to_owned(), |found| found.value().to_string());
            self.note(rule, field, computed(expected), found);
        }
    }
}

/// A number that a rule expects, in words.
pub(super) fn computed(number: Option<Decimal>) -> String {
    number.map_or("a number that can be computed".to_owned(), |number| number.to_string())
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: expected {}, found {}", self.field, self.rule, self.expected, self.found)
    }
}

impl From<Findings> for Vec<Finding> {
    fn from(findings: Findings) -> Self {
        findings.all
    }
}
