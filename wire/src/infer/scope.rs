use super::{Columns, First, Tables, first_select};
use crate::types::PgType;
use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, SelectItem,
    Statement, TableFactor, TableObject, UnaryOperator, Value, Visitor,
};
use std::ops::ControlFlow;

/// The tables of a statement, each under the name by which its columns are called.
pub(super) struct Scope<'a> {
    pub tables: &'a dyn Tables,
    known: Vec<(String, Columns)>,
}

pub(super) fn name_parts(name: &ObjectName) -> Vec<&str> {
    name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect()
}

impl<'a> Scope<'a> {
    pub fn new(tables: &'a dyn Tables) -> Self {
        Self { tables, known: Vec::new() }
    }
}

impl Scope<'_> {
    fn add(&mut self, name: &ObjectName, alias: Option<&str>) {
        let parts = name_parts(name);
        let (schema, table) = match parts.as_slice() {
            [table] => (None, *table),
            [schema, table] => (Some(*schema), *table),
            _ => return,
        };
        if let Some(columns) = self.tables.columns(schema, table) {
            self.known.push((alias.unwrap_or(table).to_ascii_lowercase(), columns));
        }
    }

    /// The type of a column, where all tables that have it agree.
    pub fn column(&self, table: Option<&str>, name: &str) -> Option<PgType> {
        // A name that is no table's is that of a derived one, whose columns have the names of theirs as a rule.
        let table = table.filter(|table| self.known.iter().any(|(known, _)| known.eq_ignore_ascii_case(table)));
        let of_table = |known: &&(String, Columns)| table.is_none_or(|table| known.0.eq_ignore_ascii_case(table));
        let columns = self.known.iter().filter(of_table).flat_map(|(_, columns)| columns);
        let mut kinds = columns.filter(|(column, _)| column.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind);
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }
}

impl Visitor for Scope<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor {
            self.add(name, alias.as_ref().map(|alias| alias.name.value.as_str()));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if let Statement::Insert(insert) = statement
            && let TableObject::TableName(name) = &insert.table
        {
            self.add(name, None);
        }
        ControlFlow::Continue(())
    }
}

impl Scope<'_> {
    /// The type of an expression.
    pub fn kind(&self, expr: &Expr) -> Option<PgType> {
        match expr {
            Expr::Identifier(name) => self.column(None, &name.value),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => self.column(Some(&table.value), &name.value),
                _ => None,
            },
            Expr::Value(value) => literal(&value.value),
            Expr::Nested(inner) => self.kind(inner),
            Expr::Collate { expr, .. } => self.kind(expr),
            Expr::Cast { data_type, .. } => of_data_type(data_type),
            Expr::UnaryOp { op: UnaryOperator::Not, .. } => Some(PgType::Bool),
            Expr::UnaryOp { expr, .. } => self.kind(expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::Function(function) => self.function(function),
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
                results.into_iter().find_map(|expr| self.kind(expr))
            }
            Expr::Subquery(query) => match first_select(&query.body)? {
                First::Items([SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }, ..]) => {
                    self.kind(expr)
                }
                First::Row([expr, ..]) => self.kind(expr),
                _ => None,
            },
            Expr::Substring { .. } | Expr::Trim { .. } | Expr::Overlay { .. } => Some(PgType::Text),
            Expr::Position { .. } => Some(PgType::Int8),
            Expr::Ceil { .. } | Expr::Floor { .. } => Some(PgType::Float8),
            Expr::Array(_) => Some(PgType::TextArray),
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::In { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. }
            | Expr::Exists { .. } => Some(PgType::Bool),
            _ => None,
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<PgType> {
        use BinaryOperator as Op;
        match op {
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
                let kinds = [self.kind(left), self.kind(right)];
                let fraction = kinds.contains(&Some(PgType::Float8));
                Some(if fraction { PgType::Float8 } else { PgType::Int8 })
            }
            Op::BitwiseAnd | Op::BitwiseOr | Op::PGBitwiseShiftLeft | Op::PGBitwiseShiftRight => Some(PgType::Int8),
            Op::StringConcat | Op::LongArrow => Some(PgType::Text),
            Op::Arrow => Some(PgType::Json),
            _ => Some(PgType::Bool),
        }
    }

    fn function(&self, function: &Function) -> Option<PgType> {
        let name = name_parts(&function.name).last()?.to_ascii_lowercase();
        let argument = |at: usize| match &function.args {
            FunctionArguments::List(list) => match list.args.get(at)? {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            },
            _ => None,
        };
        if let Some((_, kind)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            return Some(*kind);
        }
        match name.as_str() {
            "max" | "min" | "coalesce" | "ifnull" | "nullif" | "abs" | "first_value" | "last_value" | "lag"
            | "lead" | "nth_value" | "likely" | "unlikely" | "unnest" => (0..3).find_map(|at| self.kind(argument(at)?)),
            "iif" | "if" => (1..3).find_map(|at| self.kind(argument(at)?)),
            "sum" => self
                .kind(argument(0)?)
                .map(|kind| if kind == PgType::Float8 { kind } else { PgType::Int8 })
                .or(Some(PgType::Int8)),
            "array_agg" => {
                let element = self.kind(argument(0)?)?;
                PgType::of_oid(element.array_oid())
            }
            "array" => {
                let FunctionArguments::Subquery(query) = &function.args else { return None };
                let element = self.kind(&Expr::Subquery(query.clone()))?;
                PgType::of_oid(element.array_oid())
            }
            _ => None,
        }
    }
}

/// Functions whose type does not depend on their arguments.
const FUNCTIONS: &[(&str, PgType)] = &[
    ("count", PgType::Int8),
    ("length", PgType::Int8),
    ("octet_length", PgType::Int8),
    ("instr", PgType::Int8),
    ("unicode", PgType::Int8),
    ("sign", PgType::Int8),
    ("row_number", PgType::Int8),
    ("rank", PgType::Int8),
    ("dense_rank", PgType::Int8),
    ("ntile", PgType::Int8),
    ("changes", PgType::Int8),
    ("unixepoch", PgType::Int8),
    ("json_array_length", PgType::Int8),
    ("json_valid", PgType::Int8),
    ("random", PgType::Int8),
    ("generate_subscripts", PgType::Int4),
    ("array_upper", PgType::Int4),
    ("array_length", PgType::Int4),
    ("avg", PgType::Float8),
    ("total", PgType::Float8),
    ("round", PgType::Float8),
    ("sqrt", PgType::Float8),
    ("percent_rank", PgType::Float8),
    ("cume_dist", PgType::Float8),
    ("julianday", PgType::Float8),
    ("unhex", PgType::Bytea),
    ("zeroblob", PgType::Bytea),
    ("pg_table_is_visible", PgType::Bool),
    ("pg_type_is_visible", PgType::Bool),
    ("pg_function_is_visible", PgType::Bool),
    ("has_table_privilege", PgType::Bool),
    ("has_schema_privilege", PgType::Bool),
    ("has_database_privilege", PgType::Bool),
    ("pg_is_in_recovery", PgType::Bool),
    ("bool_and", PgType::Bool),
    ("bool_or", PgType::Bool),
    ("pg_backend_pid", PgType::Int4),
    ("pg_table_size", PgType::Int8),
    ("pg_total_relation_size", PgType::Int8),
    ("pg_relation_size", PgType::Int8),
    ("pg_database_size", PgType::Int8),
    ("to_regclass", PgType::Oid),
    ("to_regtype", PgType::Oid),
    ("json_build_object", PgType::Json),
    ("current_schema", PgType::Name),
    ("current_database", PgType::Name),
    ("current_catalog", PgType::Name),
    ("current_user", PgType::Name),
    ("session_user", PgType::Name),
    ("current_schemas", PgType::NameArray),
    ("pg_get_userbyid", PgType::Name),
];

fn literal(value: &Value) -> Option<PgType> {
    Some(match value {
        Value::Number(digits, _) if digits.contains(['.', 'e', 'E']) => PgType::Float8,
        Value::Number(..) => PgType::Int8,
        Value::Boolean(_) => PgType::Bool,
        Value::HexStringLiteral(_) => PgType::Bytea,
        Value::Null | Value::Placeholder(_) => return None,
        _ => PgType::Text,
    })
}

/// The type of a type's name.
pub(crate) fn of_data_type(data_type: &DataType) -> Option<PgType> {
    let text = data_type.to_string().to_ascii_lowercase();
    let (base, array) = match text.strip_suffix("[]") {
        Some(base) => (base, true),
        None => (text.as_str(), false),
    };
    let name = match base.split_once('(') {
        Some((head, tail)) => format!("{}{}", head.trim_end(), tail.split_once(')').map_or("", |(_, rest)| rest)),
        None => base.to_owned(),
    };
    let kind = PgType::of_name(&name)?;
    if array { PgType::of_oid(kind.array_oid()) } else { Some(kind) }
}
