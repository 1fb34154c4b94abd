//! What PostgreSQL's clients write and SQLite reads otherwise: `$1`, `x::type`, `E'…'`, `$$…$$`, `public.table`. All else stays as it is.

use crate::{
    error::{SqlState, WireError},
    text::{self, Kind, Token},
    types::PgType,
};
use counterfoil_types::limits;

/// A statement for SQLite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// Its text.
    pub sql: String,
    /// How many parameters it has.
    pub parameters: usize,
    /// Types that the text gives to parameters, by place.
    pub types: Vec<Option<PgType>>,
}

/// Puts SQLite's forms into a statement.
///
/// # Errors
/// `42704` for a type that nobody knows, `42601`, `54000`.
pub(crate) fn rewrite(sql: &str) -> Result<Rewritten, WireError> {
    let tokens = text::tokens(sql);
    let mut rewriter = Rewriter { sql, tokens: &tokens, pieces: Vec::new(), types: Vec::new() };
    rewriter.run()?;
    let mut out = String::with_capacity(sql.len() + 16);
    let mut end = 0;
    for (token, piece) in tokens.iter().zip(&rewriter.pieces) {
        out.push_str(&sql[end..token.at]);
        for _ in 0..piece.casts {
            out.push_str("CAST(");
        }
        out.push_str(piece.text.as_deref().unwrap_or(token.text));
        end = token.at + token.text.len();
    }
    out.push_str(&sql[end..]);
    Ok(Rewritten { sql: out, parameters: rewriter.types.len(), types: rewriter.types })
}

/// What becomes of a token.
#[derive(Default)]
struct Piece {
    /// Casts that begin before it.
    casts: usize,
    /// What stands in its place.
    text: Option<String>,
}

struct Rewriter<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    pieces: Vec<Piece>,
    types: Vec<Option<PgType>>,
}

/// Words before `(` that are no function's name.
const NO_FUNCTION: &[&str] = &[
    "in",
    "values",
    "and",
    "or",
    "not",
    "on",
    "where",
    "select",
    "when",
    "then",
    "else",
    "exists",
    "as",
    "using",
    "case",
    "from",
    "having",
    "by",
    "limit",
    "offset",
    "union",
    "all",
    "except",
    "intersect",
    "set",
    "distinct",
    "between",
    "like",
    "is",
    "over",
];

impl Rewriter<'_> {
    fn run(&mut self) -> Result<(), WireError> {
        let tokens = self.tokens;
        self.pieces.resize_with(tokens.len(), Piece::default);
        // Where the last whole operand begins, and where those before open parentheses do.
        let (mut operand, mut open) = (0, Vec::new());
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            match token.kind {
                Kind::Symbol('(' | '[') => {
                    let called = at > 0 && (ends_operand(&tokens[at - 1]) && operand_is_before(&tokens[at - 1]));
                    open.push(if called { operand } else { at });
                }
                Kind::Symbol(')' | ']') => operand = open.pop().unwrap_or(at),
                Kind::Symbol(_) => {}
                Kind::Cast => {
                    at = self.cast(at, operand)?;
                    continue;
                }
                _ => {
                    self.replace(at)?;
                    let continues = at > 1 && tokens[at - 1].is_symbol('.');
                    if !continues {
                        operand = at;
                    }
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// The form of a single token.
    fn replace(&mut self, at: usize) -> Result<(), WireError> {
        let token = &self.tokens[at];
        let text = match token.kind {
            Kind::Parameter(number) => {
                self.parameter(number, None).map_err(|error| error.at(self.sql, token.at))?;
                format!("?{number}")
            }
            Kind::Escaped | Kind::Dollar => quote(&token.literal().unwrap_or_default()),
            Kind::Word | Kind::Quoted if self.is_public_schema(at) => {
                self.pieces[at + 1].text = Some(String::new());
                String::new()
            }
            _ => return Ok(()),
        };
        self.pieces[at].text = Some(text);
        Ok(())
    }

    /// Whether a name is the schema in which the ledger's own tables are shown.
    fn is_public_schema(&self, at: usize) -> bool {
        let after = self.tokens.get(at + 1).is_some_and(|token| token.is_symbol('.'));
        let before = at > 0 && self.tokens[at - 1].is_symbol('.');
        after && !before && self.tokens[at].name().as_deref() == Some("public")
    }

    fn parameter(&mut self, number: u16, kind: Option<PgType>) -> Result<(), WireError> {
        let number = usize::from(number);
        if number == 0 {
            return Err(WireError::new(SqlState::NoSuchParameter, "there is no parameter $0"));
        }
        if number > limits::WIRE_PARAMETERS_MAX {
            let max = limits::WIRE_PARAMETERS_MAX;
            return Err(WireError::new(SqlState::ProgramLimit, format!("a statement has at most {max} parameters")));
        }
        if self.types.len() < number {
            self.types.resize(number, None);
        }
        let known = &mut self.types[number - 1];
        *known = known.or(kind);
        Ok(())
    }

    /// A cast at `at` of the operand that begins at `operand`; where the text goes on.
    fn cast(&mut self, at: usize, operand: usize) -> Result<usize, WireError> {
        let (name, end) = type_name(self.tokens, at + 1);
        let kind = PgType::of_name(&name).ok_or_else(|| {
            let error = WireError::new(SqlState::NoSuchObject, format!("type {name:?} does not exist"));
            error.at(self.sql, self.tokens[at].at)
        })?;
        for piece in &mut self.pieces[at..end] {
            piece.text = Some(String::new());
        }
        let single = operand + 1 == at;
        let target = &self.tokens[operand];
        match target.kind {
            // A parameter has its type from the start.
            Kind::Parameter(number) if single => self.parameter(number, Some(kind))?,
            Kind::Text | Kind::Escaped if single && kind == PgType::Bytea => {
                let bytes = target.literal().as_deref().and_then(crate::types::bytea).ok_or_else(|| {
                    let error = WireError::new(SqlState::TextRepresentation, "invalid input syntax for type bytea");
                    error.at(self.sql, target.at)
                })?;
                self.pieces[operand].text = Some(format!("x'{}'", hex::encode(bytes)));
            }
            _ => {
                self.pieces[operand].casts += 1;
                self.pieces[at].text = Some(format!(" AS {})", affinity(kind)));
            }
        }
        Ok(end)
    }
}

/// Whether an operand may end with this token.
fn ends_operand(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Symbol(']'))
}

/// Whether what stands before a parenthesis is the name of a function, or what stands before a bracket an array.
fn operand_is_before(token: &Token<'_>) -> bool {
    !NO_FUNCTION.iter().any(|word| token.is(word))
}

/// A type's name from the token at `at`, in lower case, and where it ends.
fn type_name(tokens: &[Token<'_>], at: usize) -> (String, usize) {
    let mut name = String::new();
    let mut end = at;
    while let Some(part) = tokens.get(end).and_then(Token::name) {
        name.push_str(&part);
        end += 1;
        if !tokens.get(end).is_some_and(|token| token.is_symbol('.')) {
            break;
        }
        name.push('.');
        end += 1;
    }
    let follows = |end: usize, words: &[&str]| {
        words.iter().enumerate().all(|(at, word)| tokens.get(end + at).is_some_and(|token| token.is(word)))
    };
    for more in [&["precision"][..], &["varying"]] {
        if follows(end, more) && (name == "double" || name == "character") {
            name = format!("{name} {}", more[0]);
            end += 1;
        }
    }
    if tokens.get(end).is_some_and(|token| token.is_symbol('(')) {
        end += tokens[end..].iter().take_while(|token| !token.is_symbol(')')).count() + 1;
    }
    for zone in ["with", "without"] {
        if name.starts_with("time") && follows(end, &[zone, "time", "zone"]) {
            name = format!("{name} {zone} time zone");
            end += 3;
        }
    }
    while tokens.get(end).is_some_and(|token| token.is_symbol('[')) {
        end += tokens[end..].iter().take_while(|token| !token.is_symbol(']')).count() + 1;
        let element = PgType::of_name(&name).map(PgType::name);
        name = format!("_{}", element.unwrap_or(&name));
    }
    (name, end.min(tokens.len()))
}

/// What SQLite casts to for a type.
pub(crate) fn affinity(kind: PgType) -> &'static str {
    match kind {
        _ if kind.is_integer() => "INTEGER",
        PgType::Bool => "INTEGER",
        PgType::Float4 | PgType::Float8 => "REAL",
        PgType::Numeric => "NUMERIC",
        PgType::Bytea => "BLOB",
        _ => "TEXT",
    }
}

/// A literal text for SQLite.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn casts_and_parameters_become_sqlites() {
        for (asked, run) in [
            ("SELECT a FROM t WHERE id = $1", "SELECT a FROM t WHERE id = ?1"),
            ("SELECT $2::text, $1 :: int8", "SELECT ?2, ?1 "),
            ("SELECT a.b::text FROM a", "SELECT CAST(a.b AS TEXT) FROM a"),
            ("SELECT count(*)::int4", "SELECT CAST(count(*) AS INTEGER)"),
            ("SELECT (1 + 2)::varchar(10)::int", "SELECT CAST(CAST((1 + 2) AS TEXT) AS INTEGER)"),
            ("SELECT 'x'::character varying", "SELECT CAST('x' AS TEXT)"),
            ("SELECT x IN (1)::bool", "SELECT x IN CAST((1) AS INTEGER)"),
            (r"SELECT '\x00ff'::bytea, E'a\nb', $$it's$$", "SELECT x'00ff', 'a\nb', 'it''s'"),
            ("SELECT * FROM public.invoice", "SELECT * FROM invoice"),
            ("SELECT f(a, b::text)::int8 + 1", "SELECT CAST(f(a, CAST(b AS TEXT)) AS INTEGER) + 1"),
            ("SELECT '$1', \"$2\" -- $3", "SELECT '$1', \"$2\" -- $3"),
            ("SELECT ?1, :a, 'a::b'", "SELECT ?1, :a, 'a::b'"),
        ] {
            assert_eq!(rewrite(asked).unwrap().sql.replace("  ", " ").trim_end(), run.trim_end(), "{asked}");
        }
        let types = rewrite("SELECT $3::bytea, $1::varchar").unwrap().types;
        assert_eq!(types, [Some(PgType::Varchar), None, Some(PgType::Bytea)]);
        assert_eq!(rewrite("SELECT 1::nothing").unwrap_err().state, SqlState::NoSuchObject);
        assert_eq!(rewrite("SELECT $0").unwrap_err().state, SqlState::NoSuchParameter);
        assert_eq!(rewrite("SELECT $65000").unwrap_err().state, SqlState::ProgramLimit);
    }

    proptest! {
        #[test]
        fn any_text_is_rewritten_or_refused(sql in "([a-z$'\"():.\\[\\]E0-9 ]|::|int|\\$1){0,30}") {
            let _ = rewrite(&sql);
        }
    }
}
