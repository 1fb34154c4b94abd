use super::{
    cell::{Cell, Extent, visible},
    csv,
    tables::is_shared,
    texts::{Texts, filled},
};
use crate::{
    console::{Page, Visit, address::Query, confidential, desk::Desk, filled::Filled},
    member::Member,
    problem::{Answer, Problem},
    store::Read,
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_state::{Reader, SqlResult};
use counterfoil_types::limits;
use serde::Deserialize;
use std::sync::Arc;

/// Rows that the page shows.
const SHOWN: usize = 200;

const MEMBERS: &str = "SELECT m.id, m.name, m.state, group_concat(r.role, ' ') AS roles
FROM member m LEFT JOIN member_role r ON r.member = m.id
GROUP BY m.id ORDER BY m.id LIMIT 100";
const INVOICES: &str = "SELECT number, seller_name, issue_date, currency, total_minor, state
FROM invoice ORDER BY id DESC LIMIT 100";
const REFUSED: &str = "SELECT height, place, sender, id, code
FROM receipt WHERE code IS NOT NULL ORDER BY height DESC, place DESC LIMIT 20";
const BALANCES: &str = "SELECT asset, count(*) AS accounts, sum(available_minor + held_minor) AS balance_minor
FROM asset_account WHERE id <> asset GROUP BY asset ORDER BY asset";
const PLAN: &str = "EXPLAIN QUERY PLAN SELECT id FROM invoice WHERE number = '26110500000000000001'";
const VAULT: &str =
    "SELECT subject, version, name, value FROM vault.vault_field ORDER BY subject, version, name LIMIT 100";

#[derive(Template)]
#[template(path = "explorer/sql.html")]
struct Sql {
    page: Page,
    t: &'static Texts,
    sql: String,
    examples: Vec<(&'static str, &'static str)>,
    limits: String,
    vault: bool,
    result: Option<Shown>,
    wrong: Option<Wrong>,
}

/// A result as it is shown.
struct Shown {
    columns: Vec<(String, &'static str)>,
    rows: Vec<Vec<Cell>>,
    summary: String,
    cut: Option<String>,
}

/// Why a statement was not run.
struct Wrong {
    code: String,
    detail: String,
    position: Option<String>,
    before: String,
    at: String,
}

/// What the editor begins with.
#[derive(Deserialize)]
pub struct Begin {
    example: Option<usize>,
    table: Option<String>,
}

/// What is sent.
#[derive(Deserialize)]
pub struct Sent {
    sql: String,
}

/// GET /sql?example=&table=
pub async fn page(State(node): State<Arc<Member>>, Query(begin): Query<Begin>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let reader = desk.node.store.reader();
            let named = begin.table.as_deref().and_then(|name| select_all(&reader, name));
            let sql = named.unwrap_or_else(|| {
                examples(t).get(begin.example.unwrap_or(0)).map_or(MEMBERS, |(_, sql)| sql).to_owned()
            });
            Ok(Sql::of(desk, sql, None, None))
        })
        .await
}

/// What shows the first rows of a table or a view.
fn select_all(reader: &Reader, name: &str) -> Option<String> {
    let quoted = |name: &String| format!("\"{name}\"");
    match reader.table(name) {
        Ok(table) => {
            let shown = if is_shared(&table) { table.name.clone() } else { quoted(&table.name) };
            let key: Vec<String> = table.key_names().iter().map(quoted).collect();
            Some(format!("SELECT *\nFROM {shown}\nORDER BY {}\nLIMIT 100", key.join(", ")))
        }
        Err(_) => reader
            .views()
            .iter()
            .find(|view| *view == name)
            .map(|view| format!("SELECT *\nFROM {}\nLIMIT 100", quoted(view))),
    }
}

/// POST /sql
pub async fn run(State(node): State<Arc<Member>>, visit: Visit, sent: Answer<Filled<Sent>>) -> Response {
    let Filled { given: Sent { sql }, by } = match sent {
        Ok(sent) => sent,
        Err(problem) => return visit.refused(&node, &problem),
    };
    let table = match select(&node, &by, &sql).await {
        Ok(table) => table,
        Err(problem) => return not_run(&node, visit, sql, &problem).await,
    };
    visit
        .at_desk(&node, async |desk| {
            desk.read_at(table.height);
            let shown = Shown::of(Texts::of(desk.language()), &table);
            Ok(Sql::of(desk, sql, Some(shown), None))
        })
        .await
}

/// The page again with a statement that was not run, and what is wrong with it.
async fn not_run(node: &Arc<Member>, visit: Visit, sql: String, problem: &Problem) -> Response {
    let page = visit.at_desk(node, async |desk| {
        let wrong = Wrong::of(Texts::of(desk.language()), &sql, problem);
        Ok(Sql::of(desk, sql, None, Some(wrong)))
    });
    let made = page.await;
    if made.status() == StatusCode::OK { (problem.status(), made).into_response() } else { made }
}

/// POST /sql/csv
pub async fn file(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Filled { given: Sent { sql }, by }: Filled<Sent>,
) -> Answer<Response> {
    Ok(match select(&node, &by, &sql).await {
        Ok(table) => {
            let name = format!("attachment; filename=\"height-{}.csv\"", table.height);
            let headers =
                [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name.as_str())];
            confidential((headers, csv::file(&table.columns, &table.rows)).into_response())
        }
        Err(problem) => not_run(&node, visit, sql, &problem).await,
    })
}

/// As `POST /v1/sql` does it for the same key.
async fn select(node: &Member, kid: &counterfoil_types::Kid, sql: &str) -> Answer<SqlResult> {
    let read = Read { vault: node.vault_of(Some(kid)).await?, as_of: None };
    node.store.sql_in(read, sql.to_owned(), Vec::new()).await
}

fn examples(t: &'static Texts) -> Vec<(&'static str, &'static str)> {
    vec![
        (t.sql_example_members, MEMBERS),
        (t.sql_example_invoices, INVOICES),
        (t.sql_example_balances, BALANCES),
        (t.sql_example_refused, REFUSED),
        (t.sql_example_plan, PLAN),
        (t.sql_example_vault, VAULT),
    ]
}

impl Sql {
    fn of(desk: &Desk, sql: String, result: Option<Shown>, wrong: Option<Wrong>) -> Self {
        let t = Texts::of(desk.language());
        let vault = desk.node.vaults.path(desk.member()).is_some();
        let mut examples = examples(t);
        examples.retain(|(_, sql)| vault || *sql != VAULT);
        let megabytes = limits::SQL_BYTES_MAX / (1024 * 1024);
        let numbers = [limits::SQL_ROWS_MAX, megabytes, limits::SQL_TIME_MS_MAX as usize / 1_000, SHOWN];
        let numbers = numbers.map(|number| number.to_string());
        let limits = filled(t.sql_limits, &numbers.each_ref().map(String::as_str));
        Self { page: desk.page(), t, sql, examples, limits, vault, result, wrong }
    }
}

impl Shown {
    fn of(t: &Texts, table: &SqlResult) -> Self {
        let count = match table.truncated {
            Some(_) => format!("> {}", table.rows.len()),
            None => table.rows.len().to_string(),
        };
        let cell = |(name, value): (&String, &serde_json::Value)| Cell::of_json(name, value, Extent::Brief);
        let row = |row: &Vec<serde_json::Value>| table.columns.iter().zip(row).map(cell).collect();
        Self {
            rows: table.rows.iter().take(SHOWN).map(row).collect(),
            summary: filled(t.sql_rows, &[&count, &table.height.to_string()]),
            cut: (table.rows.len() > SHOWN).then(|| filled(t.sql_cut, &[&SHOWN.to_string()])),
            columns: columns(table),
        }
    }
}

/// The columns with their class: a column of numbers is one whose values all are, as far as there are any.
fn columns(table: &SqlResult) -> Vec<(String, &'static str)> {
    let class = |at: usize| {
        let mut values = table.rows.iter().take(SHOWN).filter_map(|row| row.get(at)).filter(|value| !value.is_null());
        let is_number = values.clone().next().is_some() && values.all(serde_json::Value::is_number);
        if is_number { "count" } else { "" }
    };
    table.columns.iter().enumerate().map(|(at, name)| (name.clone(), class(at))).collect()
}

impl Wrong {
    fn of(t: &Texts, sql: &str, problem: &Problem) -> Self {
        let detail = problem.document()["detail"].as_str().unwrap_or_default().to_owned();
        let place = place(&detail).filter(|at| sql.is_char_boundary(*at));
        let (before, at) = place.map_or(("", ""), |at| sql.split_at(at));
        let position = place.map(|_| {
            let (line, character) =
                (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
            filled(t.sql_position, &[&line.to_string(), &character.to_string()])
        });
        let line = before.rsplit('\n').next().unwrap_or_default().to_owned();
        let rest = at.lines().next().unwrap_or_default().to_owned();
        Self { code: problem.code().to_owned(), detail: visible(&detail), position, before: line, at: rest }
    }
}

/// The byte at which a refusal says that a statement is wrong.
fn place(detail: &str) -> Option<usize> {
    detail.strip_suffix(')')?.rsplit_once("(at byte ")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::language::Language;
    use counterfoil_types::{Refusal, RefusalKind};

    #[test]
    fn it_is_said_where_a_statement_is_wrong() {
        let t = Texts::of(Language::English);
        let sql = "SELECT id,\n  '税', nme\nFROM member";
        let at = sql.find("nme").unwrap();
        let wrong = |detail: String| Wrong::of(t, sql, &Refusal::new("sql/2", RefusalKind::Invalid, detail).into());
        let known = wrong(format!("no such column: nme (at byte {at})"));
        assert_eq!(known.position.as_deref(), Some("line 2, character 8"));
        assert_eq!((known.before.as_str(), known.at.as_str()), ("  '税', ", "nme"));
        for detail in
            ["no such table", "x (at byte 999)", "(at byte )", &format!("x (at byte {})", sql.find('税').unwrap() + 1)]
        {
            assert_eq!(wrong(detail.to_owned()).position, None, "{detail}");
        }
    }
}
