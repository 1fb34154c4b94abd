use super::{comments::Comments, links, texts::Texts};
use crate::{
    console::{Page, Visit, forms},
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_state::Table;
use std::{collections::BTreeSet, sync::Arc};

#[derive(Template)]
#[template(path = "explorer/tables.html")]
struct Tables {
    page: Page,
    t: &'static Texts,
    modules: Vec<Group>,
    shared: Vec<Line>,
    packages: Vec<Line>,
    views: Vec<String>,
}

/// The tables of a module.
struct Group {
    name: &'static str,
    title: &'static str,
    tables: Vec<Line>,
}

/// A table in a list.
struct Line {
    name: String,
    href: String,
    about: String,
    mutable: bool,
}

/// The shared tables that packages own.
const OF_PACKAGES: &str = "SELECT name FROM sql_table WHERE package = 1";

/// GET /tables
pub async fn list(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let node = &desk.node;
            let of_packages: BTreeSet<String> =
                desk.select(OF_PACKAGES, vec![]).await?.iter().map(|row| row.text(0)).collect();
            let reader = node.store.reader();
            let all = reader.tables();
            let titles = forms::texts::Texts::of(desk.language());
            let modules = node.registry.modules().iter().map(|module| Group {
                name: module.name,
                title: titles.module(module.name),
                tables: all
                    .iter()
                    .filter(|table| table.module == module.name && !is_shared(table))
                    .map(|table| line(table, Comments::of(module.schema_sql, &table.name).told(desk.language()).table))
                    .collect(),
            });
            let mut users: Vec<&Arc<Table>> = all.iter().filter(|table| is_shared(table)).collect();
            users.sort_by(|a, b| a.name.cmp(&b.name));
            let (packages, shared): (Vec<_>, Vec<_>) =
                users.into_iter().partition(|table| of_packages.contains(&table.name));
            let lines = |tables: Vec<&Arc<Table>>| tables.into_iter().map(|table| line(table, String::new())).collect();
            let mut views = reader.views();
            views.sort();
            Ok(Tables {
                page: desk.page(),
                t: Texts::of(desk.language()),
                modules: modules.filter(|module| !module.tables.is_empty()).collect(),
                shared: lines(shared),
                packages: lines(packages),
                views,
            })
        })
        .await
}

/// Whether users made it: its name has a schema.
pub fn is_shared(table: &Table) -> bool {
    table.name.contains('.')
}

fn line(table: &Table, about: String) -> Line {
    Line { name: table.name.clone(), href: links::table(&table.name), about, mutable: table.mutable }
}
