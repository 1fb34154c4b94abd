use crate::{
    finding::Finding,
    token::{Token, measure},
};
use sqlite3_parser::{
    Bump, FallibleIterator as _,
    ast::{Cmd, Stmt},
    lexer::sql::{Error, Parser, ParserError},
};

/// Parses the one statement of `text`, whose first line has the number `line`, and gives it to `use_it`.
pub(crate) fn parse<T>(
    text: &str,
    line: u32,
    tokens: &[Token<'_>],
    use_it: impl FnOnce(&Stmt<'_>) -> Result<T, Vec<Finding>>,
) -> Result<T, Vec<Finding>> {
    measure(tokens).map_err(|finding| vec![finding])?;
    let bump = Bump::new();
    let mut parser = Parser::new(&bump, text.as_bytes());
    let fail = |rule, message: &str| Err(vec![Finding::new(rule, line, message)]);
    let parsed = match parser.next() {
        Ok(Some(Cmd::Stmt(parsed))) => parsed,
        Ok(Some(Cmd::Explain(_) | Cmd::ExplainQueryPlan(_))) => {
            return fail("statement/kind", "EXPLAIN is not allowed here");
        }
        Ok(None) => return fail("syntax", "there is no statement"),
        Err(error) => return Err(vec![syntax(&error, line, tokens)]),
    };
    match parser.next() {
        Ok(None) => use_it(&parsed),
        _ => fail("syntax", "there is more than one statement"),
    }
}

fn syntax(error: &Error, line: u32, tokens: &[Token<'_>]) -> Finding {
    let (what, position) = match error {
        Error::ParserError(ParserError::UnexpectedEof, _) => {
            let last = tokens.last().map_or(line, |token| token.line);
            return Finding::new("syntax", last, "the statement ends too early");
        }
        Error::ParserError(ParserError::SyntaxError(near), position) => {
            (format!("near \"{near}\": this is not the grammar of SQL"), position)
        }
        Error::ParserError(ParserError::Custom(why), position) => (why.clone(), position),
        other => (other.to_string(), &None),
    };
    let line = position.as_ref().map_or(line, |position| line + position.line.saturating_sub(1) as u32);
    Finding::new("syntax", line, what)
}
