use crate::problem::{Answer, Problem, status_of};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_platform::approval::Waiting;
use counterfoil_types::{Hash, Outcome, Receipt, Refusal};
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

/// A receipt as the API shows it.
#[derive(Serialize)]
struct ReceiptView<'a> {
    transaction: Hash,
    id: &'a str,
    height: u64,
    index: u32,
    state: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<Vec<&'a RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

#[derive(Serialize)]
struct EventView<'a> {
    name: &'a str,
    data: &'a RawValue,
}

/// JSON text inside state as JSON; what is none shows as null.
pub fn raw(text: &str) -> &RawValue {
    serde_json::from_str(text).unwrap_or(RawValue::NULL)
}

/// A receipt as JSON text. `state` says how far its block is: `final`, `executed` or `certified`.
pub fn receipt_text(receipt: &Receipt, state: &str) -> String {
    let mut view = ReceiptView {
        transaction: receipt.transaction,
        id: &receipt.id,
        height: receipt.height,
        index: receipt.index,
        state,
        outcome: "applied",
        outputs: None,
        events: None,
        refusal: None,
        status: None,
    };
    match &receipt.outcome {
        Outcome::Applied { outputs, events } => {
            view.outputs = Some(outputs.iter().map(|output| raw(output)).collect());
            view.events =
                Some(events.iter().map(|event| EventView { name: &event.name, data: raw(&event.data) }).collect());
        }
        Outcome::Refused(refusal) => {
            view.outcome = "refused";
            view.status = Some(status_of(refusal.kind).as_u16());
            view.refusal = Some(refusal);
        }
    }
    serde_json::to_string(&view).expect("a receipt serialises to JSON")
}

/// Where a transaction stands, in a few members: for answers that carry something else too.
pub fn receipt_brief(receipt: &Receipt) -> Value {
    json!({
        "transaction": receipt.transaction,
        "id": receipt.id,
        "height": receipt.height,
        "index": receipt.index,
        "state": "final",
    })
}

/// What became of the one call of a transaction that is not refused.
pub enum Called {
    /// It is done; its output.
    Done(Value),
    /// Nothing is done: it waits for more signatures.
    Held(Waiting),
}

/// What became of a call; a refusal is a problem. Whoever looks for an output gets it here, so that nothing that only waits is taken
/// for done.
pub fn called(receipt: &Receipt) -> Answer<Called> {
    let outputs = match &receipt.outcome {
        Outcome::Refused(refusal) => return Err(refused(refusal, receipt)),
        Outcome::Applied { outputs, .. } => outputs,
    };
    if let Some(waiting) = waiting(receipt) {
        return Ok(Called::Held(waiting));
    }
    Ok(Called::Done(outputs.first().and_then(|output| serde_json::from_str(output).ok()).unwrap_or_default()))
}

/// Where a transaction waits for more signatures, if it does. A proposal has the identity of the transaction that it holds back, which
/// no command's own output has.
pub fn waiting(receipt: &Receipt) -> Option<Waiting> {
    let Outcome::Applied { outputs, .. } = &receipt.outcome else { return None };
    let output = outputs.first().filter(|output| output.starts_with("{\"waiting\":"))?;
    let waiting: Waiting = serde_json::from_str(output).ok()?;
    (waiting.waiting.proposal == receipt.transaction.to_string()).then_some(waiting)
}

/// 202: nothing is done yet, and where it waits.
pub fn held(receipt: &Receipt, waiting: &Waiting) -> Response {
    let document = json!({"waiting": waiting.waiting, "receipt": receipt_brief(receipt)});
    let location = proposal(waiting);
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::LOCATION, location.as_str())];
    (StatusCode::ACCEPTED, headers, document.to_string()).into_response()
}

/// Where a proposal is found.
pub fn proposal(waiting: &Waiting) -> String {
    format!("/v1/approvals/{}", waiting.waiting.proposal)
}

/// The problem that a refused, but ordered, transaction is to whoever sent it.
pub fn refused(refusal: &Refusal, receipt: &Receipt) -> Problem {
    Problem::from(refusal.clone()).with("receipt", receipt_brief(receipt))
}

/// Where a transaction's state is told.
pub fn location(identity: &Hash) -> String {
    format!("/v1/transactions/{identity}")
}
