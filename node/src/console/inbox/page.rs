use super::{
    approvals::{self, APPROVALS, Approval},
    decisions::{self, DECISIONS, Decision},
    kind::{Kind, List, Look},
    money::{self, MONEY},
    tasks::{self, TASKS, Task},
    texts::Texts,
};
use crate::{
    console::{
        Page, Visit,
        address::{Path, Query},
        desk::form_id,
        invoices,
        money::Claim,
    },
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "inbox/inbox.html")]
struct Inbox {
    page: Page,
    t: &'static Texts,
    /// Texts of the pages of invoices.
    i: &'static invoices::texts::Texts,
    form_id: String,
    /// The member of the seat.
    member: String,
    /// Whether one kind is shown, and not the beginning of each.
    is_one: bool,
    approvals: Vec<List<Approval>>,
    decisions: Vec<List<Decision>>,
    money: Vec<List<Claim>>,
    tasks: Vec<List<Task>>,
}

impl Inbox {
    /// Whether nothing waits for the seat, whatever waits for others.
    fn is_empty(&self) -> bool {
        !self.approvals.iter().any(|list| list.is_own)
            && self.decisions.is_empty()
            && !self.money.iter().any(|list| list.is_own)
            && self.tasks.is_empty()
    }

    /// The lists in the order of the page: of which kind, and how many entries are shown, with a plus where there are more.
    fn contents(&self) -> Vec<(&'static str, String)> {
        fn of<T>(list: &List<T>) -> (&'static str, String) {
            (list.kind, format!("{}{}", list.entries.len(), if list.next.is_some() { "+" } else { "" }))
        }
        let own = self.approvals.iter().filter(|list| list.is_own).map(of);
        let own = own.chain(self.decisions.iter().map(of));
        let own = own.chain(self.money.iter().filter(|list| list.is_own).map(of)).chain(self.tasks.iter().map(of));
        let others = self.approvals.iter().filter(|list| !list.is_own).map(of);
        own.chain(others).chain(self.money.iter().filter(|list| !list.is_own).map(of)).collect()
    }

    /// Whether something waits for others.
    fn has_of_others(&self) -> bool {
        self.approvals.iter().any(|list| !list.is_own) || self.money.iter().any(|list| !list.is_own)
    }
}

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    after: String,
}

/// GET /inbox: of each kind what has waited longest.
pub(super) async fn all(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    page(&node, visit, Look { kind: None, after: String::new() }).await
}

/// GET /inbox/{kind}?after=
pub(super) async fn of_kind(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Path(kind): Path<String>,
    Query(From { after }): Query<From>,
) -> Response {
    let kinds = [&APPROVALS, &DECISIONS, &MONEY, &TASKS].into_iter().flat_map(|group| group.kinds());
    let Some(Kind { name, .. }) = kinds.into_iter().find(|known| known.name == kind) else {
        return visit.problem(&node, &Problem::not_found(format!("nothing of the kind {kind:?} waits for anybody")));
    };
    page(&node, visit, Look { kind: Some(name), after }).await
}

async fn page(node: &Arc<Member>, visit: Visit, look: Look) -> Response {
    visit
        .at_desk(node, async |desk| {
            let approvals = approvals::waiting(desk, &look).await?;
            let decisions = decisions::waiting(desk, &look).await?;
            let money = money::waiting(desk, &look).await?;
            let tasks = tasks::waiting(desk, &look).await?;
            Ok(Inbox {
                t: Texts::of(desk.language()),
                i: invoices::texts::Texts::of(desk.language()),
                form_id: form_id(),
                member: desk.member().to_owned(),
                is_one: look.kind.is_some(),
                approvals,
                decisions,
                money,
                tasks,
                page: desk.page(),
            })
        })
        .await
}
