use crate::{
    catalog::{Catalog, physical},
    name::{fold, quoted},
    token::{Token, TokenType, tokens},
};
use std::borrow::Cow;

/// For readers: `schema.table` becomes the name SQLite knows, under the alias `table` if it has none; nothing else is touched or refused.
///
/// A text that is not SQL, and one that names no schema of the catalog, comes back as it is.
pub fn public_select<'t>(sql: &'t str, catalog: &Catalog) -> Cow<'t, str> {
    let lower = sql.to_ascii_lowercase();
    if !catalog.schemas().any(|schema| lower.contains(schema)) {
        return Cow::Borrowed(sql);
    }
    match tokens(sql, 1) {
        Ok(tokens) => rewrite(sql, &tokens, catalog),
        Err(_) => Cow::Borrowed(sql),
    }
}

fn rewrite<'t>(sql: &'t str, tokens: &[Token<'_>], catalog: &Catalog) -> Cow<'t, str> {
    let mut edited = String::new();
    let mut copied = 0;
    let mut position = Position { lists: vec![false], next: Place::Other };
    let mut at = 0;
    while at < tokens.len() {
        let after_distinct = at > 0 && tokens[at - 1].kind == TokenType::TK_DISTINCT;
        let place = position.step(tokens[at].kind, after_distinct);
        let Some(table) = known(&tokens[at..], catalog) else {
            at += 1;
            continue;
        };
        let replacement = match (place, tokens.get(at + 3)) {
            (Place::Table, Some(next)) if next.kind == TokenType::TK_LP => None,
            (Place::Table, next) if is_alias(next) => Some(quoted(&table.0)),
            (Place::Table, _) => Some(format!("{} AS {}", quoted(&table.0), quoted(&table.1))),
            (Place::Member, _) => Some(quoted(&table.0)),
            (Place::Other, Some(next)) if next.kind == TokenType::TK_DOT => Some(quoted(&table.1)),
            (Place::Other, _) => None,
        };
        if let Some(replacement) = replacement {
            edited += &sql[copied..tokens[at].start];
            edited += &replacement;
            copied = tokens[at + 2].end;
        }
        at += 3;
    }
    if copied == 0 {
        return Cow::Borrowed(sql);
    }
    edited += &sql[copied..];
    Cow::Owned(edited)
}

/// `schema.table` of the catalog at the beginning of the tokens: its name for SQLite, and without the schema.
fn known(tokens: &[Token<'_>], catalog: &Catalog) -> Option<(String, String)> {
    let [schema, dot, table, ..] = tokens else { return None };
    if dot.kind != TokenType::TK_DOT {
        return None;
    }
    let (schema, table) = (fold(schema.text).ok()?, fold(table.text).ok()?);
    catalog.table(&schema, &table)?;
    Some((physical(&schema, &table), table))
}

/// Whether the token after a table is its alias.
fn is_alias(next: Option<&Token<'_>>) -> bool {
    matches!(next.map(|next| next.kind), Some(TokenType::TK_AS | TokenType::TK_ID | TokenType::TK_STRING))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A table of FROM.
    Table,
    /// The table after IN.
    Member,
    Other,
}

/// Where in a statement a token stands, as far as tables go.
struct Position {
    /// For each open parenthesis, and the outside, whether it stands in a FROM list.
    lists: Vec<bool>,
    /// The place of the next token.
    next: Place,
}

impl Position {
    /// The place of a token; moves past it.
    fn step(&mut self, kind: TokenType, after_distinct: bool) -> Place {
        let in_list = self.lists.last().copied().unwrap_or_default();
        let mut next = Place::Other;
        match kind {
            // IS DISTINCT FROM compares.
            TokenType::TK_FROM if !after_distinct => {
                self.set(true);
                next = Place::Table;
            }
            TokenType::TK_JOIN => next = Place::Table,
            TokenType::TK_COMMA if in_list => next = Place::Table,
            TokenType::TK_IN => next = Place::Member,
            TokenType::TK_LP => {
                self.lists.push(self.next == Place::Table);
                if self.next == Place::Table {
                    next = Place::Table;
                }
            }
            TokenType::TK_RP => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.lists.push(false);
                }
            }
            TokenType::TK_SELECT
            | TokenType::TK_WHERE
            | TokenType::TK_GROUP
            | TokenType::TK_HAVING
            | TokenType::TK_WINDOW
            | TokenType::TK_ORDER
            | TokenType::TK_LIMIT
            | TokenType::TK_UNION
            | TokenType::TK_EXCEPT
            | TokenType::TK_INTERSECT => self.set(false),
            _ => {}
        }
        std::mem::replace(&mut self.next, next)
    }

    fn set(&mut self, in_list: bool) {
        if let Some(top) = self.lists.last_mut() {
            *top = in_list;
        }
    }
}
