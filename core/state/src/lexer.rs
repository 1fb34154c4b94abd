/// A token of SQL, as far as the checks before preparing need to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A keyword or bare identifier.
    Word(&'a str),
    /// An identifier in double quotes, brackets or backticks; without these.
    Quoted(&'a str),
    /// A string literal without its quotes.
    Text(&'a str),
    /// A blob literal.
    Blob(&'a str),
    /// A number; `decimal` with a point or an exponent.
    Number { text: &'a str, decimal: bool },
    /// A parameter such as `?1` or `:name`.
    Parameter(&'a str),
    /// Any other character.
    Symbol(char),
}

impl Token<'_> {
    /// Whether it is the keyword `word`.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }
}

/// The tokens of `sql`, comments and white space left out, by the rules of SQLite's own tokenizer.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { sql, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

impl<'a> Lexer<'a> {
    fn byte(&self, ahead: usize) -> u8 {
        self.sql.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.at < self.sql.len() && keep(self.byte(0)) {
            self.at += 1;
        }
        &self.sql[start..self.at]
    }

    /// From after the opening quote to the closing one, which doubled stands for itself.
    fn quoted(&mut self, close: u8) -> &'a str {
        self.at += 1;
        let start = self.at;
        while self.at < self.sql.len() {
            if self.byte(0) == close {
                if close == b']' || self.byte(1) != close {
                    break;
                }
                self.at += 1;
            }
            self.at += 1;
        }
        let end = self.at.min(self.sql.len());
        self.at = (end + 1).min(self.sql.len());
        &self.sql[start..end]
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
            if self.byte(0) == b'-' && self.byte(1) == b'-' {
                self.take_while(|byte| byte != b'\n');
            } else if self.byte(0) == b'/' && self.byte(1) == b'*' {
                self.at = self.sql[self.at + 2..].find("*/").map_or(self.sql.len(), |end| self.at + 2 + end + 2);
            } else {
                return;
            }
        }
    }

    fn number(&mut self) -> Token<'a> {
        let start = self.at;
        if self.byte(0) == b'0' && self.byte(1).eq_ignore_ascii_case(&b'x') {
            let text = self.take_while(is_word);
            return Token::Number { text, decimal: false };
        }
        let digits = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        self.take_while(digits);
        let mut decimal = false;
        if self.byte(0) == b'.' {
            decimal = true;
            self.at += 1;
            self.take_while(digits);
        }
        if self.byte(0).eq_ignore_ascii_case(&b'e') {
            decimal = true;
            self.at += 1;
            if matches!(self.byte(0), b'+' | b'-') {
                self.at += 1;
            }
            self.take_while(digits);
        }
        self.take_while(is_word);
        Token::Number { text: &self.sql[start..self.at], decimal }
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        Some(match first {
            '\'' => Token::Text(self.quoted(b'\'')),
            '"' => Token::Quoted(self.quoted(b'"')),
            '`' => Token::Quoted(self.quoted(b'`')),
            '[' => Token::Quoted(self.quoted(b']')),
            'x' | 'X' if self.byte(1) == b'\'' => {
                self.at += 1;
                Token::Blob(self.quoted(b'\''))
            }
            '0'..='9' => self.number(),
            '.' if self.byte(1).is_ascii_digit() => self.number(),
            '?' | ':' | '@' | '$' | '#' => {
                let start = self.at;
                self.at += 1;
                self.take_while(is_word);
                Token::Parameter(&self.sql[start..self.at])
            }
            _ if first.is_ascii_alphabetic() || first == '_' || !first.is_ascii() => {
                Token::Word(self.take_while(is_word))
            }
            _ => {
                self.at += first.len_utf8();
                Token::Symbol(first)
            }
        })
    }
}

/// The tokens of `sql` as one text: the same for texts that differ in comments and white space only.
pub(crate) fn normalise(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    for token in tokens(sql) {
        match token {
            Token::Word(word) | Token::Parameter(word) | Token::Number { text: word, .. } => text.push_str(word),
            Token::Quoted(name) => text.push_str(&format!("\"{name}\"")),
            Token::Text(literal) => text.push_str(&format!("'{literal}'")),
            Token::Blob(literal) => text.push_str(&format!("x'{literal}'")),
            Token::Symbol(symbol) => text.push(symbol),
        }
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_quotes_hide_nothing() {
        assert_eq!(
            tokens("SELECT/* 'x */[a b] --c\n,\"d\"\"e\",'f''g',X'00',1.5e3,.5,7,0xFF,:p ?2"),
            vec![
                Token::Word("SELECT"),
                Token::Quoted("a b"),
                Token::Symbol(','),
                Token::Quoted("d\"\"e"),
                Token::Symbol(','),
                Token::Text("f''g"),
                Token::Symbol(','),
                Token::Blob("00"),
                Token::Symbol(','),
                Token::Number { text: "1.5e3", decimal: true },
                Token::Symbol(','),
                Token::Number { text: ".5", decimal: true },
                Token::Symbol(','),
                Token::Number { text: "7", decimal: false },
                Token::Symbol(','),
                Token::Number { text: "0xFF", decimal: false },
                Token::Symbol(','),
                Token::Parameter(":p"),
                Token::Parameter("?2"),
            ]
        );
    }

    #[test]
    fn unfinished_text_ends_where_it_ends() {
        for sql in ["'", "\"", "[", "/*", "--", "x'", "'a''", "é'", "1.", "1e", "1e+", "?", "/*/", "'é"] {
            tokens(sql);
        }
    }

    #[test]
    fn comments_and_spaces_do_not_change_a_schema() {
        assert_eq!(normalise("CREATE TABLE a(b) -- x\n"), normalise("CREATE  TABLE a ( b )"));
        assert_ne!(normalise("CREATE TABLE a(b)"), normalise("CREATE TABLE a(c)"));
    }
}
