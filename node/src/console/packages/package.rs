use super::{
    OwnersVote, read,
    said::flowing,
    texts::{self, Texts},
};
use crate::{
    console::{
        Page, Row, Visit,
        address::{Path, Query},
        desk::{Desk, Moment, form_id},
        encoded,
    },
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize, Default)]
struct Parameter {
    name: String,
    r#type: String,
    nullable: bool,
}

impl Parameter {
    /// As its package declares it.
    fn declared(&self) -> String {
        format!("{} {}{}", self.name, self.r#type, if self.nullable { " NULL" } else { "" })
    }
}

#[derive(Deserialize)]
struct Invariant {
    name: String,
    sql: String,
}

/// What is in force of a package; nothing of one that is only proposed.
struct Standing {
    version: u64,
    state: String,
    owners: Vec<String>,
    needed: u64,
    invariants: Vec<Invariant>,
}

struct Version {
    version: u64,
    state: String,
    description: String,
    proposer: String,
    height: u64,
    proposed: Moment,
}

struct Action {
    name: String,
    public: bool,
    summary: String,
    parameters: Vec<Parameter>,
    calls: Vec<String>,
}

/// A button: a command that is about the package, or one of its versions.
struct Act {
    command: &'static str,
    version: Option<u64>,
    agree: Option<bool>,
    text: &'static str,
    quiet: bool,
    form_id: String,
}

/// What an owner can do now; `agreed` are the motions, with their versions, to which it has agreed and which are still voted on.
fn acts(t: &'static Texts, standing: Option<&Standing>, proposed: Option<u64>, agreed: &[(&str, u64)]) -> Vec<Act> {
    let act = |command, version, agree, text, quiet| Act { command, version, agree, text, quiet, form_id: form_id() };
    let mut acts = Vec::new();
    if proposed.is_some() {
        acts.push(act("package.vote", proposed, Some(true), t.agree, false));
        acts.push(act("package.vote", proposed, Some(false), t.disagree, true));
    }
    match standing {
        Some(standing) if standing.state == "active" => {
            acts.push(act("package.freeze", None, None, t.freeze, true));
            acts.push(match agreed.contains(&("retire", standing.version)) {
                true => act("package.retire", Some(standing.version), Some(false), t.retire_not, true),
                false => act("package.retire", Some(standing.version), Some(true), t.retire, true),
            });
        }
        Some(standing) if standing.state == "frozen" => {
            acts.push(match agreed.contains(&("unfreeze", 0)) {
                true => act("package.unfreeze", None, Some(false), t.unfreeze_not, true),
                false => act("package.unfreeze", None, Some(true), t.unfreeze, false),
            });
        }
        _ => {}
    }
    acts
}

/// Columns and keys as the ledger keeps them.
#[derive(Deserialize, Default)]
struct Shape {
    columns: Vec<(String, String)>,
    primary_key: Vec<String>,
}

struct Table {
    name: String,
    path: String,
    mode: String,
    shape: Shape,
}

#[derive(Template)]
#[template(path = "packages/package.html")]
struct Shown {
    page: Page,
    t: &'static Texts,
    name: String,
    me: String,
    standing: Option<Standing>,
    /// What the seat's member can do as an owner.
    acts: Vec<Act>,
    owners: Vec<String>,
    needed: u64,
    votes: Vec<OwnersVote>,
    versions: Vec<Version>,
    shown: u64,
    source: String,
    actions: Vec<Action>,
    tables: Vec<Table>,
}

impl Shown {
    /// The state of what is in force; that of a proposal, or of one that its owners did not want, where nothing is.
    fn state(&self) -> &str {
        let newest = || self.versions.first().map_or("proposed", |version| version.state.as_str());
        self.standing.as_ref().map_or_else(newest, |standing| standing.state.as_str())
    }

    /// Whether its actions can be called.
    fn acts_on(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.state == "active")
    }

    /// Whether freezing and retiring are among what can be done.
    fn freezes(&self) -> bool {
        self.acts.iter().any(|act| act.command == "package.freeze")
    }
}

/// Which version's source is shown.
#[derive(Deserialize)]
pub struct Which {
    version: Option<u64>,
}

const STANDING: &str = concat!(
    "SELECT p.version, ",
    package_state!(),
    ", p.approvals,
        (SELECT json_group_array(o.member ORDER BY o.member) FROM package_owner o WHERE o.package = n.name),
        (SELECT json_group_array(json_object('motion', t.motion, 'version', t.version, 'member', t.member, 'agrees', t.agrees)
                                 ORDER BY t.motion, t.version, t.member) FROM package_vote t WHERE t.package = n.name),
        (SELECT json_group_array(json_object('name', i.name, 'sql', i.sql) ORDER BY i.name)
         FROM package_invariant i WHERE i.package = n.name AND i.version = p.version)
    FROM (SELECT ?1 AS name) n LEFT JOIN package p ON p.name = n.name LEFT JOIN member m ON m.id = n.name
    LEFT JOIN package_version v ON v.package = p.name AND v.version = p.version"
);

/// The source of one of them alone: it can be long.
const VERSIONS: &str = "SELECT version, state, description, proposer, proposed_height, proposed_ms, owners, approvals,
        CASE WHEN version = coalesce(?2, (SELECT version FROM package WHERE name = ?1), 1) THEN source END
    FROM package_version WHERE package = ?1 ORDER BY version DESC LIMIT 100";

const ACTIONS: &str = "SELECT a.name, a.public, a.summary, a.parameters, a.calls FROM package p
    JOIN package_action a ON a.package = p.name AND a.version = p.version WHERE p.name = ?1 ORDER BY a.public DESC, a.name LIMIT 200";

const TABLES: &str = "SELECT name, mode, shape FROM sql_table WHERE schema = ?1 ORDER BY name LIMIT 200";

fn version(row: &Row) -> Version {
    Version {
        version: row.number(0),
        state: row.text(1),
        description: flowing(&row.text(2)),
        proposer: row.text(3),
        height: row.number(4),
        proposed: Moment(row.number(5)),
    }
}

fn action(row: &Row) -> Action {
    Action {
        name: row.text(0),
        public: row.number(1) == 1,
        summary: flowing(&row.text(2)),
        parameters: read(&row.text(3)),
        calls: read(&row.text(4)),
    }
}

fn table(row: &Row) -> Table {
    let name = row.text(0);
    Table { path: format!("/tables/{}", encoded(&name)), name, mode: row.text(1), shape: read(&row.text(2)) }
}

/// GET /packages/{package}
pub async fn page(
    State(node): State<Arc<Member>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
    visit: Visit,
) -> Response {
    let made = async |desk: &Desk| {
        let of = || vec![json!(name)];
        let standing = desk.find(STANDING, of()).await?.unwrap_or_else(|| Row::new(Vec::new()));
        let versions = desk.select(VERSIONS, vec![json!(name), json!(which.version)]).await?;
        if versions.is_empty() {
            return Err(Problem::not_found(format!("there is no package {name:?}")));
        }
        let actions = desk.select(ACTIONS, of()).await?;
        let tables = desk.select(TABLES, of()).await?;
        let votes: Vec<OwnersVote> = read(&standing.text(4));
        let in_force = (standing.number(0) > 0).then(|| Standing {
            version: standing.number(0),
            state: standing.text(1),
            needed: standing.number(2),
            owners: read(&standing.text(3)),
            invariants: read(&standing.text(5)),
        });
        let proposed = versions.iter().find(|row| row.text(1) == "proposed");
        // Those of the version in force decide; on the first version those that it names.
        let (owners, needed) = match (&in_force, proposed) {
            (Some(in_force), _) => (in_force.owners.clone(), in_force.needed),
            (None, Some(row)) => (read(&row.text(6)), row.number(7)),
            (None, None) => (Vec::new(), 0),
        };
        let t = Texts::of(desk.language());
        let decides = owners.iter().any(|owner| owner == desk.member());
        let proposed = proposed.map(|row| row.number(0));
        let mine = votes.iter().filter(|vote| vote.member == desk.member() && vote.agrees == 1);
        let agreed: Vec<_> = mine.map(|vote| (vote.motion.as_str(), vote.version as u64)).collect();
        let acts = if decides { acts(t, in_force.as_ref(), proposed, &agreed) } else { Vec::new() };
        let source = versions.iter().find(|row| !row.text(8).is_empty());
        Ok(Shown {
            t,
            me: desk.member().to_owned(),
            acts,
            owners,
            needed,
            votes,
            shown: source.map_or(0, |row| row.number(0)),
            source: source.map_or_else(String::new, |row| row.text(8)),
            versions: versions.iter().map(version).collect(),
            actions: actions.iter().map(action).collect(),
            tables: tables.iter().map(table).collect(),
            standing: in_force,
            name: name.clone(),
            page: desk.page(),
        })
    };
    visit.at_desk(&node, made).await
}
