use std::collections::BTreeSet;

/// What a column is resolved to: the source of its level, and the column in it.
pub(crate) type Place = (usize, usize);

/// A column of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name; an expression of a subquery has none.
    pub name: Option<String>,
    /// Whether equal values are the same value: not so where a fractional number can come in, as 1 and 1.0 are equal.
    pub exact: bool,
}

/// A table, subquery or common table expression of a FROM clause.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// The name before the dot in `name.column`.
    pub alias: Option<String>,
    /// `schema.table`, if it is a table.
    pub table: Option<String>,
    pub columns: Vec<Column>,
    /// Columns of the primary key; empty if it is not a table.
    pub key: Vec<String>,
}

impl Source {
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.as_deref() == Some(name))
    }

    /// Where the columns of the key are, if this source is the first of its level.
    pub(crate) fn key_places(&self) -> Option<BTreeSet<Place>> {
        let places: Option<BTreeSet<Place>> = self.key.iter().map(|name| Some((0, self.column(name)?))).collect();
        places.filter(|places| !places.is_empty())
    }
}

/// A column that a SELECT gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    /// Its name, if it has one that can be relied on.
    pub name: Option<String>,
    /// Whether the name was given by AS.
    pub given: bool,
    /// As rewritten.
    pub sql: String,
    /// As [`Column::exact`].
    pub exact: bool,
    /// The column that it is, unchanged.
    pub plain: Option<Place>,
}

/// What names of result columns mean where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Aliases {
    /// SQLite does not look at them.
    #[default]
    Hidden,
    /// SQLite takes them where no column has the name: refused, as other databases do not.
    Refused,
    /// They can be used.
    Visible,
}

/// The part of a SELECT that an expression belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    /// One that sees single rows: FROM, WHERE, GROUP BY.
    #[default]
    Rows,
    /// A result column.
    Output(usize),
    /// HAVING or ORDER BY, which see groups.
    Groups,
}

/// A column outside any aggregate.
#[derive(Debug)]
pub(crate) struct Bare {
    pub place: Place,
    pub name: String,
    pub part: Part,
}

/// One SELECT among those an expression stands in: what its columns can mean.
#[derive(Debug, Default)]
pub(crate) struct Level {
    pub sources: Vec<Source>,
    pub outputs: Vec<Output>,
    /// Names given to results by AS.
    pub given: BTreeSet<String>,
    pub aliases: Aliases,
    pub part: Part,
    /// Columns that stand in `USING`: one of both sides is meant.
    pub merged: BTreeSet<String>,
    /// How often a column of this level was named.
    pub references: usize,
    pub bare: Vec<Bare>,
    /// Whether an aggregate may stand here.
    pub aggregates: bool,
    /// Whether the expression stands inside an aggregate of this level.
    pub inside_aggregate: bool,
    /// Whether an aggregate was seen.
    pub aggregated: bool,
}

/// What a name was found to be at a level.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Column(Place),
    Alias(usize),
    /// The name of a result where it cannot be used.
    Refused,
    Ambiguous,
    Nothing,
}

impl Level {
    /// Looks a column up; a `qualifier` is the name of a source.
    pub(crate) fn find(&self, qualifier: Option<&str>, name: &str) -> Found {
        let mut places = self.sources.iter().enumerate().filter_map(|(at, source)| {
            let of_source = qualifier.is_none_or(|wanted| source.alias.as_deref() == Some(wanted));
            of_source.then(|| source.column(name)).flatten().map(|column| (at, column))
        });
        match (places.next(), places.next()) {
            (Some(place), None) => Found::Column(place),
            (Some(place), Some(_)) if qualifier.is_none() && self.merged.contains(name) => Found::Column(place),
            (Some(_), Some(_)) => Found::Ambiguous,
            (None, _) if qualifier.is_some() || !self.given.contains(name) => Found::Nothing,
            (None, _) => match self.aliases {
                Aliases::Hidden => Found::Nothing,
                Aliases::Refused => Found::Refused,
                Aliases::Visible => self.find_alias(name),
            },
        }
    }

    /// Looks the name of a result column up.
    pub(crate) fn find_alias(&self, name: &str) -> Found {
        let is = |output: &Output| output.given && output.name.as_deref() == Some(name);
        self.outputs.iter().position(is).map_or(Found::Nothing, Found::Alias)
    }
}
