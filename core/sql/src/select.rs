use crate::{
    expression::NOT_EXACT,
    function::ONLY,
    level::{Aliases, Column, Level, Output, Part, Place},
    limits::{COMPOUNDS_MAX, SELECTS_MAX},
    name::quoted,
    order::{Order, covers_outputs, direction},
    writer::{Cte, Writer},
};
use sqlite3_parser::ast::{
    CommonTableExpr, CompoundOperator, Distinctness, Expr, Limit, Literal, OneSelect, ResultColumn, Select,
    SortedColumn, With,
};
use std::collections::BTreeSet;

/// A SELECT, checked and rewritten.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    pub sql: String,
    pub outputs: Vec<Output>,
    /// Whether it gives at most one row, whatever the tables hold.
    pub one_row: bool,
    /// Whether its rows come in the same order everywhere.
    pub ordered: bool,
}

impl Selected {
    /// What its results are to a SELECT around it.
    pub(crate) fn columns(&self) -> Vec<Column> {
        self.outputs.iter().map(|output| Column { name: output.name.clone(), exact: output.exact }).collect()
    }
}

/// The name of the common table expression around a subquery that must give one row: no name of a user has a blank.
const ONE_ROW: &str = "one row";

impl Writer<'_> {
    /// A SELECT within a statement.
    pub(crate) fn subquery(&mut self, select: &Select<'_>) -> Selected {
        if !self.subqueries {
            self.findings.add("expression/subquery", "select", "a SELECT cannot stand here");
            return Selected::default();
        }
        if self.selects >= SELECTS_MAX {
            let message = format!("SELECTs stand at most {SELECTS_MAX} deep within each other: name some by WITH");
            self.findings.add("limit/selects", "select", message);
            return Selected::default();
        }
        let (json, nocase) = (self.json, self.nocase);
        self.json = false;
        self.selects += 1;
        let selected = self.select(select);
        self.selects -= 1;
        (self.json, self.nocase) = (json, nocase);
        selected
    }

    /// A SELECT as a value, and its number of columns: more than one row is an error, not a row by chance.
    pub(crate) fn scalar(&mut self, select: &Select<'_>) -> (String, usize) {
        let Selected { sql, outputs, one_row, .. } = self.subquery(select);
        if one_row {
            return (format!("({sql})"), outputs.len());
        }
        let names: Vec<String> = (1..=outputs.len()).map(|number| format!("c{number}")).collect();
        let values: Vec<String> = names.iter().map(|name| format!("{ONLY}({name})")).collect();
        let row = quoted(ONE_ROW);
        let sql = format!("(WITH {row}({}) AS ({sql}) SELECT {} FROM {row})", names.join(", "), values.join(", "));
        (sql, outputs.len())
    }

    /// A SELECT with all that belongs to it.
    pub(crate) fn select(&mut self, select: &Select<'_>) -> Selected {
        let mark = self.ctes.len();
        let with = self.with(select.with.as_ref());
        let compounds = select.body.compounds.as_deref().unwrap_or_default();
        let tail = Tail { order: select.order_by.unwrap_or_default(), limit: select.limit };
        if compounds.len() >= COMPOUNDS_MAX {
            let message = format!("UNION and the like join at most {COMPOUNDS_MAX} SELECTs");
            self.findings.add("limit/compound", "union", message);
            return Selected::default();
        }
        let mut selected = if compounds.is_empty() {
            self.one_select(&select.body.select, &tail)
        } else {
            let parts = compounds.iter().map(|part| (part.operator, &part.select));
            self.compound(&select.body.select, parts, &tail)
        };
        selected.sql = with + &selected.sql;
        self.ctes.truncate(mark);
        selected
    }

    /// Common table expressions. They come into force, until the caller takes them back.
    pub(crate) fn with(&mut self, with: Option<&With<'_>>) -> String {
        let Some(with) = with else { return String::new() };
        if with.recursive {
            self.findings.add(
                "select/recursive",
                "recursive",
                "recursion is not allowed in what writes and in actions",
            );
        }
        let mark = self.ctes.len();
        for cte in with.ctes {
            let name = self.name(cte.tbl_name.0);
            if self.ctes[mark..].iter().any(|other| other.name == name) {
                self.findings.add("select/with", &name, format!("{name} is defined twice"));
            }
            self.ctes.push(Cte { name, columns: None, reads: BTreeSet::new(), weight: 1 });
        }
        let texts: Vec<String> = (0..with.ctes.len()).map(|at| self.cte(mark + at, &with.ctes[at])).collect();
        format!("WITH {} ", texts.join(", "))
    }

    fn cte(&mut self, at: usize, cte: &CommonTableExpr<'_>) -> String {
        let floor = std::mem::replace(&mut self.floor, self.levels.len());
        let (reads, fractions, expanded) = (self.reads.len(), self.fractions, self.expanded);
        let selected = self.subquery(cte.select);
        let weight = (self.expanded - expanded).saturating_add(1);
        (self.floor, self.fractions, self.expanded) = (floor, fractions, expanded);
        let mut columns = selected.columns();
        let mut named = String::new();
        if let Some(names) = cte.columns {
            let names: Vec<String> = names.iter().map(|column| self.name(column.col_name.0)).collect();
            if names.len() != columns.len() {
                let message = format!("{} columns are named, the SELECT gives {}", names.len(), columns.len());
                self.findings.add("select/with", cte.tbl_name.0, message);
            }
            for (column, name) in columns.iter_mut().zip(&names) {
                column.name = Some(name.clone());
            }
            named = format!("({})", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
        }
        let reads = self.reads[reads..].iter().cloned().collect();
        let entry = &mut self.ctes[at];
        (entry.columns, entry.reads, entry.weight) = (Some(columns), reads, weight);
        format!("{}{named} AS ({})", quoted(&entry.name), selected.sql)
    }

    fn compound<'s, 'b: 's>(
        &mut self,
        first: &OneSelect<'b>,
        parts: impl Iterator<Item = (CompoundOperator, &'s OneSelect<'b>)>,
        tail: &Tail<'_, 'b>,
    ) -> Selected {
        let mut all = self.one_select(first, &Tail::default());
        let mut merges = false;
        for (operator, part) in parts {
            let next = self.one_select(part, &Tail::default());
            if next.outputs.len() != all.outputs.len() {
                self.findings.add("select/compound", "union", "all parts must give the same number of columns");
            }
            for (output, other) in all.outputs.iter_mut().zip(&next.outputs) {
                output.exact &= other.exact;
            }
            merges |= operator != CompoundOperator::UnionAll;
            all.sql = format!("{} {} {}", all.sql, word(operator), next.sql);
        }
        if merges && !all.outputs.iter().all(|output| output.exact) {
            self.findings.add("number/merge", "union", NOT_EXACT);
        }
        let mut covered = BTreeSet::new();
        let mut terms = Vec::new();
        for term in tail.order {
            match self.result_term(&term.expr, &all.outputs) {
                Some((at, sql)) => {
                    covered.insert(at);
                    terms.push(sql + &direction(term));
                }
                None => {
                    self.findings.add("order/compound", "order", "ORDER BY after UNION names a result or its number")
                }
            }
        }
        all.one_row = false;
        all.ordered = covers_outputs(&covered, &all.outputs);
        self.finish(&mut all, &terms, tail.limit, "");
        all
    }

    fn one_select(&mut self, one: &OneSelect<'_>, tail: &Tail<'_, '_>) -> Selected {
        match one {
            OneSelect::Values(rows) => self.values(rows, tail),
            OneSelect::Select { distinctness, columns, from, where_clause, group_by, having, window_clause } => {
                if window_clause.is_some() {
                    self.findings.add("function/window", "window", "window functions are not allowed");
                }
                let core = Core {
                    distinct: *distinctness == Some(Distinctness::Distinct),
                    columns: Columns::Results(columns),
                    from: from.as_ref(),
                    condition: *where_clause,
                    group_by: group_by.unwrap_or_default(),
                    having: *having,
                };
                self.core(&core, tail)
            }
        }
    }

    fn values<'b>(&mut self, rows: &[impl AsRef<[Expr<'b>]>], tail: &Tail<'_, '_>) -> Selected {
        self.levels.push(Level::default());
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        let fractions = self.fractions;
        let mut texts = Vec::new();
        for row in rows {
            if row.as_ref().len() != width {
                self.findings.add("select/values", "values", "all rows of VALUES have the same number of members");
            }
            texts.push(format!("({})", self.list(row.as_ref())));
        }
        let exact = self.fractions == fractions;
        self.levels.pop();
        if !tail.order.is_empty() {
            self.findings.add("select/values", "order", "VALUES has no ORDER BY");
        }
        let outputs = (1..=width).map(|at| Output { name: Some(format!("column{at}")), exact, ..Output::default() });
        let sql = format!("VALUES {}", texts.join(", "));
        let mut selected = Selected { sql, outputs: outputs.collect(), one_row: rows.len() == 1, ordered: true };
        self.finish(&mut selected, &[], tail.limit, "");
        selected
    }

    /// Everything between SELECT and LIMIT.
    pub(crate) fn core(&mut self, core: &Core<'_, '_>, tail: &Tail<'_, '_>) -> Selected {
        let (json, nocase, fractions) = (self.json, self.nocase, self.fractions);
        let mut from = core.from.map(|from| self.from(from));
        let sources = from.as_mut().map(|from| std::mem::take(&mut from.sources)).unwrap_or_default();
        let given = self.given_names(&core.columns);
        self.levels.push(Level { sources, given, aliases: Aliases::Refused, ..Level::default() });
        let from = from.map(|from| format!(" FROM {}", self.write_from(&from))).unwrap_or_default();
        self.set_aliases(Aliases::Hidden);
        (self.json, self.nocase, self.fractions) = (json, false, fractions);
        let results = self.results(&core.columns);
        let after_results = self.fractions;
        self.set_aliases(Aliases::Refused);
        let mut sql = format!("SELECT {}{results}{from}", if core.distinct { "DISTINCT " } else { "" });
        let mut fixed = BTreeSet::new();
        if let Some(condition) = core.condition {
            sql += &format!(" WHERE {}", self.fixing(condition, &mut fixed));
        }
        let groups = self.group_by(core.group_by);
        if !core.group_by.is_empty() {
            sql += &format!(" GROUP BY {}", groups.sql);
        }
        self.set_aliases(Aliases::Visible);
        self.set_part(Part::Groups, true);
        if let Some(having) = core.having {
            self.json = true;
            sql += &format!(" HAVING {}", self.condition_here(having));
        }
        let grouped = !core.group_by.is_empty() || self.levels.last().is_some_and(|level| level.aggregated);
        self.set_part(Part::Groups, grouped);
        let order = self.order_by(tail.order, &groups);
        (self.json, self.nocase, self.fractions) = (json, nocase, after_results);
        let level = self.levels.pop().unwrap_or_default();
        self.check_groups(&level, core, &groups);
        if core.having.is_some() && core.group_by.is_empty() && !level.aggregated {
            self.findings.add("group/having", "having", "HAVING needs GROUP BY or an aggregate");
        }
        self.conclude(core, tail, sql, level, &fixed, &order)
    }

    fn conclude(
        &mut self,
        core: &Core<'_, '_>,
        tail: &Tail<'_, '_>,
        sql: String,
        level: Level,
        fixed: &BTreeSet<Place>,
        order: &Order,
    ) -> Selected {
        let grouped = !core.group_by.is_empty();
        let key = level.sources.first().filter(|_| level.sources.len() == 1).and_then(|source| source.key_places());
        let by_key = |places: &BTreeSet<Place>| key.as_ref().is_some_and(|key| key.is_subset(places));
        let single = core.from.is_none() || (level.aggregated && !grouped) || (!grouped && by_key(fixed));
        let by_place = !grouped && !level.aggregated && !core.distinct && by_key(&order.places);
        if core.distinct && !level.outputs.iter().all(|output| output.exact) {
            self.findings.add("number/merge", "distinct", NOT_EXACT);
        }
        let ordered = single || by_place || (!order.terms.is_empty() && covers_outputs(&order.outputs, &level.outputs));
        let hint = match level.sources.first() {
            Some(source) if level.sources.len() == 1 && !source.key.is_empty() => source.key.join(", "),
            _ => String::new(),
        };
        let mut selected = Selected { sql, outputs: level.outputs, one_row: single, ordered };
        self.finish(&mut selected, &order.terms, tail.limit, &hint);
        selected
    }

    /// Appends ORDER BY and LIMIT.
    fn finish(&mut self, selected: &mut Selected, terms: &[String], limit: Option<&Limit<'_>>, key: &str) {
        if !terms.is_empty() {
            selected.sql += &format!(" ORDER BY {}", terms.join(", "));
        }
        let Some(limit) = limit else { return };
        if !selected.ordered && !selected.one_row {
            let instead = match key {
                "" => "ORDER BY that names every result".to_owned(),
                key => format!("ORDER BY …, {key}"),
            };
            let message = format!("LIMIT takes rows by chance unless their order is fixed: add {instead}");
            self.findings.add("order/limit", "limit", message);
        }
        let floor = std::mem::replace(&mut self.floor, self.levels.len());
        let fractions = self.fractions;
        selected.sql += &format!(" LIMIT {}", self.expression(&limit.expr));
        if let Some(offset) = &limit.offset {
            selected.sql += &format!(" OFFSET {}", self.expression(offset));
        }
        (self.floor, self.fractions) = (floor, fractions);
        selected.one_row |= matches!(&limit.expr, Expr::Literal(Literal::Numeric("0" | "1")));
    }
}

/// ORDER BY and LIMIT.
#[derive(Default)]
pub(crate) struct Tail<'s, 'b> {
    pub order: &'s [SortedColumn<'b>],
    pub limit: Option<&'s Limit<'b>>,
}

/// A SELECT without what stands around it.
pub(crate) struct Core<'s, 'b> {
    pub distinct: bool,
    pub columns: Columns<'s, 'b>,
    pub from: Option<&'s sqlite3_parser::ast::FromClause<'b>>,
    pub condition: Option<&'s Expr<'b>>,
    pub group_by: &'s [Expr<'b>],
    pub having: Option<&'s Expr<'b>>,
}

/// What a SELECT gives.
pub(crate) enum Columns<'s, 'b> {
    Results(&'s [ResultColumn<'b>]),
    /// The arguments of an effect, each a column.
    Arguments(&'s [Expr<'b>]),
}

fn word(operator: CompoundOperator) -> &'static str {
    match operator {
        CompoundOperator::Union => "UNION",
        CompoundOperator::UnionAll => "UNION ALL",
        CompoundOperator::Except => "EXCEPT",
        CompoundOperator::Intersect => "INTERSECT",
    }
}
