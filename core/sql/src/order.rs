//! GROUP BY and ORDER BY.

use crate::{
    expression::NOT_EXACT,
    level::{Aliases, Found, Level, Output, Part, Place},
    name::quoted,
    select::Core,
    writer::Writer,
};
use sqlite3_parser::ast::{Expr, Id, Literal, NullsOrder, SortOrder, SortedColumn};
use std::collections::BTreeSet;

/// SQLite takes some constants, such as `(1)` or `-1`, as numbers of results.
const NO_COLUMN: &str = "a term names a column, or a result by its name or its number as a plain literal";

/// The terms of GROUP BY.
#[derive(Default)]
pub(crate) struct Groups {
    pub sql: String,
    pub places: BTreeSet<Place>,
    pub texts: BTreeSet<String>,
}

/// The terms of ORDER BY.
#[derive(Default)]
pub(crate) struct Order {
    pub terms: Vec<String>,
    /// Columns that a term is, unchanged.
    pub places: BTreeSet<Place>,
    /// Results that a term is.
    pub outputs: BTreeSet<usize>,
}

impl Writer<'_> {
    /// A term of ORDER BY that is a result: its number, or its name.
    pub(crate) fn result_term(&mut self, term: &Expr<'_>, outputs: &[Output]) -> Option<(usize, String)> {
        match term {
            Expr::Literal(Literal::Numeric(digits)) => {
                let at = digits.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < outputs.len())?;
                Some((at, (at + 1).to_string()))
            }
            Expr::Id(Id(raw)) => {
                let name = self.name(raw);
                let at = outputs.iter().position(|output| output.name.as_ref() == Some(&name))?;
                Some((at, quoted(&name)))
            }
            _ => None,
        }
    }

    pub(crate) fn group_by(&mut self, terms: &[Expr<'_>]) -> Groups {
        self.set_part(Part::Rows, false);
        self.set_aliases(Aliases::Visible);
        let (json, nocase) = (std::mem::take(&mut self.json), std::mem::take(&mut self.nocase));
        let mut groups = Groups::default();
        let mut texts = Vec::new();
        for term in terms {
            let fractions = self.fractions;
            let outputs = self.levels.last().map(|level| level.outputs.clone()).unwrap_or_default();
            let numbered = match term {
                Expr::Literal(Literal::Numeric(_)) => self.result_term(term, &outputs),
                Expr::Literal(_) => None,
                Expr::Id(Id(name)) if self.plain(term).is_none() => self.given_name(name),
                _ => None,
            };
            match numbered {
                Some((at, sql)) => {
                    groups.texts.insert(outputs[at].sql.clone());
                    groups.places.extend(outputs[at].plain);
                    self.fractions += usize::from(!outputs[at].exact);
                    texts.push(sql);
                }
                None if matches!(term, Expr::Literal(_)) => {
                    self.findings.add(
                        "group/term",
                        "group",
                        "GROUP BY names columns, expressions or numbers of results",
                    );
                }
                None => {
                    let references = self.references();
                    let sql = self.expression(term);
                    if self.references() == references {
                        self.findings.add("group/term", "group", NO_COLUMN);
                    }
                    groups.places.extend(self.plain(term));
                    groups.texts.insert(sql.clone());
                    texts.push(sql);
                }
            }
            if self.fractions > fractions {
                self.findings.add("number/merge", "group", NOT_EXACT);
            }
            self.fractions = fractions;
        }
        (self.json, self.nocase) = (json, nocase);
        groups.sql = texts.join(", ");
        groups
    }

    pub(crate) fn given_name(&mut self, raw: &str) -> Option<(usize, String)> {
        let name = self.name(raw);
        match self.levels.last()?.find_alias(&name) {
            Found::Alias(at) => Some((at, quoted(&name))),
            _ => None,
        }
    }

    /// In a SELECT with groups, columns are grouped by or aggregated: of others, any row's value would do.
    pub(crate) fn check_groups(&mut self, level: &Level, core: &Core<'_, '_>, groups: &Groups) {
        if core.group_by.is_empty() && !level.aggregated {
            return;
        }
        for bare in &level.bare {
            let whole = match bare.part {
                Part::Output(at) => level.outputs.get(at).is_some_and(|output| groups.texts.contains(&output.sql)),
                Part::Rows | Part::Groups => false,
            };
            if !whole && !groups.places.contains(&bare.place) {
                let message = format!("{} is neither grouped by nor aggregated: any row's value would do", bare.name);
                self.findings.add("group/bare", &bare.name, message);
            }
        }
    }

    pub(crate) fn order_by(&mut self, terms: &[SortedColumn<'_>], groups: &Groups) -> Order {
        let mut order = Order::default();
        for term in terms {
            let outputs = self.levels.last().map(|level| level.outputs.clone()).unwrap_or_default();
            let result = match &term.expr {
                Expr::Literal(Literal::Numeric(_)) => self.result_term(&term.expr, &outputs),
                Expr::Id(Id(name)) => self.given_name(name),
                _ => None,
            };
            let sql = match result {
                Some((at, sql)) => {
                    order.outputs.insert(at);
                    order.places.extend(outputs[at].plain);
                    sql
                }
                None if matches!(term.expr, Expr::Literal(_)) => {
                    self.findings.add(
                        "order/term",
                        "order",
                        "ORDER BY names columns, expressions or numbers of results",
                    );
                    continue;
                }
                None => {
                    let bare = self.levels.last().map_or(0, |level| level.bare.len());
                    let references = self.references();
                    let sql = self.condition_here(&term.expr);
                    if self.references() == references {
                        self.findings.add("order/term", "order", NO_COLUMN);
                    }
                    if let Some(level) = self.levels.last_mut().filter(|_| groups.texts.contains(&sql)) {
                        level.bare.truncate(bare);
                    }
                    order.places.extend(self.plain(&term.expr));
                    let same = |output: &&Output| output.sql == sql;
                    order
                        .outputs
                        .extend(outputs.iter().enumerate().filter(|(_, output)| same(output)).map(|(at, _)| at));
                    sql
                }
            };
            order.terms.push(sql + &direction(term));
        }
        order
    }
}

pub(crate) fn covers_outputs(covered: &BTreeSet<usize>, outputs: &[Output]) -> bool {
    // Rows that are equal in all that is ordered by are then the same, and it does not matter which comes first.
    outputs.iter().enumerate().all(|(at, output)| covered.contains(&at) && output.exact)
}

pub(crate) fn direction(term: &SortedColumn<'_>) -> String {
    let order = match term.order {
        Some(SortOrder::Asc) => " ASC",
        Some(SortOrder::Desc) => " DESC",
        None => "",
    };
    let nulls = match term.nulls {
        Some(NullsOrder::First) => " NULLS FIRST",
        Some(NullsOrder::Last) => " NULLS LAST",
        None => "",
    };
    format!("{order}{nulls}")
}
