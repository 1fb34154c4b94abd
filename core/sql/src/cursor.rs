use crate::{
    finding::Finding,
    name::fold,
    token::{Token, TokenType},
};

/// Reads what is not SQLite's grammar, token by token.
pub(crate) struct Cursor<'t> {
    rule: &'static str,
    tokens: &'t [Token<'t>],
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(rule: &'static str, tokens: &'t [Token<'t>]) -> Self {
        Self { rule, tokens, at: 0 }
    }

    /// The next token, left where it is.
    pub(crate) fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at)
    }

    /// The line of the next token.
    pub(crate) fn line(&self) -> u32 {
        self.peek().or(self.tokens.last()).map_or(1, |token| token.line)
    }

    pub(crate) fn ended(&self) -> Finding {
        Finding::new(self.rule, self.line(), "the text ends too early")
    }

    fn next(&mut self) -> Result<&'t Token<'t>, Finding> {
        let token = self.peek().ok_or_else(|| self.ended())?;
        self.at += 1;
        Ok(token)
    }

    fn expected(&self, what: &str, token: &Token<'_>) -> Finding {
        Finding::new(self.rule, token.line, format!("{what} is expected instead of {}", token.text))
    }

    /// Past this symbol.
    pub(crate) fn symbol(&mut self, symbol: &str) -> Result<(), Finding> {
        let token = self.next()?;
        if token.text == symbol { Ok(()) } else { Err(self.expected(symbol, token)) }
    }

    /// Past this keyword; gives its token.
    pub(crate) fn word(&mut self, word: &str) -> Result<&'t Token<'t>, Finding> {
        let token = self.next()?;
        if token.is_word(word) { Ok(token) } else { Err(self.expected(&word.to_ascii_uppercase(), token)) }
    }

    /// Past this keyword, if it is next.
    pub(crate) fn takes(&mut self, word: &str) -> bool {
        let takes = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(takes);
        takes
    }

    /// Past this symbol, if it is next.
    pub(crate) fn takes_symbol(&mut self, symbol: &str) -> bool {
        let takes = self.peek().is_some_and(|token| token.text == symbol);
        self.at += usize::from(takes);
        takes
    }

    /// A name.
    pub(crate) fn name(&mut self) -> Result<String, Finding> {
        let token = self.next()?;
        fold(token.text).map_err(|why| Finding::new("name/form", token.line, why))
    }

    /// A text in single quotes.
    pub(crate) fn text(&mut self) -> Result<String, Finding> {
        let token = self.next()?;
        match token.kind {
            TokenType::TK_STRING => Ok(unquoted(token.text)),
            _ => Err(self.expected("a text in single quotes", token)),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self) -> Result<i64, Finding> {
        let token = self.next()?;
        token.text.parse().map_err(|_| self.expected("a whole number of 64 bits", token))
    }

    /// Past a comma: true; past the closing parenthesis: false.
    pub(crate) fn goes_on(&mut self) -> Result<bool, Finding> {
        let token = self.next()?;
        match token.kind {
            TokenType::TK_COMMA => Ok(true),
            TokenType::TK_RP => Ok(false),
            _ => Err(self.expected(", or )", token)),
        }
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<(), Finding> {
        self.peek().map_or(Ok(()), |token| Err(self.expected("the end", token)))
    }
}

/// What a text in single quotes says.
pub(crate) fn unquoted(text: &str) -> String {
    text[1..text.len() - 1].replace("''", "'")
}
