use super::{
    account::{self, Account},
    texts::Texts,
};
use crate::{
    console::{Page, Visit, address::Path, desk::form_id},
    member::Member,
    problem::Problem,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_platform::asset::LEGS_MAX;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "money/batch.html")]
struct Batch {
    page: Page,
    t: &'static Texts,
    form_id: String,
    account: Account,
    legs_max: usize,
}

/// GET /accounts/{owner}/{name}/batch
pub(super) async fn page(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Path((owner, name)): Path<(String, String)>,
) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let account = account::find(desk, &format!("{owner}/{name}")).await?;
            if account.owner != desk.member() || account.id == account.asset {
                return Err(Problem::forbidden(format!("{} does not pay out of {}", desk.member(), account.id)));
            }
            let t = Texts::of(desk.language());
            Ok(Batch { t, form_id: form_id(), account, legs_max: LEGS_MAX, page: desk.page() })
        })
        .await
}
