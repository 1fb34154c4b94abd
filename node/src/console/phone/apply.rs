use crate::{
    console::{
        Moment, Page, Visit,
        address::{Path, Query},
        select,
    },
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use counterfoil_apps::invoice::{date::day_in_china, issues_special, taxpayer_id};
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
    /// Whether the seller may issue special invoices today.
    special: bool,
}

struct Payment {
    id: String,
    seller: String,
    amount: String,
    left: String,
    /// The same as it is written into the field.
    asked: String,
    paid: Moment,
}

/// GET /phone/apply?payment=
pub async fn page(State(node): State<Arc<Member>>, Query(asked): Query<Asked>, visit: Visit) -> Response {
    let node = &node;
    let make = |kid, page| async move {
        let (payment, payee) = payment(node, &kid, asked.payment).await?;
        let special = node.store.ask(move |reader| issues_special(reader, &payee, &day_in_china(now_ms()))).await?;
        Ok(Apply { page, payment, special })
    };
    visit.of_member(node, make).await
}

/// A payment of this member, and the taxpayer that was paid; others' are not there for it.
async fn payment(node: &Member, kid: &Kid, id: String) -> Answer<(Payment, String)> {
    let sql = "SELECT p.id, t.name, p.amount_minor, p.left_minor, p.paid_ms, p.payee
               FROM invoice_payment p JOIN invoice_taxpayer t ON t.id = p.payee WHERE p.id = ?1 AND p.payer_member = ?2";
    let found = select(node, sql, vec![json!(id), json!(kid.member())]).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("you have no payment {id:?}")))?;
    let payment = Payment {
        id: row.text(0),
        seller: row.text(1),
        amount: row.amount(2),
        left: row.amount(3),
        asked: row.money(3).to_string(),
        paid: Moment(row.number(4)),
    };
    Ok((payment, row.text(5)))
}

/// GET /phone/taxpayer-ids/{id}: whether its check digits are right, for the field where it is typed.
pub async fn check_taxpayer_id(Path(id): Path<String>) -> Answer<StatusCode> {
    taxpayer_id::check(&id).map_err(|why| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(status, "invoice/1", format!("{id:?} is not a taxpayer id: {why}")).at("/buyer/taxpayer")
    })?;
    Ok(StatusCode::NO_CONTENT)
}
