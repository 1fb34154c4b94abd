use crate::{
    finding::Finding,
    limits::{LIST_MAX, NESTING_MAX, TEXT_BYTES_MAX},
};
use sqlite3_parser::lexer::{
    Splitter as _,
    sql::{Error, Tokenizer},
};

pub(crate) use sqlite3_parser::dialect::TokenType;

/// A token with its place; comments and white space are none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub kind: TokenType,
    /// As written, quotes and all.
    pub text: &'t str,
    pub start: usize,
    pub end: usize,
    pub line: u32,
}

impl Token<'_> {
    /// Whether it is this keyword or name, in any case, quoted or not.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        let bare = self.text.trim_matches(|quote| matches!(quote, '"' | '`' | '[' | ']'));
        bare.eq_ignore_ascii_case(word)
    }
}

/// The tokens of `text`, whose first line has the number `line`.
pub(crate) fn tokens(text: &str, mut line: u32) -> Result<Vec<Token<'_>>, Finding> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the text has {} bytes, at most {TEXT_BYTES_MAX} are allowed", text.len());
        return Err(Finding::new("limit/text", line, message));
    }
    let bytes = text.as_bytes();
    if bytes.contains(&0) {
        // SQLite would take it as the end.
        return Err(Finding::new("syntax", line, "a NUL character is not SQL"));
    }
    let mut tokenizer = Tokenizer::new();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (token, length) = tokenizer.split(&bytes[at..]).map_err(|error| unreadable(&error, line))?;
        let end = at + length;
        if let Some((_, kind)) = token {
            tokens.push(Token { kind, text: &text[at..end], start: at, end, line });
        }
        line += bytes[at..end].iter().filter(|byte| **byte == b'\n').count() as u32;
        at = end;
    }
    Ok(tokens)
}

fn unreadable(error: &Error, line: u32) -> Finding {
    let what = match error {
        Error::UnterminatedLiteral(_) => "a quote is not closed",
        Error::UnterminatedBracket(_) => "a bracket is not closed",
        Error::UnterminatedBlockComment(_) => "a comment is not closed",
        Error::BadVariableName(_) => "a parameter has no name: write :name",
        Error::BadNumber(_) => "a number is malformed",
        Error::ExpectedEqualsSign(_) => "after ! comes =",
        Error::MalformedBlobLiteral(_) => "a blob is written x'00ff', two digits a byte",
        Error::MalformedHexInteger(_) => "a hexadecimal number is malformed",
        _ => "a character is not SQL",
    };
    Finding::new("syntax", line, what)
}

/// Refuses what could make parsing deep or slow: it is measured before anything is parsed.
pub(crate) fn measure(tokens: &[Token<'_>]) -> Result<(), Finding> {
    let mut commas = vec![0];
    for token in tokens {
        match token.kind {
            TokenType::TK_LP | TokenType::TK_CASE => commas.push(0),
            TokenType::TK_RP | TokenType::TK_END if commas.len() > 1 => {
                commas.pop();
            }
            TokenType::TK_COMMA => {
                if let Some(count) = commas.last_mut() {
                    *count += 1;
                }
            }
            _ => {}
        }
        if commas.len() > NESTING_MAX {
            let message = format!("parentheses and CASE may stand at most {NESTING_MAX} deep within each other");
            return Err(Finding::new("limit/nesting", token.line, message));
        }
        if commas.last().is_some_and(|count| *count >= LIST_MAX) {
            let message = format!("a list has at most {LIST_MAX} members");
            return Err(Finding::new("limit/list", token.line, message));
        }
    }
    Ok(())
}
