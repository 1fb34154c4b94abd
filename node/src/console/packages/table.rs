use super::{
    report::{Finding, Given, Report},
    texts::Texts,
};
use crate::{
    console::{
        Page, Visit,
        desk::{Desk, form_id},
        filled::Filled,
    },
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_sql::{Catalog, Definition, Naming, create_table};
use std::{collections::BTreeSet, sync::Arc};

/// A table to begin with.
const EXAMPLE: &str = "CREATE TABLE warehouse.receipt (
    id       TEXT PRIMARY KEY,
    goods    TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    member   TEXT NOT NULL
) WITH (mode = update, owner_column = member)
";

#[derive(Template)]
#[template(path = "packages/table.html")]
struct Create {
    page: Page,
    t: &'static Texts,
    report: Report,
    checked: bool,
    form_id: String,
    /// Where the table will be.
    name: String,
}

/// GET /deploy/table
pub async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    let made = async |desk: &Desk| {
        Ok(Create {
            t: Texts::of(desk.language()),
            report: Report::blank(EXAMPLE.to_owned()),
            checked: false,
            form_id: form_id(),
            name: String::new(),
            page: desk.page(),
        })
    };
    visit.at_desk(&node, made).await
}

/// What the checker makes of a definition; tables that it refers to are looked for on the ledger when it is signed.
fn define(text: &str, reserved: &BTreeSet<String>) -> Result<Definition, Vec<Finding>> {
    let naming = Naming { catalog: &Catalog::default(), home: None, reserved };
    let finding =
        |one: counterfoil_sql::Finding| Finding { line: one.line, rule: one.rule.to_owned(), message: one.message };
    create_table(text, 1, &naming).map_err(|found| found.into_iter().map(finding).collect())
}

/// POST /deploy/table: the check report of a table.
pub async fn check(State(node): State<Arc<Member>>, visit: Visit, given: Answer<Filled<Given>>) -> Response {
    let Filled { given, .. } = match given {
        Ok(given) => given,
        Err(problem) => return visit.refused(&node, &problem),
    };
    let made = async move |desk: &Desk| {
        let modules = desk.node.registry.modules().iter();
        let reserved: BTreeSet<_> = modules.map(|module| module.name.to_owned()).collect();
        let names = reserved.clone();
        let report = Report::of(given, move |text| define(text, &names).err().unwrap_or_default()).await?;
        let name = define(&report.text, &reserved).map(|table| format!("{}.{}", table.schema, table.name));
        Ok(Create {
            t: Texts::of(desk.language()),
            name: name.unwrap_or_default(),
            report,
            checked: true,
            form_id: form_id(),
            page: desk.page(),
        })
    };
    visit.at_desk(&node, made).await
}
