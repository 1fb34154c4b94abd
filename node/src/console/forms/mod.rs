//! A form for each command and each action, made from its declaration.

mod chinese;
mod choices;
mod field;
mod names;
mod schema;
pub(in crate::console) mod texts;

use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::form_id,
        language::Language,
        packages::flowing,
    },
    member::Member,
    openapi,
    problem::Problem,
    store::{DeployedAction, callable},
};
use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use counterfoil_platform::CommandDeclaration;
use field::Field;
pub(in crate::console) use names::of as called;
use schema::Reader;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use texts::Texts;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/do", get(index))
        .route("/do/{command}", get(command))
        .route("/do/{package}/{action}", get(action))
}

/// What can be done, by its name.
pub(in crate::console) struct Entry {
    /// Its form.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub summary: String,
}

impl Entry {
    fn of(command: &CommandDeclaration, language: Language) -> Self {
        Self {
            path: format!("/do/{}", command.name),
            name: command.name.to_owned(),
            summary: said(language, command.name, &command.summary()),
        }
    }
}

/// What only a vote of the governing organisations does.
pub(in crate::console) fn by_vote(node: &Member, language: Language) -> Vec<Entry> {
    let commands = node.registry.modules().iter().flat_map(|module| module.commands);
    commands.filter(|command| command.by_vote).map(|command| Entry::of(command, language)).collect()
}

/// What a command says, in a language.
fn said(language: Language, command: &str, text: &str) -> String {
    let english = chinese::plain(text);
    let chinese = chinese::of(command, &english).filter(|_| language == Language::Chinese);
    chinese.map_or(english, str::to_owned)
}

/// What a command of a module does, in a language; nothing for a command that there is not.
pub(in crate::console) fn summary(node: &Member, language: Language, command: &str) -> String {
    node.registry.command(command).map_or_else(String::new, |known| said(language, command, &known.summary()))
}

#[derive(Template)]
#[template(path = "forms/index.html")]
struct Index {
    page: Page,
    t: &'static Texts,
    modules: Vec<(&'static str, Vec<Entry>)>,
    actions: Vec<Entry>,
}

/// GET /do
async fn index(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    let made = async |desk: &crate::console::desk::Desk| {
        let rows = desk
            .select(
                concat!(
                    "SELECT a.package, a.name, a.summary FROM package_action a JOIN package p ON p.name = a.package AND p.version = a.version
                     JOIN package_version v ON v.package = p.name AND v.version = p.version JOIN member m ON m.id = p.name
                     WHERE a.public = 1 AND ",
                    callable!(),
                    " ORDER BY a.package, a.name LIMIT 500"
                ),
                Vec::new(),
            )
            .await?;
        let actions = rows.iter().map(|row| Entry {
            path: format!("/do/{}/{}", row.text(0), row.text(1)),
            name: format!("{}.{}", row.text(0), row.text(1)),
            summary: flowing(&row.text(2)),
        });
        let language = desk.language();
        let t = Texts::of(language);
        let modules = desk.node.registry.modules().iter().filter(|module| !module.commands.is_empty());
        let modules = modules.map(|module| {
            let commands = module.commands.iter().map(|command| Entry::of(command, language));
            (t.module(module.name), commands.collect())
        });
        Ok(Index { t, modules: modules.collect(), actions: actions.collect(), page: desk.page() })
    };
    visit.at_desk(&node, made).await
}

#[derive(Template)]
#[template(path = "forms/form.html")]
struct Form {
    page: Page,
    t: &'static Texts,
    name: String,
    /// The package whose action it is.
    package: Option<String>,
    /// Whether that is in a state in which nothing of it can be called.
    rests: bool,
    /// Whether only a vote does it.
    by_vote: bool,
    /// Whether whoever asks can put it to the vote.
    proposes: bool,
    /// What it does, paragraph by paragraph.
    description: Vec<String>,
    send_to: String,
    form_id: String,
    fields: Vec<Field>,
}

impl Form {
    fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// What an address fills in: members by name, those of objects by `object/member`.
type Given = Query<BTreeMap<String, String>>;

/// GET /do/{command}
async fn command(
    State(node): State<Arc<Member>>,
    Path(name): Path<String>,
    Query(given): Given,
    visit: Visit,
) -> Response {
    let made = async |desk: &crate::console::desk::Desk| {
        let known = desk.node.registry.command(&name);
        let known = known.ok_or_else(|| Problem::not_found(format!("there is no command {name:?}; /do lists them")))?;
        let document = known.asked_schema_document();
        let language = desk.language();
        Ok(Form {
            t: Texts::of(language),
            description: known.description().split("\n\n").map(|text| said(language, &name, text)).collect(),
            send_to: format!("/v1/commands/{name}"),
            form_id: form_id(),
            fields: Reader::new(&document, &given, language, &name).fields(),
            name: name.clone(),
            package: None,
            rests: false,
            by_vote: known.by_vote,
            proposes: known.by_vote && desk.seat.governs(),
            page: desk.page(),
        })
    };
    visit.at_desk(&node, made).await
}

/// GET /do/{package}/{action}
async fn action(
    State(node): State<Arc<Member>>,
    Path((package, action)): Path<(String, String)>,
    Query(given): Given,
    visit: Visit,
) -> Response {
    let made = async |desk: &crate::console::desk::Desk| {
        let found = desk
            .find(
                concat!(
                    "SELECT a.summary, a.parameters, ",
                    callable!(),
                    " FROM package p JOIN package_action a ON a.package = p.name AND a.version = p.version
                     JOIN package_version v ON v.package = p.name AND v.version = p.version JOIN member m ON m.id = p.name
                     WHERE p.name = ?1 AND a.name = ?2 AND a.public = 1"
                ),
                vec![json!(package), json!(action)],
            )
            .await?;
        let found = found.ok_or_else(|| Problem::not_found(format!("there is no public action {package}.{action}")))?;
        let parameters: Vec<Value> = serde_json::from_str(&found.text(1)).unwrap_or_default();
        let known =
            DeployedAction { package: package.clone(), name: action.clone(), summary: found.text(0), parameters };
        let document = openapi::arguments(&known);
        let language = desk.language();
        Ok(Form {
            t: Texts::of(language),
            name: format!("{package}.{action}"),
            package: Some(package.clone()),
            rests: found.number(2) == 0,
            by_vote: false,
            proposes: false,
            send_to: format!("/v1/packages/{package}/actions/{action}"),
            form_id: form_id(),
            fields: Reader::new(&document, &given, language, "").fields(),
            description: vec![flowing(&known.summary)],
            page: desk.page(),
        })
    };
    visit.at_desk(&node, made).await
}
