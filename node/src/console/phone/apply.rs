use crate::{
    console::{Page, Time, Visit, select},
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use counterfoil_apps::invoice::taxpayer_id;
use counterfoil_types::Kid;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Asked {
    payment: String,
}

#[derive(Template)]
#[template(path = "apply.html")]
struct Apply {
    page: Page,
    payment: Payment,
}

struct Payment {
    id: String,
    seller: String,
    amount: String,
    left: String,
    paid: Time,
}

/// GET /phone/apply?payment=
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    let node = &node;
    let make = |kid, page| async move { Ok(Apply { page, payment: payment(node, &kid, asked.payment).await? }) };
    visit.of_member(node, make).await
}

/// A payment of this member; others' are not there for it.
async fn payment(node: &Member, kid: &Kid, id: String) -> Answer<Payment> {
    let sql = "SELECT p.id, t.name, p.amount_minor, p.left_minor, p.paid_ms
               FROM invoice_payment p JOIN invoice_taxpayer t ON t.id = p.payee WHERE p.id = ?1 AND p.payer_member = ?2";
    let found = select(node, sql, vec![json!(id), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("you have no payment {id:?}")))?;
    Ok(Payment {
        id: row.text(0),
        seller: row.text(1),
        amount: row.amount(2),
        left: row.amount(3),
        paid: Time(row.number(4)),
    })
}

/// GET /phone/taxpayer-ids/{id}: whether its check digits are right, for the field where it is typed.
pub async fn check_taxpayer_id(Path(id): Path<String>) -> Answer<StatusCode> {
    taxpayer_id::check(&id).map_err(|why| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(status, "invoice/1", format!("{id:?} is not a taxpayer id: {why}")).at("/buyer/taxpayer")
    })?;
    Ok(StatusCode::NO_CONTENT)
}
