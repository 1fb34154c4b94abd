//! What a SELECT gives.

use crate::{
    level::{Bare, Column, Found, Output, Part, Place},
    limits::OUTPUTS_MAX,
    name::{fold, quoted},
    select::Columns,
    writer::Writer,
};
use sqlite3_parser::ast::{As, Expr, Id, Name, ResultColumn};
use std::collections::BTreeSet;

impl Writer<'_> {
    pub(crate) fn given_names(&mut self, columns: &Columns<'_, '_>) -> BTreeSet<String> {
        let Columns::Results(columns) = columns else { return BTreeSet::new() };
        let alias = |column: &ResultColumn<'_>| match column {
            ResultColumn::Expr(_, Some(As::As(name) | As::Elided(name))) => Some(self.name(name.0)),
            _ => None,
        };
        columns.iter().filter_map(alias).collect()
    }

    pub(crate) fn results(&mut self, columns: &Columns<'_, '_>) -> String {
        self.set_part(Part::Output(0), true);
        match columns {
            Columns::Results(columns) => {
                for column in *columns {
                    match column {
                        ResultColumn::Expr(expression, alias) => self.result(expression, alias.as_ref()),
                        ResultColumn::Star => self.star(None),
                        ResultColumn::TableStar(name) => self.star(Some(name)),
                    }
                }
            }
            Columns::Arguments(arguments) => arguments.iter().for_each(|argument| self.result(argument, None)),
        }
        let texts = self.levels.last().map(|level| level.outputs.iter().map(written).collect::<Vec<_>>());
        texts.unwrap_or_default().join(", ")
    }

    fn result(&mut self, expression: &Expr<'_>, alias: Option<&As<'_>>) {
        let at = self.levels.last().map_or(0, |level| level.outputs.len());
        self.set_part(Part::Output(at), true);
        let fractions = self.fractions;
        let sql = self.expression(expression);
        let exact = self.fractions == fractions;
        let plain = self.plain(expression);
        let (name, given) = match alias {
            Some(As::As(name) | As::Elided(name)) => (Some(self.name(name.0)), true),
            None => (column_of(expression), false),
        };
        self.push_output(Output { name, given, sql, exact, plain });
    }

    fn push_output(&mut self, output: Output) {
        let Some(level) = self.levels.last_mut() else { return };
        if level.outputs.len() >= OUTPUTS_MAX {
            self.findings.add("limit/columns", "select", format!("a SELECT gives at most {OUTPUTS_MAX} columns"));
            return;
        }
        level.outputs.push(output);
    }

    fn star(&mut self, of: Option<&Name<'_>>) {
        let of = of.map(|name| self.name(name.0));
        let Some(level) = self.levels.last() else { return };
        let mut outputs = Vec::new();
        for (at, source) in level.sources.iter().enumerate() {
            if of.is_some() && source.alias != of {
                continue;
            }
            for (column, Column { name, exact }) in source.columns.iter().enumerate() {
                let merged = of.is_none() && name.as_ref().is_some_and(|name| level.merged.contains(name));
                if merged && outputs.iter().any(|output: &Output| output.name == *name) {
                    continue;
                }
                let Some(name) = name else {
                    self.findings.add(
                        "select/star",
                        "select",
                        "* needs names: give each result of the subquery one with AS",
                    );
                    return;
                };
                let qualifier = source
                    .alias
                    .as_ref()
                    .filter(|_| !merged)
                    .map(|alias| format!("{}.", quoted(alias)))
                    .unwrap_or_default();
                let sql = format!("{qualifier}{}", quoted(name));
                let plain = (!merged).then_some((at, column));
                outputs.push(Output { name: Some(name.clone()), given: false, sql, exact: *exact, plain });
            }
        }
        if outputs.is_empty() {
            self.findings.add("select/star", of.as_deref().unwrap_or("select"), "there is no table for *");
        }
        outputs.into_iter().for_each(|output| self.star_output(output));
    }

    fn star_output(&mut self, output: Output) {
        self.fractions += usize::from(!output.exact);
        if let (Some(level), Some(place)) = (self.levels.last_mut(), output.plain) {
            level.references += 1;
            let part = Part::Output(level.outputs.len());
            let name = output.name.clone().unwrap_or_default();
            level.bare.push(Bare { place, name, part });
        }
        self.push_output(output);
    }

    fn column_name(&self, source: usize, column: usize) -> Option<String> {
        self.levels.last()?.sources.get(source)?.columns.get(column)?.name.clone()
    }

    /// The column of the level on top that an expression is, if it is nothing else.
    pub(crate) fn plain(&self, expression: &Expr<'_>) -> Option<Place> {
        let level = self.levels.last()?;
        let fold = |raw: &str| fold(raw).ok();
        let found = match expression {
            Expr::Id(Id(name)) => level.find(None, &fold(name)?),
            Expr::Qualified(table, column) => level.find(Some(&fold(table.0)?), &fold(column.0)?),
            Expr::DoublyQualified(schema, table, column) => {
                let full = crate::catalog::physical(&fold(schema.0)?, &fold(table.0)?);
                let source = level.sources.iter().find(|source| source.table.as_ref() == Some(&full))?;
                level.find(source.alias.as_deref(), &fold(column.0)?)
            }
            _ => return None,
        };
        match found {
            Found::Column(place) if !self.is_merged(place) => Some(place),
            _ => None,
        }
    }

    fn is_merged(&self, (source, column): Place) -> bool {
        let name = self.column_name(source, column);
        self.levels.last().is_some_and(|level| name.is_some_and(|name| level.merged.contains(&name)))
    }
}

/// The name of the column that an expression is.
fn column_of(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Id(Id(name)) | Expr::Qualified(_, Name(name)) | Expr::DoublyQualified(_, _, Name(name)) => {
            fold(name).ok()
        }
        _ => None,
    }
}

fn written(output: &Output) -> String {
    match &output.name {
        Some(name) if output.given => format!("{} AS {}", output.sql, quoted(name)),
        _ => output.sql.clone(),
    }
}
