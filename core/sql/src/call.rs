//! Calls of functions.

use crate::{
    expression::NOT_EXACT,
    function::{Class, EXACT_SUM, class, is_exact_format},
    level::Level,
    writer::Writer,
};
use sqlite3_parser::ast::{Distinctness, Expr, FunctionTail, Id, Literal};

impl Writer<'_> {
    pub(crate) fn call(
        &mut self,
        name: &Id<'_>,
        distinctness: Option<Distinctness>,
        arguments: &[Expr<'_>],
        tail: Option<&FunctionTail<'_>>,
        star: bool,
    ) -> String {
        let name = self.name(name.0);
        let class = class(&name, arguments.len()).unwrap_or_else(|why| {
            self.findings.add("function/unknown", &name, why);
            Class::Scalar
        });
        if tail.is_some_and(|tail| tail.over_clause.is_some()) {
            self.findings.add(
                "function/window",
                &name,
                "window functions are not allowed: their result can depend on order",
            );
        }
        let distinct = distinctness == Some(Distinctness::Distinct);
        let filter = tail.and_then(|tail| tail.filter_clause);
        if class == Class::Aggregate {
            return self.aggregate(&name, distinct, arguments, filter, star);
        }
        if distinct || filter.is_some() || star {
            self.findings.add("function/form", &name, format!("{name} is no aggregate: no DISTINCT, FILTER or *"));
        }
        self.check_call(&name, class, arguments);
        let fractions = self.fractions;
        let sql = format!("{name}({})", self.list(arguments));
        if !gives_an_argument(&name) {
            self.fractions = fractions;
        }
        self.fractions += usize::from(name == "abs");
        sql
    }

    fn check_call(&mut self, name: &str, class: Class, arguments: &[Expr<'_>]) {
        match class {
            Class::Effect => {
                let message = format!("{name} stands by itself, as SELECT {name}(…), in an action");
                self.findings.add("effect/place", name, message);
            }
            Class::Host if !self.scope.host_functions => {
                self.findings.add("function/host", name, format!("{name}() is not known here"));
            }
            Class::Json if !self.json => {
                let message = format!(
                    "{name} cannot stand in a subquery's result, an aggregate or GROUP BY: make JSON where it is used"
                );
                self.findings.add("expression/json", name, message);
            }
            _ => {}
        }
        if class == Class::Json && name == "json_object" && !arguments.len().is_multiple_of(2) {
            self.findings.add("function/form", name, "json_object takes names and values in turn");
        }
        if matches!(name, "format" | "printf") {
            let exact = match arguments.first() {
                Some(Expr::Literal(Literal::String(format))) => is_exact_format(format),
                _ => false,
            };
            if !exact {
                let message = format!("{name} takes a literal format without fractional numbers (%e, %f, %g)");
                self.findings.add("number/format", name, message);
            }
        }
    }

    fn aggregate(
        &mut self,
        name: &str,
        distinct: bool,
        arguments: &[Expr<'_>],
        filter: Option<&Expr<'_>>,
        star: bool,
    ) -> String {
        if star && name != "count" {
            self.findings.add("function/form", name, format!("{name}(*) is not SQL: name a column"));
        }
        if distinct && arguments.len() != 1 {
            self.findings.add("function/form", name, "DISTINCT takes one argument");
        }
        let place = self.levels.len().checked_sub(1).filter(|at| {
            let level = &self.levels[*at];
            *at >= self.floor && level.aggregates && !level.inside_aggregate
        });
        let Some(at) = place else {
            let message =
                format!("{name} cannot stand here: an aggregate is a result of SELECT, or in HAVING or ORDER BY");
            self.findings.add("aggregate/place", name, message);
            return "NULL".to_owned();
        };
        let references = |levels: &[Level]| -> Vec<usize> { levels.iter().map(|level| level.references).collect() };
        let before = references(&self.levels);
        self.levels[at].inside_aggregate = true;
        let (json, nocase) = (std::mem::take(&mut self.json), std::mem::take(&mut self.nocase));
        let fractions = self.fractions;
        let inner = if star || arguments.is_empty() { "*".to_owned() } else { self.list(arguments) };
        if self.fractions > fractions && (distinct || name != "count") {
            self.findings.add("number/merge", name, NOT_EXACT);
        }
        let filter = filter.map(|filter| format!(" FILTER (WHERE {})", self.expression(filter))).unwrap_or_default();
        (self.json, self.nocase, self.fractions) = (json, nocase, fractions);
        self.levels[at].inside_aggregate = false;
        self.levels[at].aggregated = true;
        let after = references(&self.levels);
        if before[at] == after[at] && before != after {
            // SQLite would count it among the aggregates of the outer SELECT.
            let message = format!("{name} uses columns of the outer SELECT only: aggregate there");
            self.findings.add("aggregate/place", name, message);
        }
        // A value of this level's rows, as a column is.
        self.levels[at].references += 1;
        let name = if name == "sum" { EXACT_SUM } else { name };
        format!("{name}({}{inner}){filter}", if distinct { "DISTINCT " } else { "" })
    }
}

/// Functions whose value is one of their arguments.
fn gives_an_argument(name: &str) -> bool {
    matches!(name, "coalesce" | "if" | "ifnull" | "iif" | "likely" | "max" | "min" | "nullif" | "unlikely")
}
