use super::{
    cell::{Cell, Extent},
    comments::Comments,
    links,
    tables::is_shared,
    texts::{Texts, filled},
    transaction::key_of,
};
use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::Desk,
        encoded,
    },
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_state::{RowPage, RowRange, Table};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Rows on a page.
const SHOWN: usize = 50;

/// Which rows are asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// What the key begins with; values with commas between them.
    #[serde(default)]
    key: String,
    /// Rows beyond this key.
    beyond: Option<String>,
    /// From the last key down.
    #[serde(default)]
    down: String,
}

#[derive(Template)]
#[template(path = "explorer/rows.html")]
struct Rows {
    page: Page,
    t: &'static Texts,
    table: Arc<Table>,
    href: String,
    about: String,
    columns: Vec<Column>,
    shared: Option<Shared>,
    key: String,
    key_hint: String,
    wrong: Option<String>,
    down: bool,
    rows: Vec<Line>,
    further: Option<String>,
    first: bool,
}

/// A column of the schema.
struct Column {
    name: String,
    kind: String,
    key: Option<usize>,
    nullable: bool,
    comment: String,
}

/// What is said of a table that users made.
struct Shared {
    creator: String,
    creator_href: String,
    owner_column: String,
    writers: String,
    definition: String,
}

/// A row in the list: the key leads to it.
struct Line {
    href: String,
    cells: Vec<Cell>,
}

/// GET /tables/{table}?key=&beyond=&down=
pub async fn page(
    State(node): State<Arc<Member>>,
    Path(table): Path<String>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let table = desk.node.store.reader().table(&table)?;
            let down = asked.down == "1";
            let (found, wrong) = match rows(desk, &table, &asked, down).await {
                Ok(found) => (found, None),
                Err(problem) if problem.code() == "state/2" => {
                    let detail = problem.document()["detail"].as_str().unwrap_or_default().to_owned();
                    (RowPage { height: 0, rows: Vec::new(), more: false }, Some(detail))
                }
                Err(problem) => return Err(problem),
            };
            let shared = if is_shared(&table) { shared(desk, &table.name).await? } else { None };
            let comments = Comments::of_table(desk, &table);
            let last = found.rows.last().filter(|_| found.more).map(|row| key_of(&table, row));
            Ok(Rows {
                page: desk.page(),
                t,
                href: links::table(&table.name),
                columns: columns(&table, &comments),
                about: comments.table,
                shared,
                key_hint: filled(t.key_begins_hint, &[&table.key_names().join(", ")]),
                wrong,
                rows: found.rows.iter().map(|row| line(&table, row)).collect(),
                further: last.map(|key| further(&table, &asked, &key, down)),
                first: asked.beyond.is_none(),
                key: asked.key,
                down,
                table,
            })
        })
        .await
}

async fn rows(desk: &Desk, table: &Table, asked: &Asked, down: bool) -> Answer<RowPage> {
    let prefix = if asked.key.is_empty() { Vec::new() } else { links::key_of(&asked.key)? };
    let beyond = asked.beyond.as_deref().map(links::key_of).transpose()?;
    let name = table.name.clone();
    let ask = desk.node.store.ask(move |reader| {
        let range = RowRange { prefix: &prefix, beyond: beyond.as_deref(), descending: down };
        reader.rows(&name, &range, SHOWN)
    });
    let page = ask.await?;
    desk.read_at(page.height);
    Ok(page)
}

/// Where the rows beyond this one are.
fn further(table: &Table, asked: &Asked, key: &[String], down: bool) -> String {
    let key: Vec<String> = key.iter().map(|value| encoded(value).to_string()).collect();
    let (href, of) = (links::table(&table.name), encoded(&asked.key));
    // Encoded twice: what a key holds, and the key as a part of the query.
    format!("{href}?key={of}&beyond={}&down={}", encoded(&key.join(",")), u8::from(down))
}

const SHARED: &str = "SELECT s.creator, s.owner_column, s.definition,
    (SELECT group_concat(writer, ', ') FROM (SELECT writer FROM sql_writer WHERE table_name = s.name ORDER BY writer))
    FROM sql_table s WHERE s.name = ?1";

async fn shared(desk: &Desk, name: &str) -> Answer<Option<Shared>> {
    let row = desk.find(SHARED, vec![json!(name)]).await?;
    Ok(row.map(|row| Shared {
        creator_href: links::member(row.text(0).split('/').next().unwrap_or_default()),
        creator: row.text(0),
        owner_column: row.text(1),
        definition: super::cell::visible(&row.text(2)),
        writers: row.text(3),
    }))
}

fn columns(table: &Table, comments: &Comments) -> Vec<Column> {
    let column = |(at, column): (usize, &counterfoil_state::Column)| Column {
        name: column.name.clone(),
        kind: json!(column.kind).as_str().unwrap_or_default().to_owned(),
        key: table.primary_key.iter().position(|place| *place == at).map(|place| place + 1),
        nullable: column.nullable,
        comment: comments.column(&column.name).to_owned(),
    };
    table.columns.iter().enumerate().map(column).collect()
}

fn line(table: &Table, row: &[counterfoil_types::Value]) -> Line {
    let key = key_of(table, row);
    let cells = table.columns.iter().zip(row).map(|(column, value)| Cell::of(&column.name, value, Extent::Brief));
    Line { href: links::row(&table.name, &key), cells: cells.collect() }
}
