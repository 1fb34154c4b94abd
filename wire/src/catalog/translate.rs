//! PostgreSQL's SQL, as clients ask the catalogue in it, in SQLite's. An array is a JSON array.

use crate::{infer, rewrite, types::PgType};
use sqlparser::{
    ast::{
        AccessExpr, BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
        FunctionArguments, Ident, InTarget, ObjectName, Query, Select, SelectItem, Statement, Subscript, TableAlias,
        TableFactor, UnaryOperator, Value, VisitMut as _, VisitorMut,
    },
    dialect::SQLiteDialect,
    parser::Parser,
};
use std::ops::ControlFlow;

/// The text for SQLite.
pub(super) fn translate(statement: &mut Statement) -> String {
    let _ = statement.visit(&mut Translator { names: 0 });
    statement.to_string()
}

struct Translator {
    /// Names that were made.
    names: usize,
}

/// An expression from SQLite's text; what was printed from a tree can be read again.
fn expr(text: &str) -> Option<Expr> {
    Parser::new(&SQLiteDialect {}).with_recursion_limit(500).try_with_sql(text).ok()?.parse_expr().ok()
}

fn query(text: &str) -> Option<Box<Query>> {
    Parser::new(&SQLiteDialect {}).with_recursion_limit(500).try_with_sql(text).ok()?.parse_query().ok()
}

fn name_of(function: &Function) -> String {
    last_name(&function.name)
}

fn last_name(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(|ident| ident.value.to_ascii_lowercase()).unwrap_or_default()
}

/// The plain arguments of a function.
fn arguments(arguments: &FunctionArguments) -> Vec<&Expr> {
    match arguments {
        FunctionArguments::List(list) => list.args.iter().filter_map(plain).collect(),
        _ => Vec::new(),
    }
}

fn plain(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// Names under which SQLite has what PostgreSQL calls otherwise.
const RENAMED: &[(&str, &str)] = &[
    ("array_agg", "json_group_array"),
    ("json_agg", "json_group_array"),
    ("jsonb_agg", "json_group_array"),
    ("bool_and", "min"),
    ("bool_or", "max"),
    ("json_build_object", "json_object"),
    ("jsonb_build_object", "json_object"),
    ("greatest", "max"),
    ("least", "min"),
    ("char_length", "length"),
];

impl VisitorMut for Translator {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut sqlparser::ast::ValueWithSpan) -> ControlFlow<()> {
        match &value.value {
            Value::EscapedStringLiteral(text) | Value::UnicodeStringLiteral(text) => {
                value.value = Value::SingleQuotedString(text.clone());
            }
            Value::DollarQuotedString(text) => value.value = Value::SingleQuotedString(text.value.clone()),
            Value::Placeholder(name) => value.value = Value::Placeholder(name.replace('$', "?")),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, node: &mut Expr) -> ControlFlow<()> {
        if let Some(new) = self.expression(node) {
            *node = new;
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        self.spread(select);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        query.locks.clear();
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let (name, args, alias) = match factor {
            TableFactor::Table { name, args: Some(args), alias, .. } => {
                (last_name(name), args.args.iter().filter_map(plain).map(ToString::to_string).collect(), alias.clone())
            }
            TableFactor::Function { name, args, alias, .. } => {
                (last_name(name), args.iter().filter_map(plain).map(ToString::to_string).collect(), alias.clone())
            }
            TableFactor::UNNEST { array_exprs, alias, .. } => {
                ("unnest".to_owned(), array_exprs.iter().map(ToString::to_string).collect(), alias.clone())
            }
            TableFactor::Derived { lateral, .. } => {
                *lateral = false;
                return ControlFlow::Continue(());
            }
            _ => return ControlFlow::Continue(()),
        };
        if let Some(new) = rows_of(&name, &args, alias) {
            *factor = new;
        }
        ControlFlow::Continue(())
    }
}

/// The rows of a function that gives several.
fn rows_of(name: &str, args: &Vec<String>, alias: Option<TableAlias>) -> Option<TableFactor> {
    let alias_name = alias.as_ref().map_or_else(|| name.to_owned(), |alias| alias.name.value.clone());
    let column =
        alias.as_ref().and_then(|alias| alias.columns.first()).map_or(&alias_name, |column| &column.name.value);
    let column = quoted(column);
    let text = match (name, args.as_slice()) {
        ("unnest", [array]) => format!("SELECT value AS {column} FROM json_each({array})"),
        ("generate_series", [from, to, ..]) => format!(
            "WITH RECURSIVE pg_series(at) AS (SELECT {from} WHERE {from} <= {to} UNION ALL SELECT at + 1 FROM pg_series WHERE at < {to})
             SELECT at AS {column} FROM pg_series"
        ),
        _ => return None,
    };
    let name = Ident::with_quote('"', alias_name);
    let alias = TableAlias { explicit: true, name, columns: Vec::new(), at: None };
    Some(TableFactor::Derived { lateral: false, subquery: query(&text)?, alias: Some(alias), sample: None })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Translator {
    fn expression(&mut self, node: &Expr) -> Option<Expr> {
        match node {
            Expr::Cast { expr, data_type, .. } => Some(cast(expr, data_type)),
            Expr::TypedString(typed) => {
                let literal = Expr::Value(typed.value.clone());
                Some(cast(&literal, &typed.data_type))
            }
            Expr::Collate { expr, .. } => Some((**expr).clone()),
            Expr::Array(array) => {
                let elements: Vec<_> = array.elem.iter().map(ToString::to_string).collect();
                expr(&format!("json_array({})", elements.join(", ")))
            }
            Expr::BinaryOp { left, op, right } => operator(left, op, right),
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => Some(member(left, right, false)),
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => Some(member(left, right, true)),
            Expr::ILike { negated, expr: text, pattern, .. } => {
                let not = if *negated { "NOT " } else { "" };
                expr(&format!("{not}lower({text}) LIKE lower({pattern})"))
            }
            Expr::CompoundFieldAccess { root, access_chain } => match access_chain.as_slice() {
                [AccessExpr::Subscript(Subscript::Index { index })] => {
                    expr(&format!("json_extract({root}, '$[' || (({index}) - 1) || ']')"))
                }
                _ => None,
            },
            Expr::Substring { expr: text, substring_from, substring_for, .. } => {
                let rest = [substring_from, substring_for].into_iter().flatten().map(|part| format!(", {part}"));
                expr(&format!("substr({text}{})", rest.collect::<String>()))
            }
            Expr::Position { expr: part, r#in } => expr(&format!("instr({}, {part})", r#in)),
            Expr::Function(function) => self.function(function),
            _ => None,
        }
    }

    fn function(&mut self, function: &Function) -> Option<Expr> {
        let name = name_of(function);
        if let FunctionArguments::Subquery(rows) = &function.args {
            let made = self.name();
            return expr(&format!("(WITH {made}(element) AS ({rows}) SELECT json_group_array(element) FROM {made})"));
        }
        let known = RENAMED.iter().find(|(known, _)| *known == name).map_or(name.as_str(), |(_, new)| new);
        let mut new = function.clone();
        new.name = ObjectName::from(vec![Ident::new(known)]);
        let value = ["current_date", "current_time", "current_timestamp"].contains(&known);
        if matches!(new.args, FunctionArguments::None) && !value {
            return expr(&format!("{known}()"));
        }
        Some(Expr::Function(new))
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("pg_made_{}", self.names)
    }

    /// Rows for arrays in a result: `unnest(a)` and `generate_subscripts(a, 1)` go through the elements together.
    fn spread(&mut self, select: &mut Select) {
        let is_spread = |name: &str| name == "unnest" || name == "generate_subscripts";
        let spread = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(Expr::Function(function))
            | SelectItem::ExprWithAlias { expr: Expr::Function(function), .. }
                if is_spread(&name_of(function)) =>
            {
                arguments(&function.args).first().map(ToString::to_string)
            }
            _ => None,
        };
        let Some(array) = select.projection.iter().find_map(spread) else { return };
        let made = self.name();
        let Some(rows) = query(&format!("SELECT 1 FROM json_each({array}) AS {made}")) else { return };
        let Some(made_select) = rows.body.as_select() else { return };
        select.from.extend(made_select.from.clone());
        for item in &mut select.projection {
            let array = spread(item);
            let (SelectItem::UnnamedExpr(node) | SelectItem::ExprWithAlias { expr: node, .. }) = item else { continue };
            let (Some(array), Expr::Function(function)) = (array, &*node) else { continue };
            let text = match name_of(function).as_str() {
                "unnest" => format!("json_extract({array}, '$[' || {made}.key || ']')"),
                _ => format!("{made}.key"),
            };
            if let Some(new) = expr(&text) {
                *node = new;
            }
        }
    }
}

/// `left = ANY (right)`, or `left <> ALL (right)`.
fn member(left: &Expr, right: &Expr, negated: bool) -> Expr {
    let array = match right {
        Expr::Nested(inner) => inner,
        other => other,
    };
    let target = match array {
        Expr::Subquery(query) => InTarget::Subquery(query.clone()),
        Expr::Function(function) if name_of(function) == "json_array" => {
            InTarget::List(arguments(&function.args).into_iter().cloned().collect())
        }
        other => match query(&format!("SELECT value FROM json_each({other})")) {
            Some(query) => InTarget::Subquery(query),
            None => InTarget::List(vec![other.clone()]),
        },
    };
    Expr::In { expr: Box::new(left.clone()), target, negated, global: false }
}

fn operator(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Expr> {
    use BinaryOperator as Op;
    let named = match op {
        Op::PGCustomBinaryOperator(parts) => parts.last().map(String::as_str),
        _ => None,
    };
    let (function, negated) = match (op, named) {
        (Op::PGRegexMatch, _) | (_, Some("~")) => ("pg_regex", false),
        (Op::PGRegexNotMatch, _) | (_, Some("!~")) => ("pg_regex", true),
        (Op::PGRegexIMatch, _) | (_, Some("~*")) => ("pg_regex_i", false),
        (Op::PGRegexNotIMatch, _) | (_, Some("!~*")) => ("pg_regex_i", true),
        (Op::PGLikeMatch, _) | (_, Some("~~")) => return expr(&format!("{left} LIKE {right}")),
        (Op::PGNotLikeMatch, _) | (_, Some("!~~")) => return expr(&format!("{left} NOT LIKE {right}")),
        (_, Some("=")) => return expr(&format!("{left} = {right}")),
        (_, Some("<>")) => return expr(&format!("{left} <> {right}")),
        _ => return None,
    };
    let call = expr(&format!("{function}({left}, {right})"))?;
    Some(if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(call) } } else { call })
}

/// Types whose values are numbers that stand for a name, and the functions that give the name of a number, or the number of a name.
const NAMED: &[(&str, &str, &str)] = &[
    ("regclass", "pg_regclass", "pg_regclass_name"),
    ("regtype", "to_regtype", "pg_regtype_name"),
    ("regnamespace", "pg_regnamespace", "pg_regnamespace_name"),
];

fn cast(inner: &Expr, data_type: &DataType) -> Expr {
    let wanted = data_type.to_string().to_ascii_lowercase();
    let wanted = wanted.strip_prefix("pg_catalog.").unwrap_or(&wanted);
    if let Some((_, number, _)) = NAMED.iter().find(|(known, ..)| *known == wanted) {
        return expr(&format!("{number}({inner})")).unwrap_or_else(|| inner.clone());
    }
    let kind = infer::of_data_type(data_type);
    if let Expr::Function(function) = inner
        && let Some((_, _, name)) = NAMED.iter().find(|(_, number, _)| *number == name_of(function))
        && kind.is_some_and(|kind| rewrite::affinity(kind) == "TEXT")
    {
        let number = arguments(&function.args).first().map(ToString::to_string).unwrap_or_default();
        return expr(&format!("{name}({number})")).unwrap_or_else(|| inner.clone());
    }
    let data_type = match kind {
        None | Some(PgType::Bool) => return inner.clone(),
        Some(kind) if kind.element_oid() != 0 => return inner.clone(),
        Some(kind) => match rewrite::affinity(kind) {
            "INTEGER" => DataType::Integer(None),
            "REAL" => DataType::Real,
            "BLOB" => DataType::Blob(None),
            _ => DataType::Text,
        },
    };
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(inner.clone()), data_type, format: None }
}
