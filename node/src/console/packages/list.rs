use super::{
    OwnersVote, read,
    said::summary,
    texts::{self, Texts},
};
use crate::{
    console::{
        Page, Visit,
        address::Query,
        desk::{Desk, Moment},
    },
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Packages of a page.
const PAGE: usize = 50;

struct Deployed {
    name: String,
    version: u64,
    state: String,
    summary: String,
    owners: Vec<String>,
    needed: u64,
}

struct Waiting {
    package: String,
    version: u64,
    summary: String,
    proposer: String,
    proposed: Moment,
    votes: Vec<OwnersVote>,
    needed: u64,
}

#[derive(Template)]
#[template(path = "packages/list.html")]
struct List {
    page: Page,
    t: &'static Texts,
    waiting: Vec<Waiting>,
    deployed: Vec<Deployed>,
    next: Option<String>,
}

/// Where a page begins.
#[derive(Deserialize)]
pub struct From {
    after: Option<String>,
}

const DEPLOYED: &str = concat!(
    "SELECT p.name, p.version, ",
    package_state!(),
    ", v.description, (SELECT json_group_array(o.member ORDER BY o.member) FROM package_owner o WHERE o.package = p.name), p.approvals
    FROM package p JOIN member m ON m.id = p.name JOIN package_version v ON v.package = p.name AND v.version = p.version
    WHERE p.name > ?1 ORDER BY p.name LIMIT ?2"
);

/// Versions that are voted on: the proposer's vote is there from the beginning, and votes are gone when it is decided.
const WAITING: &str = "SELECT v.package, v.version, v.description, v.proposer, v.proposed_ms,
        (SELECT json_group_array(json_object('motion', t.motion, 'version', t.version, 'member', t.member, 'agrees', t.agrees) ORDER BY t.member)
         FROM package_vote t WHERE t.package = v.package AND t.motion = 'deploy' AND t.version = v.version),
        coalesce((SELECT p.approvals FROM package p WHERE p.name = v.package), v.approvals)
    FROM (SELECT DISTINCT package, version FROM package_vote WHERE motion = 'deploy') o
    JOIN package_version v ON v.package = o.package AND v.version = o.version
    WHERE v.state = 'proposed' ORDER BY v.package, v.version LIMIT 100";

/// GET /packages
pub async fn page(State(node): State<Arc<Member>>, Query(From { after }): Query<From>, visit: Visit) -> Response {
    let made = async |desk: &Desk| {
        let after = after.clone().unwrap_or_default();
        let mut rows = desk.select(DEPLOYED, vec![json!(after), json!(PAGE + 1)]).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let deployed: Vec<_> = rows
            .iter()
            .map(|row| Deployed {
                name: row.text(0),
                version: row.number(1),
                state: row.text(2),
                summary: summary(&row.text(3)),
                owners: read(&row.text(4)),
                needed: row.number(5),
            })
            .collect();
        let rows = desk.select(WAITING, Vec::new()).await?;
        let waiting = rows.iter().map(|row| Waiting {
            package: row.text(0),
            version: row.number(1),
            summary: summary(&row.text(2)),
            proposer: row.text(3),
            proposed: Moment(row.number(4)),
            votes: read(&row.text(5)),
            needed: row.number(6),
        });
        let next = deployed.last().filter(|_| more).map(|last| last.name.clone());
        Ok(List { t: Texts::of(desk.language()), waiting: waiting.collect(), deployed, next, page: desk.page() })
    };
    visit.at_desk(&node, made).await
}
