use super::{
    report::{Finding, Given, Report},
    texts::Texts,
};
use crate::{
    console::{
        Page, Visit,
        address::Query,
        desk::{Desk, form_id},
        filled::Filled,
    },
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_platform::{package::TEMPLATES, scenario};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "packages/deploy.html")]
struct Deploy {
    page: Page,
    t: &'static Texts,
    templates: Vec<&'static str>,
    report: Report,
    checked: bool,
    form_id: String,
}

impl Deploy {
    fn new(desk: &Desk, report: Report, checked: bool) -> Self {
        Self {
            t: Texts::of(desk.language()),
            templates: TEMPLATES.iter().map(|template| template.name).collect(),
            report,
            checked,
            form_id: form_id(),
            page: desk.page(),
        }
    }
}

/// With what it begins.
#[derive(Deserialize)]
pub struct Begin {
    template: Option<String>,
}

/// GET /deploy
pub async fn page(State(node): State<Arc<Member>>, Query(begin): Query<Begin>, visit: Visit) -> Response {
    let made = async |desk: &Desk| {
        let template = TEMPLATES.iter().find(|template| Some(template.name) == begin.template.as_deref());
        let text = template.map_or_else(String::new, |template| template.named(template.name).0);
        Ok(Deploy::new(desk, Report::blank(text), false))
    };
    visit.at_desk(&node, made).await
}

/// POST /deploy: the check report of a package.
pub async fn check(State(node): State<Arc<Member>>, visit: Visit, given: Answer<Filled<Given>>) -> Response {
    let Filled { given, .. } = match given {
        Ok(given) => given,
        Err(problem) => return visit.refused(&node, &problem),
    };
    let made = async move |desk: &Desk| {
        let found = |source: &str| {
            let found = scenario::check(counterfoil_apps::modules(), source).into_iter();
            let finding =
                |one: scenario::Found| Finding { line: one.line.unwrap_or(0), rule: one.rule, message: one.message };
            found.map(finding).collect()
        };
        Ok(Deploy::new(desk, Report::of(given, found).await?, true))
    };
    visit.at_desk(&node, made).await
}
