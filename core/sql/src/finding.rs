use crate::{limits::FINDINGS_MAX, rule::is_rule, token::Token};

/// What the checker has against a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message} ({rule})")]
pub struct Finding {
    /// One of [`RULES`](crate::RULES), such as `order/limit`.
    pub rule: &'static str,
    /// The line, from 1, of the word in question where it can be told, else of its statement.
    pub line: u32,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, line: u32, message: impl Into<String>) -> Self {
        debug_assert!(is_rule(rule), "{rule} is not in the list of rules");
        Self { rule, line, message: message.into() }
    }
}

/// Collects the findings of one statement.
///
/// The syntax tree has no positions: a finding stands at the first token that is the word in question.
pub(crate) struct Findings<'t> {
    tokens: &'t [Token<'t>],
    line: u32,
    list: Vec<Finding>,
}

impl<'t> Findings<'t> {
    /// For a statement of these tokens that begins on `line`.
    pub(crate) fn new(tokens: &'t [Token<'t>], line: u32) -> Self {
        Self { tokens, line, list: Vec::new() }
    }

    /// Adds one at the first occurrence of `word` (empty for the statement as a whole).
    pub(crate) fn add(&mut self, rule: &'static str, word: &str, message: impl Into<String>) {
        if self.list.len() >= FINDINGS_MAX {
            return;
        }
        let line = self.tokens.iter().find(|token| !word.is_empty() && token.is_word(word)).map(|token| token.line);
        let finding = Finding::new(rule, line.unwrap_or(self.line), message);
        if !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }

    /// `value`, if nothing was found.
    pub(crate) fn give<T>(self, value: T) -> Result<T, Vec<Finding>> {
        if self.list.is_empty() { Ok(value) } else { Err(self.list) }
    }

    /// All that was found.
    pub(crate) fn into_list(self) -> Vec<Finding> {
        self.list
    }
}
