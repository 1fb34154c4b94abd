//! The words around the statements of a package.

use super::{PackageText, Surroundings};
use crate::{
    cursor::Cursor,
    finding::Finding,
    name::is_reserved_schema,
    split::Piece,
    token::{Token, TokenType, tokens},
};

/// A part of a text, with the line on which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'t> {
    pub text: &'t str,
    pub line: u32,
}

/// `PACKAGE name VERSION 1 OWNERS ('…', …) [APPROVALS 2]`.
pub(super) fn header(piece: &Piece<'_>, around: &Surroundings<'_>) -> Result<PackageText, Finding> {
    let tokens = tokens(piece.text, piece.line)?;
    let mut cursor = Cursor::new("package/header", &tokens);
    cursor.word("package")?;
    let line = cursor.line();
    let name = cursor.name()?;
    if is_reserved_schema(&name) || around.reserved.contains(&name) {
        return Err(Finding::new("name/reserved", line, format!("{name} is reserved: choose another name")));
    }
    cursor.word("version")?;
    let version = count(&mut cursor)?;
    cursor.word("owners")?;
    cursor.symbol("(")?;
    let mut owners = Vec::new();
    loop {
        owners.push(cursor.text()?);
        if !cursor.goes_on()? {
            break;
        }
    }
    let line = cursor.line();
    let approvals = if cursor.takes("approvals") { Some(count(&mut cursor)?) } else { None };
    cursor.end()?;
    if approvals.is_some_and(|approvals| approvals as usize > owners.len()) {
        return Err(Finding::new("package/header", line, "APPROVALS is at most the number of OWNERS"));
    }
    Ok(PackageText {
        name,
        version,
        owners,
        approvals,
        description: piece.documentation(),
        tables: Vec::new(),
        indexes: Vec::new(),
        actions: Vec::new(),
        invariants: Vec::new(),
        migration: None,
    })
}

fn count(cursor: &mut Cursor<'_>) -> Result<u32, Finding> {
    let line = cursor.line();
    let number = u32::try_from(cursor.integer()?).ok().filter(|number| *number > 0);
    number.ok_or_else(|| Finding::new("package/header", line, "a number from 1 is expected"))
}

/// `CREATE INVARIANT name AS SELECT …`: the name, and the SELECT.
pub(super) fn invariant<'t>(piece: &Piece<'t>) -> Result<(String, Part<'t>), Finding> {
    let tokens = tokens(piece.text, piece.line)?;
    let mut cursor = Cursor::new("package/invariant", &tokens);
    cursor.word("create")?;
    cursor.word("invariant")?;
    let name = cursor.name()?;
    let r#as = cursor.word("as")?;
    if !["select", "values", "with"].iter().any(|word| cursor.takes(word)) {
        return Err(Finding::new("package/invariant", cursor.line(), "an invariant is a SELECT that must give no row"));
    }
    Ok((name, Part { text: &piece.text[r#as.end..], line: r#as.line }))
}

/// `MIGRATE FROM 1 AS BEGIN … END`: the version, and what stands between BEGIN and END.
pub(super) fn migration<'t>(piece: &Piece<'t>) -> Result<(u32, Part<'t>), Finding> {
    let tokens = tokens(piece.text, piece.line)?;
    let mut cursor = Cursor::new("package/migration", &tokens);
    cursor.word("migrate")?;
    cursor.word("from")?;
    let from = count(&mut cursor)?;
    Ok((from, body(piece, &tokens, &mut cursor)?))
}

/// `AS BEGIN … END`: what stands between.
pub(super) fn body<'t>(piece: &Piece<'t>, tokens: &[Token<'_>], cursor: &mut Cursor<'_>) -> Result<Part<'t>, Finding> {
    cursor.word("as")?;
    let begin = cursor.word("begin")?;
    match tokens.last() {
        Some(end) if end.kind == TokenType::TK_END && end.start >= begin.end => {
            Ok(Part { text: &piece.text[begin.end..end.start], line: begin.line })
        }
        _ => Err(Finding::new("package/syntax", piece.line, "BEGIN … END is followed by a semicolon")),
    }
}
