use crate::{
    cursor::Cursor,
    finding::Finding,
    token::{Token, TokenType},
};

/// The value of an option in `WITH (name = value, …)` after CREATE TABLE. What it means is the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A bare word: `append`.
    Word(String),
    /// A text in quotes: `'core-corp'`.
    Text(String),
    /// An integer.
    Number(i64),
    /// Several values in parentheses.
    List(Vec<OptionValue>),
}

/// Where `WITH (` begins outside all parentheses, if it does.
pub(crate) fn position(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenType::TK_LP => depth += 1,
            TokenType::TK_RP => depth = depth.saturating_sub(1),
            TokenType::TK_WITH if depth == 0 => {
                return tokens.get(at + 1).filter(|next| next.kind == TokenType::TK_LP).map(|_| at);
            }
            _ => {}
        }
    }
    None
}

/// Reads `WITH (name = value, …)`, which ends the tokens.
pub(crate) fn options(tokens: &[Token<'_>]) -> Result<Vec<(String, OptionValue)>, Finding> {
    let mut reader = Cursor::new("table/option", tokens);
    let mut options: Vec<(String, OptionValue)> = Vec::new();
    reader.word("with")?;
    reader.symbol("(")?;
    loop {
        let line = reader.line();
        let name = reader.name()?;
        if options.iter().any(|(other, _)| *other == name) {
            return Err(Finding::new("table/option", line, format!("{name} is given twice")));
        }
        reader.symbol("=")?;
        let value = reader.value(true)?;
        options.push((name, value));
        if !reader.goes_on()? {
            break;
        }
    }
    reader.end()?;
    Ok(options)
}

impl Cursor<'_> {
    /// A value; lists stand in no lists.
    fn value(&mut self, list: bool) -> Result<OptionValue, Finding> {
        let Some(token) = self.peek() else { return Err(self.ended()) };
        match token.kind {
            TokenType::TK_LP if list => {
                self.symbol("(")?;
                let mut values = Vec::new();
                loop {
                    values.push(self.value(false)?);
                    if !self.goes_on()? {
                        return Ok(OptionValue::List(values));
                    }
                }
            }
            TokenType::TK_STRING => self.text().map(OptionValue::Text),
            TokenType::TK_INTEGER => self.integer().map(OptionValue::Number),
            _ => self.name().map(OptionValue::Word),
        }
    }
}
