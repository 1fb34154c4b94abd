//! SQL as tokens with their places: enough to split statements, to tell what they are, and to put SQLite's form in place of what
//! PostgreSQL's clients write.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or bare name.
    Word,
    /// A name in double quotes or backticks.
    Quoted,
    /// `'…'`, or a blob `x'…'`.
    Text,
    /// `E'…'`, with backslash escapes.
    Escaped,
    /// `$tag$…$tag$`.
    Dollar,
    /// A number.
    Number,
    /// `$1`.
    Parameter(u16),
    /// `::`.
    Cast,
    /// Anything else, one character.
    Symbol(char),
}

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    /// Its text, quotes and all.
    pub text: &'a str,
    /// Its first byte.
    pub at: usize,
}

impl Token<'_> {
    /// Whether it is this keyword.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character.
    pub(crate) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }

    /// A name as it is meant: bare ones in lower case, quoted ones without their quotes.
    pub(crate) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_ascii_lowercase()),
            Kind::Quoted => {
                let quote = &self.text[..1];
                let inner = self.text[1..].strip_suffix(quote).unwrap_or(&self.text[1..]);
                Some(inner.replace(&quote.repeat(2), quote))
            }
            _ => None,
        }
    }

    /// The value of a literal text.
    pub(crate) fn literal(&self) -> Option<String> {
        let text = self.text;
        match self.kind {
            Kind::Text if text.starts_with('\'') => {
                Some(text[1..].strip_suffix('\'').unwrap_or(&text[1..]).replace("''", "'"))
            }
            Kind::Escaped => Some(unescape(text[2..].strip_suffix('\'').unwrap_or(&text[2..]))),
            Kind::Dollar => {
                let tag = text[1..].find('$')? + 2;
                text[tag..].strip_suffix(&text[..tag]).map(str::to_owned)
            }
            _ => None,
        }
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\'' => {
                chars.next_if_eq(&'\'');
                out.push('\'');
            }
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

/// The tokens of a text, without comments and white space.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { sql, at: 0 };
    std::iter::from_fn(|| lexer.next()).collect()
}

struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl<'a> Lexer<'a> {
    fn byte(&self, ahead: usize) -> u8 {
        self.sql.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.at < self.sql.len() && keep(self.byte(0)) {
            self.at += 1;
        }
    }

    fn skip_blank(&mut self) {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
            match (self.byte(0), self.byte(1)) {
                (b'-', b'-') => self.skip_while(|byte| byte != b'\n'),
                (b'/', b'*') => {
                    let inside = self.at + 2;
                    self.at = self.sql[inside..].find("*/").map_or(self.sql.len(), |end| inside + end + 2);
                }
                _ => return,
            }
        }
    }

    /// From an opening quote past the closing one.
    fn quoted(&mut self, quote: u8, escapes: bool) {
        self.at += 1;
        while self.at < self.sql.len() {
            let byte = self.byte(0);
            if escapes && byte == b'\\' {
                self.at += 1;
            } else if byte == quote {
                if self.byte(1) != quote {
                    break;
                }
                self.at += 1;
            }
            self.at += 1;
        }
        self.at = (self.at + 1).min(self.sql.len());
        while !self.sql.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        self.skip_while(is_word);
        if self.byte(0) == b'.' {
            self.at += 1;
            self.skip_while(is_word);
        }
        let before = self.sql.as_bytes()[self.at - 1];
        if before.eq_ignore_ascii_case(&b'e') && matches!(self.byte(0), b'+' | b'-') {
            self.at += 1;
            self.skip_while(is_word);
        }
    }

    /// After a `$`: a parameter, a text between tags, or just the character.
    fn dollar(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        if self.byte(0).is_ascii_digit() {
            self.skip_while(|byte| byte.is_ascii_digit());
            return self.sql[start + 1..self.at].parse().map_or(Kind::Symbol('$'), Kind::Parameter);
        }
        self.skip_while(is_word);
        if self.byte(0) == b'$' {
            self.at += 1;
            let tag = &self.sql[start..self.at];
            if let Some(end) = self.sql[self.at..].find(tag) {
                self.at += end + tag.len();
                return Kind::Dollar;
            }
        }
        self.at = start + 1;
        Kind::Symbol('$')
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let at = self.at;
        let first = self.sql[at..].chars().next()?;
        let kind = match first {
            '\'' => {
                self.quoted(b'\'', false);
                Kind::Text
            }
            '"' | '`' => {
                self.quoted(first as u8, false);
                Kind::Quoted
            }
            'x' | 'X' if self.byte(1) == b'\'' => {
                self.at += 1;
                self.quoted(b'\'', false);
                Kind::Text
            }
            'e' | 'E' if self.byte(1) == b'\'' => {
                self.at += 1;
                self.quoted(b'\'', true);
                Kind::Escaped
            }
            '$' => self.dollar(),
            ':' if self.byte(1) == b':' => {
                self.at += 2;
                Kind::Cast
            }
            '0'..='9' => {
                self.number();
                Kind::Number
            }
            '.' if self.byte(1).is_ascii_digit() => {
                self.at += 1;
                self.number();
                Kind::Number
            }
            _ if first.is_ascii_alphabetic() || first == '_' || !first.is_ascii() => {
                self.skip_while(is_word);
                Kind::Word
            }
            _ => {
                self.at += first.len_utf8();
                Kind::Symbol(first)
            }
        };
        Some(Token { kind, text: &self.sql[at..self.at], at })
    }
}

/// The statements of a text, without the `;` between them.
pub(crate) fn statements(sql: &str) -> Vec<&str> {
    let (mut found, mut begin) = (Vec::new(), None);
    for token in tokens(sql) {
        if token.is_symbol(';') {
            if let Some(begin) = begin.take() {
                found.push(&sql[begin..token.at]);
            }
        } else if begin.is_none() {
            begin = Some(token.at);
        }
    }
    found.extend(begin.map(|begin| &sql[begin..]));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statements_end_at_semicolons_outside_of_texts_and_comments() {
        let sql = " SELECT ';' ; -- a;b\n;SELECT \";\" /* ; */ , $t$ ; $t$, E'\\';' ;; SELECT 3";
        let parts = statements(sql);
        assert_eq!(parts, ["SELECT ';' ", "SELECT \";\" /* ; */ , $t$ ; $t$, E'\\';' ", "SELECT 3"]);
    }

    #[test]
    fn literals_have_their_values() {
        let value = |sql: &'static str| tokens(sql)[0].literal();
        assert_eq!(value("'a''b'").as_deref(), Some("a'b"));
        assert_eq!(value(r"E'a\n\'b'''").as_deref(), Some("a\n'b'"));
        assert_eq!(value("$x$a'b$x$").as_deref(), Some("a'b"));
        assert_eq!(tokens("\"a\"\"B\"")[0].name().as_deref(), Some("a\"B"));
        assert_eq!(tokens("$1::text $12")[0].kind, Kind::Parameter(1));
    }

    proptest! {
        #[test]
        fn any_text_has_tokens_within_it(sql in ".*") {
            let mut end = 0;
            for token in tokens(&sql) {
                prop_assert!(token.at >= end && !token.text.is_empty());
                let _ = (token.literal(), token.name());
                end = token.at + token.text.len();
            }
            let _ = statements(&sql);
        }

        #[test]
        fn quotes_of_all_kinds_end(sql in "[a'\"`$\\\\eExX;:. \\-/*\n1é]{0,40}") {
            prop_assert!(tokens(&sql).iter().all(|token| sql[token.at..].starts_with(token.text)));
            prop_assert!(statements(&sql).iter().all(|part| sql.contains(part)));
        }
    }
}
