//! Conditions on rows, and what they fix.

use crate::{
    level::{Part, Place},
    limits::DEPTH_MAX,
    writer::Writer,
};
use sqlite3_parser::ast::{Expr, Operator};
use std::collections::BTreeSet;

impl Writer<'_> {
    pub(crate) fn set_part(&mut self, part: Part, aggregates: bool) {
        if let Some(level) = self.levels.last_mut() {
            level.part = part;
            level.aggregates = aggregates;
        }
    }

    /// How often a column of the level on top was named so far.
    pub(crate) fn references(&self) -> usize {
        self.levels.last().map_or(0, |level| level.references)
    }

    /// A condition on rows: its value goes nowhere else.
    pub(crate) fn condition(&mut self, condition: &Expr<'_>) -> String {
        self.set_part(Part::Rows, false);
        self.condition_here(condition)
    }

    pub(crate) fn condition_here(&mut self, condition: &Expr<'_>) -> String {
        self.in_condition(|writer| writer.expression(condition))
    }

    fn in_condition<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let (json, nocase) = (std::mem::replace(&mut self.json, true), std::mem::replace(&mut self.nocase, true));
        let fractions = self.fractions;
        let sql = write(self);
        (self.json, self.nocase, self.fractions) = (json, nocase, fractions);
        sql
    }

    /// WHERE. Notes the columns that it fixes: `column = …`, joined by AND, where the other side names no column of these rows.
    pub(crate) fn fixing(&mut self, condition: &Expr<'_>, fixed: &mut BTreeSet<Place>) -> String {
        match condition {
            Expr::Parenthesized(inner) if inner.len() == 1 => format!("({})", self.fixing(&inner[0], fixed)),
            Expr::Binary(..) => {
                let mut rights = Vec::new();
                let mut left = condition;
                while let Expr::Binary(inner, Operator::And, right) = left {
                    rights.push(*right);
                    left = inner;
                }
                if rights.len() > DEPTH_MAX {
                    self.findings.add("limit/depth", "", format!("a condition has at most {DEPTH_MAX} parts"));
                    return String::new();
                }
                let mut sql = self.equality(left, fixed);
                for right in rights.into_iter().rev() {
                    sql += &format!(" AND {}", self.equality(right, fixed));
                }
                sql
            }
            other => self.condition(other),
        }
    }

    fn equality(&mut self, condition: &Expr<'_>, fixed: &mut BTreeSet<Place>) -> String {
        match condition {
            Expr::Parenthesized(inner) if inner.len() == 1 => self.fixing(condition, fixed),
            Expr::Binary(left, Operator::Equals, right) => {
                let (start, case) = (self.references(), self.ignoring_case);
                let (left_sql, left_width) = self.compared(left);
                let middle = self.references();
                let (right_sql, right_width) = self.compared(right);
                self.same_width(left_width, right_width);
                let end = self.references();
                // With NOCASE several keys would be equal to one value.
                if case == self.ignoring_case && middle == end {
                    fixed.extend(self.plain(left));
                } else if case == self.ignoring_case && start == middle {
                    fixed.extend(self.plain(right));
                }
                format!("{left_sql} = {right_sql}")
            }
            other => self.condition(other),
        }
    }

    /// A side of an equation in a condition, with its number of values.
    fn compared(&mut self, side: &Expr<'_>) -> (String, usize) {
        self.set_part(Part::Rows, false);
        self.in_condition(|writer| writer.operand(side, true))
    }
}
