use crate::{
    catalog::Scope,
    cursor::unquoted,
    finding::Finding,
    name::fold,
    select::{Columns, Core, Selected, Tail},
    split::Piece,
    statement::{Statement, StatementKind, read},
    writer::{Allowed, Writer},
};
use sqlite3_parser::ast::{Expr, Id, Literal, OneSelect, ResultColumn, Select, Stmt};

/// One statement of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its line in the text.
    pub line: u32,
    /// What is done with it.
    pub role: Role,
    /// What to prepare. For an effect a SELECT of its arguments, a column each: read all its rows, then perform it for each, in order.
    pub statement: Statement,
}

/// What is done with a statement of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its rows are the arguments of an effect.
    Effect(Effect),
    /// It writes the package's tables.
    Write,
    /// Its rows are the action's result.
    Result,
}

/// What an action does beside writing tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `require(condition, message)`: refuses the transaction unless the condition is true (neither false nor NULL).
    Require,
    /// `emit(name, json)`: says that something happened.
    Emit,
    /// `call(name, json)`: a command of the platform or a public action of a package, in the caller's name.
    Call,
    /// `transfer(from, to, asset, amount, reference)`: moves an amount from one account to another.
    Transfer,
}

impl Effect {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "require" => Some(Self::Require),
            "emit" => Some(Self::Emit),
            "call" => Some(Self::Call),
            "transfer" => Some(Self::Transfer),
            _ => None,
        }
    }

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Require => "require",
            Self::Emit => "emit",
            Self::Call => "call",
            Self::Transfer => "transfer",
        }
    }
}

/// Checks one statement of an action; with what it calls, if it does.
pub(super) fn step(
    piece: &Piece<'_>,
    scope: &Scope<'_>,
    allowed: Allowed<'_>,
) -> Result<(Step, Option<String>), Vec<Finding>> {
    let mut called = None;
    let mut effect = None;
    let statement = read(piece.text, piece.line, scope, allowed, |writer, parsed| {
        let Stmt::Select(select) = parsed else { return writer.statement(parsed) };
        let Some((found, arguments)) = effect_of(select) else { return writer.statement(parsed) };
        effect = Some(found);
        let statement = writer.effect(found, arguments, select);
        let name = match found {
            Effect::Call | Effect::Emit => writer.effect_name(found, arguments),
            Effect::Require | Effect::Transfer => None,
        };
        called = name.filter(|_| found == Effect::Call);
        statement
    })?;
    let role = match (effect, statement.kind) {
        (Some(effect), _) => Role::Effect(effect),
        (None, StatementKind::Select) => Role::Result,
        (None, _) => Role::Write,
    };
    Ok((Step { line: piece.line, role, statement }, called))
}

/// The effect that a SELECT is, if its only result is the call of one.
fn effect_of<'s, 'b>(select: &'s Select<'b>) -> Option<(Effect, &'s [Expr<'b>])> {
    let OneSelect::Select {
        columns: [ResultColumn::Expr(Expr::FunctionCall { name: Id(name), args, .. }, None)], ..
    } = &select.body.select
    else {
        return None;
    };
    let effect = Effect::parse(&fold(name).ok()?)?;
    Some((effect, args.unwrap_or_default()))
}

impl Writer<'_> {
    fn effect(&mut self, effect: Effect, arguments: &[Expr<'_>], select: &Select<'_>) -> Statement {
        let name = effect.name();
        if let Err(why) = crate::function::class(name, arguments.len()) {
            self.findings.add("function/unknown", name, why);
        }
        let OneSelect::Select { distinctness, from, where_clause, group_by, having, window_clause, .. } =
            &select.body.select
        else {
            unreachable!("an effect is a SELECT")
        };
        let plain = distinctness.is_none() && group_by.is_none() && having.is_none() && window_clause.is_none();
        if !plain || select.body.compounds.is_some() || has_tail(select) {
            let message = format!("SELECT {name}(…) has FROM, WHERE, ORDER BY and LIMIT only");
            self.findings.add("effect/form", name, message);
        }
        if effect == Effect::Require && from.is_some() {
            let message = "require has no FROM: write require(EXISTS (SELECT …), '…')";
            self.findings.add("effect/form", name, message);
        }
        let mark = self.ctes.len();
        let with = self.with(select.with.as_ref());
        let core = Core {
            distinct: false,
            columns: Columns::Arguments(arguments),
            from: from.as_ref(),
            condition: *where_clause,
            group_by: &[],
            having: None,
        };
        let tail = Tail { order: select.order_by.unwrap_or_default(), limit: select.limit };
        let Selected { sql, one_row, ordered, .. } = self.core(&core, &tail);
        self.ctes.truncate(mark);
        if !one_row && !ordered {
            let message = format!("{name} acts row by row: add ORDER BY with the whole primary key of its one table");
            self.findings.add("effect/order", name, message);
        }
        Statement { single_row: one_row, ..Statement::of(StatementKind::Select, with + &sql) }
    }

    /// The name that `call` or `emit` is given: it stands in the text, so that circles are found before anything runs.
    fn effect_name(&mut self, effect: Effect, arguments: &[Expr<'_>]) -> Option<String> {
        let name = match arguments.first() {
            Some(Expr::Literal(Literal::String(text))) => unquoted(text),
            _ => String::new(),
        };
        let parts = name.split('.').count();
        let wanted = if effect == Effect::Call { 2 } else { 1 };
        if parts != wanted || !name.split('.').all(|part| fold(part).is_ok_and(|folded| folded == part)) {
            let form = if effect == Effect::Call { "'schema.action'" } else { "'opened'" };
            let message = format!("{} takes a literal name such as {form}", effect.name());
            self.findings.add("effect/name", effect.name(), message);
            return None;
        }
        Some(name)
    }
}

/// DISTINCT, FILTER and the like in the call itself.
fn has_tail(select: &Select<'_>) -> bool {
    let OneSelect::Select { columns: [ResultColumn::Expr(call, _)], .. } = &select.body.select else { return false };
    match call {
        Expr::FunctionCall { distinctness, order_by, filter_over, .. } => {
            distinctness.is_some() || order_by.is_some() || filter_over.is_some()
        }
        _ => false,
    }
}
