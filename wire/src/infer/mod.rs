//! Types that SQLite does not tell: those of expressions in a result, and of parameters. PostgreSQL's clients want both before the
//! statement runs. Where nothing is known, a type is text.

mod parameters;
mod scope;

use crate::types::PgType;
use parameters::Parameters;
use scope::{Scope, name_parts};
use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement, Visit as _};
use std::collections::BTreeMap;

pub(crate) use scope::of_data_type;

/// The types of a table's columns by name, in order; none where a column can have any.
pub(crate) type Columns = Vec<(String, Option<PgType>)>;

/// What is known of tables by their names.
pub(crate) trait Tables {
    /// The columns of a table; `schema` as it is written.
    fn columns(&self, schema: Option<&str>, table: &str) -> Option<Columns>;
}

/// Types of a statement.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Inferred {
    /// Of each item of the result, from the first on and from the last back: a `*` in between may be any number of columns.
    before_star: Vec<Item>,
    /// Of those after the `*`; none where there is no `*`.
    after_star: Option<Vec<Item>>,
    /// Of each parameter, as far as they are known.
    pub parameters: BTreeMap<usize, PgType>,
}

/// An item of a result.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Item {
    kind: Option<PgType>,
    /// The name that PostgreSQL gives an expression without one; none for a column.
    name: Option<String>,
}

impl Inferred {
    /// The type of the result's column at `at`, of `count`.
    pub(crate) fn column(&self, at: usize, count: usize) -> Option<PgType> {
        self.item(at, count)?.kind
    }

    /// The name of the result's column at `at`, of `count`, where SQLite would give its whole text.
    pub(crate) fn name(&self, at: usize, count: usize) -> Option<String> {
        self.item(at, count)?.name.clone()
    }

    fn item(&self, at: usize, count: usize) -> Option<&Item> {
        match &self.after_star {
            None => self.before_star.get(at),
            Some(_) if at < self.before_star.len() => self.before_star.get(at),
            Some(after) => after.get((at + after.len()).checked_sub(count)?),
        }
    }
}

/// Works out the types of a statement.
pub(crate) fn infer(statement: &Statement, tables: &dyn Tables) -> Inferred {
    let mut scope = Scope::new(tables);
    let _ = statement.visit(&mut scope);
    let mut inferred = Inferred::default();
    if let Statement::Query(query) = statement {
        result(&scope, query, &mut inferred);
    }
    let mut parameters = Parameters { scope: &scope, found: BTreeMap::new() };
    parameters.statement(statement);
    let _ = statement.visit(&mut parameters);
    inferred.parameters = parameters.found;
    inferred
}

fn result(scope: &Scope<'_>, query: &Query, inferred: &mut Inferred) {
    match first_select(&query.body) {
        Some(First::Items(items)) => {
            for item in items {
                let item = match item {
                    SelectItem::UnnamedExpr(expr) => Item { kind: scope.kind(expr), name: name(expr) },
                    SelectItem::ExprWithAlias { expr, .. } => Item { kind: scope.kind(expr), name: None },
                    SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                        inferred.after_star = Some(Vec::new());
                        continue;
                    }
                    SelectItem::ExprWithAliases { .. } => Item::default(),
                };
                inferred.after_star.as_mut().unwrap_or(&mut inferred.before_star).push(item);
            }
        }
        Some(First::Row(row)) => {
            let item = |expr| Item { kind: scope.kind(expr), name: None };
            inferred.before_star = row.iter().map(item).collect();
        }
        None => {}
    }
}

/// What PostgreSQL calls an expression without a name.
fn name(expr: &Expr) -> Option<String> {
    let named = match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => return None,
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => return name(inner),
        Expr::Function(function) => name_parts(&function.name).last().map(|name| name.to_ascii_lowercase()),
        Expr::Cast { expr, data_type, .. } => match expr.as_ref() {
            Expr::Identifier(column) => Some(column.value.clone()),
            Expr::CompoundIdentifier(parts) => parts.last().map(|column| column.value.clone()),
            Expr::Value(_) => of_data_type(data_type).map(|kind| kind.name().to_owned()),
            inner => return name(inner),
        },
        Expr::Case { .. } => Some("case".to_owned()),
        Expr::Exists { .. } => Some("exists".to_owned()),
        _ => None,
    };
    Some(named.unwrap_or_else(|| "?column?".to_owned()))
}

enum First<'a> {
    Items(&'a [SelectItem]),
    Row(&'a [Expr]),
}

/// What the first of several united selections gives.
fn first_select(mut body: &SetExpr) -> Option<First<'_>> {
    loop {
        body = match body {
            SetExpr::Select(select) => return Some(First::Items(&select.projection)),
            SetExpr::Values(values) => return values.rows.first().map(|row| First::Row(&row.content)),
            SetExpr::Query(query) => &query.body,
            SetExpr::SetOperation { left, .. } => left,
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parsed;

    struct Sample;

    impl Tables for Sample {
        fn columns(&self, _: Option<&str>, table: &str) -> Option<Columns> {
            let column = |name: &str, kind| (name.to_owned(), Some(kind));
            match table {
                "t" => Some(vec![column("id", PgType::Text), column("n", PgType::Int8), column("b", PgType::Bytea)]),
                "u" => Some(vec![column("id", PgType::Int8), column("m", PgType::Int8)]),
                _ => None,
            }
        }
    }

    fn inferred(sql: &str) -> Inferred {
        infer(&parsed::parse(sql).unwrap_or_else(|| panic!("{sql}")), &Sample)
    }

    #[test]
    fn expressions_have_types() {
        use PgType::{Bool, Bytea, Float8, Int8, Json, Text};
        for (item, kind) in [
            ("count(*)", Some(Int8)),
            ("sum(n) + 1", Some(Int8)),
            ("avg(n)", Some(Float8)),
            ("max(id)", Some(Text)),
            ("max(b)", Some(Bytea)),
            ("n > 1 AND id = 'a'", Some(Bool)),
            ("id || 'x'", Some(Text)),
            ("CASE WHEN n = 1 THEN NULL ELSE n END", Some(Int8)),
            ("(SELECT m FROM u)", Some(Int8)),
            ("EXISTS (SELECT 1)", Some(Bool)),
            ("CAST(n AS text)", Some(Text)),
            ("n::json", Some(Json)),
            ("-n", Some(Int8)),
            ("1.5", Some(Float8)),
            ("coalesce(NULL, n)", Some(Int8)),
            ("NULL", None),
            ("printf('%d', n)", None),
        ] {
            assert_eq!(inferred(&format!("SELECT {item} FROM t")).column(0, 1), kind, "{item}");
        }
        let stars = inferred("SELECT 1, *, 'a', 2 FROM t");
        let kinds: Vec<_> = (0..6).map(|at| stars.column(at, 6)).collect();
        assert_eq!(kinds, [Some(Int8), None, None, None, Some(Text), Some(Int8)]);
    }

    #[test]
    fn parameters_have_the_types_of_what_they_meet() {
        use PgType::{Bytea, Int8, Text};
        for (sql, kinds) in [
            ("SELECT * FROM t WHERE id = $1 AND n > $2", vec![Text, Int8]),
            ("SELECT * FROM t JOIN u ON t.n = u.m WHERE u.id = $1 AND t.id = $2", vec![Int8, Text]),
            ("SELECT * FROM t WHERE n IN ($1, $2) LIMIT $3", vec![Int8, Int8, Int8]),
            ("SELECT * FROM t WHERE id LIKE $1 AND $2 = b", vec![Text, Bytea]),
            ("INSERT INTO t VALUES ($1, $2, $3)", vec![Text, Int8, Bytea]),
            ("INSERT INTO t (b, n) VALUES ($1, $2)", vec![Bytea, Int8]),
            ("UPDATE t SET n = $1, b = $2 WHERE id = $3", vec![Int8, Bytea, Text]),
            ("DELETE FROM t WHERE n BETWEEN $1 AND $2", vec![Int8, Int8]),
            ("SELECT n + $1 FROM t", vec![Int8]),
        ] {
            let found: Vec<_> = inferred(sql).parameters.into_values().collect();
            assert_eq!(found, kinds, "{sql}");
        }
    }
}
