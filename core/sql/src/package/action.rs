use super::{
    Reader,
    effect::{Role, Step, step},
    header::{Part, body},
};
use crate::{
    catalog::{Kind, Scope},
    cursor::Cursor,
    finding::Finding,
    limits::STATEMENTS_MAX,
    split::{Piece, split_from},
    statement::Parameters,
    token::tokens,
    writer::Allowed,
};
use std::collections::BTreeSet;

/// Something a package does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// The comment above it.
    pub documentation: String,
    /// Its line in the text.
    pub line: u32,
    /// Whether only actions of the same package call it.
    pub private: bool,
    /// What it is given, in order.
    pub parameters: Vec<Parameter>,
    /// What it does, in order. Only the last can have the role [`Role::Result`].
    pub steps: Vec<Step>,
    /// The commands and actions it calls.
    pub calls: BTreeSet<String>,
}

/// A parameter of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without the colon.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be left out.
    pub nullable: bool,
}

/// The statements between BEGIN and END.
pub(super) fn statements<'t>(body: &Part<'t>) -> Result<Vec<Piece<'t>>, Finding> {
    let pieces = split_from(body.text, body.line)?;
    match pieces.get(STATEMENTS_MAX) {
        Some(surplus) => {
            let message = format!("at most {STATEMENTS_MAX} statements stand between BEGIN and END");
            Err(Finding::new("limit/statements", surplus.line, message))
        }
        None => Ok(pieces),
    }
}

impl Reader<'_> {
    /// `CREATE [PRIVATE] ACTION name (parameter TYPE [NULL], …) AS BEGIN … END`.
    pub(super) fn action(&mut self, piece: &Piece<'_>) -> Result<(), Vec<Finding>> {
        let one = |finding| vec![finding];
        let tokens = tokens(piece.text, piece.line).map_err(one)?;
        let mut cursor = Cursor::new("package/action", &tokens);
        cursor.word("create").map_err(one)?;
        let private = cursor.takes("private");
        cursor.word("action").map_err(one)?;
        let name = cursor.name().map_err(one)?;
        if self.package.actions.iter().any(|other| other.name == name) {
            return Err(vec![Finding::new("name/taken", piece.line, format!("there are two actions called {name}"))]);
        }
        let parameters = parameters(&mut cursor).map_err(one)?;
        let body = body(piece, &tokens, &mut cursor).map_err(one)?;
        let mut action = Action {
            name,
            documentation: piece.documentation(),
            line: piece.line,
            private,
            parameters,
            steps: Vec::new(),
            calls: BTreeSet::new(),
        };
        self.steps(&mut action, &statements(&body).map_err(one)?)?;
        self.package.actions.push(action);
        Ok(())
    }

    fn steps(&self, action: &mut Action, pieces: &[Piece<'_>]) -> Result<(), Vec<Finding>> {
        let declared: BTreeSet<String> = action.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let writable = self.own_tables();
        let readable = writable.union(self.around.readable).cloned().collect();
        let scope = Scope {
            catalog: &self.catalog,
            home: Some(&self.package.name),
            readable: &readable,
            writable: &writable,
            host_functions: true,
        };
        let mut findings = Vec::new();
        let mut used = BTreeSet::new();
        for (at, piece) in pieces.iter().enumerate() {
            let last = at + 1 == pieces.len();
            match step(piece, &scope, Allowed::Declared(&declared)) {
                Ok((step, called)) => {
                    findings.extend(check_result(&step, last));
                    if let Parameters::Named(names) = &step.statement.parameters {
                        used.extend(names.iter().cloned());
                    }
                    action.calls.extend(called);
                    action.steps.push(step);
                }
                Err(found) => {
                    // It may use any of them.
                    used.extend(declared.iter().cloned());
                    findings.extend(found);
                }
            }
        }
        for name in declared.difference(&used) {
            let message = format!(":{name} is declared and not used");
            findings.push(Finding::new("parameter/unused", action.line, message));
        }
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }
}

/// The result of an action is its last statement, and the same everywhere.
fn check_result(step: &Step, last: bool) -> Option<Finding> {
    if step.role != Role::Result {
        return None;
    }
    if !last {
        let message = "nobody reads this SELECT: only the last statement is the result";
        return Some(Finding::new("action/select", step.line, message));
    }
    if !step.statement.ordered {
        let message =
            "the rows of the result need an order: add ORDER BY with the whole primary key, or with every column";
        return Some(Finding::new("order/result", step.line, message));
    }
    let names: BTreeSet<&String> = step.statement.columns.iter().flatten().collect();
    if names.len() != step.statement.columns.len() {
        let message = "each column of the result needs a name of its own: expression AS name";
        return Some(Finding::new("action/result", step.line, message));
    }
    None
}

fn parameters(cursor: &mut Cursor<'_>) -> Result<Vec<Parameter>, Finding> {
    let mut parameters: Vec<Parameter> = Vec::new();
    cursor.symbol("(")?;
    if cursor.takes_symbol(")") {
        return Ok(parameters);
    }
    loop {
        let line = cursor.line();
        let name = cursor.name()?;
        if parameters.iter().any(|other| other.name == name) {
            return Err(Finding::new("name/taken", line, format!("there are two parameters called {name}")));
        }
        let written = cursor.peek().map_or("", |token| token.text);
        let Some(kind) = Kind::parse(written) else {
            let message = format!("{name} has no type that is allowed: INTEGER, TEXT or BLOB");
            return Err(Finding::new("table/type", line, message));
        };
        cursor.word(written)?;
        let not = cursor.takes("not");
        let null = cursor.takes("null");
        if not && !null {
            return Err(Finding::new("package/action", line, "NOT is followed by NULL"));
        }
        parameters.push(Parameter { name, kind, nullable: null && !not });
        if !cursor.goes_on()? {
            return Ok(parameters);
        }
    }
}
