//! `CALL package.action(…)`: literals and parameters, by place or by name.

use crate::{
    backend::Action,
    error::{SqlState, WireError},
    rewrite,
    statement::syntax_error,
    text::{self, Kind, Token},
    types::PgType,
};
use serde_json::{Map, Value as Json, json};

/// A CALL as it is written.
#[derive(Debug, PartialEq)]
pub(crate) struct Written {
    /// `package.action`.
    pub action: String,
    /// The arguments, each with its name if it has one.
    pub arguments: Vec<(Option<String>, Argument)>,
    /// How many parameters there are.
    pub parameters: usize,
    /// The types that the text gives them.
    pub types: Vec<Option<PgType>>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    /// A value.
    Literal(Json),
    /// The parameter at this place, from 0.
    Parameter(usize),
}

/// Reads a CALL.
pub(crate) fn parse(sql: &str) -> Result<Written, WireError> {
    // Casts of parameters only say their types; those of literals are not understood.
    let written = rewrite::rewrite(sql)?;
    let tokens = text::tokens(&written.sql);
    let mut reader = Reader { sql: &written.sql, tokens: &tokens, at: 1 };
    let mut action = reader.name()?;
    while reader.skip('.') {
        action = format!("{action}.{}", reader.name()?);
    }
    let mut arguments = Vec::new();
    reader.expect('(')?;
    while !reader.skip(')') {
        if !arguments.is_empty() {
            reader.expect(',')?;
        }
        arguments.push(reader.argument()?);
    }
    match reader.tokens.get(reader.at) {
        None => Ok(Written { action, arguments, parameters: written.parameters, types: written.types }),
        Some(token) => Err(syntax_error(sql, token)),
    }
}

struct Reader<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self) -> WireError {
        match self.tokens.get(self.at) {
            Some(token) => syntax_error(self.sql, token),
            None => WireError::new(SqlState::Syntax, "syntax error at end of input"),
        }
    }

    fn name(&mut self) -> Result<String, WireError> {
        let name = self.tokens.get(self.at).and_then(Token::name).ok_or_else(|| self.wrong())?;
        self.at += 1;
        Ok(name)
    }

    fn skip(&mut self, symbol: char) -> bool {
        let there = self.tokens.get(self.at).is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, symbol: char) -> Result<(), WireError> {
        if self.skip(symbol) { Ok(()) } else { Err(self.wrong()) }
    }

    fn argument(&mut self) -> Result<(Option<String>, Argument), WireError> {
        let symbol =
            |ahead: usize, symbol: char| self.tokens.get(self.at + ahead).is_some_and(|token| token.is_symbol(symbol));
        let named = (symbol(1, '=') && symbol(2, '>')) || (symbol(1, ':') && symbol(2, '='));
        let name = if named {
            let name = self.name()?;
            self.at += 2;
            Some(name)
        } else {
            None
        };
        Ok((name, self.value()?))
    }

    fn value(&mut self) -> Result<Argument, WireError> {
        let negative = self.skip('-');
        if !negative && self.skip('?') {
            let number = self.tokens.get(self.at).and_then(|token| token.text.parse::<usize>().ok());
            let number = number.and_then(|number| number.checked_sub(1)).ok_or_else(|| self.wrong())?;
            self.at += 1;
            return Ok(Argument::Parameter(number));
        }
        let token = self.tokens.get(self.at).ok_or_else(|| self.wrong())?;
        let value = match token.kind {
            Kind::Number => {
                let digits = if negative { format!("-{}", token.text) } else { token.text.to_owned() };
                json!(digits.parse::<i64>().map_err(|_| self.wrong())?)
            }
            _ if negative => return Err(self.wrong()),
            Kind::Text if token.literal().is_none() => json!({ "hex": token.text[2..].trim_end_matches('\'') }),
            Kind::Text => json!(token.literal()),
            Kind::Word if token.is("null") => Json::Null,
            Kind::Word if token.is("true") => json!(true),
            Kind::Word if token.is("false") => json!(false),
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(Argument::Literal(value))
    }
}

impl Written {
    /// The arguments by name, for the action among `known`; `values` are those of the parameters.
    pub(crate) fn arguments(&self, known: &[Action], values: &[Json]) -> Result<Map<String, Json>, WireError> {
        let action = known.iter().find(|action| action.name == self.action).ok_or_else(|| {
            let text = format!("procedure {} does not exist", self.action);
            WireError::new(SqlState::NoSuchFunction, text).hint("packages and their actions are listed by \\df")
        })?;
        let takes = || format!("{} takes ({})", action.name, action.parameters.join(", "));
        let mut with = Map::new();
        for (at, (name, argument)) in self.arguments.iter().enumerate() {
            let name = match name {
                Some(name) => name,
                None => action.parameters.get(at).ok_or_else(|| WireError::new(SqlState::NoSuchFunction, takes()))?,
            };
            let value = match argument {
                Argument::Literal(value) => value.clone(),
                Argument::Parameter(place) => values.get(*place).cloned().unwrap_or(Json::Null),
            };
            if !action.parameters.contains(name) || with.insert(name.clone(), value).is_some() {
                return Err(WireError::new(SqlState::NoSuchFunction, takes()));
            }
        }
        Ok(with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read() {
        let written = parse("CALL escrow.open('d1', -5, $1::int8, remark => NULL, x'00ff')").unwrap();
        assert_eq!((written.action.as_str(), written.parameters), ("escrow.open", 1));
        let action = Action {
            name: "escrow.open".into(),
            parameters: ["id", "amount", "fee", "remark", "mark"].map(str::to_owned).to_vec(),
        };
        let with = written.arguments(std::slice::from_ref(&action), &[json!(7)]).unwrap();
        assert_eq!(
            Json::Object(with),
            json!({"id": "d1", "amount": -5, "fee": 7, "remark": null, "mark": {"hex": "00ff"}})
        );
        for sql in ["CALL escrow.open('a', id => 'b')", "CALL escrow.open(1,2,3,4,5,6)", "CALL escrow.open(no => 1)"] {
            let error = parse(sql).unwrap().arguments(std::slice::from_ref(&action), &[]).unwrap_err();
            assert_eq!(error.state, SqlState::NoSuchFunction, "{sql}");
        }
        for sql in
            ["CALL", "CALL a", "CALL a(", "CALL a(1", "CALL a(1 2)", "CALL a(f(1))", "CALL a() x", "CALL a(-'x')"]
        {
            assert_eq!(parse(sql).unwrap_err().state, SqlState::Syntax, "{sql}");
        }
    }
}
