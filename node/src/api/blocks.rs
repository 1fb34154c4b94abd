use super::asked::{Path, Query};
use crate::{
    answer,
    member::{Committees, Member},
    problem::{Answer, Problem},
};
use axum::{Json, extract::State, http::HeaderMap};
use counterfoil_types::{Header, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Blocks on a page at most.
const PAGE_MAX: u64 = 100;

/// Which blocks to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Blocks below this height; from the newest on where it is not given.
    cursor: Option<u64>,
    /// How many.
    limit: Option<u64>,
}

/// GET /v1/blocks
pub async fn list(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    Query(page): Query<Page>,
) -> Answer<Json<Value>> {
    member.may_read(&headers)?;
    let limit = page.limit.unwrap_or(20);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::malformed(format!("limit: expected 1 to {PAGE_MAX}")).at("/limit"));
    }
    let newest = member.hub.executed().borrow().height;
    let end = page.cursor.map_or(newest + 1, |cursor| cursor.min(newest + 1));
    let first = end.saturating_sub(limit);
    let headers = member.store.headers(first, end - first).await?;
    let committees = member.committees().await?;
    let items: Vec<Value> = headers.iter().rev().map(|header| show(&member, &committees, header)).collect();
    let next = (first > 0).then_some(first);
    Ok(Json(json!({"items": items, "next": next})))
}

/// GET /v1/blocks/{height}
pub async fn one(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    Path(height): Path<String>,
) -> Answer<Json<Value>> {
    member.may_read(&headers)?;
    let number: u64 = height.parse().map_err(|_| Problem::malformed(format!("{height:?} is not a height")))?;
    let absent = || Problem::not_found(format!("no block of height {number} is executed here"));
    let headers = member.store.headers(number, 1).await?;
    let header = headers.first().filter(|header| header.height == number).ok_or_else(absent)?;
    let mut block = show(&member, &member.committees().await?, header);
    let execution = member.store.execution(number).await?.ok_or_else(absent)?;
    let transactions = member.store.receipts_at(number).await?;
    let transactions: Vec<Value> = transactions
        .iter()
        .map(|receipt| {
            json!({
                "transaction": receipt.transaction,
                "location": answer::location(&receipt.transaction),
                "index": receipt.index,
                "id": receipt.id,
                "outcome": if matches!(receipt.outcome, Outcome::Applied { .. }) { "applied" } else { "refused" },
            })
        })
        .collect();
    if let Some(members) = block.as_object_mut() {
        members.insert("state_root".into(), execution.state_root.to_string().into());
        members.insert("changes_root".into(), execution.changes_root.to_string().into());
        members.insert("receipts_root".into(), execution.receipts_root.to_string().into());
        members.insert("receipts".into(), transactions.into());
    }
    Ok(Json(block))
}

fn show(member: &Member, committees: &Committees, header: &Header) -> Value {
    let certified = *member.hub.certified().borrow();
    // Nobody proposed genesis.
    let proposer = (header.height > 0).then(|| committees.at(header.epoch, header.proposer));
    json!({
        "height": header.height,
        "digest": header.digest(),
        "parent": header.parent,
        "epoch": header.epoch,
        "time_ms": header.time_ms,
        "proposer": proposer,
        "transactions": header.transactions,
        "transactions_root": header.transactions_root,
        "executed": {"height": header.executed_height, "result": header.executed_result},
        "state": if header.height <= certified { "certified" } else { "executed" },
    })
}
