use crate::{
    finding::Finding,
    token::{Token, TokenType, tokens},
};

/// One statement of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The line of its first word, from 1.
    pub line: u32,
    /// The statement, without its semicolon.
    pub text: &'t str,
    /// What stands between it and the statement before: white space and comments.
    before: &'t str,
}

impl Piece<'_> {
    /// The line comments directly above the statement, without their dashes.
    pub fn documentation(&self) -> String {
        let above = self.before.rsplit_once('\n').map_or("", |(above, _)| above);
        let mut lines = Vec::new();
        for line in above.lines() {
            match line.trim().strip_prefix("--") {
                Some(comment) => lines.push(comment.trim()),
                None => lines.clear(),
            }
        }
        lines.join("\n")
    }
}

/// Splits a text at its semicolons. `BEGIN … END` of an action or migration stays whole.
pub fn split(text: &str) -> Result<Vec<Piece<'_>>, Finding> {
    split_from(text, 1)
}

/// As [`split`], of a text that begins on `line`.
pub(crate) fn split_from(text: &str, line: u32) -> Result<Vec<Piece<'_>>, Finding> {
    let tokens = tokens(text, line)?;
    let mut pieces = Vec::new();
    let mut first = 0;
    let mut before = 0;
    while first < tokens.len() {
        let length = statement_tokens(&tokens[first..]);
        let own = &tokens[first..first + length];
        let end = own.last().map_or(tokens[first].end, |token| token.end);
        if let Some(head) = own.first() {
            // What follows a semicolon on its line is about the statement that ends there.
            let gap = &text[before..head.start];
            let gap = if before > 0 { gap.split_once('\n').map_or("", |(_, lines)| lines) } else { gap };
            pieces.push(Piece { line: head.line, text: &text[head.start..end], before: gap });
        }
        before = tokens.get(first + length).map_or(text.len(), |semicolon| semicolon.end);
        first += length + 1;
    }
    Ok(pieces)
}

/// How many tokens the statement at the beginning has, its semicolon not counted.
fn statement_tokens(tokens: &[Token<'_>]) -> usize {
    let item = tokens.first().is_some_and(|token| token.is_word("create") || token.is_word("migrate"));
    let mut body = false;
    let mut cases = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenType::TK_BEGIN if item && at > 0 && tokens[at - 1].kind == TokenType::TK_AS => body = true,
            TokenType::TK_CASE => cases += 1,
            TokenType::TK_END if cases > 0 => cases -= 1,
            TokenType::TK_END => body = false,
            TokenType::TK_SEMI if !body => return at,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_texts_comments_and_actions_do_not_split() {
        let text = "-- one; two\nSELECT ';', \"a;b\"; ;\n\n-- Opens.\n-- Twice.\nCREATE ACTION a () AS BEGIN\n  \
                    SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM t;\nEND;\n/* x; */ SELECT 3";
        let pieces = split(text).expect("splits");
        let lines: Vec<(u32, &str)> = pieces.iter().map(|piece| (piece.line, &piece.text[..8])).collect();
        assert_eq!(lines, [(2, "SELECT '"), (6, "CREATE A"), (9, "SELECT 3")]);
        assert_eq!(pieces[0].documentation(), "one; two");
        assert_eq!(pieces[1].documentation(), "Opens.\nTwice.");
        assert!(pieces[1].text.ends_with("END"));
    }

    #[test]
    fn begin_is_a_name_where_no_action_begins() {
        let pieces = split("CREATE TABLE a.t (begin TEXT PRIMARY KEY); SELECT 1").expect("splits");
        assert_eq!(pieces.len(), 2);
    }

    #[test]
    fn what_is_not_closed_is_found_where_it_begins() {
        let finding = split("SELECT 1;\n\nSELECT 'a").expect_err("not closed");
        assert_eq!((finding.rule, finding.line), ("syntax", 3));
    }
}
