use crate::{
    console::{Row, desk::Desk, encoded},
    problem::Answer,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, sync::LazyLock};

/// Something that can wait. Its SELECT gives what waits for the member ?1, after the cursor ?2, ?3 rows at most, in the order of the cursor
/// and by an index; its first column is the kind's name, the second the cursor.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    /// Whether it waits for the member itself, and not for others.
    pub(super) is_own: bool,
}

impl Kind {
    /// What the member has to do.
    pub(super) const fn own(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, is_own: true }
    }

    /// What the member has begun and others have to do.
    pub(super) const fn of_others(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, is_own: false }
    }
}

/// Kinds whose rows have the same columns.
pub(super) struct Group {
    kinds: &'static [Kind],
    /// All of them in one SELECT.
    all: LazyLock<String>,
}

impl Group {
    pub(super) const fn new(kinds: &'static [Kind], all: fn() -> String) -> Self {
        Self { kinds, all: LazyLock::new(all) }
    }

    pub(super) fn kinds(&self) -> &'static [Kind] {
        self.kinds
    }
}

/// One SELECT of several kinds, each with rows of its own.
pub(super) fn together<'a>(kinds: impl IntoIterator<Item = &'a Kind>, columns: &str) -> String {
    kinds.into_iter().fold(String::new(), |mut sql, kind| {
        let joint = if sql.is_empty() { "" } else { "\nUNION ALL " };
        write!(sql, "{joint}SELECT {columns} FROM ({})", kind.sql).expect("a text takes what is written");
        sql
    })
}

/// What is looked at: the beginning of every kind, or one kind from a place on.
pub(super) struct Look {
    pub(super) kind: Option<&'static str>,
    pub(super) after: String,
}

/// Entries of each kind where all are shown, and of a page of one.
const FIRST: usize = 10;
const PAGE: usize = 50;

impl Look {
    fn rows_max(&self) -> usize {
        if self.kind.is_some() { PAGE } else { FIRST }
    }
}

/// What waits of one kind.
pub(super) struct List<T> {
    pub(super) kind: &'static str,
    /// Whether it waits for the member itself, and not for others.
    pub(super) is_own: bool,
    pub(super) entries: Vec<T>,
    /// From where it goes on, as a part of an address.
    pub(super) next: Option<String>,
}

impl<T> List<T> {
    /// Whether it is of a kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// The lists of a group that have something, by one SELECT with parameters of its own from ?4 on.
pub(super) async fn lists<T>(
    desk: &Desk,
    group: &'static Group,
    look: &Look,
    own: &[&str],
    entry: impl Fn(&Row) -> T,
) -> Answer<Vec<List<T>>> {
    let sql = match look.kind {
        None => group.all.as_str(),
        Some(name) => match group.kinds.iter().find(|kind| kind.name == name) {
            Some(kind) => kind.sql,
            None => return Ok(Vec::new()),
        },
    };
    let max = look.rows_max();
    let mut params: Vec<Value> = vec![json!(desk.member()), json!(look.after), json!(max + 1)];
    params.extend(own.iter().map(|text| json!(text)));
    let rows = desk.select(sql, params).await?;
    let list = |kind: &Kind| {
        let of_kind: Vec<&Row> = rows.iter().filter(|row| row.text(0) == kind.name).collect();
        let more = of_kind.len() > max;
        let shown = &of_kind[..of_kind.len().min(max)];
        List {
            kind: kind.name,
            is_own: kind.is_own,
            entries: shown.iter().map(|row| entry(row)).collect(),
            next: shown.last().filter(|_| more).map(|last| encoded(&last.text(1)).to_string()),
        }
    };
    Ok(group.kinds.iter().map(list).filter(|list| !list.entries.is_empty()).collect())
}
