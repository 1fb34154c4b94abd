use super::{
    cell::{Cell, Extent},
    comments::Comments,
    links,
    texts::Texts,
    transaction::{ColumnChange, column_changes, had_before, has_after, what},
};
use crate::{
    console::{Page, Visit, address::Query},
    member::Member,
};
use askama::Template;
use axum::{
    extract::{OriginalUri, State},
    response::Response,
};
use counterfoil_state::{RowHistory, RowVersion, Table};
use counterfoil_types::limits;
use serde::Deserialize;
use std::sync::Arc;

/// Blocks whose writes of the row are shown.
const SHOWN: usize = 10;

/// Which versions are asked for.
#[derive(Deserialize)]
pub struct Before {
    /// Those before this height.
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "explorer/row.html")]
struct Row {
    page: Page,
    t: &'static Texts,
    table: Arc<Table>,
    table_href: String,
    key: String,
    href: String,
    values: Option<Vec<(String, String, Cell)>>,
    proof: String,
    file: String,
    versions: Vec<Write>,
    older: Option<u64>,
    newest: bool,
}

/// A write of the row.
struct Write {
    height: u64,
    href: Option<String>,
    what: &'static str,
    columns: Vec<ColumnChange>,
}

/// GET /tables/{table}/{key}?before=
pub async fn page(
    State(node): State<Arc<Member>>,
    OriginalUri(uri): OriginalUri,
    Query(Before { before }): Query<Before>,
    visit: Visit,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let (name, key) = links::row_of(&uri)?;
            let table = desk.node.store.reader().table(&name)?;
            let (of_table, of_key) = (name.clone(), key.clone());
            let (height, row) = desk.node.store.ask(move |reader| reader.row_of(&of_table, &of_key)).await?;
            desk.read_at(height);
            let (of_table, of_key) = (name.clone(), key.clone());
            let (history, _) = desk.node.store.history(of_table, of_key, before, SHOWN).await?;
            let RowHistory { versions, next: older, .. } = history;
            desk.read_at(height);
            let comments = Comments::of_table(desk, &table);
            let value = |(column, value): (&counterfoil_state::Column, &counterfoil_types::Value)| {
                let cell = Cell::of(&column.name, value, Extent::Whole);
                (column.name.clone(), comments.column(&column.name).to_owned(), cell)
            };
            Ok(Row {
                page: desk.page(),
                t,
                table_href: links::table(&name),
                href: links::row(&name, &key),
                proof: links::proof(&name, &key),
                file: format!("{}-{}.proof.json", file_name(&name), file_name(&key.join("-"))),
                key: super::cell::visible(&key.join(", ")),
                values: row.map(|row| table.columns.iter().zip(&row).map(value).collect()),
                versions: versions.iter().map(|version| Write::of(t, &table, version)).collect(),
                older,
                newest: before.is_none(),
                table,
            })
        })
        .await
}

/// A text as a part of a file's name.
fn file_name(text: &str) -> String {
    let safe = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    text.chars().take(60).map(safe).collect()
}

impl Write {
    fn of(t: &'static Texts, table: &Table, version: &RowVersion) -> Self {
        // Genesis has no transactions, and what was due by time has no place among them.
        let by_transaction = version.height > 0 && (version.index as usize) < limits::BLOCK_TRANSACTIONS_MAX;
        Self {
            height: version.height,
            href: by_transaction.then(|| links::entry(version.height, version.index)),
            what: what(t, version.old.is_some(), version.row.is_some()),
            columns: column_changes(table, values(&version.old).as_deref(), values(&version.row).as_deref()),
        }
    }
}

fn values(row: &Option<Vec<u8>>) -> Option<Vec<counterfoil_types::Value>> {
    row.as_deref().and_then(counterfoil_types::row::decode)
}
