use super::{
    approvals::{self, Approval},
    tasks::{self, Decision, Task},
    texts::Texts,
};
use crate::{
    console::{
        Page, Visit,
        desk::form_id,
        money::{self, Claim},
    },
    member::Member,
};
use askama::Template;
use axum::{extract::State, response::Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "inbox/inbox.html")]
struct Inbox {
    page: Page,
    t: &'static Texts,
    form_id: String,
    approvals: Vec<Approval>,
    decisions: Vec<Decision>,
    claims: Vec<Claim>,
    tasks: Vec<Task>,
}

impl Inbox {
    fn is_empty(&self) -> bool {
        self.approvals.is_empty() && self.decisions.is_empty() && self.claims.is_empty() && self.tasks.is_empty()
    }
}

/// GET /inbox
pub(super) async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let approvals = approvals::waiting(desk).await?;
            let decisions = tasks::decisions(desk).await?;
            let claims = money::waiting(desk).await?;
            let tasks = tasks::invoices(desk).await?;
            let t = Texts::of(desk.language());
            Ok(Inbox { t, form_id: form_id(), approvals, decisions, claims, tasks, page: desk.page() })
        })
        .await
}
