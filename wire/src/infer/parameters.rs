use super::scope::{Scope, name_parts, of_data_type};
use crate::types::PgType;
use sqlparser::ast::{
    AssignmentTarget, BinaryOperator, Expr, InTarget, LimitClause, Query, SetExpr, Statement, TableObject, Value,
    Visitor,
};
use std::{collections::BTreeMap, ops::ControlFlow};

/// Finds the types of parameters from what stands beside them.
pub(super) struct Parameters<'a> {
    pub scope: &'a Scope<'a>,
    pub found: BTreeMap<usize, PgType>,
}

fn placeholder(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => name.trim_start_matches(['$', '?']).parse().ok(),
            _ => None,
        },
        Expr::Nested(inner) => placeholder(inner),
        _ => None,
    }
}

impl Parameters<'_> {
    fn note(&mut self, expr: &Expr, kind: Option<PgType>) {
        if let (Some(number), Some(kind)) = (placeholder(expr), kind) {
            self.found.entry(number).or_insert(kind);
        }
    }

    /// Each of these is compared with the others.
    fn alike<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr> + Clone) {
        let kind = exprs.clone().find_map(|expr| self.scope.kind(expr));
        exprs.for_each(|expr| self.note(expr, kind));
    }

    pub fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Insert(insert) => {
                let TableObject::TableName(name) = &insert.table else { return };
                let Some(source) = &insert.source else { return };
                let SetExpr::Values(values) = source.body.as_ref() else { return };
                let names: Vec<_> = insert.columns.iter().filter_map(|name| name_parts(name).last().copied()).collect();
                let parts = name_parts(name);
                let schema = parts.len().checked_sub(2).map(|at| parts[at]);
                let all = parts.last().and_then(|table| self.scope.tables.columns(schema, table)).unwrap_or_default();
                for row in &values.rows {
                    for (at, expr) in row.content.iter().enumerate() {
                        let kind = match names.get(at) {
                            Some(name) => self.scope.column(None, name),
                            None => all.get(at).and_then(|(_, kind)| *kind),
                        };
                        self.note(expr, kind);
                    }
                }
            }
            Statement::Update(update) => {
                for assignment in &update.assignments {
                    if let AssignmentTarget::ColumnName(name) = &assignment.target {
                        let kind = name_parts(name).last().and_then(|name| self.scope.column(None, name));
                        self.note(&assignment.value, kind);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Visitor for Parameters<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                let counts = limit.iter().chain(offset.iter().map(|offset| &offset.value));
                counts.for_each(|count| self.note(count, Some(PgType::Int8)));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                [offset, limit].into_iter().for_each(|count| self.note(count, Some(PgType::Int8)));
            }
            None => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
                [left, right].into_iter().for_each(|side| self.note(side, Some(PgType::Text)));
            }
            Expr::BinaryOp { left, right, .. } => self.alike([left.as_ref(), right.as_ref()].into_iter()),
            Expr::In { expr, target: InTarget::List(list), .. } => {
                self.alike(std::iter::once(expr.as_ref()).chain(list));
            }
            Expr::Between { expr, low, high, .. } => {
                self.alike([expr.as_ref(), low.as_ref(), high.as_ref()].into_iter());
            }
            Expr::Like { expr, pattern, .. } | Expr::ILike { expr, pattern, .. } => {
                [expr, pattern].into_iter().for_each(|side| self.note(side, Some(PgType::Text)));
            }
            Expr::Cast { expr, data_type, .. } => self.note(expr, of_data_type(data_type)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
